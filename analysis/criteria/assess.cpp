#include "analysis/criteria/assess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "analysis/criteria/catalogue.hpp"
#include "analysis/criteria/evaluators.hpp"
#include "analysis/criteria/gates.hpp"
#include "analysis/version.hpp"
#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"

namespace palermo::criteria {
namespace {

using v1::Element;
using v1::Statement;

Outcome outcome_named(const std::string& word) {
  if (word == "indicated") return kIndicated;
  return word == "not_indicated" ? kNotIndicated : kUndetermined;
}

/// Appends without repeating a statement.
void add(std::vector<v1::Evidence>& into, const std::vector<v1::Evidence>& from) {
  for (const v1::Evidence& item : from) {
    const bool known = std::any_of(into.begin(), into.end(), [&](const v1::Evidence& other) {
      return other.statement_id() == item.statement_id() && other.kind() == item.kind();
    });
    if (!known) into.push_back(item);
  }
}

void add(std::vector<std::string>& into, const std::vector<std::string>& from) {
  for (const std::string& line : from)
    if (!line.empty() && std::find(into.begin(), into.end(), line) == into.end())
      into.push_back(line);
}

/// Strong Kleene over the children; what decides comes first.
Answer combine(v1::ElementDef::Operator op, const std::vector<const Answer*>& children) {
  Answer out;
  std::vector<Outcome> parts;
  for (const Answer* child : children) parts.push_back(child->outcome);
  if (op == v1::ElementDef::NOT) {
    const Answer& child = *children.front();
    out.outcome = kleene_not(child.outcome);
    out.supporting = child.contrary;
    out.contrary = child.supporting;
    out.missing = child.missing;
    out.reasons = child.reasons;
    return out;
  }
  const bool all = op == v1::ElementDef::AND;
  out.outcome = all ? kleene_and(parts) : kleene_or(parts);
  const Outcome deciding = out.outcome;
  for (const Answer* child : children) {
    const bool decides = child->outcome == deciding;
    const bool others_too = (all && deciding == kIndicated) ||
                            (!all && deciding == kNotIndicated) || deciding == kUndetermined;
    if (decides || others_too) {
      add(out.supporting, child->supporting);
      add(out.contrary, child->contrary);
    } else if (all) {
      add(out.supporting, child->supporting);
    }
    if (deciding == kUndetermined && child->outcome == kUndetermined) {
      out.reasons.insert(child->reasons.begin(), child->reasons.end());
      add(out.missing, child->missing);
    }
  }
  return out;
}

std::set<std::string> origins_of(const Facts& facts, const std::vector<v1::Evidence>& evidence) {
  std::set<std::string> out;
  for (const v1::Evidence& item : evidence) {
    if (item.kind() != "fact" || item.why().ends_with("(a lead)")) continue;
    if (const Statement* s = facts.statement(item.statement_id())) out.insert(facts.origin(*s));
  }
  return out;
}

/// A definite answer of one origin is open under the lens that asks for two.
void ask_for_corroboration(const Facts& facts, Answer& answer) {
  if (facts.lens() != Lens::Corroborated || answer.rests_on_law || answer.outcome == kUndetermined)
    return;
  const auto& rests_on = answer.outcome == kIndicated ? answer.supporting : answer.contrary;
  auto origins = origins_of(facts, rests_on);
  const bool unnamed = origins.erase("") > 0;
  if (origins.size() > 1) return;
  answer.open(Element::PROVENANCE,
              unnamed ? "a second independent origin (the statements name no source)"
                      : "a second independent origin: all statements go back to one");
}

/// What named humans decided, one decision an element.
struct Judgements {
  std::map<std::string, std::vector<const Statement*>> by_element;
};

Judgements collect_judgements(const Instruments& instruments, const v1::FactsFile& file,
                              std::vector<std::string>& notices) {
  Judgements out;
  std::vector<const Statement*> all;
  for (const Statement& s : file.statements())
    if (s.has_judgement()) all.push_back(&s);
  std::stable_sort(all.begin(), all.end(), [](const Statement* a, const Statement* b) {
    return natural_less(a->id(), b->id());
  });
  const auto blank = [](const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
  };
  for (const Statement* s : all) {
    const v1::Judgement& j = s->judgement();
    if (contradicts(*s)) {
      notices.push_back(
          fmt::format("judgement {} is not used: it is marked as contradicting", s->id()));
    } else if (blank(j.by()) || blank(j.reason())) {
      notices.push_back(
          fmt::format("judgement {} is not used: it needs a name (by) and a reason", s->id()));
    } else if (instruments.find(j.element()) == nullptr) {
      notices.push_back(fmt::format("judgement {} is not used: there is no element '{}'", s->id(),
                                    core::printable(j.element(), 60)));
    } else {
      out.by_element[j.element()].push_back(s);
    }
  }
  return out;
}

void apply_judgement(const v1::ElementDef& element, std::vector<const Statement*> decisions,
                     const Facts& facts, const Answer* under_all, Answer& answer) {
  // The latest dated decision counts; decisions that differ on one date (or without one) conflict.
  const auto when = [](const Statement* s) {
    const auto at = core::parse_date_or_instant(s->judgement().at(), false);
    return at ? at->us : std::int64_t{0};
  };
  std::stable_sort(decisions.begin(), decisions.end(),
                   [&](const Statement* a, const Statement* b) { return when(a) < when(b); });
  const Statement* last = decisions.back();
  bool conflict = false;
  for (const Statement* s : decisions) {
    if (s == last) continue;
    if (when(s) == when(last))
      conflict = conflict || s->judgement().outcome() != last->judgement().outcome();
    answer.notes.push_back(fmt::format("{}: earlier decision '{}' by {}", s->id(),
                                       s->judgement().outcome(), s->judgement().by()));
  }
  const Outcome before = answer.outcome;
  const Outcome decided = outcome_named(last->judgement().outcome());
  const auto shown = [&](const Statement& s) {
    v1::Evidence item = facts.evidence(
        s, fmt::format("decided '{}' by {}", s.judgement().outcome(), s.judgement().by()));
    item.set_kind("judgement");
    item.set_text(s.judgement().reason());
    item.set_source(s.judgement().by());
    return item;
  };
  if (conflict) {
    for (const Statement* s : decisions)
      if (when(s) == when(last))
        (outcome_named(s->judgement().outcome()) == kNotIndicated ? answer.contrary
                                                                  : answer.supporting)
            .push_back(shown(*s));
    answer.open(Element::CONFLICT, "one decision: named officers decided differently");
    return;
  }
  if (!element.judgement_term().empty() && decided == kIndicated && facts.lens() != Lens::All &&
      answer.supporting.empty() && under_all != nullptr && under_all->outcome == kIndicated &&
      under_all->supporting.size() > 1) {
    answer.open(Element::PROVENANCE, "the acts the decision rests on lie outside the lens");
    return;
  }
  if (element.judgement_term().empty() || (before != kUndetermined && before != decided))
    answer.notes.push_back(fmt::format("decided by {}: overrides the derived outcome '{}'",
                                       last->judgement().by(), in_words(before)));
  else if (answer.supporting.empty() && decided == kIndicated)
    answer.notes.push_back(fmt::format(
        "decided by {} although no act or effect in the file supports it", last->judgement().by()));
  answer.outcome = decided;
  answer.reasons.clear();
  answer.missing.clear();
  (decided == kNotIndicated ? answer.contrary : answer.supporting).push_back(shown(*last));
  if (decided == kUndetermined)
    answer.open(Element::JUDGEMENT_TERM, "decided to be left open by " + last->judgement().by());
}

std::map<std::string, Answer> evaluate(const Instruments& instruments, const Facts& facts,
                                       const std::map<std::string, Answer>* under_all,
                                       std::vector<std::string>& notices) {
  const Judgements judgements = collect_judgements(instruments, facts.file(), notices);
  std::map<std::string, Answer> answers;
  std::map<std::string, Answer> by_evaluator;
  const std::function<const Answer&(const std::string&)> run =
      [&](const std::string& id) -> const Answer& {
    if (const auto known = answers.find(id); known != answers.end()) return known->second;
    const v1::ElementDef& element = *instruments.find(id);
    Answer answer;
    if (element.operator_() == v1::ElementDef::LEAF) {
      const auto known = by_evaluator.find(element.evaluator());
      if (known == by_evaluator.end()) {
        answer = find_evaluator(element.evaluator())(facts);
        if (answer.outcome != kUndetermined) {
          answer.reasons.clear();
          answer.missing.clear();
        }
        ask_for_corroboration(facts, answer);
        by_evaluator.emplace(element.evaluator(), answer);
      } else {
        answer = known->second;
      }
    } else {
      std::vector<const Answer*> children;
      for (const std::string& child : element.children()) children.push_back(&run(child));
      answer = combine(element.operator_(), children);
    }
    const Answer* before = nullptr;
    if (under_all != nullptr) before = &under_all->at(id);
    if (const auto decided = judgements.by_element.find(id); decided != judgements.by_element.end())
      apply_judgement(element, decided->second, facts, before, answer);
    if (before != nullptr && answer.outcome == kUndetermined && before->outcome != kUndetermined) {
      answer.reasons.insert(Element::PROVENANCE);
      add(answer.missing,
          {fmt::format("evidence inside the lens '{}': without it the element is {}",
                       name_of(facts.lens()), in_words(before->outcome))});
    }
    return answers.emplace(id, std::move(answer)).first->second;
  };
  for (const std::string& id : instruments.ids()) run(id);
  return answers;
}

std::string best_grade(const std::vector<v1::Evidence>& evidence) {
  std::string best;
  for (const v1::Evidence& item : evidence)
    if (!item.grade().empty() && (best.empty() || item.grade() < best)) best = item.grade();
  return best;
}

void print_element(const Instruments& instruments, const Facts& facts,
                   const std::map<std::string, Answer>& answers, const std::string& id,
                   const std::string& parent, v1::Element& out) {
  const v1::ElementDef& element = *instruments.find(id);
  const Answer& answer = answers.at(id);
  out.set_id(id);
  out.set_article(element.article());
  out.set_title(element.title());
  out.set_text(element.text());
  out.set_operator_(v1::ElementDef::Operator_Name(element.operator_()));
  out.set_outcome(answer.outcome);
  for (const Reason reason : answer.reasons) out.add_reason_codes(reason);
  for (const v1::Evidence& item : answer.supporting) *out.add_supporting() = item;
  for (const v1::Evidence& item : answer.contrary) *out.add_contrary() = item;
  std::set<std::string> seen;
  for (const std::string& line : answer.missing)
    if (!line.empty() && seen.insert(line).second) out.add_missing(line);
  out.set_origins(static_cast<std::uint32_t>(origins_of(facts, answer.supporting).size()));
  out.set_best_grade(best_grade(answer.supporting));
  const std::string home = instruments.home_of(id);
  if (!parent.empty() && home != parent) {
    out.add_notes("set out in full " + (home == id ? "under its own heading" : "under " + home));
    return;
  }
  for (const std::string& note : answer.notes) out.add_notes(note);
  for (const std::string& note : element.notes()) out.add_notes(note);
  for (const std::string& child : element.children())
    print_element(instruments, facts, answers, child, id, *out.add_children());
}

v1::FactsFile with_catalogue(const v1::FactsFile& file) {
  v1::FactsFile out = file;
  Catalogue::builtin().apply(out);
  return out;
}

/// Which data the answer depends on; the catalogue only where an offence names a row of it.
std::string versions(const Instruments& instruments, const std::string& instrument,
                     const v1::FactsFile& file) {
  for (const v1::Offence& offence : file.offences())
    if (!offence.has_law() && !offence.catalogue_ref().empty())
      return instruments.version(instrument) + ", catalogue " + Catalogue::builtin().version();
  return instruments.version(instrument);
}

void general_notices(const Facts& facts, std::vector<std::string>& notices) {
  if (facts.groups().size() > 1)
    notices.push_back(fmt::format("{} groups are stated ({}); this finding is about {}",
                                  facts.groups().size(), fmt::join(facts.groups(), ", "),
                                  facts.group()));
  int unlabelled = 0, unstated = 0;
  std::set<std::string> unknown;
  for (const Statement* s : facts.all()) {
    if (s->kind() == Statement::kind_unspecified) ++unlabelled;
    if (!s->has_lawful()) ++unstated;
    if ((s->has_act() || s->has_agreement()) && !facts.offence_of(*s).empty() &&
        facts.offence(facts.offence_of(*s)) == nullptr)
      unknown.insert(fmt::format("{} names the offence {}, which the file does not describe",
                                 s->id(), core::printable(facts.offence_of(*s), 40)));
  }
  if (unlabelled > 0)
    notices.push_back(fmt::format(
        "{} statement(s) do not say whether they are fact or assessment and are read as "
        "assessments",
        unlabelled));
  if (facts.lens() == Lens::Lawful && unstated > 0)
    notices.push_back(fmt::format(
        "{} statement(s) do not say whether they were lawfully obtained; they are kept", unstated));
  notices.insert(notices.end(), unknown.begin(), unknown.end());
  if (facts.file().case_().parties().empty())
    notices.push_back("the file does not list the States Parties (case.parties)");
}

}  // namespace

std::string facts_sha256(const v1::FactsFile& facts) {
  core::Sha256 hash;
  const auto feed = [&](const google::protobuf::Message& message) {
    hash.update(core::to_json_sparse(message).dump());
    hash.update("\n");
  };
  feed(facts.case_());
  std::vector<const v1::Offence*> offences;
  for (const v1::Offence& offence : facts.offences()) offences.push_back(&offence);
  std::stable_sort(
      offences.begin(), offences.end(),
      [](const v1::Offence* a, const v1::Offence* b) { return natural_less(a->id(), b->id()); });
  for (const v1::Offence* offence : offences) feed(*offence);
  std::vector<const Statement*> statements;
  for (const Statement& s : facts.statements()) statements.push_back(&s);
  std::stable_sort(
      statements.begin(), statements.end(),
      [](const Statement* a, const Statement* b) { return natural_less(a->id(), b->id()); });
  for (const Statement* s : statements) feed(*s);
  return core::to_hex(hash.finish());
}

std::map<std::string, Answer> evaluate_all(const Instruments& instruments, const Facts& facts,
                                           std::vector<std::string>& notices) {
  return evaluate(instruments, facts, nullptr, notices);
}

core::Result<v1::Finding> assess(const v1::FactsFile& original, const AssessOptions& options) {
  PALERMO_TRY(const Instruments instruments, Instruments::builtin(options.instrument));
  const v1::Instrument* instrument = instruments.instrument(options.instrument);
  if (instrument == nullptr)
    return core::Error{
        core::ErrorCode::InvalidArgument,
        fmt::format("there is no instrument '{}'", core::printable(options.instrument, 40)),
        std::nullopt, fmt::format("use {}", fmt::join(instruments.names(), ", "))};
  if (!options.as_of.empty() && !core::parse_day(options.as_of))
    return core::Error{core::ErrorCode::InvalidArgument,
                       "--as-of: expected a date such as 2031-03-04"};
  const v1::FactsFile file = with_catalogue(original);
  Facts::Choice choice{options.lens, options.group, options.count_legal_persons, options.as_of};
  Facts::Choice everything = choice;
  everything.lens = Lens::All;
  const Facts all{file, everything};
  if (!options.group.empty() &&
      std::find(all.groups().begin(), all.groups().end(), options.group) == all.groups().end())
    return core::Error{core::ErrorCode::InvalidArgument,
                       fmt::format("no statement names a member of the group '{}'",
                                   core::printable(options.group, 40)),
                       std::nullopt,
                       all.groups().empty()
                           ? "no group is stated"
                           : fmt::format("stated groups: {}", fmt::join(all.groups(), ", "))};
  // Pin the group: under another lens another one could have most members.
  choice.group = all.group();

  v1::Finding finding;
  std::vector<std::string> notices, repeated;
  const auto under_all = evaluate(instruments, all, nullptr, notices);
  std::map<Lens, std::map<std::string, Answer>> under;
  for (const Lens lens : kAllLenses) {
    if (lens == Lens::All) {
      under[lens] = under_all;
      continue;
    }
    Facts::Choice other = choice;
    other.lens = lens;
    under[lens] = evaluate(instruments, Facts{file, other}, &under_all, repeated);
  }
  const Facts facts{file, choice};
  const auto& answers = under[options.lens];
  general_notices(facts, notices);

  finding.set_instrument(options.instrument);
  finding.set_instrument_version(versions(instruments, options.instrument, original));
  finding.set_software_version(analysis::kSoftwareVersion);
  finding.set_as_of(facts.as_of());
  finding.set_lens(std::string{name_of(options.lens)});
  finding.set_standard(options.standard);
  finding.set_group(facts.group());
  finding.mutable_persons()->set_lo(static_cast<std::uint32_t>(facts.lo()));
  finding.mutable_persons()->set_hi(static_cast<std::uint32_t>(facts.hi()));
  std::vector<std::string> roots(instrument->roots().begin(), instrument->roots().end());
  if (options.instrument == "untoc")
    for (const std::string& root : instruments.instrument("som")->roots()) roots.push_back(root);
  for (const std::string& root : roots)
    print_element(instruments, facts, answers, root, "", *finding.add_elements());
  *finding.mutable_gates() = gates_of(facts, answers);
  for (const Lens lens : kAllLenses) {
    if (lens == options.lens) continue;
    for (const auto& [id, answer] : under[lens]) {
      if (!instruments.concerns(options.instrument, id)) continue;
      if (answer.outcome == answers.at(id).outcome) continue;
      v1::LensFlip& flip = *finding.add_flips();
      flip.set_lens(std::string{name_of(lens)});
      flip.set_element(id);
      flip.set_from(answers.at(id).outcome);
      flip.set_to(answer.outcome);
    }
  }
  for (const std::string& notice : notices) finding.add_notices(notice);
  finding.set_ledger_size(options.ledger_size);
  finding.set_count_legal_persons(options.count_legal_persons);
  finding.set_facts_sha256(facts_sha256(original));
  finding.set_case_title(file.case_().title());
  finding.set_statements_used(static_cast<std::uint32_t>(facts.used().size()));
  finding.set_statements_excluded(
      static_cast<std::uint32_t>(facts.all().size() - facts.used().size()));
  for (const Counted& entry : facts.counted()) {
    v1::PersonCount& row = *finding.add_counted();
    row.set_person(entry.person);
    row.set_category(entry.category);
    row.set_counted(entry.standing == Counted::Standing::Certain);
    row.set_reason(entry.standing == Counted::Standing::Uncertain ? "open: " + entry.reason
                                                                  : entry.reason);
  }
  std::vector<const Statement*> acts = facts.supporting(Statement::kAct);
  std::stable_sort(acts.begin(), acts.end(), [](const Statement* a, const Statement* b) {
    return std::tie(a->act().state(), a->act().at()) < std::tie(b->act().state(), b->act().at());
  });
  for (const Statement* s : acts) {
    v1::ActRow& row = *finding.add_acts();
    row.set_state(s->act().state());
    row.set_type(v1::Act::Type_Name(s->act().type()));
    row.set_at(s->act().at());
    for (const std::string& person : s->act().persons()) row.add_persons(person);
    row.set_statement_id(s->id());
  }
  const std::string key =
      fmt::format("palermo/finding/v1\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n", finding.instrument(),
                  finding.instrument_version(), finding.software_version(), finding.facts_sha256(),
                  finding.lens(), finding.standard(), finding.group(), finding.as_of(),
                  options.count_legal_persons ? 1 : 0);
  finding.set_finding_id("FND-" + core::to_hex(core::sha256(key)).substr(0, 16));
  return finding;
}

}  // namespace palermo::criteria
