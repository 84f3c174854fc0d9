#include "analysis/criteria/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_map>
#include <utility>

#include "analysis/criteria/gates.hpp"
#include "core/base/text.hpp"

namespace palermo::criteria {
namespace {

using v1::Statement;

constexpr int kShown = 50;

std::string number_word(std::size_t n) {
  constexpr std::array kWords = {"no",    "one",   "two",  "three", "four",   "five",  "six",
                                 "seven", "eight", "nine", "ten",   "eleven", "twelve"};
  return n < kWords.size() ? kWords[n] : std::to_string(n);
}

std::string counted_word(std::size_t n, const char* noun) {
  return fmt::format("{} {}{}", number_word(n), noun, n == 1 ? "" : "s");
}

/// "A, B and C", at most `most` of them.
template <typename Names>
std::string listing(const Names& names, std::size_t most = 6) {
  std::string out;
  const std::size_t count = static_cast<std::size_t>(std::distance(names.begin(), names.end()));
  const std::size_t shown = std::min(count, most);
  std::size_t i = 0;
  for (const auto& name : names) {
    if (i == shown) break;
    if (i > 0) out += i + 1 == shown && shown == count ? " and " : ", ";
    out += name;
    ++i;
  }
  if (shown < count) out += fmt::format(" and {} more", count - shown);
  return out;
}

/// The evidence an answer rests on: for an open one, all that speaks for it.
const EvidenceList& resting_on(const Answer& answer) {
  return answer.outcome == kNotIndicated ? answer.contrary : answer.supporting;
}

/// Statements that carry the answer, each once, in order.
std::vector<const Statement*> carriers(const Facts& facts, const Answer& answer) {
  std::vector<const Statement*> out;
  const Statements& stated = facts.statements();
  std::vector<char> seen(facts.all().size(), 0);
  for (const v1::Evidence& item : resting_on(answer)) {
    if (!carries(item)) continue;
    const auto n = stated.find(item.statement_id());
    if (n != Statements::kNone && std::exchange(seen[n], 1) == 0) out.push_back(facts.all()[n]);
  }
  return out;
}

/// What an origin is, if the facts say so: "one informant (K)".
std::string origin_in_words(const Facts& facts, const std::string& name) {
  if (name.empty()) return "one origin that is not named";
  for (const auto category : facts.categories(facts.person(name))) {
    if (category == v1::Person::category_unspecified || category == v1::Person::unknown) continue;
    std::string word = v1::Person::Category_Name(category);
    std::replace(word.begin(), word.end(), '_', ' ');
    return fmt::format("one {} ({})", word, name);
  }
  return fmt::format("one origin ({})", name);
}

std::string otherwise(Outcome to) { return fmt::format("the element would be {}", in_words(to)); }

const v1::MinimumEvidence* of_unit(const std::vector<v1::MinimumEvidence>& sets,
                                   std::string_view unit) {
  for (const v1::MinimumEvidence& one : sets)
    if (one.unit() == unit && one.has_size()) return &one;
  return nullptr;
}

bool alone(const v1::MinimumEvidence* sets) { return sets != nullptr && sets->size() == 1; }

std::size_t fallen(const std::vector<const Statement*>& carrying,
                   const std::function<bool(const Statement&)>& falls) {
  return static_cast<std::size_t>(std::count_if(carrying.begin(), carrying.end(),
                                                [&](const Statement* s) { return falls(*s); }));
}

}  // namespace

std::string best_grade(const EvidenceList& evidence) {
  std::string best;
  for (const v1::Evidence& item : evidence)
    if (!item.grade().empty() && (best.empty() || item.grade() < best)) best = item.grade();
  return best;
}

v1::Reporting reporting_of(const Facts& facts, const Answer& answer) {
  v1::Reporting out;
  std::unordered_map<const std::string*, std::vector<const Statement*>> gathered;
  const auto carrying = carriers(facts, answer);
  for (const Statement* s : carrying) {
    gathered[&facts.origin(*s)].push_back(s);
    if (s->origin().empty() || out.quotes_size() >= kShown) continue;
    const std::string end = facts.origin(*s);
    const std::string way = end.empty()          ? ", in a ring of reports that quote each other"
                            : end != s->origin() ? fmt::format(", which goes back to {}", end)
                                                 : std::string{};
    out.add_quotes(fmt::format("{} repeats {}{}", s->id(), s->origin(), way));
  }
  std::map<std::string, const std::vector<const Statement*>*, NaturalLess> by_origin;
  for (const auto& [name, statements] : gathered) by_origin[*name] = &statements;
  out.set_reports(static_cast<std::uint32_t>(carrying.size()));
  out.set_origins(static_cast<std::uint32_t>(by_origin.size()));
  out.set_circular(by_origin.size() < carrying.size() && out.quotes_size() > 0);
  for (const auto& [name, statements] : by_origin) {
    v1::Origin& row = *out.add_by_origin();
    row.set_name(name);
    row.set_statements_total(static_cast<std::uint32_t>(statements->size()));
    for (const Statement* s : *statements)
      if (row.statements_size() < kShown) row.add_statements(s->id());
  }
  return out;
}

std::vector<std::string> single_points(const Facts& facts, const Answer& answer,
                                       const std::vector<v1::MinimumEvidence>& sets) {
  std::vector<std::string> out;
  const auto carrying = carriers(facts, answer);
  if (const auto* found = of_unit(sets, "statement"); alone(found)) {
    for (const v1::EvidenceSet& set : found->sets())
      out.push_back(
          carrying.size() == 1
              ? fmt::format("It rests on {} alone; without it {}.", set.ids(0), otherwise(set.to()))
              : fmt::format("Without {} {}.", set.ids(0), otherwise(set.to())));
  }
  if (const auto* found = of_unit(sets, "origin"); alone(found) && carrying.size() > 1) {
    for (const v1::EvidenceSet& set : found->sets()) {
      const std::string& name = set.ids(0);
      const std::size_t here =
          fallen(carrying, [&](const Statement& s) { return facts.origin(s) == name; });
      const std::string who = origin_in_words(facts, name);
      out.push_back(here == carrying.size()
                        ? fmt::format("All {} rest on {}; without it {}.",
                                      counted_word(here, "statement"), who, otherwise(set.to()))
                        : fmt::format("{} of {} rest on {}; without it {}.", here,
                                      counted_word(carrying.size(), "statement"), who,
                                      otherwise(set.to())));
    }
  }
  if (const auto* found = of_unit(sets, "authorization"); alone(found)) {
    for (const v1::EvidenceSet& set : found->sets()) {
      const std::string& name = set.ids(0);
      const std::size_t here =
          fallen(carrying, [&](const Statement& s) { return s.authorization_id() == name; });
      out.push_back(fmt::format("If the authorization {} falls, {} ({} of {} obtained under it).",
                                name, otherwise(set.to()), here,
                                counted_word(carrying.size(), "statement")));
    }
  }
  return out;
}

namespace {

/// Derives all elements again with one thing changed in a copy of the facts.
class Supposed {
 public:
  Supposed(const Instruments& instruments, const v1::FactsFile& file, Facts::Choice choice,
           const Answers& answers, std::size_t most)
      : instruments_{instruments}, file_{file}, choice_{std::move(choice)}, most_{most} {
    choice_.brief = true;
    for (const auto& [id, answer] : answers)
      if (answer.outcome == kUndetermined) open_.push_back(id);
  }

  /// @param statements  that the supposition is about
  void suppose(const std::string& what, const std::vector<std::string>& statements,
               std::map<std::string, std::vector<v1::Change>>& out) {
    weighed_ += static_cast<std::size_t>(file_.statements_size());
    if (weighed_ > most_ || open_.empty()) return;
    EvaluateOptions options;
    options.evidence = false;
    Facts::Choice every = choice_;
    every.lens = Lens::All;
    every.without.clear();
    Answers all;
    const Statements stated{file_};
    if (choice_.lens != Lens::All || !choice_.without.empty()) {
      all = evaluate(instruments_, Facts{stated, every}, options);
      options.under_all = &all;
    }
    const Answers then = evaluate(instruments_, Facts{stated, choice_}, options);
    for (const std::string& id : open_) {
      if (then.at(id).outcome == kUndetermined) continue;
      v1::Change& change = out[id].emplace_back();
      change.set_what(what);
      change.set_to(then.at(id).outcome);
      for (const std::string& statement : statements) change.add_statements(statement);
    }
  }

  v1::FactsFile& file() { return file_; }

 private:
  const Instruments& instruments_;
  v1::FactsFile file_;
  Facts::Choice choice_;
  std::vector<std::string> open_;
  std::size_t weighed_ = 0, most_;
};

void answer_identities(const Facts& facts, Supposed& supposed,
                       std::map<std::string, std::vector<v1::Change>>& out) {
  constexpr std::size_t kPairs = 12;
  std::size_t asked = 0;
  for (const OpenPair& pair : facts.identities().open_pairs(facts.possible())) {
    if (pair.conflict || ++asked > kPairs) continue;
    std::vector<std::string> about;
    for (const Statement* s : pair.statements) about.push_back(s->id());
    for (const auto relation : {v1::Identity::same, v1::Identity::distinct}) {
      Statement& s = *supposed.file().add_statements();
      s.set_id("supposed");
      s.set_kind(Statement::fact);
      s.set_lawful(true);
      s.mutable_identity()->set_a(pair.a);
      s.mutable_identity()->set_b(pair.b);
      s.mutable_identity()->set_relation(relation);
      supposed.suppose(fmt::format("it is shown that {} and {} are {}", pair.a, pair.b,
                                   relation == v1::Identity::same ? "one person" : "two persons"),
                       about, out);
      supposed.file().mutable_statements()->RemoveLast();
    }
  }
}

/// Each assessment that bears on an open element, as if it were shown.
void show_leads(const Answers& answers, Supposed& supposed,
                std::map<std::string, std::vector<v1::Change>>& out) {
  constexpr std::size_t kLeads = 24;
  std::set<std::string, NaturalLess> leads;
  for (const auto& [id, answer] : answers) {
    if (answer.outcome != kUndetermined) continue;
    for (const auto* list : {&answer.supporting, &answer.contrary})
      for (const v1::Evidence& item : *list)
        if (item.kind() == "assessment") leads.insert(item.statement_id());
  }
  std::size_t asked = 0;
  for (Statement& s : *supposed.file().mutable_statements()) {
    if (!leads.contains(s.id()) || ++asked > kLeads) continue;
    const auto kind = s.kind();
    s.set_kind(Statement::fact);
    supposed.suppose(fmt::format("what {} assesses is shown as a fact", s.id()), {s.id()}, out);
    s.set_kind(kind);
  }
}

}  // namespace

std::map<std::string, std::vector<v1::Change>> would_change(
    const Instruments& instruments, const v1::FactsFile& file, const Facts::Choice& choice,
    const Facts& facts, const Answers& answers, const MinimumEvidence& sets, std::size_t most) {
  std::map<std::string, std::vector<v1::Change>> out;
  Supposed supposed{instruments, file, choice, answers, most};
  answer_identities(facts, supposed, out);
  show_leads(answers, supposed, out);
  for (const auto& [id, changes] : sets.settles) {
    constexpr std::size_t kSettling = 6;
    for (std::size_t i = 0; i < std::min(changes.size(), kSettling); ++i) {
      v1::Change& change = out[id].emplace_back(changes[i]);
      change.set_what(fmt::format("{} is no longer relied on", change.statements(0)));
    }
  }
  for (const auto& [id, answer] : answers) {
    std::vector<v1::Change>& list = out[id];
    if (answer.outcome == kUndetermined) {
      for (const std::string& line : answer.missing) {
        if (line.empty()) continue;
        v1::Change& change = list.emplace_back();
        change.set_what(line);
        change.set_to(v1::Element::outcome_unspecified);
      }
      continue;
    }
    const auto found = sets.by_element.find(id);
    if (found == sets.by_element.end()) continue;
    for (const v1::MinimumEvidence& unit : found->second) {
      constexpr int kSets = 3;
      const char* of = unit.unit() == "authorization" ? "what was obtained under "
                       : unit.unit() == "origin"      ? "what goes back to "
                                                      : "";
      for (int i = 0; i < std::min(unit.sets_size(), kSets); ++i) {
        v1::Change& change = list.emplace_back();
        std::vector<std::string> names(unit.sets(i).ids().begin(), unit.sets(i).ids().end());
        for (std::string& name : names)
          if (name.empty()) name = "a source that is not named";
        change.set_what(fmt::format("{}{} {} no longer relied on", of, listing(names),
                                    names.size() == 1 || *of != '\0' ? "is" : "are"));
        change.set_to(unit.sets(i).to());
        if (*of == '\0')
          for (const std::string& name : names) change.add_statements(name);
      }
    }
  }
  return out;
}

namespace {

v1::ElementShift shift_of(const std::string& id, Outcome before, Outcome after) {
  v1::ElementShift out;
  out.set_element(id);
  out.set_before(before);
  out.set_after(after);
  return out;
}

void name_effect(v1::ElementShift& shift) {
  const bool less = shift.supporting_after() < shift.supporting_before() ||
                    shift.contrary_after() < shift.contrary_before() ||
                    shift.origins_after() < shift.origins_before() ||
                    shift.grade_after() != shift.grade_before();
  if (shift.before() != shift.after()) {
    shift.set_effect(shift.before() == kUndetermined ? "changes" : "falls");
  } else if (shift.supporting_after() > shift.supporting_before() ||
             shift.contrary_after() > shift.contrary_before()) {
    shift.set_effect("changes");
  } else {
    shift.set_effect(less ? "weakens" : "survives");
  }
}

std::uint32_t distinct(const EvidenceList& evidence) {
  std::set<std::string> ids;
  for (const v1::Evidence& item : evidence) ids.insert(item.statement_id());
  return static_cast<std::uint32_t>(ids.size());
}

}  // namespace

v1::WhatIf compared(const Facts& facts_before, const Answers& before, const Facts& facts_after,
                    const Answers& after) {
  v1::WhatIf out;
  for (const auto& [id, now] : after) {
    const Answer& then = before.at(id);
    v1::ElementShift& shift = *out.add_elements();
    shift = shift_of(id, then.outcome, now.outcome);
    shift.set_supporting_before(distinct(then.supporting));
    shift.set_supporting_after(distinct(now.supporting));
    shift.set_contrary_before(distinct(then.contrary));
    shift.set_contrary_after(distinct(now.contrary));
    shift.set_origins_before(
        static_cast<std::uint32_t>(origins_of(facts_before, resting_on(then)).size()));
    shift.set_origins_after(
        static_cast<std::uint32_t>(origins_of(facts_after, resting_on(now)).size()));
    shift.set_grade_before(best_grade(then.supporting));
    shift.set_grade_after(best_grade(now.supporting));
    name_effect(shift);
    if (shift.effect() == "survives") out.set_survives(out.survives() + 1);
    if (shift.effect() == "weakens") out.set_weakens(out.weakens() + 1);
    if (shift.effect() == "falls") out.set_falls(out.falls() + 1);
    if (shift.effect() == "changes") out.set_changes(out.changes() + 1);
  }
  const v1::Gates then = gates_of(facts_before, before), now = gates_of(facts_after, after);
  const auto gate = [&](const char* name, const v1::Gate& a, const v1::Gate& b) {
    v1::ElementShift& shift = *out.add_gates();
    shift = shift_of(name, a.outcome(), b.outcome());
    name_effect(shift);
  };
  gate("domestic", then.domestic(), now.domestic());
  gate("mla", then.mla(), now.mla());
  gate("extradition", then.extradition(), now.extradition());
  gate("full_scope", then.full_scope(), now.full_scope());
  const auto persons = [](const Facts& facts, v1::PersonInterval& into) {
    into.set_lo(static_cast<std::uint32_t>(facts.lo()));
    into.set_hi(static_cast<std::uint32_t>(facts.hi()));
  };
  persons(facts_before, *out.mutable_persons_before());
  persons(facts_after, *out.mutable_persons_after());
  const std::size_t used = facts_before.used().size(), left = facts_after.used().size();
  out.set_statements_left_out(static_cast<std::uint32_t>(used > left ? used - left : 0));
  return out;
}

}  // namespace palermo::criteria
