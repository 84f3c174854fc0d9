#include "analysis/calls/devices.hpp"

#include "tests/unit/calls/calls.hpp"

using namespace palermo;
using palermo::test::Calls;

namespace {

struct Kit : Calls {
  void use(const std::string& number, const std::string& sim, const std::string& handset,
           const std::string& at, std::int32_t duration_s = 30) {
    const std::uint32_t imei = handset.empty() ? calls::kNobody : party(handset, "imei");
    const std::uint32_t imsi = sim.empty() ? calls::kNobody : party(sim, "imsi");
    auto& event = call(number, "X", at, duration_s);
    event.imei = imei;
    event.imsi = imsi;
  }
};

}  // namespace

TEST_CASE("A SIM that moves makes strips, changes with records, and no conflict",
          "[calls][devices]") {
  Kit kit;
  kit.use("N", "S", "H1", "2031-03-04T08:00:00Z");
  kit.use("N", "S", "H1", "2031-03-04T09:00:00Z");
  kit.use("N", "S", "H2", "2031-03-04T10:00:00Z");
  kit.use("N", "S", "H1", "2031-03-05T10:00:00Z");
  const auto& log = kit.log();
  const auto answer = calls::devices(log, *log.find("S"), {});
  std::string strips;
  for (const auto& strip : answer.strips())
    if (strip.carrier() == "S")
      strips +=
          strip.held() + ":" + std::to_string(strip.records()) + (strip.came_back() ? "b " : " ");
  CHECK(strips == "H1:2 H2:1 H1:1b ");
  CHECK(answer.total_conflicts() == 0);
  REQUIRE(answer.changes_size() >= 2);
  const auto& change = *std::find_if(answer.changes().begin(), answer.changes().end(),
                                     [](const auto& c) { return c.carrier() == "S"; });
  CHECK(change.before() == "H1");
  CHECK(change.after() == "H2");
  CHECK(change.record_before() == "SRC-1:2");
  CHECK(change.record_after() == "SRC-1:3");
}

TEST_CASE("One SIM in two handsets at once is a conflict", "[calls][devices]") {
  Kit kit;
  kit.use("N", "S", "H1", "2031-03-04T08:00:00Z", 600);
  kit.use("N", "S", "H2", "2031-03-04T08:05:00Z", 30);  // while the first call runs
  kit.use("N", "S", "H1", "2031-03-04T09:00:00Z", 30);
  kit.use("N", "S", "H2", "2031-03-04T09:01:31Z", 30);  // 61 s after its end
  const auto& log = kit.log();
  const auto answer = calls::devices(log, std::nullopt, {});
  REQUIRE(answer.total_conflicts() == 1);  // not told again of the number
  CHECK(answer.conflicts(0).kind() == "sim_in_two_handsets");
  CHECK(answer.conflicts(0).times() == 1);
  CHECK(answer.conflicts(0).record_one() == "SRC-1:1");
  CHECK(answer.conflicts(0).record_other() == "SRC-1:2");
}

TEST_CASE("A handset with two SIMs in turn is told from one that was handed on",
          "[calls][devices]") {
  Kit kit;
  kit.use("N", "S1", "H1", "2031-03-04T08:00:00Z");
  kit.use("M", "S2", "H1", "2031-03-04T10:00:00Z");
  kit.use("N", "S1", "H1", "2031-03-04T12:00:00Z");
  kit.use("N", "S1", "H2", "2031-03-05T08:00:00Z");
  kit.use("O", "S3", "H2", "2031-03-06T08:00:00Z");
  const auto& log = kit.log();
  const auto answer = calls::devices(log, std::nullopt, {});
  std::string seen;
  for (const auto& shared : answer.shared())
    if (shared.carrier_kind() == "imsi")
      seen += shared.identifier() + " " + shared.pattern() + " " + std::to_string(shared.turns()) +
              "; ";
  CHECK(seen == "H1 in_turn 2; H2 one_after_another 1; ");
  CHECK(answer.total_conflicts() == 0);
}

TEST_CASE("Numbers without a SIM in the records are compared themselves", "[calls][devices]") {
  Kit kit;
  kit.use("N", "", "H1", "2031-03-04T08:00:00Z", 600);
  kit.use("N", "", "H2", "2031-03-04T08:05:00Z", 30);
  kit.call("N", "X", "2031-03-04T10:00:00Z");
  const auto& log = kit.log();
  const auto answer = calls::devices(log, *log.find("N"), {});
  REQUIRE(answer.conflicts_size() == 1);
  CHECK(answer.conflicts(0).kind() == "number_in_two_handsets");
  CHECK(answer.without_device() == 1);
}
