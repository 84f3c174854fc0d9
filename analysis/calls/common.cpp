#include "analysis/calls/common.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/calls/basis.hpp"
#include "analysis/calls/chance.hpp"
#include "core/base/time.hpp"

namespace palermo::calls {
namespace {

constexpr std::uint32_t kSmallestHub = 10;

/// What is counted of a contact network, real or drawn.
class Counter {
 public:
  Counter(const std::vector<std::uint32_t>& numbers, std::size_t parties,
          const std::vector<std::uint32_t>& degrees, std::size_t at_least)
      : degrees_{&degrees}, at_least_{at_least}, side_(parties, kNobody), seen_(parties, 0) {
    for (std::uint32_t i = 0; i < numbers.size(); ++i) side_[numbers[i]] = i;
  }

  double statistic = 0;
  std::vector<std::uint32_t> shared;  // contacts

  void count(const network::Pairs& pairs) {
    statistic = 0;
    shared.clear();
    touched_.clear();
    for (const auto& [a, b] : pairs) {
      look(a, b);
      look(b, a);
    }
    std::sort(touched_.begin(), touched_.end());
    for (const std::uint32_t contact : touched_) {
      if (seen_[contact] >= at_least_) {
        shared.push_back(contact);
        statistic += 1.0 / (*degrees_)[contact];
      }
      seen_[contact] = 0;
    }
  }

 private:
  void look(std::uint32_t number, std::uint32_t contact) {
    if (side_[number] == kNobody || side_[contact] != kNobody) return;
    if (seen_[contact]++ == 0) touched_.push_back(contact);
  }
  const std::vector<std::uint32_t>* degrees_;
  std::size_t at_least_;
  std::vector<std::uint32_t> side_;
  std::vector<std::uint32_t> seen_;
  std::vector<std::uint32_t> touched_;
};

}  // namespace

core::Result<v1::CallsCommon> common(const Log& log, const std::vector<std::uint32_t>& numbers,
                                     const CommonOptions& options) {
  std::vector<std::uint32_t> distinct = numbers;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const std::size_t at_least = options.at_least == 0 ? numbers.size() : options.at_least;
  if (distinct.size() < 2 || distinct.size() != numbers.size())
    return core::Error{core::ErrorCode::InvalidArgument,
                       "common contacts need two or more different numbers"};
  if (at_least < 2 || at_least > numbers.size())
    return core::Error{core::ErrorCode::InvalidArgument,
                       fmt::format("--at-least {} of {} numbers", at_least, numbers.size()),
                       std::nullopt, "from 2 to how many numbers are named"};
  const Neighbours network = neighbours(log);
  network::SwapTies ties = pairs_of(network);
  std::vector<std::uint32_t> degrees(network.size());
  std::size_t active = 0;
  for (std::size_t p = 0; p < network.size(); ++p) {
    degrees[p] = static_cast<std::uint32_t>(network[p].size());
    active += degrees[p] > 0 ? 1 : 0;
  }
  Counter counter{numbers, network.size(), degrees, at_least};
  counter.count(ties.two_way);
  const double observed = counter.statistic;
  const std::vector<std::uint32_t> shared = counter.shared;

  v1::CallsCommon out;
  for (const std::uint32_t number : numbers) {
    out.add_numbers(log.name_of(number));
    auto& degree = *out.add_degrees();
    degree.set_number(log.name_of(number));
    degree.set_contacts(degrees[number]);
  }
  out.set_at_least(static_cast<std::uint32_t>(at_least));
  out.set_total(static_cast<std::uint32_t>(shared.size()));
  out.set_hub_share(options.hub_share);
  out.set_observed(observed);

  std::map<std::uint32_t, std::uint32_t> drawn_shared;
  std::vector<double> drawn;
  double drawn_contacts = 0;
  Random random{options.seed};
  for (std::uint32_t draw = 0; draw < options.draws; ++draw) {
    network::rewire(ties, random);
    counter.count(ties.two_way);
    drawn.push_back(counter.statistic);
    drawn_contacts += static_cast<double>(counter.shared.size());
    for (const std::uint32_t contact : counter.shared) ++drawn_shared[contact];
  }
  auto& chance = *out.mutable_chance();
  chance.set_null_model(
      "degree-preserving swaps of who is in contact with whom: every number keeps how many "
      "contacts it has, circles of acquaintances do not stay");
  chance.set_statistic("sum over the shared contacts of 1 / (numbers each is in contact with)");
  chance.set_draws(options.draws);
  chance.set_seed(options.seed);
  if (options.draws > 0) {
    out.set_expected(mean_of(drawn));
    out.set_expected_contacts(drawn_contacts / options.draws);
    out.set_p_value(p_of(observed, drawn));
  }

  std::map<std::uint32_t, std::map<std::uint32_t, v1::CallsCommon::Side>> sides;  // contact, number
  std::map<std::pair<std::uint32_t, std::uint32_t>, v1::CallsCommon::Direct> direct;
  const auto is_asked = [&](std::uint32_t p) {
    return std::binary_search(distinct.begin(), distinct.end(), p);
  };
  for (const Event& event : log.events) {
    if (!event.is_contact()) continue;
    const bool a = is_asked(event.a), b = is_asked(event.b);
    if (a && b) {
      auto& row = direct[std::minmax(event.a, event.b)];
      row.set_records(row.records() + 1);
      if (static_cast<std::size_t>(row.evidence_size()) < options.evidence)
        row.add_evidence(log.record(event));
      continue;
    }
    if (!a && !b) continue;
    const std::uint32_t number = a ? event.a : event.b, contact = a ? event.b : event.a;
    if (!std::binary_search(shared.begin(), shared.end(), contact)) continue;
    v1::CallsCommon::Side& side = sides[contact][number];
    if (a) side.set_out(side.out() + 1);
    if (!a) side.set_in(side.in() + 1);
    const std::string at = core::format_utc(event.at_us);
    if (side.first().empty()) side.set_first(at);
    side.set_last(at);
    if (static_cast<std::size_t>(side.evidence_size()) < options.evidence)
      side.add_evidence(log.record(event));
  }
  std::vector<v1::CallsCommon::Contact> rows;
  for (auto& [contact, of] : sides) {
    v1::CallsCommon::Contact row;
    row.set_id(log.name_of(contact));
    row.set_contacts_of_it(degrees[contact]);
    row.set_hub(degrees[contact] >= kSmallestHub &&
                degrees[contact] > options.hub_share * static_cast<double>(active - 1));
    if (options.draws > 0)
      row.set_chance_share(drawn_shared[contact] / static_cast<double>(options.draws));
    std::uint32_t records = 0;
    for (const std::uint32_t number : numbers) {
      const auto found = of.find(number);
      if (found == of.end()) continue;
      found->second.set_number(log.name_of(number));
      records += found->second.out() + found->second.in();
      *row.add_sides() = std::move(found->second);
    }
    row.set_records(records);
    if (row.hub()) out.set_hubs(out.hubs() + 1);
    rows.push_back(std::move(row));
  }
  std::sort(rows.begin(), rows.end(), [](const auto& x, const auto& y) {
    return std::make_tuple(x.hub(), -x.sides_size(), x.contacts_of_it(), ~x.records(), x.id()) <
           std::make_tuple(y.hub(), -y.sides_size(), y.contacts_of_it(), ~y.records(), y.id());
  });
  for (auto& row : rows) {
    if (options.limit != 0 && static_cast<std::size_t>(out.contacts_size()) == options.limit) break;
    *out.add_contacts() = std::move(row);
  }
  for (auto& [pair, row] : direct) {
    row.set_a(log.name_of(pair.first));
    row.set_b(log.name_of(pair.second));
    *out.add_direct() = std::move(row);
  }
  put_basis(
      *out.mutable_basis(), log,
      fmt::format("a contact is a call, SMS or MMS in either direction, answered or not; hub = "
                  "in contact with more than {:g} % of all numbers and with at least {}; to "
                  "share a contact is no contact between two",
                  options.hub_share * 100, kSmallestHub));
  return out;
}

}  // namespace palermo::calls
