#include "ingest/decimal.hpp"

#include "ingest/exchange/custody_chain.hpp"
#include "ingest/iban.hpp"
#include "tests/support/catch.hpp"

using namespace palermo::ingest;

namespace {
std::string amount(const char* text, DecimalMark mark) {
  const auto read = read_amount(text, mark);
  return read ? read->text() : "none";
}
}  // namespace

TEST_CASE("decimals: sums are exact where binary numbers are not", "[ingest][decimal]") {
  Decimal sum;
  for (int i = 0; i < 10; ++i) sum = *sum.plus(*Decimal::parse("0.1"));
  CHECK(sum == *Decimal::parse("1"));
  CHECK(sum.text() == "1.0");
  CHECK(Decimal::parse("-0.05")->text() == "-0.05");
  CHECK(Decimal::parse("-0.05")->negated().text() == "0.05");
  CHECK(Decimal::parse(".5")->text() == "0.5");
  CHECK(Decimal::parse("007")->text() == "7");
  for (const char* bad :
       {"", "-", ".", "1e5", "1,5", "1.2.3", "0x1", "1234567890123456789012345678901"})
    CHECK_FALSE(Decimal::parse(bad));
}

TEST_CASE("decimals: what a double does not hold is said", "[ingest][decimal]") {
  CHECK(Decimal::parse("1500.50")->held_by_double());
  CHECK(Decimal::parse("9007199254740993")->held_by_double() == false);
  CHECK(Decimal::parse("123456789012345678.91")->held_by_double() == false);
  CHECK(Decimal::parse("0.1")->held_by_double());
}

TEST_CASE("amounts: both marks, groups, signs and parentheses", "[ingest][decimal]") {
  CHECK(amount("1.234,56", DecimalMark::Comma) == "1234.56");
  CHECK(amount("1,234.56", DecimalMark::Point) == "1234.56");
  CHECK(amount("1 234,56", DecimalMark::Comma) == "1234.56");
  CHECK(amount("1'234.56", DecimalMark::Point) == "1234.56");
  CHECK(amount("1\xC2\xA0"
               "234,5",
               DecimalMark::Comma) == "1234.5");
  CHECK(amount("1,00,000.00", DecimalMark::Point) == "100000.00");
  CHECK(amount("(12.50)", DecimalMark::Point) == "-12.50");
  CHECK(amount("12,50-", DecimalMark::Comma) == "-12.50");
  CHECK(amount("\xE2\x88\x92"
               "3",
               DecimalMark::Point) == "-3");
  CHECK(amount("1.23.456,00", DecimalMark::Comma) == "123456.00");
  for (const char* bad : {"12.34,5", "1.2345,00", "abc", "--1", "1.234.56,0", "12 EUR", ""})
    CHECK(amount(bad, DecimalMark::Comma) == "none");
}

TEST_CASE("amounts: one text says what it can about the mark", "[ingest][decimal]") {
  CHECK(decimal_mark_of("1.234,56") == MarkEvidence::Comma);
  CHECK(decimal_mark_of("1,234.56") == MarkEvidence::Point);
  CHECK(decimal_mark_of("12,5") == MarkEvidence::Comma);
  CHECK(decimal_mark_of("1,234") == MarkEvidence::Ambiguous);
  CHECK(decimal_mark_of("0.125") == MarkEvidence::Point);
  CHECK(decimal_mark_of("1.234.567") == MarkEvidence::Comma);
  CHECK(decimal_mark_of("1234") == MarkEvidence::None);
  CHECK(decimal_mark_of("1234,567") == MarkEvidence::Comma);
}

TEST_CASE("IBANs: the check digits are a flag", "[ingest][iban]") {
  CHECK(iban_check_holds("DE89 3704 0044 0532 0130 00"));
  CHECK_FALSE(iban_check_holds("DE88 3704 0044 0532 0130 00"));
  CHECK(has_iban_shape("DE88370400440532013000"));
  CHECK_FALSE(has_iban_shape("+447700900001"));
  CHECK(read_iban("DE88 3704 0044 0532 0130 00").value == "DE88370400440532013000");
  CHECK_FALSE(read_iban("DE88370400440532013000").valid);
}

TEST_CASE("custody: overlaps, long gaps and actions without time are listed", "[ingest][custody]") {
  const std::int64_t hour = 3'600'000'000;
  const auto step = [&](const char* name, std::uint32_t line, std::int64_t from, std::int64_t to) {
    return CustodyStep{name, line, from * hour, to * hour};
  };
  CHECK(check_custody_chain({step("alone", 1, 0, 1)}).empty());
  const auto unbroken = check_custody_chain({step("a", 1, 0, 1), step("b", 2, 1, 2)});
  REQUIRE(unbroken.size() == 1);
  CHECK(unbroken[0] ==
        "chain of custody: 2 actions from 1970-01-01T00:00:00Z to 1970-01-01T02:00:00Z, unbroken: "
        "each begins after the former ended");
  const auto broken = check_custody_chain(
      {step("a", 1, 0, 5), step("b", 2, 4, 6), step("c", 3, 60, 61), CustodyStep{"d", 4, {}, {}}});
  REQUIRE(broken.size() == 4);
  CHECK(broken[0].find("unbroken") == std::string::npos);
  CHECK(broken[1] == "chain of custody: 'b' (line 2) begins 1 h 0 min before 'a' (line 1) ended");
  CHECK(broken[2] == "chain of custody: 2 d 6 h between 'b' (line 2) and 'c' (line 3)");
  CHECK(broken[3] == "chain of custody: 1 actions give no time; where they belong is not known");
  // A short action inside a long one does not hide that the next begins too early.
  const auto inside =
      check_custody_chain({step("a", 1, 0, 9), step("b", 2, 1, 2), step("c", 3, 3, 4)});
  CHECK(inside.size() == 3);
  const auto unsorted = check_custody_chain({step("b", 1, 3, 4), step("a", 2, 0, 1)});
  CHECK(unsorted.back() ==
        "chain of custody: the file lists the actions in another order than their times");
}
