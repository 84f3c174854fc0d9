#include "analysis/criteria/protection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/criteria/assess.hpp"
#include "analysis/criteria/facts.hpp"
#include "analysis/criteria/instrument.hpp"
#include "core/base/time.hpp"

namespace palermo::criteria {
namespace {

using v1::Danger;
using v1::Person;
using v1::Statement;

constexpr const char* kEndangering = "som.6.3.a";
constexpr const char* kDegrading = "som.6.3.b";
constexpr const char* kProtected = "som.5";
constexpr const char* kObject = "object";
constexpr const char* kToDecide = "to_decide";

std::optional<bool> minor(const Facts& facts, PersonId person) {
  std::optional<bool> out;
  if (person == kNobody) return out;
  for (const Statement* s : facts.person_statements(person))
    if (s->person().has_minor()) out = out.value_or(false) || s->person().minor();
  return out;
}

v1::DangerAlert alert_of(const Facts& facts, const Statement& s) {
  v1::DangerAlert out;
  out.set_statement_id(s.id());
  out.set_kind(Danger::Kind_Name(s.danger().kind()));
  out.set_element(s.danger().kind() == Danger::endangers ? kEndangering : kDegrading);
  for (const Statement* against : facts.against(s)) out.add_against(against->id());
  out.set_standing(!out.against().empty()        ? "disputed"
                   : s.kind() == Statement::fact ? "fact"
                                                 : "assessment");
  for (const std::string& person : s.danger().persons()) {
    out.add_persons(person);
    if (minor(facts, facts.person(person)).value_or(false)) out.set_minors(out.minors() + 1);
  }
  out.set_text(s.text());
  out.set_grade(s.grade());
  out.set_observed_at(s.observed_at());
  out.set_source(s.source());
  out.set_record_id(s.trace().record_id());
  return out;
}

/// The newest first; what has no date last, because it may be as new as any.
void sort(google::protobuf::RepeatedPtrField<v1::DangerAlert>& alerts) {
  const auto when = [](const v1::DangerAlert& alert) {
    const auto at = core::parse_date_or_instant(alert.observed_at(), true);
    return at ? std::optional{at->us} : std::nullopt;
  };
  std::stable_sort(alerts.begin(), alerts.end(), [&](const auto& a, const auto& b) {
    const auto x = when(a), y = when(b);
    if (x != y) return y < x;  // nullopt is below every time
    return natural_less(a.statement_id(), b.statement_id());
  });
}

const v1::Element* found(const google::protobuf::RepeatedPtrField<v1::Element>& elements,
                         const std::string& id) {
  for (const v1::Element& element : elements) {
    if (element.id() == id) return &element;
    if (const v1::Element* below = found(element.children(), id)) return below;
  }
  return nullptr;
}

core::Status add_circumstances(const v1::FactsFile& file, v1::DangerAlerts& out) {
  AssessOptions options;
  options.instrument = "som";
  options.explain = false;
  PALERMO_TRY(const v1::Finding finding, assess(file, options));
  PALERMO_TRY(const Instruments instruments, Instruments::builtin());
  for (const char* id : {kEndangering, kDegrading}) {
    const v1::Element* element = found(finding.elements(), id);
    const v1::ElementDef* law = instruments.find(id);
    if (element == nullptr || law == nullptr)
      return core::Error{core::ErrorCode::Internal, fmt::format("no element {}", id)};
    v1::Circumstance& circumstance = *out.add_circumstances();
    circumstance.set_element(id);
    circumstance.set_article(law->article());
    circumstance.set_text(law->text());
    circumstance.set_outcome(v1::Element::Outcome_Name(element->outcome()));
    for (const std::string& missing : element->missing()) circumstance.add_missing(missing);
  }
  return core::ok();
}

std::string words_of(const std::vector<Person::Category>& categories) {
  std::string out;
  for (const Person::Category category : categories) {
    if (category == Person::smuggled_migrant) continue;
    std::string word = Person::Category_Name(category);
    std::replace(word.begin(), word.end(), '_', ' ');
    out += (out.empty() ? "" : ", ") + word;
  }
  return out;
}

/// What stands beside "smuggled migrant" and makes a person something else as well.
void weigh(const Facts& facts, PersonId person, v1::MigrantEntry& entry) {
  if (facts.is(person, Person::suspect))
    entry.add_to_decide(fmt::format("stated as {} as well", words_of(facts.categories(person))));
  if (facts.acts_for_benefit(person))
    entry.add_to_decide(
        "acts for the group or towards an offence are stated, and a benefit of their own: art. 5 "
        "covers the fact of having been smuggled, not such acts");
  entry.set_standing(entry.to_decide().empty() ? kObject : kToDecide);
}

class Register {
 public:
  explicit Register(const v1::FactsFile& file) : facts_{file, Facts::Choice{}} {}

  core::Result<v1::MigrantRegister> run() {
    gather();
    for (auto& [id, entry] : entries_) {
      const PersonId person = facts_.person(id);
      weigh(facts_, person, entry);
      if (const auto young = minor(facts_, person)) {
        entry.set_minor(*young);
        if (*young) out_.set_minors(out_.minors() + 1);
      }
      if (!entry.danger_ids().empty()) out_.set_in_danger(out_.in_danger() + 1);
      if (entry.standing() == kObject)
        out_.set_objects(out_.objects() + 1);
      else
        out_.set_to_decide(out_.to_decide() + 1);
      *out_.add_entries() = std::move(entry);
    }
    PALERMO_TRY(const Instruments instruments, Instruments::builtin());
    if (const v1::ElementDef* law = instruments.find(kProtected)) {
      out_.set_article(law->article());
      out_.set_text(law->text());
    }
    out_.add_notes(
        "Names are left out: `palermo identity` seals them. Nobody here is counted towards a group "
        "or listed as a suspect for having been smuggled; other domestic offences are untouched "
        "[Protocol art. 6(4)].");
    return std::move(out_);
  }

 private:
  /// The entry of a person under the id all their statements share; null: no smuggled migrant.
  v1::MigrantEntry* entry(const std::string& stated) {
    const PersonId person = facts_.person(stated);
    if (person == kNobody || !facts_.is(person, Person::smuggled_migrant)) return nullptr;
    const std::string& id = facts_.names()[person];
    v1::MigrantEntry& out = entries_[id];
    out.set_person(id);
    return &out;
  }

  void gather() {
    for (const Statement* s : facts_.all()) {
      if (contradicts(*s)) continue;
      if (s->has_person()) {
        v1::MigrantEntry* known = entry(s->person().id());
        if (known == nullptr || s->person().category() != Person::smuggled_migrant) continue;
        known->add_statement_ids(s->id());
        if (s->has_decided()) known->set_category_decided(true);
      } else if (s->has_entry()) {
        moved("entry", s->entry().person(), s->entry().state(), s->entry().lawful(), *s);
      } else if (s->has_stay()) {
        moved("stay", s->stay().person(), s->stay().state(), s->stay().lawful(), *s);
      } else if (s->has_danger()) {
        for (const std::string& person : s->danger().persons())
          if (v1::MigrantEntry* known = entry(person)) known->add_danger_ids(s->id());
      }
    }
  }

  void moved(const char* what, const std::string& person, const std::string& state,
             v1::TriState::Value lawful, const Statement& s) {
    v1::MigrantEntry* known = entry(person);
    if (known == nullptr) return;
    v1::MigrantMovement& movement = *known->add_movements();
    movement.set_what(what);
    movement.set_state(state);
    if (lawful != v1::TriState::value_unspecified)
      movement.set_lawful(v1::TriState::Value_Name(lawful));
    movement.set_statement_id(s.id());
    movement.set_observed_at(s.observed_at());
  }

  Facts facts_;
  std::map<std::string, v1::MigrantEntry, NaturalLess> entries_;
  v1::MigrantRegister out_;
};

}  // namespace

core::Result<v1::DangerAlerts> danger_alerts(const v1::FactsFile& file) {
  v1::DangerAlerts out;
  const Facts facts{file, Facts::Choice{}};
  for (const Statement* s : facts.all()) {
    if (!s->has_danger() || contradicts(*s) || s->danger().kind() == Danger::kind_unspecified)
      continue;
    *out.add_alerts() = alert_of(facts, *s);
    if (s->danger().kind() == Danger::endangers)
      out.set_endangering(out.endangering() + 1);
    else
      out.set_degrading(out.degrading() + 1);
  }
  sort(*out.mutable_alerts());
  PALERMO_CHECK_OK(add_circumstances(file, out));
  out.add_notes(
      "An alert needs no proof: also an assessment, and what somebody denies, is shown. States "
      "protect and assist whoever is in danger, whatever a court will hold [Protocol art. 16].");
  return out;
}

core::Result<v1::MigrantRegister> migrant_register(const v1::FactsFile& facts) {
  return Register{facts}.run();
}

}  // namespace palermo::criteria
