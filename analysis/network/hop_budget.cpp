#include "analysis/network/hop_budget.hpp"

#include <algorithm>
#include <set>

#include "core/authorization/coverage.hpp"

namespace palermo::network {
namespace {

constexpr std::uint32_t kUnreached = std::numeric_limits<std::uint32_t>::max();

bool is_place(std::string_view kind) {
  return kind == "cell" || kind == "premises" || kind == "place" || kind == "area";
}

/// Distances from the targets over the ties of one authorization.
std::vector<std::uint32_t> distances(const TieTable& table, const std::vector<std::uint32_t>& ties,
                                     std::uint32_t number, const v1::Authorization* authorization) {
  std::vector<std::uint32_t> distance(table.nodes.size(), kUnreached);
  if (authorization == nullptr) return distance;
  std::set<std::string> targets;
  bool place = false;
  for (const v1::Authorization::Target& target : authorization->targets()) {
    place = place || is_place(target.kind());
    if (!target.value().empty())
      targets.insert(authorization::comparable(target.kind(), target.value()));
    if (!target.person_id().empty()) targets.insert(target.person_id());
  }
  std::vector<std::vector<std::uint32_t>> next(table.nodes.size());
  std::vector<std::uint32_t> queue;
  for (const Device& device : table.devices)
    if (device.authorization == number && distance[device.node] == kUnreached &&
        targets.contains(authorization::comparable(device.kind, device.value))) {
      distance[device.node] = 0;
      queue.push_back(device.node);
    }
  const auto look_at = [&](std::uint32_t v) {
    if (distance[v] != kUnreached) return;
    const Node& node = table.nodes[v];
    if (targets.contains(authorization::comparable(node.kind, node.label)) ||
        targets.contains(authorization::comparable("", node.label)) || targets.contains(node.id)) {
      distance[v] = 0;
      queue.push_back(v);
    }
  };
  for (const std::uint32_t t : ties) {
    const Tie& tie = table.ties[t];
    look_at(tie.a);
    look_at(tie.b);
    next[tie.a].push_back(tie.b);
    next[tie.b].push_back(tie.a);
  }
  // Where a place is the target (tower dump), whoever was seen there stands one hop from it.
  if (place)
    for (const std::uint32_t t : ties)
      for (const std::uint32_t v : {table.ties[t].a, table.ties[t].b})
        if (distance[v] == kUnreached) {
          distance[v] = 1;
          queue.push_back(v);
        }
  for (std::size_t head = 0; head < queue.size(); ++head)
    for (const std::uint32_t v : next[queue[head]])
      if (distance[v] == kUnreached) {
        distance[v] = distance[queue[head]] + 1;
        queue.push_back(v);
      }
  return distance;
}

}  // namespace

HopBudget HopBudget::make(const TieTable& table,
                          std::span<const v1::Authorization> authorizations) {
  std::vector<std::vector<std::uint32_t>> ties_of(table.authorizations.size());
  for (std::uint32_t t = 0; t < table.ties.size(); ++t)
    if (table.ties[t].authorization < ties_of.size())
      ties_of[table.ties[t].authorization].push_back(t);
  HopBudget budget;
  for (std::uint32_t a = 0; a < ties_of.size(); ++a) {
    const std::string& id = table.authorizations[a];
    if (ties_of[a].empty()) continue;
    Reach& reach = budget.reach_[id];
    const auto found = std::find_if(authorizations.begin(), authorizations.end(),
                                    [&](const v1::Authorization& x) { return x.id() == id; });
    const v1::Authorization* authorization = found == authorizations.end() ? nullptr : &*found;
    if (authorization != nullptr)
      reach.max_hops =
          authorization->scope().has_max_hops() ? authorization->scope().max_hops() : 1;
    const std::vector<std::uint32_t> distance = distances(table, ties_of[a], a, authorization);
    for (const std::uint32_t t : ties_of[a])
      for (const std::uint32_t v : {table.ties[t].a, table.ties[t].b})
        reach.distance[table.nodes[v].id] =
            distance[v] == kUnreached ? std::nullopt : std::optional{distance[v]};
  }
  return budget;
}

HopDecision HopBudget::decide(std::string_view id, std::string_view relied_on) const {
  HopDecision decision;
  bool authorized_material = false;
  for (const auto& [authorization_id, reach] : reach_) {
    if (authorization_id.empty()) continue;
    const auto found = reach.distance.find(id);
    if (found == reach.distance.end()) continue;
    authorized_material = true;
    if (!relied_on.empty() && relied_on != authorization_id) continue;
    HopAllowance allowance{authorization_id, reach.max_hops, found->second, 0};
    if (allowance.distance && *allowance.distance < reach.max_hops)
      allowance.allowed = reach.max_hops - *allowance.distance;
    decision.allowed = std::max(decision.allowed, allowance.allowed);
    decision.allowances.push_back(std::move(allowance));
  }
  decision.unlimited = !authorized_material;
  return decision;
}

bool HopBudget::may_walk(std::string_view authorization_id, std::string_view a,
                         std::string_view b) const {
  if (authorization_id.empty()) return true;
  const auto found = reach_.find(authorization_id);
  if (found == reach_.end()) return false;
  const Reach& reach = found->second;
  for (const std::string_view end : {a, b}) {
    const auto at = reach.distance.find(end);
    if (at != reach.distance.end() && at->second && *at->second < reach.max_hops) return true;
  }
  return false;
}

TieTable within_budget(const TieTable& table, const HopBudget& budget, std::string_view relied_on,
                       std::uint64_t& left_out) {
  TieTable result;
  result.nodes = table.nodes;
  result.names = table.names;
  result.devices = table.devices;
  result.authorizations = table.authorizations;
  result.kind = table.kind;
  left_out = 0;
  for (const Tie& tie : table.ties) {
    const std::string_view id = tie.authorization < table.authorizations.size()
                                    ? std::string_view{table.authorizations[tie.authorization]}
                                    : std::string_view{"?"};
    const bool counts = relied_on.empty() || id.empty() || id == relied_on;
    if (counts && budget.may_walk(id, table.nodes[tie.a].id, table.nodes[tie.b].id)) {
      result.ties.push_back(tie);
    } else {
      left_out += tie.count;
    }
  }
  return result;
}

}  // namespace palermo::network
