#include "core/ledger/canonical.hpp"

#include <google/protobuf/struct.pb.h>

#include "palermo/v1/ledger.pb.h"
#include "palermo/v1/network.pb.h"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

using namespace palermo;
using ledger::canonical_json;

namespace {
std::string canonical(std::string_view text) {
  const auto parsed = core::parse_json(text);
  REQUIRE(parsed.ok());
  auto out = canonical_json(*parsed);
  REQUIRE(out.ok());
  return *out;
}
}  // namespace

TEST_CASE("canonical JSON orders members by UTF-16 units and drops blanks", "[ledger][jcs]") {
  CHECK(canonical(R"({ "b": [1 , 2], "a": null, "": true })") == R"({"":true,"a":null,"b":[1,2]})");
  // RFC 8785 section 3.2.3: U+1F600 (D83D DE00) stands before U+FB33.
  CHECK(canonical("{\"\xEF\xAC\xB3\":1,\"\xF0\x9F\x98\x80\":2,\"\xE2\x82\xAC\":3,\"\\r\":4}") ==
        "{\"\\r\":4,\"\xE2\x82\xAC\":3,\"\xF0\x9F\x98\x80\":2,\"\xEF\xAC\xB3\":1}");
  CHECK(canonical(R"(["\u0001\u001f\b\t\n\f\r\"\\\/\u20ac"])") ==
        "[\"\\u0001\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\xE2\x82\xAC\"]");
}

TEST_CASE("canonical JSON prints numbers as ECMAScript does", "[ledger][jcs]") {
  // RFC 8785 appendix B and its example of section 3.2.2.
  const std::pair<const char*, const char*> cases[] = {
      {"333333333.33333329", "333333333.3333333"},
      {"1E30", "1e+30"},
      {"4.50", "4.5"},
      {"2e-3", "0.002"},
      {"0.000000000000000000000000001", "1e-27"},
      {"0", "0"},
      {"-0", "0"},
      {"-0.0", "0"},
      {"5e-324", "5e-324"},
      {"-5e-324", "-5e-324"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"9007199254740992", "9007199254740992"},
      {"-9007199254740992", "-9007199254740992"},
      {"295147905179352830000", "295147905179352830000"},
      {"9.999999999999997e22", "9.999999999999997e+22"},
      {"1e23", "1e+23"},
      {"1.0000000000000001e23", "1.0000000000000001e+23"},
      {"999999999999999700000", "999999999999999700000"},
      {"999999999999999900000", "999999999999999900000"},
      {"1e21", "1e+21"},
      {"9.999999999999997e-7", "9.999999999999997e-7"},
      {"0.000001", "0.000001"},
      {"333333333.3333332", "333333333.3333332"},
      {"333333333.33333325", "333333333.33333325"},
      {"-0.0000033333333333333333", "-0.0000033333333333333333"},
      {"1424953923781206.2", "1424953923781206.2"},
      {"56.0", "56"},
  };
  for (const auto& [given, wanted] : cases) CHECK(canonical(given) == wanted);
}

TEST_CASE("published RFC 8785 vectors come out byte for byte", "[ledger][jcs][shared]") {
  PALERMO_NEED_SHARED(shared);
  const auto folder = shared / "data" / "merkle-vectors" / "jcs";
  std::size_t seen = 0;
  for (const auto& file : std::filesystem::directory_iterator{folder / "input"}) {
    INFO(file.path().filename());
    CHECK(canonical(test::read_file(file.path())) ==
          test::read_file(folder / "output" / file.path().filename()));
    ++seen;
  }
  CHECK(seen == 4);
}

TEST_CASE("a ledger entry is canonical with defaults left out", "[ledger][jcs]") {
  v1::LedgerEntry entry;
  entry.set_v(1);
  entry.set_seq(12);
  entry.set_kind("source");
  auto* source = entry.mutable_source();
  source->set_sha256("ab");
  source->set_size(18'446'744'073'709'551'615U);
  source->set_rows_read(7);
  CHECK(
      *canonical_json(entry) ==
      R"({"kind":"source","seq":"12","source":{"rows_read":7,"sha256":"ab","size":"18446744073709551615"},"v":1})");
  entry.mutable_heartbeat();
  CHECK(*canonical_json(entry) == R"({"heartbeat":{},"kind":"source","seq":"12","v":1})");
  auto* access = entry.mutable_access();
  access->add_objects("b");
  access->add_objects("a\"\n");
  CHECK(*canonical_json(entry) ==
        R"({"access":{"objects":["b","a\"\n"]},"kind":"source","seq":"12","v":1})");

  SECTION("both ways to the canonical form agree") {
    const auto again = core::parse_json(*canonical_json(entry));
    REQUIRE(again.ok());
    CHECK(*canonical_json(*again) == *canonical_json(entry));
    v1::LedgerEntry back;
    REQUIRE(core::fill_message(*again, back).ok());
    CHECK(*canonical_json(back) == *canonical_json(entry));
  }
  SECTION("text that is not UTF-8 is refused") {
    entry.set_id("\xC3\x28");
    CHECK(canonical_json(entry).error().code == core::ErrorCode::InvalidArgument);
  }
  SECTION("unknown fields are refused") {
    entry.GetReflection()->MutableUnknownFields(&entry)->AddVarint(999, 1);
    CHECK(canonical_json(entry).error().code == core::ErrorCode::InvalidArgument);
  }
}

TEST_CASE("no message of the ledger holds a float, a map or anything open", "[ledger][jcs]") {
  CHECK(ledger::first_field_unfit_for_ledger(*v1::LedgerEntry::descriptor()).empty());
  CHECK_FALSE(
      ledger::first_field_unfit_for_ledger(*google::protobuf::Struct::descriptor()).empty());
  CHECK_FALSE(ledger::first_field_unfit_for_ledger(*google::protobuf::Value::descriptor()).empty());
}

TEST_CASE("canonical form holds for random entries", "[ledger][jcs]") {
  rc::prop("encode, parse, encode gives the same bytes",
           [](const std::vector<std::string>& words, std::uint64_t seq, std::uint32_t count) {
             v1::LedgerEntry entry;
             entry.set_seq(seq);
             for (const std::string& word : words) {
               std::string clean;  // any bytes below 0x80 are UTF-8
               for (const char c : word) clean += static_cast<char>(c & 0x7F);
               entry.mutable_access()->add_objects(clean);
             }
             entry.mutable_access()->set_result_count(count);
             const auto first = canonical_json(entry);
             RC_ASSERT(first.ok());
             const auto parsed = core::parse_json(*first);
             RC_ASSERT(parsed.ok());
             RC_ASSERT(*canonical_json(*parsed) == *first);
             v1::LedgerEntry back;
             RC_ASSERT(core::fill_message(*parsed, back).ok());
             RC_ASSERT(*canonical_json(back) == *first);
           });
}
