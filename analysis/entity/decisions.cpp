#include "analysis/entity/decisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "analysis/criteria/identity.hpp"

namespace palermo::entity {
namespace {

bool is_edit(const v1::EntityEvent& event) {
  return event.action() != kUndo && event.action() != kRedo;
}

bool is_identifier(const std::string& kind) { return kind == "identifier"; }

std::vector<Pair> pairs_of(const v1::EntityEvent& event) {
  std::vector<Pair> out;
  if (event.action() == kMerge || (event.action() == kSplit && !event.b().empty()))
    out.push_back(pair_of(event.a(), event.b()));
  if (event.action() == kSplit)
    for (const std::string& other : event.apart_from()) out.push_back(pair_of(event.a(), other));
  return out;
}

v1::Statement base_of(const v1::EntityEvent& event, const std::string& suffix) {
  v1::Statement statement;
  statement.set_id("DEC-" + event.id() + suffix);
  statement.set_kind(v1::Statement::assessment);
  statement.set_text(event.reason());
  statement.set_source(event.by());
  statement.set_observed_at(event.at());
  v1::Decided& decided = *statement.mutable_decided();
  decided.set_event_id(event.id());
  decided.set_by(event.by());
  decided.set_at(event.at());
  return statement;
}

/// "+447700900001" of "msisdn:+447700900001": what attributions name.
std::string value_of(const std::string& id) {
  const auto colon = id.find(':');
  return colon == std::string::npos ? id : id.substr(colon + 1);
}

}  // namespace

Pair pair_of(const std::string& a, const std::string& b) {
  return criteria::natural_less(b, a) ? Pair{b, a} : Pair{a, b};
}

Decisions Decisions::replay(std::vector<v1::EntityEvent> events) {
  Decisions out;
  out.events_ = std::move(events);
  for (const v1::EntityEvent& event : out.events_) {
    if (event.action() == kUndo) out.undone_.insert(event.target());
    if (event.action() == kRedo) out.undone_.erase(event.target());
  }
  for (std::size_t i = 0; i < out.events_.size(); ++i) {
    const v1::EntityEvent& event = out.events_[i];
    if (!is_edit(event) || out.undone_.contains(event.id())) continue;
    for (const Pair& pair : pairs_of(event)) out.pairs_[pair] = {i, event.action() == kMerge};
    if (event.action() == kSetCategory) out.categories_[event.a()] = i;
  }
  for (const auto& [pair, decision] : out.pairs_) {
    v1::EntityEvent& event = out.events_[decision.event];
    event.set_in_effect(true);
    // A person and the identifier they use are two things: only their link was decided.
    if (!decision.same || is_identifier(event.a_kind()) != is_identifier(event.b_kind())) continue;
    out.joined_[pair.first][pair.second] = decision.event;
    out.joined_[pair.second][pair.first] = decision.event;
  }
  for (const auto& [person, event] : out.categories_) out.events_[event].set_in_effect(true);
  return out;
}

const v1::EntityEvent* Decisions::find(const std::string& id) const {
  for (const v1::EntityEvent& event : events_)
    if (event.id() == id) return &event;
  return nullptr;
}

bool Decisions::stands(const std::string& id) const {
  const v1::EntityEvent* event = find(id);
  return event != nullptr && is_edit(*event) && !undone_.contains(id);
}

const v1::EntityEvent* Decisions::about(const std::string& a, const std::string& b) const {
  const auto found = pairs_.find(pair_of(a, b));
  return found == pairs_.end() ? nullptr : &events_[found->second.event];
}

const v1::EntityEvent* Decisions::category_of(const std::string& person) const {
  const auto found = categories_.find(person);
  return found == categories_.end() ? nullptr : &events_[found->second];
}

std::vector<std::string> Decisions::together_with(const std::string& id) const {
  std::vector<std::string> members{id};
  std::set<std::string> seen{id};
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto found = joined_.find(members[i]);
    if (found == joined_.end()) continue;
    for (const auto& [other, event] : found->second)
      if (seen.insert(other).second) members.push_back(other);
  }
  std::sort(members.begin(), members.end(), criteria::natural_less);
  return members;
}

std::vector<const v1::EntityEvent*> Decisions::chain(const std::string& a,
                                                     const std::string& b) const {
  std::map<std::string, std::pair<std::string, std::size_t>> came_from{{a, {a, 0}}};
  std::deque<std::string> queue{a};
  while (!queue.empty() && !came_from.contains(b)) {
    const std::string at = queue.front();
    queue.pop_front();
    const auto found = joined_.find(at);
    if (found == joined_.end()) continue;
    for (const auto& [other, event] : found->second)
      if (came_from.emplace(other, std::pair{at, event}).second) queue.push_back(other);
  }
  std::vector<const v1::EntityEvent*> out;
  if (a == b || !came_from.contains(b)) return out;
  for (std::string at = b; at != a; at = came_from[at].first)
    out.push_back(&events_[came_from[at].second]);
  std::reverse(out.begin(), out.end());
  return out;
}

const v1::EntityEvent* Decisions::torn() const {
  for (const auto& [pair, decision] : pairs_)
    if (!decision.same && !chain(pair.first, pair.second).empty()) return &events_[decision.event];
  return nullptr;
}

const v1::EntityEvent* Decisions::newest_standing() const {
  for (auto event = events_.rbegin(); event != events_.rend(); ++event)
    if (stands(event->id())) return &*event;
  return nullptr;
}

const v1::EntityEvent* Decisions::newest_undone() const {
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if (is_edit(*event)) return nullptr;
    if (event->action() == kUndo && undone_.contains(event->target())) return find(event->target());
  }
  return nullptr;
}

std::vector<v1::Statement> Decisions::statements() const {
  std::vector<v1::Statement> out;
  for (const v1::EntityEvent& event : events_) {
    if (!event.in_effect()) continue;
    if (event.action() == kSetCategory) {
      v1::Statement statement = base_of(event, "");
      statement.mutable_person()->set_id(event.a());
      v1::Person::Category category = v1::Person::category_unspecified;
      if (v1::Person::Category_Parse(event.category(), &category))
        statement.mutable_person()->set_category(category);
      out.push_back(std::move(statement));
      continue;
    }
    const bool same = event.action() == kMerge;
    const bool a_is = is_identifier(event.a_kind());
    const bool b_is = is_identifier(event.b_kind());
    const std::vector<Pair> pairs = pairs_of(event);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (about(pairs[i].first, pairs[i].second) != &event) continue;  // replaced by a newer one
      v1::Statement statement =
          base_of(event, pairs.size() > 1 ? fmt::format(".{}", i + 1) : std::string{});
      if (a_is != b_is) {
        v1::Attribution& link = *statement.mutable_attribution();
        link.set_person(a_is ? event.b() : event.a());
        link.set_identifier(value_of(a_is ? event.a() : event.b()));
        if (!same) statement.set_polarity(v1::Statement::contradicts);
      } else {
        v1::Identity& identity = *statement.mutable_identity();
        identity.set_a(a_is ? value_of(pairs[i].first) : pairs[i].first);
        identity.set_b(a_is ? value_of(pairs[i].second) : pairs[i].second);
        identity.set_relation(same ? v1::Identity::same : v1::Identity::distinct);
        statement.mutable_decided()->set_of_identifiers(a_is);
      }
      out.push_back(std::move(statement));
    }
    // What stood against it is evidence of its own; what a statement says is in the case already.
    int number = 0;
    for (const v1::ContraryEvidence& contrary : event.contrary()) {
      if (!same || !contrary.statement_id().empty() || a_is || b_is) continue;
      v1::Statement statement;
      statement.set_id(fmt::format("DEC-{}-against-{}", event.id(), ++number));
      statement.set_kind(v1::Statement::fact);
      statement.set_text(contrary.text());
      statement.mutable_identity()->set_a(contrary.a());
      statement.mutable_identity()->set_b(contrary.b());
      statement.mutable_identity()->set_relation(v1::Identity::distinct);
      if (!contrary.records().empty()) {
        const std::string& record = contrary.records(0);
        statement.mutable_trace()->set_record_id(record);
        const std::string source = record.substr(0, record.find(':'));
        statement.set_source(source);
        statement.mutable_trace()->set_source_id(source);
        const std::string line = record.substr(std::min(record.size(), source.size() + 1));
        std::uint32_t number_of_line = 0;
        for (const char c : line) {
          if (c < '0' || c > '9') break;
          number_of_line = number_of_line * 10 + static_cast<std::uint32_t>(c - '0');
        }
        statement.mutable_trace()->set_line(number_of_line);
      }
      out.push_back(std::move(statement));
    }
  }
  return out;
}

}  // namespace palermo::entity
