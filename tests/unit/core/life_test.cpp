// The life of an authorization: every invariant refuses, and leaves the message as it was.
#include "core/authorization/life.hpp"

#include "core/authorization/authorization_store.hpp"
#include "core/base/time.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;
using authorization::Decider;

namespace {

v1::Authorization order(bool urgent) {
  const std::string grant =
      urgent ? R"("urgent":{"oral_at":"2024-03-07T16:00:00+01:00","reason":"tonight"})"
             : R"("granted_at":"2024-03-01T09:00:00Z")";
  auto read = authorization::read_file(
      R"({"id":"A","kind":"traffic_data","regime":"DE-100a","expires_at":"2024-05-31T22:00:00Z",
          "applicant":{"id":"P-1","chain":["P-9"]},"authorizer":{"id":"J-1"},)" +
      grant + "}");
  REQUIRE(read.ok());
  return read->front();
}

std::int64_t at(const char* text) { return core::parse_instant(text)->us; }

core::ErrorCode code(const core::Status& status) {
  return status ? core::ErrorCode::Internal : status.error().code;
}

constexpr auto kRefused = core::ErrorCode::Refused;
constexpr auto kUsage = core::ErrorCode::Usage;

}  // namespace

TEST_CASE("no way leads out of a cancelled or refused authorization", "[authorization][life]") {
  auto a = order(false);
  CHECK(authorization::require_open(a, at("2024-03-05T00:00:00Z")).ok());
  CHECK(authorization::require_open(a, at("2025-03-05T00:00:00Z")).ok());  // expired can be renewed
  REQUIRE(authorization::cancel(a, "2024-04-01T00:00:00Z", "closed").ok());
  CHECK(code(authorization::require_open(a, at("2024-04-02T00:00:00Z"))) == kRefused);
  // A cancellation recorded for later ends it as surely.
  CHECK(code(authorization::require_open(a, at("2024-03-02T00:00:00Z"))) == kRefused);
  auto b = order(true);
  REQUIRE(authorization::refuse(b, {"J-2", "judge", "2024-03-11T00:00:00Z"}, "not urgent").ok());
  CHECK(code(authorization::require_open(b, at("2024-03-12T00:00:00Z"))) == kRefused);
  CHECK(b.urgent().refused_by().role() == "judge");
}

TEST_CASE("nobody decides about an own case, nor carries out what he granted",
          "[authorization][life]") {
  auto a = order(true);
  for (const char* who : {"P-1", "P-9"}) {
    const Decider decider{who, "judge", "2024-03-08T00:00:00Z"};
    const std::string before = a.SerializeAsString();
    CHECK(code(authorization::confirm(a, decider)) == kRefused);
    CHECK(code(authorization::refuse(a, decider, "no")) == kRefused);
    CHECK(code(authorization::renew(a, decider, "2024-08-01", "more", "")) == kRefused);
    CHECK(code(authorization::defer_notice(a, decider, "2025-08-01", "more")) == kRefused);
    CHECK(a.SerializeAsString() == before);
  }
  CHECK(code(authorization::require_executor(a, "P-1")) == kRefused);
  CHECK(code(authorization::require_executor(a, "J-1")) == kRefused);
  CHECK(authorization::require_executor(a, "OP-1").ok());
}

TEST_CASE("a renewal is decided before expiry and reaches beyond it", "[authorization][life]") {
  auto a = order(false);
  const Decider late{"J-1", "judge", "2024-06-01T00:00:00Z"};
  CHECK(code(authorization::renew(a, late, "2024-08-31", "facts", "  ")) == kRefused);
  CHECK(code(authorization::renew(a, {"J-1", "", "2024-05-01T00:00:00Z"}, "2024-05-31T22:00:00Z",
                                  "facts", "")) == kUsage);
  CHECK(a.renewals().empty());
  REQUIRE(authorization::renew(a, {"J-1", "judge", "2024-05-31T21:59:59Z"}, "2024-08-31T22:00:00Z",
                               "facts", "")
              .ok());
  // The next is measured against the new expiry.
  CHECK(authorization::renew(a, {"J-1", "judge", "2024-08-30T00:00:00Z"}, "2024-11-30", "facts", "")
            .ok());
  CHECK(authorization::renew(a, {"J-1", "", "2024-12-05T00:00:00Z"}, "2025-01-31", "facts",
                             "found in the files")
            .ok());
  CHECK(a.renewals_size() == 3);
}

TEST_CASE("only an urgent grant is confirmed or refused, and once", "[authorization][life]") {
  auto plain = order(false);
  CHECK(code(authorization::confirm(plain, {"J-2", "", "2024-03-08T00:00:00Z"})) == kUsage);
  CHECK(code(authorization::refuse(plain, {"J-2", "", "2024-03-08T00:00:00Z"}, "no")) == kUsage);
  auto a = order(true);
  CHECK(code(authorization::refuse(a, {"J-2", "", "2024-03-08T00:00:00Z"}, " ")) == kUsage);
  CHECK(code(authorization::refuse(a, {"J-2", "", "2024-03-01T00:00:00Z"}, "no")) == kUsage);
  REQUIRE(authorization::confirm(a, {"J-2", "judge", "2024-03-08T00:00:00Z"}).ok());
  CHECK(code(authorization::confirm(a, {"J-2", "", "2024-03-09T00:00:00Z"})) == kUsage);
  CHECK(code(authorization::refuse(a, {"J-2", "", "2024-03-09T00:00:00Z"}, "no")) == kUsage);
}

TEST_CASE("a review closes the first that is open and plans the next", "[authorization][life]") {
  auto a = order(false);
  a.add_reviews()->set_due_at("2024-04-01");
  const Decider judge{"J-1", "judge", "2024-03-30T00:00:00Z"};
  CHECK(code(authorization::review(a, judge, "", true, "")) == kUsage);
  REQUIRE(authorization::review(a, judge, "goes on", true, "2024-05-01").ok());
  REQUIRE(a.reviews_size() == 2);
  CHECK(a.reviews(0).done_at() == "2024-03-30T00:00:00Z");
  CHECK(a.reviews(0).collateral_reassessed());
  CHECK(a.reviews(1).due_at() == "2024-05-01");
  CHECK(code(authorization::review(a, judge, "x", false, "2024-03-01")) == kUsage);
}

TEST_CASE("conditions are met once, and only those that are set", "[authorization][life]") {
  auto a = order(false);
  CHECK(code(authorization::meet_condition(a, 1, {"P-1", "", "2024-04-01"})) == kUsage);
  REQUIRE(authorization::set_condition(a, "report", "2024-04-15").ok());
  REQUIRE(authorization::meet_condition(a, 1, {"P-1", "", "2024-04-01"}).ok());
  CHECK(code(authorization::meet_condition(a, 1, {"P-1", "", "2024-04-02"})) == kUsage);
  CHECK(code(authorization::set_condition(a, "\t", "2024-04-15")) == kUsage);
}

TEST_CASE("a deferral says why and on whose word, and reaches further than the last",
          "[authorization][life]") {
  auto a = order(false);
  const Decider judge{"J-1", "judge", "2024-09-01T00:00:00Z"};
  CHECK(code(authorization::defer_notice(a, judge, "2025-01-01", "")) == kUsage);
  CHECK(code(authorization::defer_notice(a, {"", "judge", ""}, "2025-01-01", "others run")) == kUsage);
  REQUIRE(authorization::defer_notice(a, judge, "2025-01-01", "others run").ok());
  CHECK(code(authorization::defer_notice(a, judge, "2025-01-01", "others run")) == kUsage);
  REQUIRE(authorization::defer_notice(a, judge, "2025-06-01", "others still run").ok());
  CHECK(a.notification().earlier_size() == 1);
  REQUIRE(authorization::notify(a, judge, "letter").ok());
  CHECK(code(authorization::notify(a, judge, "letter")) == kUsage);
  CHECK(code(authorization::defer_notice(a, judge, "2026-01-01", "x")) == kUsage);
}

TEST_CASE("destruction asks for two persons and no reason to keep", "[authorization][life]") {
  auto a = order(false);
  a.mutable_retention()->set_hold("appeal pending");
  const Decider judge{"J-1", "judge", "2025-01-02T00:00:00Z"};
  CHECK(code(authorization::destroyed(a, judge, "lea", "AG 5")) == kRefused);
  a.mutable_retention()->clear_hold();
  CHECK(code(authorization::destroyed(a, judge, "J-1", "AG 5")) == kRefused);
  REQUIRE(authorization::destroyed(a, judge, "lea", "AG 5").ok());
  CHECK(code(authorization::destroyed(a, judge, "lea", "AG 5")) == kUsage);
  CHECK(a.retention().executed_by() == "lea");
}
