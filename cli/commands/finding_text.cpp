#include "cli/commands/finding_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "analysis/criteria/outcome.hpp"
#include "cli/commands/firmness_text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

constexpr std::size_t kWidth = 120;

std::string reasons_of(const google::protobuf::RepeatedField<int>& reasons) {
  std::string out;
  for (const int reason : reasons)
    out += (out.empty() ? "" : ", ") +
           v1::Element::ReasonCode_Name(static_cast<v1::Element::ReasonCode>(reason));
  return out;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string count_of(int number) { return number == 0 ? "-" : std::to_string(number); }

using Ids = std::vector<std::string>;

/// Statement ids in their order, each once.
Ids ids_of(const google::protobuf::RepeatedPtrField<v1::Evidence>& evidence) {
  Ids out;
  std::set<std::string> seen;
  for (const v1::Evidence& one : evidence)
    if (seen.insert(one.statement_id()).second) out.push_back(one.statement_id());
  return out;
}

void rows_of(const v1::Element& element, int depth, std::vector<std::vector<std::string>>& rows) {
  std::string outcome = criteria::in_words(element.outcome());
  if (element.reason_codes_size() > 0) outcome += " (" + reasons_of(element.reason_codes()) + ")";
  rows.push_back({std::string(static_cast<std::size_t>(depth) * 2, ' ') + element.id(),
                  element.title(), outcome,
                  count_of(static_cast<int>(ids_of(element.supporting()).size())),
                  count_of(static_cast<int>(ids_of(element.contrary()).size())),
                  count_of(static_cast<int>(element.origins())), or_dash(element.best_grade())});
  for (const v1::Element& child : element.children()) rows_of(child, depth + 1, rows);
}

/// The element table. What an element asks gets the columns that the rest leaves, at least 24, and
/// goes on in rows of its own.
std::string elements_table(const v1::Finding& finding) {
  constexpr std::size_t kAsks = 1;
  std::vector<std::vector<std::string>> rows{
      {"element", "what it asks", "outcome", "for", "against", "origins", "grade"}};
  for (const v1::Element& element : finding.elements()) rows_of(element, 0, rows);
  std::size_t taken = 0;
  for (std::size_t c = 0; c < rows[0].size(); ++c) {
    if (c == kAsks) continue;
    std::size_t widest = 0;
    for (const auto& row : rows) widest = std::max(widest, core::display_width(row[c]));
    taken += widest + 2;
  }
  const std::size_t left = taken + 24 < kWidth ? kWidth - taken : 24;
  std::vector<std::vector<std::string>> shown;
  for (auto& row : rows) {
    std::string asks = core::wrapped(row[kAsks], left, 0);
    for (std::size_t begin = 0; begin <= asks.size();) {
      const std::size_t end = std::min(asks.find('\n', begin), asks.size());
      std::vector<std::string> line(row.size());
      if (begin == 0) line = row;
      line[kAsks] = asks.substr(begin, end - begin);
      shown.push_back(std::move(line));
      begin = end + 1;
    }
  }
  return core::table(shown);
}

void ids_below(const v1::Element& element, std::set<std::string>& out) {
  for (const v1::Element& child : element.children()) {
    for (const auto* evidence : {&child.supporting(), &child.contrary()})
      for (const v1::Evidence& one : *evidence) out.insert(one.statement_id());
    ids_below(child, out);
  }
}

/// The statements behind each answer, once for each element: an element with parts shows only what
/// none of its parts has, such as a decision on the whole.
void evidence_of(const v1::Element& element, std::set<std::string>& done, std::string& out) {
  std::set<std::string> below;
  ids_below(element, below);
  const auto own = [&below](const Ids& ids) {
    constexpr std::size_t kShown = 30;
    std::string text;
    std::size_t count = 0;
    for (const std::string& id : ids) {
      if (below.contains(id) || ++count > kShown) continue;
      text += (text.empty() ? "" : " ") + core::printable(id, 40);
    }
    if (count > kShown) text += fmt::format(" and {} more, see --json", count - kShown);
    return text;
  };
  const std::string supporting = own(ids_of(element.supporting()));
  const std::string contrary = own(ids_of(element.contrary()));
  if (!(supporting.empty() && contrary.empty()) && !elsewhere(element) &&
      done.insert(element.id()).second) {
    out += fmt::format("  {}  {}\n", element.id(), element.title());
    if (!supporting.empty()) out += prose(4, "for      ", supporting);
    if (!contrary.empty()) out += prose(4, "against  ", contrary);
  }
  for (const v1::Element& child : element.children()) evidence_of(child, done, out);
}

void notes_of(const v1::Element& element, std::string& out) {
  if (element.notes_size() > 0 && !elsewhere(element)) {
    out += fmt::format("  {}  {}\n", element.id(), element.title());
    for (const std::string& line : element.notes()) out += prose(4, "", line);
  }
  for (const v1::Element& child : element.children()) notes_of(child, out);
}

std::string meaning_of(v1::Element::ReasonCode reason) {
  switch (reason) {
    case v1::Element::MISSING:
      return "facts that would settle it are not stated";
    case v1::Element::CONFLICT:
      return "facts, laws or decisions say the reverse of each other";
    case v1::Element::IDENTITY:
      return "it is open who is the same person as whom";
    case v1::Element::LAW_UNKNOWN:
      return "the law, its dates or who is bound by the treaty is not known";
    case v1::Element::JUDGEMENT_TERM:
      return "a named officer has to decide, with reasons (`palermo decide`)";
    case v1::Element::PROVENANCE:
      return "it rests on evidence outside the lens, or on one source";
    default:
      return "-";
  }
}

void codes_of(const v1::Element& element, std::set<v1::Element::ReasonCode>& out) {
  for (const int reason : element.reason_codes())
    out.insert(static_cast<v1::Element::ReasonCode>(reason));
  for (const v1::Element& child : element.children()) codes_of(child, out);
}

void gate(const char* name, const v1::Gate& gate, std::string& out) {
  out += fmt::format("  {}: {}", name, criteria::in_words(gate.outcome()));
  if (gate.reason_codes_size() > 0) out += " (" + reasons_of(gate.reason_codes()) + ")";
  out += "\n";
  for (const std::string& line : gate.because()) out += prose(4, "because  ", line);
  for (const std::string& line : gate.missing()) out += prose(4, "missing  ", line);
}

}  // namespace

std::string finding_text(const v1::Finding& f) {
  std::string out = fmt::format("Finding {}  instrument {} ({})  software {}\n", f.finding_id(),
                                f.instrument(), f.instrument_version(), f.software_version());
  out += fmt::format("Case: {}   as of: {}   lens: {}   group: {}\n",
                     f.case_title().empty() ? "-" : core::printable(f.case_title()),
                     f.as_of().empty() ? "-" : f.as_of(), f.lens(),
                     f.group().empty() ? "-" : core::printable(f.group()));
  if (!f.standard().empty())
    out +=
        fmt::format("Standard of proof applied by the reader: {}\n", core::printable(f.standard()));
  out += fmt::format("Computed on {} of {} statements", f.statements_used(),
                     f.statements_used() + f.statements_excluded());
  if (f.statements_excluded() > 0) out += fmt::format("; {} left out", f.statements_excluded());
  for (const std::string& id : f.without())
    out += fmt::format("; without {}", core::printable(id, 60));
  if (!f.known_at().empty()) out += fmt::format("; as known at {}", core::printable(f.known_at()));
  out += fmt::format(" (facts {}…)\n\n", f.facts_sha256().substr(0, 16));
  out += elements_table(f);
  out += what_if_text(f);
  out += decisions_text(f);
  std::set<v1::Element::ReasonCode> codes;
  for (const v1::Element& element : f.elements()) codes_of(element, codes);
  if (!codes.empty()) out += "\nWhy an element is undetermined\n";
  for (const auto code : codes)
    out += fmt::format("  {:<14}  {}\n", v1::Element::ReasonCode_Name(code), meaning_of(code));
  std::string evidence;
  std::set<std::string> done;
  for (const v1::Element& element : f.elements()) evidence_of(element, done, evidence);
  if (!evidence.empty()) out += "\nStatements behind each answer\n" + evidence;
  out += firmness_text(f);
  out += settling_text(f);

  out += f.persons().lo() == f.persons().hi()
             ? fmt::format("\nDistinct persons who count: {}\n", f.persons().lo())
             : fmt::format("\nDistinct persons who count: at least {}, at most {}\n",
                           f.persons().lo(), f.persons().hi());
  if (f.counted_size() > 0) {
    std::vector<std::vector<std::string>> people{{"person", "category", "counts", "why"}};
    for (const v1::PersonCount& row : f.counted())
      people.push_back({row.person(), row.category(),
                        row.counted()                        ? "yes"
                        : row.reason().rfind("open", 0) == 0 ? "open"
                                                             : "no",
                        row.reason()});
    out += core::table(people);
  }
  if (f.acts_size() > 0) {
    out += "\nActs by State\n";
    std::vector<std::vector<std::string>> acts{{"state", "act", "date", "persons", "statement"}};
    for (const v1::ActRow& row : f.acts()) {
      std::string persons;
      for (const std::string& person : row.persons())
        persons += (persons.empty() ? "" : ", ") + person;
      acts.push_back({row.state().empty() ? "-" : row.state(), row.type(),
                      row.at().empty() ? "-" : row.at(), persons.empty() ? "-" : persons,
                      row.statement_id()});
    }
    out += core::table(acts);
  }
  out += "\nWhat the Convention opens (four separate tests)\n";
  gate("domestic offence, art. 34(2)", f.gates().domestic(), out);
  gate("mutual legal assistance, art. 18(1)", f.gates().mla(), out);
  gate("extradition, art. 16(1)", f.gates().extradition(), out);
  gate("full scope, art. 3", f.gates().full_scope(), out);

  if (f.flips_size() > 0) {
    out += "\nElements that differ under another lens\n";
    std::vector<std::vector<std::string>> flips{{"lens", "element", "here", "there"}};
    for (const v1::LensFlip& flip : f.flips())
      flips.push_back({flip.lens(), flip.element(), criteria::in_words(flip.from()),
                       criteria::in_words(flip.to())});
    out += core::table(flips);
  } else {
    out += "\nNo element differs under another lens.\n";
  }
  std::string notes;
  for (const v1::Element& element : f.elements()) notes_of(element, notes);
  if (!notes.empty()) out += "\nRules applied\n" + notes;
  if (f.notices_size() > 0) {
    out += "\nNotices\n";
    for (const std::string& notice : f.notices()) out += prose(2, "", notice);
  }
  out +=
      "\nIndicated means that the stated facts support the element. Whether anybody is liable is "
      "for a court.\n";
  return out;
}

}  // namespace palermo::cli
