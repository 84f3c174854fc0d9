// Sums of calls by pair, and what a graph is made of.
#include <map>
#include <numeric>
#include <tuple>

#include "analysis/network/load/call_sums.hpp"
#include "analysis/network/random.hpp"
#include "tests/unit/network/net.hpp"

using namespace palermo;
using namespace palermo::network;
using detail::CallOrigin;
using detail::CallParts;
using detail::CallSum;

namespace {

constexpr std::uint32_t kRanks = 300;
constexpr std::int64_t kBegin = 1'900'000'000'000'000;

std::vector<CallSum> some_calls(std::size_t count, std::uint64_t seed) {
  network::Random random{seed};
  std::vector<CallSum> calls;
  for (std::size_t i = 0; i < count; ++i) {
    CallSum call{};
    call.a = static_cast<std::uint32_t>(random.below(random.below(kRanks) + 1));
    call.b = static_cast<std::uint32_t>(random.below(20));
    call.set_time(kBegin + static_cast<std::int64_t>(random.below(900'000'000'000)));
    call.talk = static_cast<std::uint32_t>(random.below(600));
    if (random.below(2) == 0) call.talk |= CallSum::kSpoke;
    call.line = static_cast<std::uint32_t>(i + 1);
    call.origin = static_cast<std::uint32_t>(random.below(3));
    calls.push_back(call);
  }
  return calls;
}

const std::vector<CallOrigin> kOrigins{{0, 0}, {1, 0}, {1, 1}};

/// The calls cut into `stretches`, summed by `threads`.
std::vector<Tie> summed(const std::vector<CallSum>& calls, std::size_t stretches, unsigned threads,
                        bool by_day, unsigned shift) {
  std::vector<CallParts> taken;
  for (std::size_t s = 0; s < stretches; ++s) {
    CallParts& parts = taken.emplace_back(kRanks, shift);
    for (std::size_t i = calls.size() * s / stretches; i < calls.size() * (s + 1) / stretches; ++i)
      parts.push(calls[i]);
  }
  const detail::CallSums sums{std::move(taken), kOrigins, by_day, threads};
  std::vector<std::uint32_t> same(kRanks);
  std::iota(same.begin(), same.end(), 0U);
  std::vector<Tie> ties(sums.ties());
  sums.write(ties, same, threads);
  return ties;
}

auto all_of(const Tie& t) {
  return std::tuple{t.a,
                    t.b,
                    t.authorization,
                    t.weight,
                    t.count,
                    t.first_us,
                    t.last_us,
                    t.seconds,
                    t.spoke,
                    std::vector<EvidenceRef>(t.evidence.begin(), t.evidence.end())};
}

}  // namespace

TEST_CASE("calls sum to what adding them one by one gives, in order of the pairs", "[network]") {
  for (const bool by_day : {false, true}) {
    const std::vector<CallSum> calls = some_calls(5'000, 7);
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::int64_t>, Tie> want;
    for (const CallSum& call : calls) {
      const CallOrigin& origin = kOrigins[call.origin];
      const std::int64_t day = by_day ? detail::day_of(call.time_us()) : 0;
      Tie& tie = want[{call.a, call.b, origin.authorization, day}];
      if (tie.evidence.empty()) {
        tie.count = 0;
        tie.first_us = tie.last_us = call.time_us();
      }
      ++tie.count;
      tie.seconds += call.talk & ~CallSum::kSpoke;
      tie.spoke = tie.spoke || (call.talk & CallSum::kSpoke) != 0;
      tie.first_us = std::min(tie.first_us, call.time_us());
      tie.last_us = std::max(tie.last_us, call.time_us());
      tie.evidence.push_back({origin.source, call.line});
    }
    const std::vector<Tie> got = summed(calls, 1, 1, by_day, 4);
    REQUIRE(got.size() == want.size());
    std::size_t i = 0;
    for (const auto& [key, tie] : want) {
      CHECK(std::tie(got[i].a, got[i].b, got[i].authorization) ==
            std::tie(std::get<0>(key), std::get<1>(key), std::get<2>(key)));
      CHECK(got[i].count == tie.count);
      CHECK(got[i].weight == static_cast<double>(tie.count));
      CHECK(got[i].seconds == tie.seconds);
      CHECK(got[i].spoke == tie.spoke);
      CHECK(got[i].first_us == tie.first_us);
      CHECK(got[i].last_us == tie.last_us);
      CHECK(got[i].evidence == tie.evidence);
      ++i;
    }
  }
}

TEST_CASE("sums of calls do not depend on threads, stretches or parts", "[network]") {
  const std::vector<CallSum> calls = some_calls(20'000, 3);
  const std::vector<Tie> one = summed(calls, 1, 1, false, 20);
  for (const auto& [stretches, threads, shift] :
       {std::tuple{2U, 2U, 3U}, std::tuple{3U, 8U, 0U}, std::tuple{7U, 1U, 6U}}) {
    const std::vector<Tie> other = summed(calls, stretches, threads, false, shift);
    REQUIRE(other.size() == one.size());
    for (std::size_t i = 0; i < one.size(); ++i) REQUIRE(all_of(other[i]) == all_of(one[i]));
  }
}

TEST_CASE("a graph is the same from ties in any order", "[network]") {
  TieTable table = test::ties(
      "A-B B-A A-C:2 C-A:0.1 C-A:0.2 D-A D-D E B-C:4 C-B:0.3 F-E:7 E-F A-F B-F C-F F-D G-A A-G");
  const Graph first = test::graph_of(table);
  network::Random random{5};
  for (int draw = 0; draw < 20; ++draw) {
    for (std::size_t i = table.ties.size() - 1; i > 0; --i)
      std::swap(table.ties[i], table.ties[random.below(i + 1)]);
    const Graph other = test::graph_of(table);
    CHECK(other.edges() == first.edges());
    CHECK(other.arcs() == first.arcs());
    CHECK(other.loops_dropped() == first.loops_dropped());
  }
  // By hand: C and A are tied by 2 one way, .1 and .2 the other.
  const auto edge = first.edge_between(*first.find("A"), *first.find("C"));
  REQUIRE(edge.has_value());
  CHECK(first.edges()[*edge].weight == (2 + 0.1) + 0.2);
  CHECK(first.edges()[*edge].count == 3);
  CHECK(first.edges()[*edge].evidence == std::vector<EvidenceRef>{{0, 3}, {0, 4}, {0, 5}});
  CHECK(first.loops_dropped() == 1);
}
