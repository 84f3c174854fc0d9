#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/network/distinct_load.hpp"
#include "analysis/network/load/contact.hpp"
#include "core/base/time.hpp"

namespace palermo::network {
namespace {

constexpr std::size_t kFewUsers = 50;  // of so many every open pair is listed

std::string day_text(std::int32_t day) {
  return core::format_utc(std::int64_t{day} * core::kUsPerDay).substr(0, 10);
}

/// What a user is called in this answer: two users of one number are told apart by time.
std::string name_of(const CaseUser& user) {
  if (user.from_us) return user.id + " from " + core::format_utc(*user.from_us);
  if (user.to_us) return user.id + " until " + core::format_utc(*user.to_us);
  return user.id;
}

class Writer {
 public:
  Writer(const DistinctCase& found, const std::vector<std::uint32_t>& users,
         const DistinctRules& rules, const PersonsLimits& limits)
      : found_{&found}, users_{&users}, rules_{&rules}, limits_{&limits} {}

  v1::NetworkPersons run() {
    find_clique();
    for (const std::uint32_t u : clique_) put_user(*answer_.add_clique(), u);
    for (const std::uint32_t u : *users_) put_user(*answer_.add_users(), u);
    for (std::size_t i = 0; i < clique_.size(); ++i)
      for (std::size_t k = i + 1; k < clique_.size(); ++k) put_pair(clique_[i], clique_[k]);
    put_open();
    put_bounds();
    put_counts();
    put_conventions();
    answer_.mutable_basis()->set_convention(
        "a user is a person, named or not; two users are tied where something proves them two "
        "persons; lo is the largest set of users all tied to one another");
    for (const std::string& notice : found_->notices) answer_.mutable_basis()->add_notices(notice);
    return std::move(answer_);
  }

 private:
  [[nodiscard]] const CaseUser& user(std::uint32_t u) const { return found_->users[u]; }

  void find_clique() {
    Clique clique;
    if (!users_->empty()) clique = most_distinct(found_->graph, *users_, limits_->budget);
    clique_ = clique.members;
    const auto lo = static_cast<std::uint32_t>(clique_.size());
    answer_.set_lo(lo);
    answer_.set_hi(static_cast<std::uint32_t>(users_->size()) + found_->left_out);
    answer_.set_lo_exact(clique.exact && found_->left_out == 0 && !found_->graph.counts.places_cut);
    answer_.set_lo_at_most(std::max(clique.at_most, lo));
    answer_.set_users_total(static_cast<std::uint32_t>(users_->size()));
    answer_.set_looked_at(static_cast<std::uint32_t>(found_->numbers.size()));
    answer_.set_left_out(found_->left_out);
    answer_.set_budget(limits_->budget);
    answer_.set_steps(clique.steps);
    if (!clique.exact)
      answer_.add_reading(fmt::format(
          "The search was cut after {} steps: {} is proven, a larger set may exist, none above {} "
          "among those looked at. --budget grants more steps.",
          clique.steps, lo, answer_.lo_at_most()));
    if (found_->left_out > 0)
      answer_.add_reading(fmt::format(
          "The records of {} identifiers were looked at, those with most conversations among one "
          "another; {} others count for hi alone. By conversations no set with one of these is "
          "larger than {}; their places were not compared. --most looks at more.",
          found_->numbers.size(), found_->left_out, found_->left_out_at_most));
    if (found_->graph.counts.places_cut)
      answer_.add_reading(
          "Not all sightings were compared: the comparisons granted ended first. Ask for fewer "
          "identifiers or a shorter period.");
  }

  void put_user(v1::NetworkPersons::User& out, std::uint32_t u) const {
    const CaseUser& one = user(u);
    out.set_id(name_of(one));
    out.set_label(one.label);
    out.set_kind(one.kind);
    for (const std::uint32_t i : one.identifiers) out.add_identifiers(found_->names[i]);
    if (one.from_us) out.set_from(core::format_utc(*one.from_us));
    if (one.to_us) out.set_to(core::format_utc(*one.to_us));
  }

  void put_pair(std::uint32_t u, std::uint32_t v) {
    v1::NetworkPersons::Pair& pair = *answer_.add_pairs();
    pair.set_a(name_of(user(u)));
    pair.set_b(name_of(user(v)));
    const std::vector<Proof>& all = found_->graph.proofs;
    for (const Proof* proof : found_->graph.of(u, v)) {
      v1::NetworkPersons::Proof& out = *pair.add_proofs();
      put_proof(*proof, out);
      std::set<std::int32_t> days;
      for (auto at = std::lower_bound(all.begin(), all.end(), std::pair{u, v},
                                      [](const Proof&x, const auto&key) {
                                        return std::pair{x.u, x.v} < key;
                                      });
           at != all.end() && at->u == u && at->v == v; ++at)
        if (at->kind == proof->kind && at->day != detail::kNoDay) days.insert(at->day);
      out.set_days(static_cast<std::uint32_t>(days.size()));
    }
  }

  void put_proof(const Proof& proof, v1::NetworkPersons::Proof& out) const {
    out.set_kind(word_of(proof.kind));
    if (proof.at_us != kNoTime) out.set_at(core::format_utc(proof.at_us));
    if (proof.kind == ProofKind::Stated || proof.kind == ProofKind::Decided) {
      const ClaimSource& source = found_->sources[proof.source];
      out.set_statement_id(source.statement_id);
      out.set_text(source.text);
      if (!source.record_id.empty()) out.add_records(source.record_id);
      return;
    }
    out.set_a(found_->names[proof.x]);
    out.set_b(found_->names[proof.y]);
    out.add_records(found_->evidence.name_of(proof.first));
    if (proof.kind == ProofKind::Spoke) {
      if (proof.seconds > 0) out.set_seconds(static_cast<std::uint32_t>(proof.seconds));
      out.set_called_side(proof.called_side);
      return;
    }
    out.add_records(found_->evidence.name_of(proof.second));
    out.set_cell_a(found_->cells[proof.cell_x]);
    out.set_cell_b(found_->cells[proof.cell_y]);
    out.set_km(proof.travel.km);
    out.set_explained_km(proof.travel.explained_km);
    out.set_gap_s(proof.travel.gap_s);
    out.set_granted_s(proof.travel.granted_s);
    if (proof.travel.needed_kmh) out.set_needed_kmh(*proof.travel.needed_kmh);
  }

  /// Pairs that nothing separates: all of few users; else those between the clique and the users
  /// that lack least.
  void put_open() {
    std::set<std::pair<std::uint32_t, std::uint32_t>> proven;
    for (const auto& pair : found_->graph.pairs()) proven.insert(pair);
    const auto open = [&](std::uint32_t u, std::uint32_t v) {
      return !proven.contains(std::minmax(u, v));
    };
    const std::set<std::uint32_t> inside(clique_.begin(), clique_.end());
    std::map<std::uint32_t, std::uint32_t> lacks;  // of users outside, pairs with the clique
    for (const std::uint32_t u : *users_)
      if (!inside.contains(u))
        lacks[u] = static_cast<std::uint32_t>(std::count_if(
            clique_.begin(), clique_.end(), [&](std::uint32_t v) { return open(u, v); }));
    std::uint64_t proven_here = 0;
    const std::set<std::uint32_t> asked(users_->begin(), users_->end());
    for (const auto& [u, v] : proven)
      if (asked.contains(u) && asked.contains(v)) ++proven_here;
    const std::uint64_t n = users_->size();
    answer_.set_open_pairs(n * (n - std::min<std::uint64_t>(n, 1)) / 2 - proven_here);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> listed;
    if (n <= kFewUsers) {
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = i + 1; k < n; ++k)
          if (open((*users_)[i], (*users_)[k])) listed.emplace_back((*users_)[i], (*users_)[k]);
    } else {
      std::vector<std::uint32_t> order;
      for (const auto& [u, missing] : lacks) order.push_back(u);
      std::stable_sort(order.begin(), order.end(),
                       [&](std::uint32_t x, std::uint32_t y) { return lacks[x] < lacks[y]; });
      for (const std::uint32_t u : order)
        for (const std::uint32_t v : clique_)
          if (open(u, v) && listed.size() < limits_->open_listed)
            listed.emplace_back(std::min(u, v), std::max(u, v));
    }
    const auto enlarges = [&](const std::pair<std::uint32_t, std::uint32_t>& pair) {
      for (const auto& [u, v] : {pair, std::pair{pair.second, pair.first}})
        if (!inside.contains(u) && inside.contains(v) && lacks[u] == 1) return true;
      return false;
    };
    std::stable_sort(listed.begin(), listed.end(),
                     [&](const auto& x, const auto& y) { return enlarges(x) > enlarges(y); });
    explain(listed, enlarges);
  }

  template <typename Enlarges>
  void explain(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& listed,
               const Enlarges& enlarges) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> between;
    for (const auto& pair : listed) between.emplace(pair, 0);
    const DistinctInput& input = found_->input;
    const auto user_at = [&](std::uint32_t identifier, std::int64_t at_us) {
      if (identifier >= input.identifiers) return kNoUser;
      for (const UserSpan& span : input.spans[identifier])
        if (at_us == kNoTime || (at_us >= span.from_us && at_us <= span.to_us)) return span.user;
      return kNoUser;
    };
    for (const Talk& talk : input.talks) {
      if (!talk.spoke && !talk.diverted) continue;
      const auto at =
          between.find(std::minmax(user_at(talk.a, talk.at_us), user_at(talk.b, talk.at_us)));
      if (at != between.end()) ++at->second;
    }
    std::vector<bool> placed(found_->users.size(), false);
    for (const Seen& one : input.seen)
      if (const std::uint32_t u = user_at(one.identifier, one.at.at_us); u != kNoUser)
        placed[u] = true;
    for (const auto& [u, v] : listed) {
      v1::NetworkPersons::OpenPair& out = *answer_.add_open();
      out.set_a(name_of(user(u)));
      out.set_b(name_of(user(v)));
      out.set_enlarges(enlarges(std::pair{u, v}));
      const std::uint32_t calls = between[{u, v}];
      out.set_records_between(calls);
      std::string why = calls > 0 ? fmt::format("{} conversation{} between them prove{} nothing",
                                                calls, calls == 1 ? "" : "s", calls == 1 ? "s" : "")
                                  : "no conversation between them";
      if (user(u).identifiers.empty() || user(v).identifiers.empty()) {
        why = "no identifier of the one is known, and no fact says that they are two";
      } else if (!rules_->places) {
        why += "; places were not asked for";
      } else if (placed[u] && placed[v]) {
        why += "; never served where one person could not have been";
      } else {
        why += !placed[u] && !placed[v]
                   ? "; no known places of either"
                   : fmt::format("; no known places of {}", name_of(user(placed[u] ? v : u)));
      }
      out.set_why(why);
    }
  }

  v1::NetworkPersons::Bound& put_bound(const char* name, std::size_t lo, bool exact,
                                       std::string text) {
    v1::NetworkPersons::Bound& out = *answer_.add_bounds();
    out.set_name(name);
    out.set_lo(static_cast<std::uint32_t>(lo));
    out.set_exact(exact && found_->left_out == 0);
    out.set_text(std::move(text));
    return out;
  }

  void put_bounds() {
    if (users_->empty()) return;
    for (const std::uint32_t days : limits_->within) {
      const WithinDays bound = most_distinct_within(found_->graph, *users_, days, limits_->budget);
      v1::NetworkPersons::Bound& out =
          put_bound("within_days", bound.lo, bound.exact,
                    fmt::format("if nobody passes an identifier on within {} day{}", days,
                                days == 1 ? "" : "s"));
      out.set_days(days);
      if (bound.first_day) out.set_first_day(day_text(*bound.first_day));
    }
    const Clique called = most_distinct(called_side_alone(found_->graph), *users_, limits_->budget);
    put_bound("called_side", called.members.size(), called.exact,
              "if only the called party's own side shows who answered");
    const Clique spoke =
        most_distinct(conversations_alone(found_->graph), *users_, limits_->budget);
    put_bound("conversations", spoke.members.size(), spoke.exact, "by conversations alone");
  }

  void put_counts() {
    const DistinctCounts& counts = found_->graph.counts;
    v1::NetworkPersons::Counts& out = *answer_.mutable_counts();
    out.set_conversations(counts.conversations);
    out.set_too_short(counts.short_ones);
    out.set_diverted(counts.diverted);
    out.set_engaged(counts.engaged);
    out.set_caller_side(counts.caller_side);
    out.set_to_receivers(counts.to_receivers);
    out.set_within_one_user(counts.own_user);
    out.set_several_users(counts.no_user);
    out.set_sightings(counts.sightings);
    out.set_places_unknown(found_->places_unknown);
    out.set_places_contradicting(found_->places_contradicting);
    out.set_comparisons(counts.comparisons);
    out.set_places_cut(counts.places_cut);
    for (const std::uint32_t i : found_->graph.twice_at_once)
      out.add_twice_at_once(found_->names[i]);
    if (counts.own_user > 0)
      answer_.mutable_basis()->add_notices(fmt::format(
          "{} conversations are between identifiers of one user: an attribution or merge may be "
          "wrong",
          counts.own_user));
    if (!found_->graph.twice_at_once.empty())
      answer_.mutable_basis()->add_notices(fmt::format(
          "{} identifiers are in two places at once themselves (a second card, a gateway, a copy) "
          "and prove nothing by place",
          found_->graph.twice_at_once.size()));
  }

  void put_conventions() {
    const auto say = [&](std::string text) { answer_.add_conventions(std::move(text)); };
    say("an identifier has one user in the whole period, but where facts or decisions say who used "
        "it when; a phone that passed on unsaid can make lo too large (the narrower bounds show "
        "how much rests on that)");
    say(fmt::format(
        "spoke: an answered call of {} s and more between two; not where a record says that it was "
        "diverted or the other side's that nobody answered, where a party was in a call with a "
        "third at the time{}{}. A man who connects two phones of his own is taken for two",
        std::max(rules_->min_talk_s, 1),
        rules_->receivers ? "" : ", or where the called one is nowhere seen to act (machines)",
        rules_->called_side ? ", and only records of the called party's own side" : ""));
    if (rules_->places)
      say(fmt::format(
          "far apart: two calls served by cells that nobody gets from the one to the other: the "
          "distance less {:g} km for each cell (or its range in a cell table, if larger) and {:g} "
          "km for each position is more than {:g} km/h cover in the time between and {:g} s for "
          "clocks; a call is placed where it began and ended; cells of unknown place prove nothing",
          rules_->travel.cell_range_km, rules_->travel.site_error_km, rules_->travel.speed_kmh,
          rules_->travel.clock_s));
    say("stated: facts and signed decisions that two persons, or two identifiers, are two; "
        "assessments prove nothing. Two persons whom nobody said to be two are not taken as two "
        "here, while `assess` counts them so as long as nobody asks");
    say("hi: every identifier and every named person is one more, unless facts or decisions join "
        "them");
  }

  const DistinctCase* found_;
  const std::vector<std::uint32_t>* users_;
  const DistinctRules* rules_;
  const PersonsLimits* limits_;
  std::vector<std::uint32_t> clique_;
  v1::NetworkPersons answer_;
};

}  // namespace

v1::NetworkPersons persons_answer(const DistinctCase& found,
                                  const std::vector<std::uint32_t>& users,
                                  const DistinctRules& rules, const PersonsLimits& limits) {
  return Writer{found, users, rules, limits}.run();
}

}  // namespace palermo::network
