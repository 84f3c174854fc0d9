// Bytes of any kind at the entrance of tables: encodings, workbooks, JSON lines.
#include "core/base/text.hpp"
#include "ingest/calls/json_table.hpp"
#include "ingest/text/decode_text.hpp"
#include "ingest/xlsx/workbook.hpp"
#include "tests/fuzz/target.hpp"

void palermo::test::fuzz_tables(std::string_view bytes) {
  static_cast<void>(palermo::ingest::signature_of(bytes));
  static_cast<void>(palermo::ingest::Workbook::other_document(bytes));
  for (const std::string& encoding : palermo::ingest::known_encodings()) {
    palermo::ingest::DecodedText decoded;
    if (palermo::ingest::decode_text(bytes, encoding, decoded) && decoded.encoding != "UTF-8")
      require(palermo::core::is_valid_utf8(decoded.text), "what was decoded is UTF-8");
  }
  palermo::v1::MappingProfile layout;
  palermo::v1::MappedColumn& column = *layout.add_columns();
  column.set_role(palermo::v1::MappedColumn::A_NUMBER);
  column.add_names("a.0");
  static_cast<void>(palermo::ingest::table_of_json_lines(bytes, layout, true));
  if (!palermo::ingest::Workbook::is_workbook(bytes)) return;
  const auto book = palermo::ingest::Workbook::open(bytes);
  for (std::size_t i = 0; book && i < book->sheets().size(); ++i) {
    const auto sheet = book->read(i);
    if (!sheet) continue;
    std::size_t lines = 0;
    for (const char c : sheet->text) lines += c == '\n';
    require(lines == sheet->rows, "a line for each row");
  }
}
