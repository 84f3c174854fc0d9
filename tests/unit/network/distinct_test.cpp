// How many persons stand behind identifiers, at least: the rules one by one, then 1,000 cases whose
// truth is known.
#include <fmt/format.h>

#include <numeric>

#include "analysis/network/distinct_graph.hpp"
#include "core/base/parallel.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/network/distinct_simulation.hpp"

using namespace palermo;
using namespace palermo::network;
using palermo::test::World;
using palermo::test::WorldKind;
using palermo::test::WorldMaker;

namespace {

constexpr std::int64_t kSecond = 1'000'000, kMinute = 60 * kSecond, kDay = 1440 * kMinute;

/// Each identifier with a user of its own.
DistinctInput numbers(std::uint32_t n) {
  DistinctInput input;
  input.identifiers = input.users = n;
  input.own.assign(n, true);
  for (std::uint32_t i = 0; i < n; ++i) input.spans.push_back({UserSpan{}});
  for (std::uint32_t i = 0; i < n; ++i) input.spans[i].front().user = i;
  return input;
}

Talk talk(std::uint32_t a, std::uint32_t b, std::int64_t at_us, std::int32_t seconds = 60,
          bool of_called = false, std::uint32_t source = 0) {
  Talk out;
  out.a = a;
  out.b = b;
  out.at_us = at_us;
  out.seconds = seconds;
  out.spoke = seconds > 0;
  out.of_called = of_called;
  out.evidence = {source, static_cast<std::uint32_t>(at_us / kSecond + 1)};
  return out;
}

Seen seen(std::uint32_t identifier, std::int64_t at_us, double latitude, double longitude) {
  Seen out;
  out.identifier = identifier;
  out.at = {at_us, latitude, longitude, 0, 0};
  out.evidence = {0, static_cast<std::uint32_t>(at_us / kSecond + 1 + identifier)};
  return out;
}

std::size_t lo(const DistinctInput& input, const DistinctRules& rules = {}) {
  return most_distinct(distinct_graph(input, rules), {}, 1'000'000).members.size();
}

}  // namespace

TEST_CASE("Answered calls between three prove three users, unanswered ones none", "[persons]") {
  DistinctInput input = numbers(3);
  CHECK(lo(input) == 1);
  input.talks = {talk(0, 1, 0), talk(1, 2, kDay), talk(2, 0, 2 * kDay)};
  CHECK(lo(input) == 3);
  input.talks[2] = talk(2, 0, 2 * kDay, 0);
  CHECK(lo(input) == 2);
  DistinctRules rules;
  rules.min_talk_s = 61;
  CHECK(lo(input, rules) == 1);
}

TEST_CASE("A call that another may have answered proves nothing", "[persons]") {
  DistinctInput input = numbers(3);
  SECTION("the record says that it was diverted") {
    input.talks = {talk(0, 1, 0)};
    input.talks[0].diverted = true;
  }
  SECTION("the called side says that nobody answered") {
    input.talks = {talk(0, 1, 0), talk(0, 1, 90 * kSecond, 0, true, 1)};
  }
  SECTION("the caller was in another call: a leg of a diversion, or a conference") {
    input.talks = {talk(2, 0, 0, 100), talk(0, 1, 10 * kSecond, 80)};
    CHECK(distinct_graph(input, {}).counts.engaged == 2);
  }
  SECTION("the called one was in another call with a number outside, by another's clock") {
    input.talks = {talk(9, 1, 0, 60, false, 1), talk(0, 1, 100 * kSecond)};
  }
  SECTION("the called one is nowhere seen to act") {
    input.talks = {talk(0, 1, 0)};
    input.own[1] = false;
    DistinctRules rules;
    rules.receivers = true;
    CHECK(lo(input, rules) == 2);
  }
  CHECK(lo(input) == 1);
}

TEST_CASE("A missed call before an answered one takes nothing away", "[persons]") {
  DistinctInput input = numbers(2);
  input.talks = {talk(0, 1, 0, 0), talk(0, 1, 60 * kSecond)};
  CHECK(lo(input) == 2);
}

TEST_CASE("Two at once in two places are two", "[persons]") {
  DistinctInput input = numbers(3);
  input.seen = {seen(0, 0, 38.12, 13.36), seen(1, 3 * kMinute, 45.46, 9.19)};
  const DistinctGraph graph = distinct_graph(input, {});
  REQUIRE(graph.proofs.size() == 1);
  CHECK(graph.proofs[0].kind == ProofKind::Apart);
  CHECK(graph.proofs[0].travel.km == Approx(888).margin(3));
  CHECK(*graph.proofs[0].travel.needed_kmh > 8000);
  // Two hours later an aeroplane explains it.
  input.seen[1] = seen(1, 120 * kMinute, 45.46, 9.19);
  CHECK(lo(input) == 1);
  // A number that is in two places itself (a second card) proves nothing by place.
  input.seen = {seen(0, 0, 38.12, 13.36), seen(0, kMinute, 45.46, 9.19),
                seen(1, 2 * kMinute, 48.14, 11.58)};
  const DistinctGraph twice = distinct_graph(input, {});
  CHECK(twice.twice_at_once == std::vector<std::uint32_t>{0});
  CHECK(twice.proofs.empty());
}

TEST_CASE("Identifiers of one person are one, and a phone that changed hands is two users",
          "[persons]") {
  DistinctInput input = numbers(3);
  input.talks = {talk(0, 1, 0), talk(1, 2, kDay), talk(2, 0, 2 * kDay)};
  input.spans[2].front().user = 0;
  const DistinctGraph graph = distinct_graph(input, {});
  CHECK(graph.counts.own_user == 1);
  CHECK(most_distinct(graph, {}, 1000).members == std::vector<std::uint32_t>{0, 1});
  // N0: A, then B. N1: B. N2: A. Three lines that all spoke, two persons.
  input.users = 2;
  input.spans[0] = {{std::numeric_limits<std::int64_t>::min(), kDay, 0},
                    {kDay + 1, std::numeric_limits<std::int64_t>::max(), 1}};
  input.spans[1].front().user = 1;
  input.spans[2].front().user = 0;
  CHECK(lo(input) == 2);
}

TEST_CASE("Several users at once prove nothing", "[persons]") {
  DistinctInput input = numbers(2);
  input.talks = {talk(0, 1, 0)};
  input.spans[1].front().user = kNoUser;
  const DistinctGraph graph = distinct_graph(input, {});
  CHECK(graph.counts.no_user == 1);
  CHECK(graph.proofs.empty());
}

TEST_CASE("Proofs within so many days bound what hand-overs can feign", "[persons]") {
  DistinctInput input = numbers(4);
  input.talks = {talk(0, 1, 0), talk(1, 2, kDay), talk(2, 0, 9 * kDay)};
  input.claims = {{2, 3, ProofKind::Stated, 0}, {1, 3, ProofKind::Decided, 0}};
  const DistinctGraph graph = distinct_graph(input, {});
  CHECK(most_distinct(graph, {}, 1000).members.size() == 3);
  const WithinDays two = most_distinct_within(graph, {}, 2, 1000);
  CHECK(two.lo == 3);  // 1-2 by a call, 3 by claims
  CHECK(*two.first_day == 0);
  CHECK(most_distinct_within(graph, {0, 1, 2}, 9, 1000).lo == 2);
  CHECK(most_distinct_within(graph, {0, 1, 2}, 10, 1000).lo == 3);
  CHECK(most_distinct_within(graph, {0, 3}, 10, 1000).lo == 1);
}

namespace {

/// What worlds of a kind gave.
struct Tally {
  std::uint32_t worlds = 0;
  std::uint32_t asked = 0;       // sets of identifiers
  std::uint32_t exceeded = 0;    // lo above the truth
  std::uint32_t exceeded_7 = 0;  // the same with proofs within 7 days, and within one
  std::uint32_t exceeded_1 = 0;
  double all = 0, by_calls = 0;  // share of the truth, whole cases
  void add(const Tally& other) {
    worlds += other.worlds;
    asked += other.asked;
    exceeded += other.exceeded;
    exceeded_7 += other.exceeded_7;
    exceeded_1 += other.exceeded_1;
    all += other.all;
    by_calls += other.by_calls;
  }
};

/// Users of identifiers as the analyst knows them.
std::vector<std::uint32_t> users_of(const World& world,
                                    const std::vector<std::uint32_t>& identifiers) {
  std::set<std::uint32_t> users;
  for (const std::uint32_t i : identifiers)
    for (const UserSpan& span : world.input.spans[i]) users.insert(span.user);
  return {users.begin(), users.end()};
}

/// Whole, every person's own phones, and random sets: lo against the truth.
Tally compare(const World& world, const DistinctRules& rules, std::uint64_t seed,
              std::int64_t from_us, std::int64_t to_us, bool ladder = false) {
  constexpr std::uint64_t kBudget = 1'000'000;
  Tally tally;
  const DistinctGraph graph = distinct_graph(world.input, rules);
  std::vector<std::vector<std::uint32_t>> sets(1);
  sets[0].resize(world.input.identifiers);
  std::iota(sets[0].begin(), sets[0].end(), 0U);
  for (std::uint32_t p = 0; p < world.persons; ++p) {
    std::vector<std::uint32_t>& own = sets.emplace_back();
    for (const std::uint32_t i : sets[0])
      if (!world.holders[i].empty() && world.holders[i].front().second == p) own.push_back(i);
  }
  std::mt19937_64 random{seed};
  for (int k = 0; k < 5; ++k) {
    std::vector<std::uint32_t>& some = sets.emplace_back();
    for (const std::uint32_t i : sets[0])
      if (random() % 3 == 0) some.push_back(i);
  }
  for (std::size_t s = 0; s < sets.size(); ++s) {
    const std::vector<std::uint32_t> users = users_of(world, sets[s]);
    if (users.empty()) continue;
    // A set of machines alone has a vertex, and nobody behind it.
    const std::size_t truth = std::max<std::size_t>(world.truth(sets[s], from_us, to_us), 1);
    const auto found = most_distinct(graph, users, kBudget).members.size();
    ++tally.asked;
    if (found > truth) ++tally.exceeded;
    if (ladder && most_distinct_within(graph, users, 7, kBudget).lo > truth) ++tally.exceeded_7;
    if (ladder && most_distinct_within(graph, users, 1, kBudget).lo > truth) ++tally.exceeded_1;
    if (s > 0) continue;
    ++tally.worlds;
    tally.all += static_cast<double>(found) / static_cast<double>(truth);
    tally.by_calls +=
        static_cast<double>(
            most_distinct(conversations_alone(graph), users, kBudget).members.size()) /
        static_cast<double>(truth);
  }
  return tally;
}

/// The same for seeds 1, 2, …, on all cores.
template <typename Ask>
Tally for_seeds(std::uint64_t seeds, const Ask& ask) {
  std::vector<Tally> tallies(seeds);
  core::in_parallel(seeds, core::cores(), [&](std::size_t i) { tallies[i] = ask(i + 1); });
  Tally sum;
  for (const Tally& tally : tallies) sum.add(tally);
  return sum;
}

/// The records of a period, without those that a wrong clock may have brought in from outside.
World within(World world, std::int64_t from_us, std::int64_t to_us) {
  constexpr std::int64_t kEdge = 3 * kMinute;
  const auto outside = [&](std::int64_t at_us, std::int64_t seconds) {
    return at_us < from_us + kEdge || at_us + seconds * kSecond > to_us - kEdge;
  };
  std::erase_if(world.input.talks,
                [&](const Talk& talk) { return outside(talk.at_us, talk.seconds); });
  std::erase_if(world.input.seen, [&](const Seen& one) { return outside(one.at.at_us, 0); });
  return world;
}

}  // namespace

TEST_CASE("In 1,000 simulated cases the fewest persons never exceed the truth",
          "[persons][simulation]") {
  constexpr std::uint64_t kSeeds = 1'000;
  const Tally tally = for_seeds(kSeeds, [](std::uint64_t seed) {
    const World world = WorldMaker{seed, {}}.make();
    return compare(world, {}, seed, 0, world.end_us);
  });
  const double all = tally.all / tally.worlds, calls = tally.by_calls / tally.worlds;
  fmt::print(
      "{} cases, {} sets of identifiers: lo exceeds the truth in {}.\n"
      "Mean share of the true number of persons, whole cases: {:.3f}; by mutual calls alone "
      "{:.3f}.\n",
      tally.worlds, tally.asked, tally.exceeded, all, calls);
  CHECK(tally.worlds == kSeeds);
  CHECK(tally.exceeded == 0);
  CHECK(all >= calls + 0.2);
  CHECK(calls > 0.4);
}

TEST_CASE("The simulated cases mislead whoever takes one of the rules away",
          "[persons][simulation]") {
  constexpr std::uint64_t kSeeds = 100;
  const auto exceeded = [](const DistinctRules& rules, const auto& change) {
    return for_seeds(kSeeds,
                     [&](std::uint64_t seed) {
                       World world = WorldMaker{seed, {}}.make();
                       change(world.input);
                       return compare(world, rules, seed, 0, world.end_us);
                     })
        .exceeded;
  };
  const auto nothing = [](DistinctInput&) {};
  DistinctRules rules;
  rules.receivers = true;
  CHECK(exceeded(rules, nothing) > 0);
  for (const int what : {0, 1, 2}) {
    rules = {};
    if (what == 0) rules.travel.cell_range_km = 5;
    if (what == 1) rules.travel.speed_kmh = 150;
    if (what == 2) rules.travel.clock_s = 0;
    const std::uint32_t times = exceeded(rules, nothing);
    fmt::print("without {}: {} sets exceed\n",
               what == 0   ? "far-reaching cells"
               : what == 1 ? "aeroplanes"
                           : "wrong clocks",
               times);
    CHECK(times > 0);
  }
  // Records of the called side that say that the call was diverted or not answered.
  CHECK(exceeded({}, [](DistinctInput& input) {
          std::erase_if(input.talks, [](const Talk& one) { return !one.spoke; });
        }) > 0);
  // When each phone passed on.
  CHECK(exceeded({}, [](DistinctInput& input) {
          for (std::vector<UserSpan>& spans : input.spans)
            if (spans.size() > 1)
              spans = {{std::numeric_limits<std::int64_t>::min(),
                        std::numeric_limits<std::int64_t>::max(), spans.front().user}};
        }) > 0);
}

TEST_CASE("Phones that nobody says were passed on: what holds, and what does not",
          "[persons][simulation]") {
  constexpr std::uint64_t kSeeds = 120;
  WorldKind kind;
  kind.unsaid_hand_overs = true;
  // The convention holds from one hand-over to the next, and there lo never exceeds the truth.
  const Tally between = for_seeds(kSeeds, [&](std::uint64_t seed) {
    const World world = WorldMaker{seed, kind}.make();
    Tally sum;
    std::int64_t from_us = 0;
    for (std::size_t k = 0; k <= world.hand_overs_us.size(); ++k) {
      const std::int64_t to_us =
          k < world.hand_overs_us.size() ? world.hand_overs_us[k] - 1 : world.end_us;
      if (to_us > from_us)
        sum.add(compare(within(world, from_us, to_us), {}, seed, from_us, to_us));
      from_us = to_us + 1;
    }
    return sum;
  });
  CHECK(between.exceeded == 0);
  CHECK(between.worlds > kSeeds);
  // Across hand-overs it does not hold; proofs that lie close together are misled less often.
  const Tally across = for_seeds(kSeeds, [&](std::uint64_t seed) {
    const World world = WorldMaker{seed, kind}.make();
    return compare(world, {}, seed, 0, world.end_us, true);
  });
  fmt::print(
      "Unsaid hand-overs: between them lo exceeds the truth in {} of {} sets; across them in {} of "
      "{}, with proofs within 7 days in {}, within 1 day in {}.\n",
      between.exceeded, between.asked, across.exceeded, across.asked, across.exceeded_7,
      across.exceeded_1);
  CHECK(across.exceeded > 0);
  CHECK(across.exceeded_7 < across.exceeded);
  CHECK(across.exceeded_1 < across.exceeded_7);
}

TEST_CASE("Diversions that no record shows: the called side's own records hold",
          "[persons][simulation]") {
  constexpr std::uint64_t kSeeds = 150;
  WorldKind kind;
  kind.silent_diversions = true;
  const auto ask = [&](const DistinctRules& rules) {
    return for_seeds(kSeeds, [&](std::uint64_t seed) {
      const World world = WorldMaker{seed, kind}.make();
      return compare(world, rules, seed, 0, world.end_us);
    });
  };
  DistinctRules strict;
  strict.called_side = true;
  const Tally plain = ask({}), held = ask(strict);
  fmt::print(
      "Silent diversions: lo exceeds the truth in {} of {} sets; with the called side's records "
      "alone in {}, mean share of the truth {:.3f} against {:.3f}.\n",
      plain.exceeded, plain.asked, held.exceeded, held.all / held.worlds, plain.all / plain.worlds);
  CHECK(plain.exceeded > 0);
  CHECK(held.exceeded == 0);
}
