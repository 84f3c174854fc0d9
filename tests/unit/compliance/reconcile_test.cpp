// Holes between product, uses, authorizations and numbers.
#include "analysis/compliance/reconcile.hpp"

#include "clean_case.hpp"
#include "tests/support/catch.hpp"

namespace palermo {

using tests::CleanCase;

TEST_CASE("product at the time of a use is matched, other product is told", "[compliance]") {
  CleanCase c;
  c.products[0].records = 7;
  CHECK(compliance::reconcile(c.facts()).product_without_use().empty());
  const auto before = core::parse_instant("2024-03-01T10:00:00Z")->us;
  c.products.push_back({"SRC-9:1", "A-TAP", before, before});
  c.held = {{"Q-1", "AU02", "A-TAP", 5, "held"}, {"Q-2", "AU01", "", 2, "held"}};
  const auto result = compliance::reconcile(c.facts());
  REQUIRE(result.product_without_use_size() == 2);
  CHECK(result.product_without_use(0).authorization_id().empty());
  CHECK(result.product_without_use(0).records() == 2);
  CHECK(result.product_without_use(1).text() ==
        "1 record under A-TAP; no logged use ran at that time");
  CHECK(result.product_without_use(1).first_at() == "2024-03-01T10:00:00Z");
  CHECK(result.products() == 15);
}

TEST_CASE("a use whose authorization is not there is told", "[compliance]") {
  CleanCase c;
  CHECK(compliance::reconcile(c.facts()).use_without_authorization().empty());
  c.use("U-3")["authorization_id"] = "A-9";
  const auto result = compliance::reconcile(c.facts());
  REQUIRE(result.use_without_authorization_size() == 1);
  CHECK(result.use_without_authorization(0).subject() == "U-3");
}

TEST_CASE("holes of a sequence are found within it", "[compliance]") {
  CleanCase c;
  c.authorization("A-TAP")["reference"] = "AG-2024/17";
  c.authorization("A-URGENT")["reference"] = "AG-2024/18";
  c.authorization("A-CD")["reference"] = "AG-2024/021";
  c.authorization("A-MLA")["reference"] = "CA-5";
  const auto result = compliance::reconcile(c.facts());
  REQUIRE(result.missing_numbers_size() == 1);
  CHECK(result.missing_numbers(0).series() == "AG-2024/");
  CHECK(result.missing_numbers(0).from() == 19);
  CHECK(result.missing_numbers(0).to() == 20);
  CHECK(result.missing_numbers(0).after() == "A-CD");
  c.authorization("A-URGENT")["reference"] = "AG-2024/17";
  CHECK(compliance::reconcile(c.facts()).notices(0) ==
        "A-TAP and A-URGENT bear the same number AG-2024/17");
}

}  // namespace palermo
