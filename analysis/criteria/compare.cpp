#include "analysis/criteria/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "analysis/criteria/outcome.hpp"
#include "core/base/text.hpp"

namespace palermo::criteria {
namespace {

using Topic = std::pair<const char*, const char*>;

// In the order in which a reader asks.
constexpr std::array<Topic, 12> kTopics = {{
    {"whole", "The notion as a whole"},
    {"in_force", "Text in force on the date"},
    {"structure", "Structure"},
    {"number", "Number of persons"},
    {"duration", "Duration"},
    {"concert", "Acting together"},
    {"acts", "Material acts"},
    {"method", "Method"},
    {"interest", "Common interest"},
    {"aim", "Aim"},
    {"offence", "Offences aimed at"},
    {"benefit", "Benefit"},
}};

constexpr const char* kConvention =
    "Each notion is tested for itself on the same facts. An outcome under one says nothing about "
    "another, and none about any person.";

const v1::Element* find_in(const v1::Element& at, const std::string& id) {
  if (at.id() == id) return &at;
  for (const v1::Element& child : at.children())
    if (const v1::Element* found = find_in(child, id)) return found;
  return nullptr;
}

const v1::Element* find_in(const v1::Finding& finding, const std::string& id) {
  for (const v1::Element& root : finding.elements())
    if (const v1::Element* found = find_in(root, id)) return found;
  return nullptr;
}

/// The element of an instrument that asks the topic; the first root for the whole.
const v1::ElementDef* asks(const Instruments& trees, const v1::Instrument& instrument,
                           const std::string& topic) {
  if (topic == "whole") return trees.find(instrument.roots(0));
  for (const v1::ElementDef& element : instrument.elements())
    if (element.topic() == topic) return &element;
  return nullptr;
}

std::string why_absent(const v1::Instrument& instrument, const std::string& topic) {
  for (const v1::AbsentTopic& absent : instrument.absent())
    if (absent.topic() == topic) return absent.text();
  return "its text does not ask it";
}

std::string why_so(const v1::ElementDef& def, const v1::Element& element) {
  std::string out = fmt::format("{}, \"{}\"", def.article(), def.text());
  if (!def.translation().empty()) out += fmt::format(" ({})", def.translation());
  out += ": " + in_words(element.outcome());
  if (element.outcome() == kUndetermined && element.missing_size() > 0)
    out += "; " + element.missing(0);
  return out;
}

bool all_alike(const v1::ComparedTopic& topic) {
  return std::all_of(topic.instruments().begin(), topic.instruments().end(),
                     [&](const v1::ComparedElement& each) {
                       return each.asked() && each.outcome() == topic.instruments(0).outcome();
                     });
}

}  // namespace

core::Result<std::vector<std::string>> instruments_named(const std::string& list) {
  PALERMO_TRY(const Instruments trees, Instruments::builtin());
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at <= list.size()) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    const std::string name = list.substr(at, end - at);
    at = end + 1;
    if (trees.instrument(name) == nullptr) {
      const auto names = trees.names();
      const std::string near = core::nearest_word(name, names);
      return core::Error{
          core::ErrorCode::Usage,
          fmt::format("--instrument: there is no instrument '{}'{}", core::printable(name, 40),
                      near.empty() ? "" : fmt::format("; did you mean {}?", near)),
          std::nullopt, fmt::format("use {}", fmt::join(names, ", "))};
    }
    if (std::find(out.begin(), out.end(), name) != out.end())
      return core::Error{core::ErrorCode::Usage,
                         fmt::format("--instrument: {} is named twice", name), std::nullopt,
                         "name each instrument once"};
    out.push_back(name);
  }
  return out;
}

v1::Comparison compare(const Instruments& trees, const std::vector<v1::Finding>& findings) {
  v1::Comparison out;
  out.set_convention(kConvention);
  for (const auto& [name, title] : kTopics) {
    v1::ComparedTopic topic;
    topic.set_topic(name);
    topic.set_title(title);
    bool asked = false;
    std::vector<std::string> why;
    for (const v1::Finding& finding : findings) {
      const v1::Instrument& instrument = *trees.instrument(finding.instrument());
      v1::ComparedElement& row = *topic.add_instruments();
      row.set_instrument(instrument.id());
      const v1::ElementDef* def = asks(trees, instrument, name);
      const v1::Element* element = def == nullptr ? nullptr : find_in(finding, def->id());
      if (element == nullptr) {
        why.push_back(instrument.id() + ": " + why_absent(instrument, name));
        continue;
      }
      asked = true;
      row.set_asked(true);
      row.set_element(def->id());
      row.set_article(def->article());
      row.set_text(def->text());
      row.set_translation(def->translation());
      row.set_outcome(element->outcome());
      *row.mutable_reason_codes() = element->reason_codes();
      *row.mutable_missing() = element->missing();
      if (std::string_view{name} != "whole")
        why.push_back(instrument.id() + ": " + why_so(*def, *element));
    }
    if (!asked) continue;
    topic.set_differs(!all_alike(topic));
    if (topic.differs())
      for (std::string& line : why) topic.add_why(std::move(line));
    *out.add_topics() = std::move(topic);
  }
  return out;
}

}  // namespace palermo::criteria
