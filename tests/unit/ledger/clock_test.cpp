#include "core/ledger/clock.hpp"

#include "core/base/clock_for_tests.hpp"
#include "core/base/json_message.hpp"
#include "core/ledger/ledger.hpp"
#include "core/ledger/verify.hpp"
#include "tests/unit/ledger/small_case.hpp"

using namespace palermo;
using namespace palermo::ledger;
using test::has_problem;

namespace {

std::int64_t us(const char* text) { return core::parse_instant(text)->us; }

struct Clocked : test::SmallCase {
  ~Clocked() { core::detail::fix_clock_for_tests(std::nullopt); }

  AppendedLeaf at(const char* now, v1::LedgerEntry entry) {
    core::detail::fix_clock_for_tests(us(now));
    auto transaction = *db.begin();
    const auto leaf = ledger.append(transaction, std::move(entry), anna);
    REQUIRE(leaf.ok());
    REQUIRE(transaction.commit().ok());
    return *leaf;
  }
  AppendedLeaf note(const char* now) {
    v1::LedgerEntry entry;
    entry.mutable_heartbeat()->set_note("x");
    return at(now, entry);
  }
  AppendedLeaf beat(const char* now) { return at(now, heartbeat_entry("asked for")); }
  v1::LedgerEntry read(std::uint64_t index) {
    v1::LedgerEntry entry;
    REQUIRE(core::fill_message(*core::parse_json(*ledger.leaf(index)), entry).ok());
    return entry;
  }
  std::string notices() {
    std::string all;
    const auto result = verify();
    CHECK(result.ok());
    for (const std::string& notice : result.notices()) all += notice + "\n";
    return all;
  }
};

v1::LedgerEntry beat_of(const char* recorded, std::uint64_t running_s, const char* boot = "b1") {
  v1::LedgerEntry entry;
  entry.set_recorded_at(core::format_utc_us(us(recorded)));
  entry.set_id(std::string{kHeartbeatId});
  v1::HeartbeatNote note;
  note.set_boot(boot);
  note.set_running_us(running_s * 1'000'000);
  entry.mutable_heartbeat()->set_note(*canonical_json(note));
  return entry;
}

}  // namespace

TEST_CASE_METHOD(Clocked, "clock: one that was set back is told once, before the next entry",
                 "[ledger][clock]") {
  note("2041-03-04T08:00:00Z");
  const auto second = note("2041-03-04T07:00:00Z");
  const v1::LedgerEntry told = read(second.index - 1);
  const auto jump = clock_jump_of(told);
  REQUIRE(jump);
  CHECK(jump->direction() == "back");
  CHECK(jump->by_us() == 3'600'000'000);
  CHECK(jump->expected_at() == "2041-03-04T08:00:00.000000Z");
  CHECK(jump->shown_at() == "2041-03-04T07:00:00.000000Z");
  CHECK(told.recorded_at() == "2041-03-04T08:00:00.000000Z");
  // It runs on behind the last time: nothing new.
  CHECK(note("2041-03-04T07:30:00Z").index == second.index + 1);
  CHECK(note("2041-03-04T07:59:59Z").index == second.index + 2);
  // Set back further: told again.
  CHECK(note("2041-03-04T06:00:00Z").index == second.index + 4);
  CHECK(note("2041-03-04T08:00:01Z").index == second.index + 5);
  CHECK(notices().find("the clock was set 2 times; by most, 2 h 0 min, back at entry") !=
        std::string::npos);
}

TEST_CASE_METHOD(Clocked, "clock: a second back is a time daemon's step", "[ledger][clock]") {
  const auto first = note("2041-03-04T08:00:01Z");
  CHECK(note("2041-03-04T08:00:00Z").index == first.index + 1);
}

TEST_CASE_METHOD(Clocked, "clock: a day of silence ends with a heartbeat, and shows",
                 "[ledger][clock]") {
  const auto first = note("2041-03-04T08:00:00Z");
  const auto second = note("2041-03-05T08:00:00Z");
  CHECK(second.index == first.index + 1);  // a day, and no more
  const auto third = note("2041-03-09T10:00:00Z");
  // The machine itself ran on for an instant, so that the heartbeat tells a leap of the clock too.
  REQUIRE(third.index == second.index + 3);
  const auto leap = clock_jump_of(read(third.index - 2));
  REQUIRE(leap);
  CHECK(leap->direction() == "forward");
  const auto beat = heartbeat_of(read(third.index - 1));
  REQUIRE(beat);
  CHECK(beat->boot().size() == 16);
  CHECK(beat->running_us() > 0);
  // The small case was filled years before.
  CHECK(notices().find("the longest silence of the log is ") != std::string::npos);
}

TEST_CASE_METHOD(Clocked, "clock: one that leapt is told by the time the machine ran",
                 "[ledger][clock]") {
  beat("2041-03-04T08:00:00Z");
  const auto calm = beat("2041-03-04T08:00:30Z");
  CHECK_FALSE(clock_jump_of(read(calm.index - 1)));
  const auto leapt = beat("2041-03-04T14:00:30Z");  // six hours, while the machine ran milliseconds
  const auto told = clock_jump_of(read(leapt.index - 1));
  REQUIRE(told);
  CHECK(told->direction() == "forward");
  CHECK(told->by_us() / 1'000'000 == 6 * 3600 - 1);
  // Back again: told as back, once.
  const auto back = beat("2041-03-04T08:01:00Z");
  REQUIRE(clock_jump_of(read(back.index - 1)));
  CHECK(clock_jump_of(read(back.index - 1))->direction() == "back");
  CHECK_FALSE(clock_jump_of(read(back.index - 2)));
  CHECK(read(back.index).occurred_at() == "2041-03-04T08:01:00.000000Z");
  CHECK_FALSE(clock_jump_of(read(beat("2041-03-04T08:01:10Z").index - 1)));
}

TEST_CASE("clock: heartbeats of another start or of an honest drift say nothing",
          "[ledger][clock]") {
  const auto before = beat_of("2041-03-04T08:00:00Z", 1000);
  CHECK_FALSE(jump_between(before, beat_of("2041-03-05T08:00:00Z", 1000 + 86'400)));
  CHECK_FALSE(jump_between(before, beat_of("2041-03-05T08:01:40Z", 1000 + 86'400)));  // 100 s a day
  CHECK(jump_between(before, beat_of("2041-03-05T08:01:45Z", 1000 + 86'400))->direction() ==
        "forward");
  CHECK(jump_between(before, beat_of("2041-03-05T07:58:00Z", 1000 + 86'400))->direction() ==
        "back");
  CHECK_FALSE(jump_between(before, beat_of("2041-04-05T08:00:00Z", 500)));  // started anew
  CHECK_FALSE(jump_between(before, beat_of("2041-04-05T08:00:00Z", 2000, "b2")));
  CHECK_FALSE(jump_between(before, beat_of("2041-04-05T08:00:00Z", ~std::uint64_t{0} / 2'000'000)));
}

TEST_CASE_METHOD(Clocked,
                 "clock: a fact entered late is marked, with the reason where one is given",
                 "[ledger][clock]") {
  const auto fact = [&](const char* occurred, const char* reason = "") {
    v1::LedgerEntry entry;
    entry.mutable_product();
    entry.set_occurred_at(core::format_utc_us(us(occurred)));
    entry.set_late_reason(reason);
    return read(at("2041-03-10T00:00:00Z", entry).index).late_reason();
  };
  note("2041-03-10T00:00:00Z");
  CHECK(fact("2041-03-09T00:00:00Z").empty());
  CHECK(fact("2041-03-07T00:00:00Z").empty());
  CHECK(fact("2041-03-06T12:00:00Z") == "entered 3 days after it happened; no reason was given");
  CHECK(fact("2041-03-01T00:00:00Z", "the officer was abroad") == "the officer was abroad");
  CHECK(notices().find("2 facts were entered late, and marked so") != std::string::npos);
}

TEST_CASE_METHOD(Clocked, "clock: a fact that a witness had passed is marked, or found",
                 "[ledger][clock]") {
  v1::LedgerEntry seen;
  seen.mutable_review()->set_kind("WITNESS");
  seen.set_occurred_at("2041-03-10T12:00:00.000000Z");
  // A cosignature needs its row; here only the times matter, so look at that code alone.
  at("2041-03-10T12:01:00Z", seen);
  v1::LedgerEntry fact;
  fact.mutable_product();
  fact.set_occurred_at("2041-03-10T09:00:00.000000Z");
  const auto leaf = at("2041-03-10T12:02:00Z", fact);
  CHECK(read(leaf.index).late_reason() ==
        "entered after a witness had seen the log; no reason was given");
  const std::string place = "leaf " + std::to_string(leaf.index);
  CHECK_FALSE(has_problem(verify(), "TIME_REGRESSION", place));
  fact.set_occurred_at("2041-03-10T12:01:30.000000Z");
  CHECK(read(at("2041-03-10T12:03:00Z", fact).index).late_reason().empty());
  // A witness whose clock is behind takes nothing from what another one saw.
  seen.set_occurred_at("2041-03-10T08:00:00.000000Z");
  at("2041-03-10T12:03:00Z", seen);
  fact.set_occurred_at("2041-03-10T09:00:00.000000Z");
  const auto behind = at("2041-03-10T12:04:00Z", fact);
  CHECK_FALSE(read(behind.index).late_reason().empty());
  CHECK_FALSE(has_problem(verify(), "TIME_REGRESSION", "leaf " + std::to_string(behind.index)));
  // Whoever writes entries with another program and leaves the mark out is found.
  auto forged = leaves();
  core::Json json = *core::parse_json(forged[leaf.index]);
  json.erase("late_reason");
  forged[leaf.index] = resigned(*canonical_json(json), "seq", json["seq"]);
  forge(forged, true);
  CHECK(has_problem(verify(), "TIME_REGRESSION", place));
}
