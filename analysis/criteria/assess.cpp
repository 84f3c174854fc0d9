#include "analysis/criteria/assess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include "analysis/criteria/catalogue.hpp"
#include "analysis/criteria/evaluate.hpp"
#include "analysis/criteria/explain.hpp"
#include "analysis/criteria/gates.hpp"
#include "analysis/version.hpp"
#include "core/base/encoding.hpp"
#include "core/base/json_text.hpp"
#include "core/base/text.hpp"

namespace palermo::criteria {
namespace {

using v1::Element;
using v1::Statement;

/// Of an element with parts the lists stop here: its parts have everything.
constexpr std::size_t kOfComposite = 200;

/// What print_element() draws on.
struct Printed {
  const Instruments& instruments;
  const Facts& facts;
  const Answers& answers;
  const Answers* derived;  // without decisions; null when nobody decided anything
  const MinimumEvidence& sets;
  const std::map<std::string, std::vector<v1::Change>>& changes;
};

void print_evidence(const Answer& answer, bool composite, v1::Element& out) {
  const auto print = [&](const EvidenceList& from, auto* into) {
    for (std::size_t i = 0; i < from.size() && (!composite || i < kOfComposite); ++i)
      *into->Add() = from[i];
  };
  print(answer.supporting, out.mutable_supporting());
  print(answer.contrary, out.mutable_contrary());
  out.set_supporting_total(static_cast<std::uint32_t>(answer.supporting.size()));
  out.set_contrary_total(static_cast<std::uint32_t>(answer.contrary.size()));
}

/// How firm the outcome is: decisions, what it rests on, what would change it.
void print_firmness(const Printed& from, const std::string& id, v1::Element& out) {
  const Answer& answer = from.answers.at(id);
  for (const v1::ElementDecision& decision : answer.decisions) *out.add_decisions() = decision;
  if (from.derived != nullptr) {
    const Outcome derived = from.derived->at(id).outcome;
    if (!answer.decisions.empty() || derived != answer.outcome) out.set_derived(derived);
  }
  *out.mutable_reporting() = reporting_of(from.facts, answer);
  if (const auto found = from.sets.by_element.find(id); found != from.sets.by_element.end()) {
    for (const v1::MinimumEvidence& one : found->second) *out.add_minimum_evidence() = one;
    for (const std::string& line : single_points(from.facts, answer, found->second))
      out.add_single_points(line);
  }
  if (const auto found = from.changes.find(id); found != from.changes.end())
    for (const v1::Change& change : found->second) *out.add_would_change() = change;
}

void print_element(const Printed& from, const std::string& id, const std::string& parent,
                   v1::Element& out) {
  const v1::ElementDef& element = *from.instruments.find(id);
  const Answer& answer = from.answers.at(id);
  out.set_id(id);
  out.set_article(element.article());
  out.set_title(element.title());
  out.set_text(element.text());
  out.set_operator_(v1::ElementDef::Operator_Name(element.operator_()));
  out.set_outcome(answer.outcome);
  for (const Reason reason : answer.reasons) out.add_reason_codes(reason);
  const std::string home = from.instruments.home_of(id);
  const bool elsewhere = !parent.empty() && home != parent;
  print_evidence(answer, elsewhere || element.operator_() != v1::ElementDef::LEAF, out);
  std::set<std::string> seen;
  for (const std::string& line : answer.missing)
    if (!line.empty() && seen.insert(line).second) out.add_missing(line);
  out.set_origins(static_cast<std::uint32_t>(origins_of(from.facts, answer.supporting).size()));
  out.set_best_grade(best_grade(answer.supporting));
  if (elsewhere) {
    out.add_notes("set out in full " + (home == id ? "under its own heading" : "under " + home));
    return;
  }
  print_firmness(from, id, out);
  for (const std::string& note : answer.notes) out.add_notes(note);
  for (const std::string& note : element.notes()) out.add_notes(note);
  for (const std::string& child : element.children())
    print_element(from, child, id, *out.add_children());
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
    hash.update(core::to_json_text_sparse(message));
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

namespace {

core::Status check(const AssessOptions& options, const Instruments& instruments,
                   const v1::FactsFile& file) {
  if (instruments.instrument(options.instrument) == nullptr)
    return core::Error{
        core::ErrorCode::InvalidArgument,
        fmt::format("there is no instrument '{}'", core::printable(options.instrument, 40)),
        std::nullopt, fmt::format("use {}", fmt::join(instruments.names(), ", "))};
  if (!options.as_of.empty() && !core::parse_day(options.as_of))
    return core::Error{core::ErrorCode::InvalidArgument,
                       "--as-of: expected a date such as 2031-03-04"};
  std::set<std::string> known;
  for (const Statement& s : file.statements())
    if (!s.authorization_id().empty()) known.insert(s.authorization_id());
  for (const std::string& id : options.without) {
    if (known.contains(id)) continue;
    const std::string near =
        core::nearest_word(id, std::vector<std::string>(known.begin(), known.end()));
    return core::Error{
        core::ErrorCode::InvalidArgument,
        fmt::format("--without: no statement was obtained under the authorization '{}'",
                    core::printable(id, 60)),
        std::nullopt,
        known.empty()  ? "no statement names an authorization"
        : near.empty() ? fmt::format("authorizations of the statements: {}", fmt::join(known, ", "))
                       : fmt::format("did you mean {}?", near)};
  }
  return core::ok();
}

core::Status check_group(const std::string& group, const Facts& all) {
  if (group.empty() ||
      std::find(all.groups().begin(), all.groups().end(), group) != all.groups().end())
    return core::ok();
  return core::Error{
      core::ErrorCode::InvalidArgument,
      fmt::format("no statement names a member of the group '{}'", core::printable(group, 40)),
      std::nullopt,
      all.groups().empty() ? "no group is stated"
                           : fmt::format("stated groups: {}", fmt::join(all.groups(), ", "))};
}

void print_parameters(const AssessOptions& options, const Instruments& instruments,
                      const v1::FactsFile& original, const Facts& facts, v1::Finding& finding) {
  finding.set_instrument(options.instrument);
  finding.set_instrument_version(versions(instruments, options.instrument, original));
  finding.set_software_version(analysis::kSoftwareVersion);
  finding.set_as_of(facts.as_of());
  finding.set_lens(std::string{name_of(options.lens)});
  finding.set_standard(options.standard);
  finding.set_group(facts.group());
  finding.mutable_persons()->set_lo(static_cast<std::uint32_t>(facts.lo()));
  finding.mutable_persons()->set_hi(static_cast<std::uint32_t>(facts.hi()));
  finding.set_ledger_size(options.ledger_size);
  finding.set_count_legal_persons(options.count_legal_persons);
  finding.set_facts_sha256(facts_sha256(original));
  finding.set_case_title(original.case_().title());
  finding.set_statements_used(static_cast<std::uint32_t>(facts.used().size()));
  finding.set_statements_excluded(
      static_cast<std::uint32_t>(facts.all().size() - facts.used().size()));
  for (const std::string& id :
       std::set<std::string>(options.without.begin(), options.without.end()))
    finding.add_without(id);
  finding.set_known_at(options.known_at);
  finding.set_known_entries(options.known_entries);
}

void print_flips(const AssessOptions& options, const Instruments& instruments,
                 const Answers& answers, const std::map<Lens, Answers>& under,
                 v1::Finding& finding) {
  for (const Lens lens : kAllLenses) {
    if (lens == options.lens) continue;
    for (const auto& [id, answer] : under.at(lens)) {
      if (!instruments.concerns(options.instrument, id)) continue;
      if (answer.outcome == answers.at(id).outcome) continue;
      v1::LensFlip& flip = *finding.add_flips();
      flip.set_lens(std::string{name_of(lens)});
      flip.set_element(id);
      flip.set_from(answers.at(id).outcome);
      flip.set_to(answer.outcome);
    }
  }
}

void print_persons_and_acts(const Facts& facts, v1::Finding& finding) {
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
}

/// The id follows from what was asked of which facts, and from nothing else.
std::string id_of(const v1::Finding& finding, const v1::FactsFile* now) {
  std::string key =
      fmt::format("palermo/finding/v1\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n", finding.instrument(),
                  finding.instrument_version(), finding.software_version(), finding.facts_sha256(),
                  finding.lens(), finding.standard(), finding.group(), finding.as_of(),
                  finding.count_legal_persons() ? 1 : 0);
  if (finding.without_size() > 0)
    key += fmt::format("without {}\n", fmt::join(finding.without(), "\n"));
  if (!finding.known_at().empty())
    key += fmt::format("known {} {}\n", finding.known_at(),
                       now == nullptr ? std::string{} : facts_sha256(*now));
  return "FND-" + core::to_hex(core::sha256(key)).substr(0, 16);
}

bool decided_by_anybody(const Answers& answers) {
  return std::any_of(answers.begin(), answers.end(),
                     [](const auto& entry) { return !entry.second.decisions.empty(); });
}

std::string question_of(const v1::Finding& finding) {
  std::string out;
  if (finding.without_size() > 0)
    out = fmt::format("What if the authorization{} {} fell?",
                      finding.without_size() == 1 ? "" : "s", fmt::join(finding.without(), ", "));
  if (!finding.known_at().empty())
    out += fmt::format("{}What was on record at {}, beside what is on record now?",
                       out.empty() ? "" : " ", finding.known_at());
  return out;
}

}  // namespace

core::Result<v1::Finding> assess(const v1::FactsFile& original, const AssessOptions& options) {
  PALERMO_TRY(const Instruments instruments, Instruments::builtin(options.instrument));
  PALERMO_CHECK_OK(check(options, instruments, original));
  const v1::FactsFile file = with_catalogue(original);
  const Statements stated{file};
  Facts::Choice everything{Lens::All, options.group, options.count_legal_persons, options.as_of, {},
                           nullptr,   false};
  const Facts all{stated, everything};
  PALERMO_CHECK_OK(check_group(options.group, all));
  Facts::Choice choice = everything;
  choice.lens = options.lens;
  choice.without.insert(options.without.begin(), options.without.end());
  // Pin the group: under another lens another one could have most members.
  choice.group = all.group();

  std::vector<std::string> notices;
  const Answers under_all = evaluate(instruments, all, {}, notices);
  const bool whole = options.lens == Lens::All && choice.without.empty();
  std::map<Lens, Answers> under;
  for (const Lens lens : kAllLenses) {
    if (lens == options.lens) continue;
    Facts::Choice other = choice;
    other.lens = lens;
    other.brief = true;
    EvaluateOptions brief{&under_all, false, true};
    if (lens == Lens::All && choice.without.empty()) brief.under_all = nullptr;
    under[lens] = evaluate(instruments, Facts{stated, other}, brief);
  }
  const Facts facts{stated, choice};
  const Answers answers =
      whole ? under_all : evaluate(instruments, facts, EvaluateOptions{&under_all, true, true});
  general_notices(facts, notices);

  std::optional<Answers> derived;
  if (decided_by_anybody(answers))
    derived =
        evaluate(instruments, facts, EvaluateOptions{whole ? nullptr : &under_all, false, false});
  MinimumEvidence sets;
  std::map<std::string, std::vector<v1::Change>> changes;
  if (options.explain) {
    sets = minimum_evidence(instruments, file, choice, facts, answers);
    changes = would_change(instruments, file, choice, facts, answers, sets);
  }

  v1::Finding finding;
  print_parameters(options, instruments, original, facts, finding);
  const v1::Instrument* instrument = instruments.instrument(options.instrument);
  std::vector<std::string> roots(instrument->roots().begin(), instrument->roots().end());
  if (options.instrument == "untoc")
    for (const std::string& root : instruments.instrument("som")->roots()) roots.push_back(root);
  const Printed printed{instruments, facts, answers, derived ? &*derived : nullptr, sets, changes};
  for (const std::string& root : roots) print_element(printed, root, "", *finding.add_elements());
  *finding.mutable_gates() = gates_of(facts, answers);
  print_flips(options, instruments, answers, under, finding);
  for (const std::string& notice : notices) finding.add_notices(notice);
  print_persons_and_acts(facts, finding);
  if (options.now != nullptr || !choice.without.empty()) {
    Facts::Choice beside = choice;
    beside.without.clear();
    if (options.now == nullptr) {
      const Facts before{stated, beside};
      EvaluateOptions with{options.lens == Lens::All ? nullptr : &under_all, true, true};
      *finding.mutable_what_if() =
          compared(before, evaluate(instruments, before, with), facts, answers);
    } else {
      const v1::FactsFile present = with_catalogue(*options.now);
      Facts::Choice full = everything;
      full.group = choice.group;
      const Facts all_now{present, full};
      const Answers now_under_all = evaluate(instruments, all_now);
      const Facts now{present, beside};
      EvaluateOptions with{options.lens == Lens::All ? nullptr : &now_under_all, true, true};
      *finding.mutable_what_if() = compared(now, evaluate(instruments, now, with), facts, answers);
    }
    finding.mutable_what_if()->set_question(question_of(finding));
  }
  finding.set_finding_id(id_of(finding, options.now));
  return finding;
}

}  // namespace palermo::criteria
