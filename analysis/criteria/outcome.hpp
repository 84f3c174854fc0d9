// Three-valued answers and what they rest on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "palermo/v1/finding.pb.h"

namespace palermo::criteria {

using Outcome = v1::Element::Outcome;
using Reason = v1::Element::ReasonCode;

inline constexpr Outcome kIndicated = v1::Element::indicated;
inline constexpr Outcome kNotIndicated = v1::Element::not_indicated;
inline constexpr Outcome kUndetermined = v1::Element::undetermined;

/// Strong Kleene: one "not indicated" settles AND, one "indicated" settles OR, else an open part
/// leaves the whole open. Empty: AND is indicated, OR is not indicated.
[[nodiscard]] Outcome kleene_and(const std::vector<Outcome>& parts);
[[nodiscard]] Outcome kleene_or(const std::vector<Outcome>& parts);
[[nodiscard]] Outcome kleene_not(Outcome part);

/// "indicated", "not indicated", "undetermined".
[[nodiscard]] std::string in_words(Outcome outcome);

/// Evidence in order. Many elements show the same, so a list holds it without copying it.
class EvidenceList {
  using Items = std::vector<std::shared_ptr<const v1::Evidence>>;

 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = v1::Evidence;
    using difference_type = std::ptrdiff_t;
    using pointer = const v1::Evidence*;
    using reference = const v1::Evidence&;
    explicit Iterator(Items::const_iterator at) : at_{at} {}
    reference operator*() const { return **at_; }
    pointer operator->() const { return at_->get(); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator{at_++}; }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    Items::const_iterator at_;
  };

  void push_back(v1::Evidence item) {
    items_.push_back(std::make_shared<const v1::Evidence>(std::move(item)));
  }
  /// Takes over item `i` of another list.
  void take(const EvidenceList& from, std::size_t i) { items_.push_back(from.items_[i]); }
  void append(const EvidenceList& other) {
    items_.insert(items_.end(), other.items_.begin(), other.items_.end());
  }
  void prepend(const EvidenceList& other) {
    items_.insert(items_.begin(), other.items_.begin(), other.items_.end());
  }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] const v1::Evidence& operator[](std::size_t i) const { return *items_[i]; }
  [[nodiscard]] Iterator begin() const { return Iterator{items_.begin()}; }
  [[nodiscard]] Iterator end() const { return Iterator{items_.end()}; }

 private:
  Items items_;
};

/// What a brief derivation keeps of the evidence it does not show.
struct Weight {
  std::uint32_t shown = 0;
  const std::string* origin = nullptr;  // of what carries: the first that is named
  bool several = false;                 // whether there is a second one
  bool unnamed = false;                 // whether some of it names no origin

  void add(const Weight& other) {
    shown += other.shown;
    several = several || other.several ||
              (origin != nullptr && other.origin != nullptr && origin != other.origin);
    unnamed = unnamed || other.unnamed;
    if (origin == nullptr) origin = other.origin;
  }
};

/// What an evaluator says about one element.
struct Answer {
  Outcome outcome = kUndetermined;
  std::set<Reason> reasons;
  EvidenceList supporting;
  EvidenceList contrary;
  Weight supported, opposed;  // what a brief derivation leaves out of the lists
  std::vector<std::string> missing;
  std::vector<std::string> notes;
  std::optional<Outcome> derived;  // where a decision sets the outcome: what the facts give
  std::vector<v1::ElementDecision> decisions;  // on this element, the one in force last
  bool rests_on_law = false;  // settled by law or by an exhaustive bound: needs no second witness

  [[nodiscard]] std::size_t supports() const { return supporting.size() + supported.shown; }
  void open(Reason reason, std::string what) {
    outcome = kUndetermined;
    reasons.insert(reason);
    if (!what.empty()) missing.push_back(std::move(what));
  }
};

}  // namespace palermo::criteria
