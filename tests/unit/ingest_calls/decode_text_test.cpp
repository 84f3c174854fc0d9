// Bytes into UTF-8, and what a spreadsheet's numbers mean.
#include "ingest/text/decode_text.hpp"

#include <string>

#include "ingest/xlsx/cell_format.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;
using ingest::CellFormat;

namespace {

std::string utf16(std::string_view ascii, bool little, bool mark) {
  std::string bytes;
  const auto unit = [&](unsigned value) {
    const char low = static_cast<char>(value & 0xFF);
    const char high = static_cast<char>(value >> 8);
    bytes += little ? low : high;
    bytes += little ? high : low;
  };
  if (mark) unit(0xFEFF);
  for (const char c : ascii) unit(static_cast<unsigned char>(c));
  return bytes;
}

}  // namespace

TEST_CASE("UTF-16 of both orders, with and without a mark, becomes UTF-8", "[decode]") {
  for (const bool little : {true, false})
    for (const bool mark : {true, false}) {
      ingest::DecodedText out;
      REQUIRE(ingest::decode_text(utf16("a\tb\r\n1\t2\r\n", little, mark), "", out));
      CHECK(out.text == "a\tb\r\n1\t2\r\n");
      CHECK(out.encoding == (little ? "UTF-16LE" : "UTF-16BE"));
      REQUIRE(out.notices.size() == 1);
    }
  ingest::DecodedText plain;
  REQUIRE(
      ingest::decode_text("\xEF\xBB\xBF"
                          "a,b\n",
                          "", plain));
  CHECK(plain.text == "a,b\n");
  CHECK(plain.owned.empty());  // a view, no copy
  CHECK(plain.notices.empty());
}

TEST_CASE("UTF-16 that is damaged is refused with its place", "[decode]") {
  std::string lonely =
      utf16("a\nb", true, true) + std::string("\x00\xD8", 2) + utf16("c", true, false);
  ingest::DecodedText out;
  auto refused = ingest::decode_text(lonely, "", out);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "UTF-16, line 2: an unpaired surrogate at byte 6");
  auto half = ingest::decode_text(utf16("a\n", true, true) + "b", "", out);
  REQUIRE_FALSE(half);
  CHECK(half.error().message.find("half a character") != std::string::npos);
  auto wide = ingest::decode_text(std::string("\xFF\xFE\0\0a\0\0\0", 8), "", out);
  REQUIRE_FALSE(wide);
  CHECK(wide.error().message.find("UTF-32") != std::string::npos);
  // A pair is one character.
  ingest::DecodedText pair;
  REQUIRE(ingest::decode_text(std::string("\xFF\xFE\x3D\xD8\x00\xDE", 6), "", pair));
  CHECK(pair.text == "\xF0\x9F\x98\x80");
}

TEST_CASE("zeros are no UTF-16 text", "[decode]") {
  ingest::DecodedText out;
  REQUIRE(ingest::decode_text(std::string(64, '\0'), "", out));
  CHECK(out.encoding == "UTF-8");  // and is refused for its NUL bytes by whoever reads text
  REQUIRE(ingest::decode_text(std::string("a\0b\0c\0d\0", 8), "", out));
  CHECK(out.encoding == "UTF-8");  // no line end: nothing unmistakable
}

TEST_CASE("sep= names the separator and its line stays a line", "[decode]") {
  ingest::DecodedText out;
  REQUIRE(ingest::decode_text("sep=;\r\na;b\r\n", "", out));
  CHECK(out.separator == ';');
  CHECK(out.text == "\r\na;b\r\n");
}

TEST_CASE("number formats tell dates from numbers", "[xlsx]") {
  CHECK(ingest::builtin_format(0) == CellFormat::Number);
  CHECK(ingest::builtin_format(14) == CellFormat::Date);
  CHECK(ingest::builtin_format(22) == CellFormat::DateTime);
  CHECK(ingest::builtin_format(46) == CellFormat::Elapsed);
  CHECK(ingest::format_of_code("General") == CellFormat::Number);
  CHECK(ingest::format_of_code("0.00E+00") == CellFormat::Number);
  CHECK(ingest::format_of_code("dd\\/mm\\/yyyy") == CellFormat::Date);
  CHECK(ingest::format_of_code("[$-409]d/m/yy h:mm AM/PM;@") == CellFormat::DateTime);
  CHECK(ingest::format_of_code("[h]:mm:ss") == CellFormat::Elapsed);
  CHECK(ingest::format_of_code("mm:ss.0") == CellFormat::Time);
  CHECK(ingest::format_of_code("\"days\" 0") == CellFormat::Number);
}

TEST_CASE("serial dates of both systems", "[xlsx]") {
  CHECK(ingest::serial_text(47911.5, CellFormat::DateTime, false) == "2031-03-04 12:00:00");
  CHECK(ingest::serial_text(47911, CellFormat::Date, false) == "2031-03-04");
  CHECK(ingest::serial_text(46449, CellFormat::Date, true) == "2031-03-04");
  CHECK(ingest::serial_text(1, CellFormat::Date, false) == "1900-01-01");
  CHECK(ingest::serial_text(59, CellFormat::Date, false) == "1900-02-28");
  CHECK(ingest::serial_text(60, CellFormat::Date, false).empty());
  CHECK(ingest::serial_text(61, CellFormat::Date, false) == "1900-03-01");
  CHECK(ingest::serial_text(0.34436342592592594, CellFormat::Time, false) == "08:15:53");
  CHECK(ingest::serial_text(1.5, CellFormat::Elapsed, false) == "36:00:00");
  CHECK(ingest::serial_text(-1, CellFormat::Date, false).empty());
}

TEST_CASE("numbers keep their digits, and lost ones are marked", "[xlsx]") {
  const auto text = [](std::string_view raw, bool expected) {
    bool lost = false;
    std::string out = ingest::number_text(raw, lost);
    CHECK(lost == expected);
    return out;
  };
  CHECK(text("447700900001", false) == "447700900001");
  CHECK(text("4.47700900001E11", false) == "447700900001");
  CHECK(text("9.19E+11", true) == "9.19E+11");
  CHECK(text("356938035643809", false) == "356938035643809");
  CHECK(text("3569380356438090", true) == "3.56938035643809E+15");
  CHECK(text("3569380356438091", false) == "3569380356438091");
  CHECK(text("12345678901234567890", true).find("E+19") != std::string::npos);
  CHECK(text("60.0", false) == "60.0");
  CHECK(text("1.5E-3", false) == "1.5E-3");
  CHECK(text("-5", false) == "-5");
}
