#include "cli/commands/firmness_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "analysis/criteria/outcome.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

constexpr std::size_t kWidth = 100;

using Visit = std::function<void(const v1::Element&)>;

/// Every element once, where it is set out.
void each_element(const v1::Finding& finding, const Visit& visit) {
  std::set<std::string> seen;
  const std::function<void(const v1::Element&)> walk = [&](const v1::Element& element) {
    if (!elsewhere(element) && seen.insert(element.id()).second) visit(element);
    for (const v1::Element& child : element.children()) walk(child);
  };
  for (const v1::Element& element : finding.elements()) walk(element);
}

std::string headed(const v1::Element& element) {
  return fmt::format("  {}  {}: {}\n", element.id(), element.title(),
                     criteria::in_words(element.outcome()));
}

std::string counted(std::uint64_t n, const char* noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string and_list(const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::string out;
  for (int i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " and " : ", ";
    out += names[i].empty() ? "a source that is not named" : names[i];
  }
  return out;
}

/// "5 reports, 1 origin; S2 repeats S1".
std::string reporting_line(const v1::Reporting& reporting) {
  if (reporting.reports() == 0) return {};
  constexpr int kShown = 4;
  std::string out = fmt::format("{}, {}", counted(reporting.reports(), "report"),
                                counted(reporting.origins(), "origin"));
  for (int i = 0; i < std::min(reporting.quotes_size(), kShown); ++i)
    out += "; " + reporting.quotes(i);
  if (reporting.quotes_size() > kShown)
    out += fmt::format("; {} more repeat others, see --json", reporting.quotes_size() - kShown);
  return out;
}

/// "2 statements: S1 and S2, or S1 and S3".
std::string sets_line(const v1::MinimumEvidence& sets) {
  constexpr int kShown = 3;
  std::string out = fmt::format("{}: ", counted(sets.size(), sets.unit().c_str()));
  for (int i = 0; i < std::min(sets.sets_size(), kShown); ++i)
    out += (i > 0 ? ", or " : "") + and_list(sets.sets(i).ids());
  if (static_cast<int>(sets.sets_total()) > kShown)
    out += fmt::format(", or {} more", static_cast<int>(sets.sets_total()) - kShown);
  if (!sets.exact()) out += fmt::format(" ({})", sets.bound());
  return out;
}

}  // namespace

std::string prose(std::size_t indent, const std::string& label, const std::string& text) {
  const std::size_t begin = indent + label.size();
  std::string out = std::string(indent, ' ') + label;
  for (const char c : core::wrapped(core::printable(text, 2000), kWidth - begin, 0)) {
    out += c;
    if (c == '\n') out += std::string(begin, ' ');
  }
  return out + "\n";
}

bool elsewhere(const v1::Element& element) {
  return element.notes_size() == 1 && element.notes(0).rfind("set out in full", 0) == 0;
}

std::string firmness_text(const v1::Finding& finding) {
  std::string out;
  each_element(finding, [&](const v1::Element& element) {
    if (element.outcome() == v1::Element::undetermined || element.minimum_evidence_size() == 0)
      return;
    std::string lines;
    const std::string reports = reporting_line(element.reporting());
    if (!reports.empty()) lines += prose(4, "carried by  ", reports);
    for (const std::string& point : element.single_points())
      lines += prose(4, "alone       ", point);
    for (const v1::MinimumEvidence& sets : element.minimum_evidence()) {
      if (sets.has_size() && sets.size() > 1) lines += prose(4, "falls with  ", sets_line(sets));
      if (!sets.has_size() && sets.available() > 0 && !sets.exact())
        lines += prose(4, "holds       ", sets.bound());
    }
    if (!lines.empty()) out += headed(element) + lines;
  });
  if (out.empty()) return out;
  return "\nHow firm each settled element is\n"
         "  Statements, origins or authorizations without which the outcome would change; what is "
         "left out\n  is never read as silence.\n" +
         out;
}

std::string settling_text(const v1::Finding& finding) {
  std::string out;
  each_element(finding, [&](const v1::Element& element) {
    if (element.outcome() != v1::Element::undetermined || element.operator_() != "LEAF") return;
    std::string lines;
    constexpr int kShown = 8;
    int shown = 0, settling = 0;
    for (const v1::Change& change : element.would_change()) {
      if (change.to() == v1::Element::outcome_unspecified) continue;
      ++settling;
      if (++shown <= kShown)
        lines +=
            prose(4, "", fmt::format("{} if {}", criteria::in_words(change.to()), change.what()));
    }
    if (settling > kShown)
      lines += prose(4, "", fmt::format("and {} more, see --json", settling - kShown));
    for (const std::string& line : element.missing()) lines += prose(4, "", line);
    if (!lines.empty()) out += fmt::format("  {}  {}\n", element.id(), element.title()) + lines;
  });
  return out.empty() ? out : "\nWhat would settle the open elements\n" + out;
}

std::string decisions_text(const v1::Finding& finding) {
  std::string out;
  each_element(finding, [&](const v1::Element& element) {
    if (element.decisions_size() == 0) return;
    out += headed(element);
    if (element.has_derived())
      out += prose(4, "", fmt::format("the facts give: {}", criteria::in_words(element.derived())));
    for (const v1::ElementDecision& one : element.decisions())
      out += prose(
          4, "",
          fmt::format("{}, version {}: {} by {}{}, {}{}. Reason: {}", one.decision_id(),
                      one.version(), criteria::in_words(one.outcome()), one.by(),
                      one.at().empty() ? "" : " at " + one.at(),
                      one.signed_() ? "signed in the ledger" : "on the word of a file, not signed",
                      one.in_effect() ? ", in effect" : ", not in effect", one.reason()));
  });
  return out.empty() ? out : "\nDecided by named officers\n" + out;
}

std::string what_if_text(const v1::Finding& finding) {
  if (!finding.has_what_if()) return {};
  const v1::WhatIf& what_if = finding.what_if();
  std::string out = "\n" + prose(0, "", what_if.question());
  out += fmt::format("  {} survive, {} weaken, {} fall, {} change. {} left out.\n",
                     counted(what_if.survives(), "element"), what_if.weakens(), what_if.falls(),
                     what_if.changes(), counted(what_if.statements_left_out(), "statement"));
  const auto persons = [](const v1::PersonInterval& p) {
    return p.lo() == p.hi() ? std::to_string(p.lo()) : fmt::format("{} to {}", p.lo(), p.hi());
  };
  if (what_if.persons_before().lo() != what_if.persons_after().lo() ||
      what_if.persons_before().hi() != what_if.persons_after().hi())
    out += fmt::format("  Distinct persons who count: {}, here {}.\n",
                       persons(what_if.persons_before()), persons(what_if.persons_after()));
  std::vector<std::vector<std::string>> rows{
      {"element", "effect", "otherwise", "here", "for", "origins", "grade"}};
  const auto pair = [](std::uint32_t before, std::uint32_t after) {
    return before == after ? std::to_string(after) : fmt::format("{} > {}", before, after);
  };
  for (const v1::ElementShift& one : what_if.elements()) {
    if (one.effect() == "survives") continue;
    rows.push_back(
        {one.element(), one.effect(), criteria::in_words(one.before()),
         criteria::in_words(one.after()), pair(one.supporting_before(), one.supporting_after()),
         pair(one.origins_before(), one.origins_after()),
         one.grade_before() == one.grade_after()
             ? (one.grade_after().empty() ? "-" : one.grade_after())
             : fmt::format("{} > {}", one.grade_before().empty() ? "-" : one.grade_before(),
                           one.grade_after().empty() ? "-" : one.grade_after())});
  }
  for (const v1::ElementShift& one : what_if.gates())
    if (one.before() != one.after())
      rows.push_back({"gate: " + one.element(), one.effect(), criteria::in_words(one.before()),
                      criteria::in_words(one.after()), "-", "-", "-"});
  if (rows.size() > 1) out += core::table(rows);
  return out;
}

}  // namespace palermo::cli
