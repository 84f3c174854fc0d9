#include "analysis/criteria/instrument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "analysis/criteria/evaluators.hpp"
#include "analysis/criteria/textproto.hpp"

namespace palermo::embedded {
extern const std::string_view untoc_textproto;
extern const std::string_view som_textproto;
extern const std::string_view eu_841_textproto;
extern const std::string_view de_129_textproto;
extern const std::string_view fr_450_textproto;
extern const std::string_view it_416_textproto;
extern const std::string_view it_416bis_textproto;
extern const std::string_view nl_140_textproto;
}  // namespace palermo::embedded

namespace palermo::criteria {
namespace {

core::Error wrong(const std::string& why) {
  return core::Error{core::ErrorCode::BadInput, "element tree: " + why};
}

bool is_day_or_empty(const std::string& text) { return text.empty() || day_of(text).has_value(); }

/// What a lawyer must be able to check of every text: where it was read, and when it was in force.
core::Status check_sources(const v1::Instrument& instrument) {
  const std::string& id = instrument.id();
  const std::string& confidence = instrument.confidence();
  if (confidence != "verified" && confidence != "secondary")
    return wrong(fmt::format("the instrument '{}' is neither verified nor secondary", id));
  if (instrument.language().size() != 2)
    return wrong(fmt::format("the instrument '{}' does not say its language", id));
  if (!instrument.state().empty() && !is_state_code(instrument.state()))
    return wrong(fmt::format("the instrument '{}' names no State by its code", id));
  for (const std::string* day : {&instrument.in_force_from(), &instrument.in_force_to(),
                                 &instrument.certain_from(), &instrument.certain_to()})
    if (!is_day_or_empty(*day))
      return wrong(fmt::format("the instrument '{}': '{}' is no date", id, *day));
  for (const v1::AbsentTopic& absent : instrument.absent())
    if (absent.topic().empty() || absent.text().empty())
      return wrong(fmt::format("the instrument '{}' leaves out a topic without saying why", id));
  for (const v1::ElementDef& element : instrument.elements()) {
    if (element.source().empty() && instrument.source().empty())
      return wrong(fmt::format("'{}' has no source", element.id()));
    if (!is_day_or_empty(element.in_force_from()) || !is_day_or_empty(element.in_force_to()))
      return wrong(fmt::format("'{}' has a date that is none", element.id()));
    if (element.in_force_from().empty() && instrument.in_force_from().empty() &&
        instrument.certain_from().empty())
      return wrong(fmt::format("'{}' does not say since when it is in force", element.id()));
    if (instrument.language() != "en" && element.translation().empty())
      return wrong(fmt::format("'{}' has no English rendering", element.id()));
  }
  return core::ok();
}

}  // namespace

core::Result<Instruments> Instruments::parse(const std::vector<std::string_view>& texts) {
  Instruments out;
  out.instruments_.reserve(texts.size());
  for (const std::string_view text : texts) {
    v1::Instrument& instrument = out.instruments_.emplace_back();
    TextProto parser;
    if (!parser.parse(text, instrument))
      return wrong(fmt::format("line {}, column {}: {}", parser.error_line, parser.error_column,
                               parser.error));
  }
  for (const v1::Instrument& instrument : out.instruments_) {
    if (instrument.id().empty() || instrument.version().empty())
      return wrong("an instrument has no id or no version");
    PALERMO_CHECK_OK(check_sources(instrument));
    for (const v1::ElementDef& element : instrument.elements())
      if (!out.elements_.emplace(element.id(), &element).second)
        return wrong(fmt::format("'{}' is defined twice", element.id()));
  }
  for (const auto& [id, element] : out.elements_) {
    if (element->article().empty() || element->title().empty() || element->text().empty())
      return wrong(fmt::format("'{}' lacks its article, title or text", id));
    const bool leaf = element->operator_() == v1::ElementDef::LEAF;
    if (leaf != element->children().empty())
      return wrong(fmt::format("'{}' is a LEAF exactly when it has no children", id));
    if (leaf && find_evaluator(element->evaluator()) == nullptr)
      return wrong(fmt::format("'{}' names the evaluator '{}', which does not exist", id,
                               element->evaluator()));
    if (!leaf && !element->evaluator().empty())
      return wrong(fmt::format("'{}' is no LEAF and names an evaluator", id));
    if (element->operator_() == v1::ElementDef::OPERATOR_UNSPECIFIED)
      return wrong(fmt::format("'{}' has no operator", id));
    if (element->operator_() == v1::ElementDef::NOT && element->children_size() != 1)
      return wrong(fmt::format("'{}' is NOT of exactly one child", id));
    for (const std::string& child : element->children())
      if (!out.elements_.contains(child))
        return wrong(fmt::format("'{}' names the child '{}', which does not exist", id, child));
  }
  std::set<std::string> done, open;
  std::string cycle;
  const std::function<void(const std::string&)> walk = [&](const std::string& id) {
    if (!cycle.empty() || done.contains(id)) return;
    if (!open.insert(id).second) {
      cycle = id;
      return;
    }
    for (const std::string& child : out.find(id)->children()) walk(child);
    open.erase(id);
    done.insert(id);
  };
  for (const auto& [id, element] : out.elements_) walk(id);
  if (!cycle.empty()) return wrong(fmt::format("'{}' depends on itself", cycle));

  for (const v1::Instrument& instrument : out.instruments_) {
    for (const std::string& root : instrument.roots()) {
      if (!out.elements_.contains(root))
        return wrong(fmt::format("the root '{}' does not exist", root));
      out.homes_[root] = root;
    }
  }
  for (const v1::Instrument& instrument : out.instruments_)
    for (const v1::ElementDef& parent : instrument.elements())
      for (const std::string& child : parent.children()) {
        const auto [home, fresh] = out.homes_.emplace(child, parent.id());
        if (fresh || home->second == child) continue;
        const bool continues = child.rfind(parent.id() + ".", 0) == 0;
        const bool current = child.rfind(home->second + ".", 0) == 0;
        if (continues && (!current || parent.id().size() > home->second.size()))
          home->second = parent.id();
      }
  for (const auto& [id, element] : out.elements_)
    if (!out.homes_.contains(id)) return wrong(fmt::format("'{}' stands in no tree", id));
  return out;
}

core::Result<Instruments> Instruments::builtin(std::string_view asked) {
  auto parsed =
      parse({embedded::untoc_textproto, embedded::som_textproto, embedded::eu_841_textproto,
             embedded::de_129_textproto, embedded::fr_450_textproto, embedded::it_416_textproto,
             embedded::it_416bis_textproto, embedded::nl_140_textproto});
  if (!parsed) parsed.error().code = core::ErrorCode::Internal;
  if (parsed) parsed->asked_ = asked;
  return parsed;
}

const v1::ElementDef* Instruments::find(std::string_view id) const {
  const auto found = elements_.find(id);
  return found == elements_.end() ? nullptr : found->second;
}

const v1::Instrument* Instruments::instrument(std::string_view id) const {
  for (const v1::Instrument& instrument : instruments_)
    if (instrument.id() == id) return &instrument;
  return nullptr;
}

std::string Instruments::home_of(const std::string& id) const {
  const auto found = homes_.find(id);
  return found == homes_.end() ? std::string{} : found->second;
}

bool Instruments::concerns(std::string_view instrument, const std::string& element) const {
  if (instrument == "untoc")
    return element.rfind("untoc.", 0) == 0 || element.rfind("som.", 0) == 0;
  if (instrument == "som") return element.rfind("som.", 0) == 0;
  const v1::Instrument* asked = this->instrument(instrument);
  if (asked == nullptr) return false;
  std::set<std::string> seen;
  const std::function<bool(const std::string&)> reaches = [&](const std::string& id) {
    if (id == element) return true;
    if (!seen.insert(id).second) return false;
    const v1::ElementDef* def = find(id);
    return def != nullptr && std::any_of(def->children().begin(), def->children().end(), reaches);
  };
  return std::any_of(asked->roots().begin(), asked->roots().end(), reaches);
}

std::string Instruments::version(std::string_view instrument) const {
  std::string out;
  for (const v1::Instrument& each : instruments_) {
    // Convention and Protocol refer to each other: a finding on either rests on both.
    const bool treaties = (instrument == "untoc" || instrument == "som") &&
                          (each.id() == "untoc" || each.id() == "som");
    const bool used = treaties || each.id() == instrument ||
                      (instrument != "untoc" && instrument != "som" &&
                       std::any_of(each.elements().begin(), each.elements().end(),
                                   [&](const v1::ElementDef& element) {
                                     return concerns(instrument, element.id());
                                   }));
    if (used) out += (out.empty() ? "" : ", ") + each.id() + " " + each.version();
  }
  return out;
}

std::vector<std::string> Instruments::ids() const {
  std::vector<std::string> out;
  for (const auto& [id, element] : elements_)
    if (asked_.empty() || concerns("untoc", id) || concerns(asked_, id)) out.push_back(id);
  return out;
}

std::vector<std::string> Instruments::names() const {
  std::vector<std::string> out;
  for (const v1::Instrument& instrument : instruments_) out.push_back(instrument.id());
  return out;
}

}  // namespace palermo::criteria
