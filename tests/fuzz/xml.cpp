// XML of any kind.
#include "ingest/xml/xml_reader.hpp"
#include "tests/fuzz/target.hpp"

void palermo::test::fuzz_xml(std::string_view bytes) {
  static_cast<void>(palermo::ingest::xml_head(bytes));
  const auto root = palermo::ingest::read_xml(bytes);
  if (root) require(!root->name.empty(), "an element has a name");
}
