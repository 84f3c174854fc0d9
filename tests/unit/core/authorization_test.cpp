#include <google/protobuf/text_format.h>

#include <set>

#include "core/authorization/authorization_store.hpp"
#include "core/authorization/coverage.hpp"
#include "core/authorization/policy.hpp"
#include "core/base/time.hpp"
#include "palermo/v1/ledger.pb.h"
#include "palermo/v1/policy.pb.h"
#include "tests/support/catch.hpp"

using namespace palermo;
using authorization::Coverage;
using authorization::DataType;

namespace {

std::int64_t at(std::string_view text) { return core::parse_instant(text)->us; }

v1::Authorization order(const std::string& json) {
  auto read = authorization::read_file(json);
  REQUIRE(read.ok());
  return read->front();
}

const char* const kTraffic =
    R"({"id":"A1","technique":"ELECTRONIC_SURVEILLANCE","kind":"traffic_data",
  "state":"DE","regime":"DE-100a","effective_from":"2024-03-01T00:00:00+01:00",
  "expires_at":"2024-05-31T23:59:59+02:00","targets":[{"kind":"msisdn","value":"+447700900001"},
  {"kind":"imei","value":"004401000000011","from":"2024-04-01T00:00:00Z"}],
  "scope":{"data_types":["traffic_data"],"max_hops":2}})";

Coverage coverage_of(const v1::Authorization& a) {
  auto compiled = Coverage::compile(a);
  REQUIRE(compiled.ok());
  return *compiled;
}

}  // namespace

TEST_CASE("coverage: time, data type and target each have their rule", "[authorization]") {
  const Coverage c = coverage_of(order(kTraffic));
  const auto inside = at("2024-03-15T12:00:00Z");
  CHECK(c.check(DataType::Traffic, inside, inside, {"+447700900001", "+447700900002"}) == "");
  CHECK(c.check(DataType::Traffic, inside, inside, {"+447700900003"}) == "SC01");
  CHECK(c.check(DataType::Content, inside, inside, {"+447700900001"}) == "SC04");
  const auto late = at("2024-06-01T00:00:00Z");
  CHECK(c.check(DataType::Traffic, late, late, {"+447700900001"}) == "AU02");
  CHECK(c.check(DataType::Traffic, at("2024-02-29T22:59:59Z"), 0, {"+447700900001"}) == "AU02");
}

TEST_CASE("coverage: both ends of the period belong to it, to the microsecond", "[authorization]") {
  const Coverage c = coverage_of(order(kTraffic));
  CHECK(c.check_time(at("2024-02-29T23:00:00Z")) == "");
  CHECK(c.check_time(at("2024-02-29T23:00:00Z") - 1) == "AU02");
  CHECK(c.check_time(at("2024-05-31T21:59:59Z")) == "");
  CHECK(c.check_time(at("2024-05-31T21:59:59Z") + 1) == "AU02");
}

TEST_CASE("coverage: a session that runs past expiry is not covered", "[authorization]") {
  auto a = order(kTraffic);
  a.set_kind("content_interception");
  a.mutable_scope()->clear_data_types();
  const Coverage c = coverage_of(a);
  CHECK(c.check(DataType::Content, at("2024-05-31T21:50:00Z"), at("2024-05-31T22:10:00Z"),
                {"+447700900001"}) == "AU02");
}

TEST_CASE("coverage: a target counts only in its own time, an IMEI by its first 14 digits",
          "[authorization]") {
  const Coverage c = coverage_of(order(kTraffic));
  const auto april = at("2024-04-15T12:00:00Z");
  CHECK(c.check(DataType::Traffic, april, april, {"0044010000000199"}) == "");
  const auto march = at("2024-03-15T12:00:00Z");
  CHECK(c.check(DataType::Traffic, march, march, {"0044010000000199"}) == "SC01");
}

TEST_CASE("coverage: a number is compared by its digits, however it is written",
          "[authorization]") {
  CHECK(authorization::comparable("", "+44 7700 900-001") == "+447700900001");
  CHECK(authorization::comparable("", "0044 7700 900001") == "+447700900001");
  CHECK(authorization::comparable("", "AD-Airtel-S") == "AD-Airtel-S");
}

TEST_CASE("coverage: an order for content covers its traffic data, never the reverse",
          "[authorization]") {
  auto a = order(kTraffic);
  CHECK_FALSE(coverage_of(a).covers_type(DataType::Content));
  a.set_kind("content_interception");
  a.mutable_scope()->clear_data_types();
  CHECK(coverage_of(a).covers_type(DataType::Content));
  CHECK(coverage_of(a).covers_type(DataType::Traffic));
  CHECK_FALSE(coverage_of(a).covers_type(DataType::Undercover));
  a.mutable_scope()->add_data_types("traffic_data");  // narrowed by its own scope
  CHECK_FALSE(coverage_of(a).covers_type(DataType::Content));
}

TEST_CASE("coverage: a renewal before expiry continues, one after it leaves a gap",
          "[authorization]") {
  auto a = order(kTraffic);
  auto& renewal = *a.add_renewals();
  renewal.set_granted_at("2024-05-20T10:00:00Z");
  renewal.set_expires_at("2024-08-31T22:00:00Z");
  CHECK(coverage_of(a).check_time(at("2024-06-15T00:00:00Z")) == "");
  renewal.set_granted_at("2024-06-10T10:00:00Z");
  CHECK(coverage_of(a).check_time(at("2024-06-05T00:00:00Z")) == "AU04");
  CHECK(coverage_of(a).check_time(at("2024-06-15T00:00:00Z")) == "");
  CHECK(coverage_of(a).check_time(at("2024-09-15T00:00:00Z")) == "AU02");
}

TEST_CASE("coverage: cancellation ends it at once", "[authorization]") {
  auto a = order(kTraffic);
  a.set_cancelled_at("2024-04-01T00:00:00Z");
  CHECK(coverage_of(a).check_time(at("2024-03-31T23:59:59Z")) == "");
  CHECK(coverage_of(a).check_time(at("2024-04-01T00:00:01Z")) == "AU02");
}

TEST_CASE("coverage: an authorization without end or without target covers nothing",
          "[authorization]") {
  auto a = order(kTraffic);
  a.clear_expires_at();
  CHECK(coverage_of(a).check_time(at("2024-03-15T00:00:00Z")) == "AU02");
  a = order(kTraffic);
  a.clear_targets();
  const auto inside = at("2024-03-15T12:00:00Z");
  CHECK(coverage_of(a).check(DataType::Traffic, inside, inside, {"+447700900001"}) == "SC01");
}

TEST_CASE("coverage: an oral grant not confirmed within 72 hours lapses (LEGAL section 7, case 21)",
          "[authorization]") {
  const auto a =
      order(R"({"id":"A2","technique":"UNDERCOVER_OPERATION","kind":"undercover","state":"GB",
    "regime":"GB-RIPA","expires_at":"2024-03-31T00:00:00Z",
    "urgent":{"oral_at":"2024-03-04T09:00:00Z","reason":"boat leaves tonight"},
    "targets":[{"kind":"person","value":"P1"}]})");
  const Coverage c = coverage_of(a);
  CHECK(c.check_time(at("2024-03-07T08:59:00Z")) == "");
  CHECK(c.check_time(at("2024-03-07T10:00:00Z")) == "AU06");  // 73 hours
  CHECK(c.check_time(at("2024-04-01T10:00:00Z")) == "AU02");  // beyond its expiry in any case
  CHECK(authorization::status_at(a, at("2024-03-05T00:00:00Z"))->status == "unconfirmed");
  CHECK(authorization::status_at(a, at("2024-03-08T00:00:00Z"))->status == "expired");
}

TEST_CASE("coverage: an urgent grant confirmed too late leaves what lay between uncovered",
          "[authorization]") {
  auto a = order(kTraffic);
  a.set_regime("US-2518");
  a.mutable_urgent()->set_oral_at("2024-03-01T12:00:00+01:00");
  a.mutable_urgent()->set_confirmed_at("2024-03-05T11:00:00Z");
  CHECK(coverage_of(a).check_time(at("2024-03-03T10:59:00Z")) == "");
  CHECK(coverage_of(a).check_time(at("2024-03-04T00:00:00Z")) == "AU06");
  CHECK(coverage_of(a).check_time(at("2024-03-05T11:00:00Z")) == "");
  CHECK(authorization::status_at(a, at("2024-03-06T00:00:00Z"))->status == "active");
  a.mutable_urgent()->clear_confirmed_at();
  CHECK(coverage_of(a).check_time(at("2024-03-05T11:00:00Z")) == "AU06");
  a.set_cancelled_at("2024-03-04T00:00:00Z");
  CHECK(coverage_of(a).check_time(at("2024-03-05T11:00:00Z")) == "AU02");
}

TEST_CASE("coverage: a session must lie in force from end to end", "[authorization]") {
  auto a = order(kTraffic);
  auto& renewal = *a.add_renewals();
  renewal.set_granted_at("2024-06-10T10:00:00Z");
  renewal.set_expires_at("2024-08-31T22:00:00Z");
  const std::vector<std::string> target{"+447700900001"};
  // Begun before expiry, ended after the late renewal: the gap lies within.
  CHECK(coverage_of(a).check(DataType::Traffic, at("2024-05-30T00:00:00Z"),
                             at("2024-06-20T00:00:00Z"), target) == "AU04");
  a.clear_renewals();
  a.mutable_targets(0)->set_to("2024-03-20T00:00:00Z");
  CHECK(coverage_of(a).check(DataType::Traffic, at("2024-03-19T23:00:00Z"),
                             at("2024-03-19T23:30:00Z"), target) == "");
  CHECK(coverage_of(a).check(DataType::Traffic, at("2024-03-19T23:00:00Z"),
                             at("2024-03-20T01:00:00Z"), target) == "SC01");
}

TEST_CASE("coverage: nothing takes effect before it is decided", "[authorization]") {
  auto a = order(kTraffic);
  a.set_granted_at("2024-03-10T12:00:00+01:00");  // effective_from says 1 March
  CHECK(coverage_of(a).check_time(at("2024-03-10T10:59:59Z")) == "AU02");
  CHECK(coverage_of(a).check_time(at("2024-03-10T11:00:00Z")) == "");
}

TEST_CASE("coverage: a date as expiry ends with that day in UTC", "[authorization]") {
  auto a = order(kTraffic);
  a.set_expires_at("2024-04-30");
  CHECK(coverage_of(a).check_time(at("2024-04-30T23:59:59.999999Z")) == "");
  CHECK(coverage_of(a).check_time(at("2024-05-01T00:00:00Z")) == "AU02");
}

TEST_CASE("a renewed authorization says so and runs to its new end", "[authorization]") {
  auto a = order(kTraffic);
  auto& renewal = *a.add_renewals();
  renewal.set_granted_at("2024-05-20T10:00:00Z");
  renewal.set_expires_at("2024-08-31T22:00:00Z");
  const auto status = *authorization::status_at(a, at("2024-06-15T00:00:00Z"));
  CHECK(status.status == "active");
  CHECK(status.reason == "renewed");
  CHECK(status.effective_to == "2024-08-31T22:00:00Z");
  CHECK(authorization::status_at(a, at("2024-09-15T00:00:00Z"))->status == "expired");
}

TEST_CASE("the third working day ends where the grant was given", "[authorization]") {
  CHECK(core::format_utc(authorization::confirmation_deadline_us(
            "DE-100a", at("2024-03-07T15:00:00Z"), 60)) == "2024-03-12T22:59:59.999999Z");
  // 23:30 UTC on Thursday is Friday in Berlin: Monday, Tuesday, Wednesday.
  CHECK(core::format_utc(authorization::confirmation_deadline_us(
            "DE-100a", at("2024-03-07T23:30:00Z"), 60)) == "2024-03-13T22:59:59.999999Z");
}

TEST_CASE("three working days skip the weekend", "[authorization]") {
  // Thursday 2024-03-07: Friday, Monday, Tuesday.
  CHECK(core::format_utc(authorization::confirmation_deadline_us(
            "DE-100a", at("2024-03-07T15:00:00Z"))) == "2024-03-12T23:59:59.999999Z");
}

TEST_CASE("a refused emergency covers nothing, product included", "[authorization]") {
  auto a = order(kTraffic);
  a.mutable_urgent()->set_oral_at("2024-03-01T00:00:00Z");
  a.mutable_urgent()->set_refused_at("2024-03-02T00:00:00Z");
  CHECK(coverage_of(a).check_time(at("2024-03-01T12:00:00Z")) == "AU06");
  CHECK(authorization::status_at(a, at("2024-03-05T00:00:00Z"))->status == "refused");
}

TEST_CASE("status follows the dates", "[authorization]") {
  const auto a = order(kTraffic);
  CHECK(authorization::status_at(a, at("2024-02-01T00:00:00Z"))->status == "pending");
  CHECK(authorization::status_at(a, at("2024-03-15T00:00:00Z"))->status == "active");
  CHECK(authorization::status_at(a, at("2024-06-15T00:00:00Z"))->status == "expired");
}

TEST_CASE("an authorization file is refused with the field that is wrong", "[authorization]") {
  const auto message = [](const char* text) {
    return authorization::read_file(text).error().message;
  };
  CHECK(message(R"({"id":"A","tecnique":"OTHER"})") ==
        "top level: unknown field 'tecnique'; did you mean 'technique'?");
  CHECK(message(R"([{"id":"A"},{"id":"A"}])").find("stands twice") != std::string::npos);
  CHECK(message(R"({"technique":"OTHER"})").find("no id") != std::string::npos);
  CHECK(message(R"({"id":"A","expires_at":"31.12.2024"})").find("expires_at") != std::string::npos);
  CHECK(message(R"({"id":"A","expires_at":"2024-12-31T10:00:00"})").find("no time zone") !=
        std::string::npos);
  CHECK(message("[]").find("no authorization") != std::string::npos);
}

TEST_CASE("policy: every pair of role and operation is as agreed, all else is denied",
          "[authorization]") {
  using authorization::Operation;
  const std::set<std::pair<std::string, Operation>> granted = [] {
    std::set<std::pair<std::string, Operation>> pairs;
    const auto grant = [&pairs](const char* role, std::initializer_list<Operation> operations) {
      for (const Operation operation : operations) pairs.insert({role, operation});
    };
    grant("analyst",
          {Operation::ReadAuthorization, Operation::Ingest, Operation::ReadRecords,
           Operation::ReadNetwork, Operation::Assess, Operation::ReadQuarantine, Operation::Audit,
           Operation::Report, Operation::Export, Operation::EditEntity});
    grant("handler", {Operation::ReadAuthorization, Operation::Ingest, Operation::ReadQuarantine,
                      Operation::Audit, Operation::RegisterRoleKey, Operation::ReadIdentities,
                      Operation::SealIdentity, Operation::UnsealIdentity});
    grant("legal",
          {Operation::Authorize, Operation::ReadAuthorization, Operation::ReadRecords,
           Operation::ReadNetwork, Operation::Assess, Operation::Decide, Operation::ReadQuarantine,
           Operation::Audit, Operation::Report, Operation::Export, Operation::EditEntity,
           Operation::ReleaseCovered, Operation::DestroyQuarantine, Operation::RegisterRoleKey,
           Operation::ReadIdentities, Operation::ApproveUnsealing, Operation::DestroyIdentity,
           Operation::ReleaseStatistics});
    grant("oversight",
          {Operation::ReadAuthorization, Operation::ReadQuarantine, Operation::ReleaseQuarantine,
           Operation::ReleaseCovered, Operation::DestroyQuarantine, Operation::Audit,
           Operation::Report, Operation::ReadIdentities, Operation::ReleaseStatistics});
    grant("admin",
          {Operation::AddOperator, Operation::Authorize, Operation::ReadAuthorization,
           Operation::Ingest, Operation::ReadRecords, Operation::ReadNetwork, Operation::Assess,
           Operation::Decide, Operation::ReadQuarantine, Operation::Audit, Operation::Report,
           Operation::Export, Operation::ReleaseCovered, Operation::BackUpIdentities,
           Operation::ReleaseStatistics});
    return pairs;
  }();
  for (const std::string role :
       {"analyst", "handler", "legal", "oversight", "admin", "nobody", ""}) {
    for (const Operation operation : authorization::kAllOperations) {
      INFO(role << " / " << authorization::name_of(operation));
      const std::string roles[] = {role};
      CHECK(authorization::permitted(roles, operation) == granted.contains({role, operation}));
    }
  }
  CHECK_FALSE(authorization::permitted({}, Operation::Audit));
}

TEST_CASE("policy: the table is whole, and no word in it is unknown", "[authorization]") {
  v1::Policy policy;
  REQUIRE(google::protobuf::TextFormat::ParseFromString(std::string{authorization::policy_text()},
                                                        &policy));
  std::set<std::string> operations;
  for (const auto operation : authorization::kAllOperations)
    operations.emplace(authorization::name_of(operation));
  std::set<std::string> rows;
  for (const auto& row : policy.operations()) {
    CHECK(operations.contains(row.name()));
    CHECK(rows.insert(row.name()).second);
    CHECK_FALSE(row.roles().empty());
    for (const std::string& role : row.roles()) CHECK(authorization::is_role(role));
  }
  CHECK(rows == operations);  // an operation without a row would be nobody's
  std::set<std::string> obligations;
  for (const auto& row : policy.obligations()) {
    CHECK(obligations.insert(row.name()).second);
    CHECK_FALSE(row.text().empty());
  }
  const std::set<std::string> acts{"COLLECT", "CONSULT", "SEARCH",   "COMBINE",
                                   "ALTER",   "UNSEAL",  "DISCLOSE", "ERASE"};
  const auto* kinds = v1::LedgerEntry::descriptor()->FindOneofByName("body");
  const auto is_kind = [kinds](const std::string& name) {
    for (int i = 0; i < kinds->field_count(); ++i)
      if (kinds->field(i)->name() == name) return true;
    return false;
  };
  std::set<std::string> commands;
  for (const auto& row : policy.commands()) {
    INFO(row.command());
    CHECK(commands.insert(row.command()).second);
    CHECK(row.open().empty() != row.needs().empty());  // either a role is asked or it says why not
    for (const auto& names : {row.needs(), row.may_need()})
      for (const std::string& name : names) CHECK(operations.contains(name));
    for (const std::string& act : row.acts()) CHECK(acts.contains(act));
    if (!row.needs().empty()) CHECK_FALSE(row.acts().empty());
    for (const auto& names : {row.entries(), row.may_leave()})
      for (const std::string& name : names) CHECK(is_kind(name));
    for (const std::string& name : row.obligations()) CHECK(obligations.contains(name));
    const auto* rule = authorization::rule_of(row.command());
    REQUIRE(rule != nullptr);
    CHECK(rule->needs.size() == static_cast<std::size_t>(row.needs_size()));
  }
  CHECK(commands.size() > 100);
  CHECK(authorization::rule_of("no such command") == nullptr);
  CHECK(authorization::rule_of("") == nullptr);
}

TEST_CASE("policy: nobody alone seals, opens and destroys an identity", "[authorization]") {
  using authorization::Operation;
  for (const std::string_view role : authorization::kRoles) {
    const std::string roles[] = {std::string{role}};
    INFO(role);
    CHECK_FALSE((authorization::permitted(roles, Operation::UnsealIdentity) &&
                 authorization::permitted(roles, Operation::ApproveUnsealing)));
    CHECK_FALSE((authorization::permitted(roles, Operation::SealIdentity) &&
                 authorization::permitted(roles, Operation::DestroyIdentity)));
    // Whoever keeps accounts or backups has no key.
    if (authorization::permitted(roles, Operation::AddOperator) ||
        authorization::permitted(roles, Operation::BackUpIdentities))
      CHECK_FALSE(authorization::permitted(roles, Operation::RegisterRoleKey));
  }
}

TEST_CASE("policy: a purpose covers what stands below it, and prohibition wins",
          "[authorization]") {
  using Words = std::vector<std::string>;
  const auto may = [](std::string_view stated, const Words& allowed, const Words& never) {
    return !authorization::purpose_conflict(stated, allowed, never);
  };
  CHECK(may("anything", {}, {}));
  CHECK(may("", {}, {}));
  CHECK_FALSE(may("", {"a"}, {}));
  CHECK(may("a", {"a"}, {}));
  CHECK(may("a/b/c", {"a/b"}, {}));
  CHECK_FALSE(may("a", {"a/b"}, {}));
  CHECK_FALSE(may("ab", {"a"}, {}));
  CHECK_FALSE(may("a/b", {"a"}, {"a/b"}));
  CHECK_FALSE(may("a/b/c", {}, {"a/b"}));
  CHECK(may("a", {}, {"a/b"}));
  CHECK(may(" x ; a ", {"a"}, {}));
  CHECK_FALSE(may("a; a/b", {"a"}, {"a/b"}));
  CHECK_FALSE(may("A", {"a"}, {}));
  CHECK(may("a", {""}, {}) == false);  // an empty purpose allows nothing
}
