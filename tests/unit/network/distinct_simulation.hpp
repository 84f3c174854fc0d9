// Small invented cases whose users are known, made to mislead whoever counts persons: second
// phones, voicemail, diversions, phones passed on, aeroplanes, far-reaching cells, wrong clocks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "analysis/network/distinct_graph.hpp"

namespace palermo::test {

/// What a simulated world contains beside what every one does.
struct WorldKind {
  bool unsaid_hand_overs = false;  // phones pass from hand to hand and no fact says so
  bool silent_diversions = false;  // no record shows that voicemail or a diversion answered
};

struct World {
  network::DistinctInput input;  // users are as the analyst knows them
  std::vector<std::vector<std::pair<std::int64_t, std::uint32_t>>>
      holders;  // truth, by identifier: from when who; empty: a machine
  std::uint32_t persons = 0;
  std::int64_t end_us = 0;
  std::vector<std::int64_t> hand_overs_us;  // unsaid ones, ascending

  [[nodiscard]] std::uint32_t holder(std::uint32_t identifier, std::int64_t at_us) const {
    std::uint32_t who = holders[identifier].front().second;
    for (const auto& [from, person] : holders[identifier])
      if (at_us >= from) who = person;
    return who;
  }
  /// Persons who held one of the identifiers in the period.
  [[nodiscard]] std::size_t truth(const std::vector<std::uint32_t>& identifiers,
                                  std::int64_t from_us, std::int64_t to_us) const {
    std::set<std::uint32_t> out;
    for (const std::uint32_t identifier : identifiers)
      for (std::size_t k = 0; k < holders[identifier].size(); ++k) {
        const std::int64_t from = holders[identifier][k].first;
        const std::int64_t until = k + 1 < holders[identifier].size()
                                       ? holders[identifier][k + 1].first
                                       : std::numeric_limits<std::int64_t>::max();
        if (from <= to_us && until > from_us) out.insert(holders[identifier][k].second);
      }
    return out.size();
  }
};

class WorldMaker {
 public:
  WorldMaker(std::uint64_t seed, const WorldKind& kind) : random_{seed}, kind_{kind} {}

  World make() {
    world_.end_us = kDays * kDay;
    world_.persons = 4 + below(9);
    make_itineraries();
    make_phones();
    make_users();
    for (std::uint32_t call = 0; call < kCalls; ++call) make_call();
    for (std::uint32_t k = 0; k < 12; ++k) call_own_phone();
    for (std::uint32_t k = 0; k < 8; ++k) divert();
    for (std::uint32_t k = 0; k < 10; ++k) call_machine();
    return std::move(world_);
  }

 private:
  static constexpr std::int64_t kSecond = 1'000'000, kMinute = 60 * kSecond, kHour = 60 * kMinute,
                                kDay = 24 * kHour;
  static constexpr std::int64_t kDays = 20;
  static constexpr std::uint32_t kCalls = 500;
  static constexpr std::uint32_t kCities = 7;
  // Palermo, Rome, Milan, Munich, Zurich, Tunis, Lampedusa.
  static constexpr double kPlaces[kCities][2] = {{38.12, 13.36}, {41.90, 12.50}, {45.46, 9.19},
                                                 {48.14, 11.58}, {47.37, 8.54},  {36.81, 10.18},
                                                 {35.50, 12.61}};

  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  double unit() { return static_cast<double>(random_() >> 11) * 0x1.0p-53; }
  bool chance(double p) { return unit() < p; }

  struct Leg {
    std::int64_t from_us;
    double from[2];
    std::int64_t to_us;
    double to[2];
  };
  struct Spot {
    double latitude, longitude;
  };

  /// Days spent in cities, with flights at up to 950 km/h between them.
  void make_itineraries() {
    for (std::uint32_t p = 0; p < world_.persons; ++p) {
      std::vector<Leg>& legs = legs_.emplace_back();
      std::uint32_t city = below(kCities);
      homes_.push_back(city);
      std::int64_t now = 0;
      while (now < world_.end_us) {
        const std::int64_t stay = kHour * (8 + below(chance(0.5) ? 300 : 40));
        legs.push_back({now,
                        {kPlaces[city][0], kPlaces[city][1]},
                        now + stay,
                        {kPlaces[city][0], kPlaces[city][1]}});
        now += stay;
        const std::uint32_t next = below(kCities);
        const double km = analysis::distance_km(kPlaces[city][0], kPlaces[city][1],
                                                kPlaces[next][0], kPlaces[next][1]);
        const double kmh = chance(0.5) ? 900 + 50 * unit() : 90 + 60 * unit();
        const auto travel = static_cast<std::int64_t>(km / kmh * static_cast<double>(kHour)) + 1;
        legs.push_back({now,
                        {kPlaces[city][0], kPlaces[city][1]},
                        now + travel,
                        {kPlaces[next][0], kPlaces[next][1]}});
        now += travel;
        city = next;
      }
    }
  }

  [[nodiscard]] Spot where(std::uint32_t person, std::int64_t at_us) const {
    for (const Leg& leg : legs_[person])
      if (at_us <= leg.to_us) {
        const double share = std::clamp(
            static_cast<double>(at_us - leg.from_us) / static_cast<double>(leg.to_us - leg.from_us),
            0.0, 1.0);
        return {leg.from[0] + share * (leg.to[0] - leg.from[0]),
                leg.from[1] + share * (leg.to[1] - leg.from[1])};
      }
    return {legs_[person].back().to[0], legs_[person].back().to[1]};
  }

  void make_phones() {
    for (std::uint32_t p = 0; p < world_.persons; ++p) {
      const std::uint32_t phones = 1 + below(4);
      for (std::uint32_t k = 0; k < phones; ++k) {
        // Some phones are given up, others begin later.
        const std::int64_t from = chance(0.3) ? kDay * below(kDays / 2) : 0;
        const std::int64_t to = chance(0.3) ? kDay * (kDays / 2 + below(kDays / 2)) : world_.end_us;
        lives_.emplace_back(from, to);
        operators_.push_back(below(2));
        world_.holders.push_back({{0, p}});
      }
    }
    for (double& clock : clocks_s_) clock = 120 * unit() - 60;
    // Phones that pass on, once or twice; others are lent for an hour.
    const auto phones = static_cast<std::uint32_t>(world_.holders.size());
    for (std::uint32_t i = 0; i < phones; ++i) {
      if (!chance(0.25)) continue;
      std::int64_t at = kDay * (2 + below(6)) + kHour * below(24);
      for (int pass = 0; pass < 2 && at < world_.end_us; ++pass) {
        world_.holders[i].emplace_back(at, below(world_.persons));
        at += chance(0.3) ? kHour : kDay * (2 + below(8));
        if (chance(0.4)) break;
      }
    }
    machine_ = phones;
    world_.holders.emplace_back();
    lives_.emplace_back(0, world_.end_us);
    operators_.push_back(0);
  }

  /// What the analyst knows: some attributions, every hand-over unless it is unsaid.
  void make_users() {
    network::DistinctInput& input = world_.input;
    input.identifiers = static_cast<std::uint32_t>(world_.holders.size());
    input.own.assign(input.identifiers, false);
    std::vector<std::uint32_t> of_person(world_.persons, network::kNoUser);
    const auto person_vertex = [&](std::uint32_t person) {
      if (of_person[person] == network::kNoUser) of_person[person] = input.users++;
      return of_person[person];
    };
    input.spans.resize(input.identifiers);
    for (std::uint32_t i = 0; i < input.identifiers; ++i) {
      const auto& holders = world_.holders[i];
      const bool known = !holders.empty() && chance(0.25);
      const bool passed = holders.size() > 1;
      if (passed && kind_.unsaid_hand_overs)
        for (std::size_t k = 1; k < holders.size(); ++k)
          world_.hand_overs_us.push_back(holders[k].first);
      if (!(known || passed) || (passed && kind_.unsaid_hand_overs)) {
        input.spans[i].push_back({});
        input.spans[i].back().user = input.users++;
        continue;
      }
      for (std::size_t k = 0; k < holders.size(); ++k) {
        network::UserSpan span;
        if (k > 0) span.from_us = holders[k].first;
        if (k + 1 < holders.size()) span.to_us = holders[k + 1].first - 1;
        // A dated fact may name the user of one stretch and leave the other open.
        span.user = chance(0.7) ? person_vertex(holders[k].second) : input.users++;
        input.spans[i].push_back(span);
      }
    }
    for (std::uint32_t a = 0; a < world_.persons; ++a)
      for (std::uint32_t b = a + 1; b < world_.persons; ++b)
        if (of_person[a] != network::kNoUser && of_person[b] != network::kNoUser && chance(0.1))
          input.claims.push_back({of_person[a], of_person[b], network::ProofKind::Stated, 0});
    std::sort(world_.hand_overs_us.begin(), world_.hand_overs_us.end());
  }

  std::int64_t moment() {
    // Mostly by day, so that calls fall together.
    return kDay * below(kDays) + kHour * (8 + below(12)) + kSecond * below(3600);
  }

  std::optional<std::uint32_t> phone_of(std::uint32_t person, std::int64_t at_us,
                                        std::uint32_t but = network::kNoUser) {
    std::vector<std::uint32_t> has;
    for (std::uint32_t i = 0; i < machine_; ++i)
      if (i != but && at_us >= lives_[i].first && at_us + 2 * kHour <= lives_[i].second &&
          world_.holder(i, at_us) == person && world_.holder(i, at_us + 2 * kHour) == person)
        has.push_back(i);
    if (has.empty()) return std::nullopt;
    return has[below(static_cast<std::uint32_t>(has.size()))];
  }

  /// A record of one side, as the phone's operator clocks it, with the cell that served it.
  void record(std::uint32_t a, std::uint32_t b, std::int64_t at_us, std::int32_t seconds,
              bool of_called, bool answered, bool diverted, std::optional<Spot> spot) {
    const std::uint32_t owner = of_called ? b : a;
    const std::uint32_t source = operators_[owner];
    network::Talk talk;
    talk.a = a;
    talk.b = b;
    talk.at_us = at_us + static_cast<std::int64_t>(clocks_s_[source] * 1e6);
    talk.seconds = answered ? seconds : 0;
    talk.spoke = answered && !diverted;
    talk.diverted = diverted;
    talk.of_called = of_called;
    talk.evidence = {source, ++line_};
    world_.input.talks.push_back(talk);
    world_.input.own[a] = true;
    if (of_called) world_.input.own[b] = true;
    if (!spot || !answered || diverted) return;
    network::Seen seen;
    seen.identifier = owner;
    seen.evidence = talk.evidence;
    seen.at.at_us = talk.at_us;
    // Most cells are near, some serve as far as cells are granted, a few farther, as tables say.
    double km = 10 * unit();
    if (chance(0.15)) km = 99 * unit();
    if (chance(0.03)) {
      seen.at.range_km = 180;
      km = 179 * unit();
    } else if (chance(0.3)) {
      seen.at.range_km = 5;  // an estimate that is too small
    }
    const double angle = 6.283185307 * unit();
    seen.at.latitude = spot->latitude + km / 111.2 * std::sin(angle);
    seen.at.longitude =
        spot->longitude + km / 111.2 * std::cos(angle) / std::cos(spot->latitude * 0.0174532925);
    world_.input.seen.push_back(seen);
  }

  void make_call() {
    const std::int64_t at = moment();
    // Most persons know only their neighbours in the list and the first: calls alone tell little.
    const std::uint32_t p = below(world_.persons);
    std::uint32_t q = chance(0.4) ? 0 : p + 1;
    if (chance(0.1)) q = below(world_.persons);
    if (q >= world_.persons || q == p) return;
    const auto a = phone_of(p, at), b = phone_of(q, at);
    if (!a || !b) return;
    const auto seconds = static_cast<std::int32_t>(5 + below(chance(0.1) ? 5'000 : 300));
    const bool answered = chance(0.8);
    record(*a, *b, at, seconds, false, answered, false, where(p, at));
    if (chance(0.5))
      record(*a, *b, at + kSecond * below(3), seconds, true, answered, false, where(q, at));
  }

  /// A man calls his own second phone; voicemail answers. The called side says so.
  void call_own_phone() {
    const std::int64_t at = moment();
    const std::uint32_t p = below(world_.persons);
    const auto a = phone_of(p, at);
    if (!a) return;
    const auto b = phone_of(p, at, *a);
    if (!b) return;
    record(*a, *b, at, static_cast<std::int32_t>(3 + below(60)), false, true, false, where(p, at));
    if (kind_.silent_diversions) return;
    // The other phone may lie at home.
    const Spot home{kPlaces[homes_[p]][0], kPlaces[homes_[p]][1]};
    const bool says_diverted = chance(0.5);
    record(*a, *b, at, 20, true, says_diverted, says_diverted, home);
  }

  /// Somebody, perhaps the owner himself, calls a phone that is diverted to another of its owner.
  void divert() {
    const std::int64_t at = moment();
    const std::uint32_t p = below(world_.persons);
    const auto x = phone_of(p, at);
    if (!x) return;
    const auto y = phone_of(p, at, *x);
    const std::uint32_t q = chance(0.3) ? p : below(world_.persons);
    if (!y) return;
    const auto c = phone_of(q, at, *x);
    if (!c || *c == *y) return;
    const auto seconds = static_cast<std::int32_t>(30 + below(200));
    record(*c, *x, at, seconds, false, true, false, where(q, at));
    if (!kind_.silent_diversions) {
      const Spot home{kPlaces[homes_[p]][0], kPlaces[homes_[p]][1]};
      record(*c, *x, at, seconds, true, true, true, home);
    }
    // The leg from the diverted phone looks like a call of its own.
    if (!kind_.silent_diversions || chance(0.5))
      record(*x, *y, at + kSecond * (5 + below(10)), seconds - 20, false, true, false,
             std::nullopt);
  }

  /// A service number that answers and never calls.
  void call_machine() {
    const std::int64_t at = moment();
    const std::uint32_t p = below(world_.persons);
    if (const auto a = phone_of(p, at))
      record(*a, machine_, at, static_cast<std::int32_t>(10 + below(60)), false, true, false,
             where(p, at));
  }

  std::mt19937_64 random_;
  WorldKind kind_;
  World world_;
  std::vector<std::vector<Leg>> legs_;
  std::vector<std::uint32_t> homes_;
  std::vector<std::pair<std::int64_t, std::int64_t>> lives_;
  std::vector<std::uint32_t> operators_;
  double clocks_s_[2] = {0, 0};
  std::uint32_t machine_ = 0;
  std::uint32_t line_ = 0;
};

}  // namespace palermo::test
