// XML of any kind.
#include "ingest/xml/xml_reader.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = palermo::test::text_of(data, size);
  static_cast<void>(palermo::ingest::xml_head(bytes));
  const auto root = palermo::ingest::read_xml(bytes);
  if (root) palermo::test::require(!root->name.empty(), "an element has a name");
  return 0;
}
