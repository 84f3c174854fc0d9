#include "analysis/criteria/instrument.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "analysis/criteria/evaluators.hpp"

namespace palermo::embedded {
extern const std::string_view untoc_textproto;
extern const std::string_view som_textproto;
}  // namespace palermo::embedded

namespace palermo::criteria {
namespace {

core::Error wrong(const std::string& why) {
  return core::Error{core::ErrorCode::BadInput, "element tree: " + why};
}

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text.empty()) text = fmt::format("line {}, column {}: {}", line + 1, column + 1, message);
  }
  std::string text;
};

}  // namespace

core::Result<Instruments> Instruments::parse(const std::vector<std::string_view>& texts) {
  Instruments out;
  out.instruments_.reserve(texts.size());
  for (const std::string_view text : texts) {
    v1::Instrument& instrument = out.instruments_.emplace_back();
    google::protobuf::TextFormat::Parser parser;
    FirstError first;
    parser.RecordErrorsTo(&first);
    if (!parser.ParseFromString(std::string{text}, &instrument)) return wrong(first.text);
  }
  for (const v1::Instrument& instrument : out.instruments_) {
    if (instrument.id().empty() || instrument.version().empty())
      return wrong("an instrument has no id or no version");
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

core::Result<Instruments> Instruments::builtin() {
  auto parsed = parse({embedded::untoc_textproto, embedded::som_textproto});
  if (!parsed) parsed.error().code = core::ErrorCode::Internal;
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

std::string Instruments::version() const {
  std::string out;
  for (const v1::Instrument& instrument : instruments_)
    out += (out.empty() ? "" : ", ") + instrument.id() + " " + instrument.version();
  return out;
}

std::vector<std::string> Instruments::ids() const {
  std::vector<std::string> out;
  for (const auto& [id, element] : elements_) out.push_back(id);
  return out;
}

}  // namespace palermo::criteria
