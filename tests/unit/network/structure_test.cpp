// Core and periphery, blocks, and groups over windows of time.
#include "analysis/network/structure.hpp"

#include "analysis/network/block_model.hpp"
#include "analysis/network/core_periphery.hpp"
#include "analysis/network/examined.hpp"
#include "analysis/network/group_windows.hpp"
#include "core/base/time.hpp"
#include "tests/unit/network/net.hpp"

using namespace palermo;
using namespace palermo::network;
using palermo::test::must;
using palermo::test::net;
using Sets = std::vector<std::vector<std::string>>;

TEST_CASE("A perfect core and periphery fits by 1", "[network][core]") {
  // Two in the core tied to each other and to all of four others.
  const Graph graph = net("A-B A-c A-d A-e A-f B-c B-d B-e B-f");
  const v1::NetworkCore answer = must(core_answer(graph, {}));
  CHECK(answer.fit() == Approx(1));
  REQUIRE(answer.core_size() == 2);
  CHECK(answer.core(0) == "A");
  CHECK(answer.core(1) == "B");
  CHECK(answer.periphery() == 4);
  CHECK(answer.density_core() == Approx(1));
  CHECK(answer.density_between() == Approx(1));
  CHECK(answer.density_periphery() == Approx(0));
  CHECK(answer.members(0).coreness() == Approx(1));
  CHECK(answer.p_value() > 0.5);  // these degrees allow no other graph
}

TEST_CASE("The split found is the best there is on small graphs", "[network][core][property]") {
  rc::prop("against trying all splits of 8", [] {
    const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
    Random random{seed};
    Pairs pairs;
    for (std::uint32_t a = 0; a < 8; ++a)
      for (std::uint32_t b = a + 1; b < 8; ++b)
        if (random.below(3) == 0) pairs.emplace_back(a, b);
    RC_PRE(!pairs.empty());
    const TieArrays graph = arrays_of(8, pairs);
    double best = 0;
    for (unsigned set = 0; set < 256; ++set) {
      std::vector<bool> core(8);
      for (unsigned v = 0; v < 8; ++v) core[v] = (set >> v & 1U) != 0;
      best = std::max(best, core_fit(graph, core));
    }
    const CorePeriphery found = core_periphery(graph, random);
    RC_ASSERT(std::abs(found.fit - best) < 1e-9);
    RC_ASSERT(std::abs(core_fit(graph, found.core) - found.fit) < 1e-9);
  });
}

TEST_CASE("A network that is too large is cut to a part, and the answer says which",
          "[network][core]") {
  const Graph graph = net("A-B B-C C-A A-D X-Y Z");
  CHECK(must(examine(graph, 10)).restricted_to.empty());
  CHECK(must(examine(graph, 10)).vertices.size() == 6);
  const Examined component = must(examine(graph, 4));
  CHECK(component.vertices.size() == 4);
  CHECK(component.restricted_to.find("largest component") != std::string::npos);
  const Examined core = must(examine(graph, 3));
  CHECK(core.vertices.size() == 3);
  CHECK(core.restricted_to.find("2-core") != std::string::npos);
  CHECK_FALSE(examine(graph, 2).ok());
  CHECK_FALSE(core_answer(net("A B"), {}).ok());
  CHECK_FALSE(blocks_answer(net("A B"), {}).ok());
}

namespace {

Pairs planted_blocks(std::uint32_t size, std::uint32_t blocks, double in, double out,
                     std::uint64_t seed) {
  Random random{seed};
  Pairs pairs;
  for (std::uint32_t a = 0; a < size * blocks; ++a)
    for (std::uint32_t b = a + 1; b < size * blocks; ++b)
      if (random.unit() < (a / size == b / size ? in : out)) pairs.emplace_back(a, b);
  return pairs;
}

}  // namespace

TEST_CASE("Planted blocks are found, their number included", "[network][blocks]") {
  const std::vector<BlockFit> fits =
      fit_blocks(arrays_of(60, planted_blocks(20, 3, 0.5, 0.03, 2)), 6, 1);
  CHECK(fits.front().blocks == 3);
  for (std::uint32_t v = 0; v < 60; ++v) CHECK(fits.front().of[v] == fits.front().of[v / 20 * 20]);
}

TEST_CASE("Nodes tied alike are a block even where they are not tied to one another",
          "[network][blocks]") {
  const std::vector<BlockFit> fits =
      fit_blocks(arrays_of(40, planted_blocks(20, 2, 0.02, 0.5, 3)), 5, 1);
  CHECK(fits.front().blocks == 2);
  for (std::uint32_t v = 0; v < 40; ++v) CHECK(fits.front().of[v] == fits.front().of[v / 20 * 20]);
}

TEST_CASE("A graph made by chance is one block", "[network][blocks]") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    CHECK(fit_blocks(arrays_of(60, planted_blocks(60, 1, 0.08, 0, seed)), 5, 1).front().blocks ==
          1);
}

TEST_CASE("The likelihood is that of the microcanonical model", "[network][blocks]") {
  // A triangle in one block: 3 ties of 3 places with loops and doubles counted apart.
  const TieArrays graph = arrays_of(3, Pairs{{0, 1}, {1, 2}, {0, 2}});
  const BlockFit fit = describe_blocks(graph, {0, 0, 0}, false);
  // P = e_rr!! / n^2m = 2^3 3! / 3^6
  CHECK(fit.log_likelihood == Approx(std::log(48.0 / 729)));
  const BlockFit corrected = describe_blocks(graph, {0, 0, 0}, true);
  // P = e_rr!! prod k! / e_r! = 48 * 8 / 6!
  CHECK(corrected.log_likelihood == Approx(std::log(48.0 * 8 / 720)));
}

TEST_CASE("Windows follow the calendar or divide the period", "[network][windows]") {
  const auto day = [](int y, unsigned m, unsigned d) {
    return core::civil_to_us(y, m, d, 12, 0, 0);
  };
  const auto months = must(windows_of(day(2023, 11, 15), day(2024, 2, 1), "month"));
  REQUIRE(months.size() == 4);
  CHECK(core::format_utc(months[0].from_us).substr(0, 10) == "2023-11-01");
  CHECK(core::format_utc(months[3].from_us).substr(0, 10) == "2024-02-01");
  const auto weeks = must(windows_of(day(2024, 1, 3), day(2024, 1, 15), "week"));
  REQUIRE(weeks.size() == 3);
  CHECK(core::format_utc(weeks[0].from_us).substr(0, 10) == "2024-01-01");  // a Monday
  const auto four = must(windows_of(day(2024, 1, 1), day(2024, 1, 9), "4"));
  REQUIRE(four.size() == 4);
  CHECK(four.back().to_us >= day(2024, 1, 9));
  for (const char* wrong : {"", "1", "year", "3.5", "-2", "4000"})
    CHECK_FALSE(windows_of(day(2024, 1, 1), day(2024, 1, 9), wrong).ok());
}

TEST_CASE("Births, deaths, splits and merges", "[network][windows]") {
  const auto kinds = [](const Sets& before, const Sets& after) {
    std::string text;
    for (const Change& change : changes_between(before, after))
      text += std::string{"BDCSMR"[static_cast<int>(change.kind)]};
    return text;
  };
  CHECK(kinds({{"a", "b", "c"}}, {{"a", "b", "c"}}) == "C");
  CHECK(kinds({{"a", "b", "c"}}, {}) == "D");
  CHECK(kinds({}, {{"a", "b", "c"}}) == "B");
  CHECK(kinds({{"a", "b", "c"}}, {{"x", "y", "z"}}) == "DB");
  CHECK(kinds({{"a", "b", "c", "d", "e", "f"}}, {{"a", "b", "c"}, {"d", "e", "f"}}) == "S");
  CHECK(kinds({{"a", "b", "c"}, {"d", "e", "f"}}, {{"a", "b", "c", "d", "e", "f"}}) == "M");
  CHECK(changes_between({{"a", "b", "c"}}, {{"b", "c", "d"}})[0].jaccard == Approx(0.5));
}
