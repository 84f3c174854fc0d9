// Who is whom, by decision of named operators: a pure replay of the case's entity events.
//
// Events are never changed or removed. What counts now follows from all of them, in order: an
// undone event does not count until it is redone, and of two standing events about one pair (or one
// person's category) the newer one counts.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "palermo/v1/entity.pb.h"
#include "palermo/v1/statement.pb.h"

namespace palermo::entity {

inline constexpr const char* kMerge = "merge";
inline constexpr const char* kSplit = "split";
inline constexpr const char* kSetCategory = "set_category";
inline constexpr const char* kUndo = "undo";
inline constexpr const char* kRedo = "redo";

/// Two ids in natural order.
using Pair = std::pair<std::string, std::string>;
[[nodiscard]] Pair pair_of(const std::string& a, const std::string& b);

class Decisions {
 public:
  /// @param events  of one case, in the order of their numbers
  /// @cost O(n log n)
  [[nodiscard]] static Decisions replay(std::vector<v1::EntityEvent> events);

  /// All events, each with `in_effect` set.
  [[nodiscard]] const std::vector<v1::EntityEvent>& events() const { return events_; }
  [[nodiscard]] const v1::EntityEvent* find(const std::string& id) const;
  /// Whether a merge, split or category is not undone; a newer one may have replaced it.
  [[nodiscard]] bool stands(const std::string& id) const;

  /// The event that decides whether two entities are one (merge) or not (split); null: none.
  [[nodiscard]] const v1::EntityEvent* about(const std::string& a, const std::string& b) const;
  /// The event that gave a person its category; null: none.
  [[nodiscard]] const v1::EntityEvent* category_of(const std::string& person) const;
  /// Persons, or identifiers, that merges join to `id`, itself included, in natural order.
  [[nodiscard]] std::vector<std::string> together_with(const std::string& id) const;
  /// A merge in effect on the way from a to b, first to last; empty when they are not joined.
  [[nodiscard]] std::vector<const v1::EntityEvent*> chain(const std::string& a,
                                                          const std::string& b) const;
  /// A split in effect whose two sides merges in effect join; null when there is none, which
  /// commands keep so.
  [[nodiscard]] const v1::EntityEvent* torn() const;

  /// What `undo` without an event turns round: the newest standing one. Null: none.
  [[nodiscard]] const v1::EntityEvent* newest_standing() const;
  /// What `redo` without an event brings back: the one undone last, unless something new was
  /// decided since. Null: none.
  [[nodiscard]] const v1::EntityEvent* newest_undone() const;

  /// The decisions in effect as statements for the element tests, each an assessment that carries
  /// `decided`; for a decision against evidence, that evidence as well. Merges of persons and
  /// splits become identity, of a person and an identifier attribution, categories person.
  [[nodiscard]] std::vector<v1::Statement> statements() const;

 private:
  struct Decision {
    std::size_t event = 0;
    bool same = false;
  };
  std::vector<v1::EntityEvent> events_;
  std::set<std::string> undone_;
  std::map<Pair, Decision> pairs_;
  std::map<std::string, std::size_t> categories_;
  std::map<std::string, std::map<std::string, std::size_t>> joined_;  // neighbours by merge
};

}  // namespace palermo::entity
