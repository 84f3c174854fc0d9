#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "analysis/criteria/evaluators.hpp"

namespace palermo::criteria {
namespace {

using v1::Act;
using v1::Document;
using v1::Element;
using v1::Statement;
using v1::TriState;

bool unwitting(const Statement& s) { return s.act().has_knowing() && !s.act().knowing(); }

/// Somebody other than an officer, a victim or a migrant who is only the object of the conduct did
/// it.
bool by_somebody_else(const Facts& facts, const Statement& s) {
  if (facts.contested(s)) return true;
  if (facts.persons_of(s).empty()) return s.has_act() ? s.act().persons().empty() : true;
  return !facts.genuine_persons(s).empty();
}

bool implements_some(const Facts& facts, std::string_view prefix) {
  return std::any_of(facts.file().offences().begin(), facts.file().offences().end(),
                     [&](const v1::Offence& o) { return facts.implements(o.id(), prefix); });
}

/// Acts of the wanted types towards an offence that implements `prefix`. What a migrant does for
/// the own crossing is shown as contrary, never as support.
Answer acts_towards(const Facts& facts, std::string_view prefix,
                    std::initializer_list<Act::Type> types, const std::string& what,
                    const std::string& missing, bool with_intent) {
  Tally tally{facts};
  int silent = 0;
  const std::vector<char> within = facts.implementing(prefix);
  const auto wanted = [&](const Statement& s) {
    return std::find(types.begin(), types.end(), s.act().type()) != types.end() &&
           within[facts.offence_number(s)] != 0;
  };
  for (const Statement* s : facts.supporting(Statement::kAct)) {
    if (!wanted(*s)) continue;
    if (unwitting(*s)) {
      tally.contrary(*s, [&] { return what + " without knowing"; });
    } else if (!by_somebody_else(facts, *s)) {
      oppose(facts, tally.answer, *s,
             "done by a migrant for the own crossing, a victim or an officer on duty");
    } else if (with_intent && !s->act().has_knowing()) {
      ++silent;
      tally.lead(*s, [&] { return what + ", knowledge not stated"; });
    } else {
      tally.support(*s, what);
    }
  }
  for (const Statement* s : facts.contradicting(Statement::kAct))
    if (wanted(*s)) tally.contrary(*s, "denies the act");
  for (const Statement* s : facts.assessments(Statement::kAct))
    if (wanted(*s) && !contradicts(*s)) tally.lead(*s, [&] { return what + ", as an assessment"; });
  if (!implements_some(facts, prefix) && tally.silent()) {
    tally.answer.open(Element::LAW_UNKNOWN,
                      fmt::format("which domestic offence of the case implements {}", prefix));
    tally.answer.open(Element::MISSING, missing);
    return std::move(tally.answer);
  }
  return std::move(tally).settle(silent > 0 ? "whether those who acted knew what they did"
                                            : missing);
}

/// One migrant's entry with what the Protocol asks of it. The same entry answers all three
/// questions: an illegal entry of one person and the foreign nationality of another prove nothing
/// together.
struct EntryView {
  const Statement* statement = nullptr;
  Outcome illegal = kUndetermined, party = kUndetermined, status = kUndetermined;
  bool conflict = false, status_conflict = false, party_unknown = false;
  std::string nationality_text, status_missing;
  std::vector<const Statement*> against;  // other entries of the person that say the reverse
  const Statement* status_from = nullptr;
};

/// National or permanent resident of `state`? From the entry itself, else from what is stated of
/// the person.
void fill_status(const Facts& facts, EntryView& view, const std::string& person,
                 const std::string& state, const std::string& own_nationality,
                 std::optional<bool> resident) {
  std::set<std::string> nationalities;
  if (!own_nationality.empty()) nationalities.insert(own_nationality);
  std::set<std::string> residences;
  for (const Statement* s : facts.person_statements(facts.person(person))) {
    if (!is_fact(*s) || !facts.under_lens(*s)) continue;
    if (!s->person().residence().empty()) residences.insert(s->person().residence());
    if (s->person().nationality().empty()) continue;
    nationalities.insert(s->person().nationality());
    view.status_from = s;
  }
  // Who resides in another State is no permanent resident of this one.
  if (!resident && !residences.empty() && !state.empty() && !residences.contains(state))
    resident = false;
  if (state.empty()) {
    view.status_missing = "the State concerned";
    return;
  }
  const bool national = nationalities.contains(state);
  if (national && nationalities.size() > 1) {
    // Several nationalities: one of them is the State's own, unless the statements contradict each
    // other.
    view.nationality_text = fmt::format("{}", fmt::join(nationalities, ", "));
    view.status_conflict = true;
    return;
  }
  if (national) {
    view.status = kNotIndicated;
    view.nationality_text = "a national of " + state;
    return;
  }
  if (resident.value_or(false)) {
    view.status = kNotIndicated;
    view.nationality_text = "a permanent resident of " + state;
    return;
  }
  if (nationalities.empty()) {
    view.status_missing = "the nationality of " + person;
  } else if (!resident) {
    view.status_missing = fmt::format("whether {} was a permanent resident of {}", person, state);
  } else {
    view.status = kIndicated;
    view.nationality_text = fmt::format("nationality {}, no permanent resident of {}",
                                        fmt::join(nationalities, ", "), state);
  }
}

using OfPerson = std::unordered_map<std::string, std::vector<const Statement*>>;

OfPerson entries_by_person(const Facts& facts) {
  OfPerson out;
  for (const Statement* s : facts.supporting(Statement::kEntry))
    out[s->entry().person()].push_back(s);
  return out;
}

std::vector<EntryView> entries(const Facts& facts) {
  std::vector<EntryView> out;
  const OfPerson of_person = entries_by_person(facts);
  for (const Statement* s : facts.supporting(Statement::kEntry)) {
    const v1::Entry& e = s->entry();
    EntryView view;
    view.statement = s;
    if (e.lawful() == TriState::no) view.illegal = kIndicated;
    if (e.lawful() == TriState::yes) view.illegal = kNotIndicated;
    for (const Statement* other : of_person.at(e.person())) {
      const v1::Entry& o = other->entry();
      if (o.state() != e.state()) continue;
      if ((e.lawful() == TriState::no && o.lawful() == TriState::yes) ||
          (e.lawful() == TriState::yes && o.lawful() == TriState::no))
        view.against.push_back(other);
    }
    for (const Statement* other : facts.against(*s)) view.against.push_back(other);
    if (!view.against.empty() && view.illegal != kUndetermined) {
      view.illegal = kUndetermined;
      view.conflict = true;
    }
    if (e.state().empty()) {
      view.party_unknown = true;
    } else if (const auto party = facts.is_party(e.state(), facts.smuggling_day())) {
      view.party = *party ? kIndicated : kNotIndicated;
    } else {
      view.party_unknown = true;
    }
    fill_status(facts, view, e.person(), e.state(), e.nationality(),
                e.has_permanent_resident() ? std::optional{e.permanent_resident()} : std::nullopt);
    out.push_back(std::move(view));
  }
  return out;
}

/// The entry that goes furthest: all three indicated before open before excluded.
const EntryView* best(const std::vector<EntryView>& views) {
  const auto rank = [](const EntryView& v) {
    const Outcome whole = kleene_and({v.illegal, v.party, v.status});
    const int first = whole == kIndicated ? 0 : whole == kUndetermined ? 100 : 200;
    return first - (v.illegal == kIndicated ? 1 : 0) - (v.party == kIndicated ? 1 : 0) -
           (v.status == kIndicated ? 1 : 0);
  };
  const EntryView* found = nullptr;
  for (const EntryView& view : views)
    if (found == nullptr || rank(view) < rank(*found)) found = &view;
  return found;
}

void entry_leads(const Facts& facts, Tally& tally) {
  for (const Statement* s : facts.assessments(Statement::kEntry))
    if (!contradicts(*s)) tally.lead(*s, "entry, as an assessment");
}

}  // namespace

Answer evaluate_procurement(const Facts& facts) {
  return acts_towards(facts, "som.6.1.a",
                      {Act::commission, Act::attempt, Act::facilitation, Act::direction,
                       Act::control, Act::preparation, Act::planning},
                      "procuring the entry", "an act that procures the entry of another person",
                      false);  // intention is an element of its own
}

Answer evaluate_intent_entry(const Facts& facts) {
  Tally tally{facts};
  int silent = 0;
  const std::vector<char> within = facts.implementing("som.6.1.a");
  for (const Statement* s : facts.supporting(Statement::kAct)) {
    if (within[facts.offence_number(*s)] == 0 || !by_somebody_else(facts, *s)) continue;
    if (!s->act().has_knowing()) {
      ++silent;
      tally.lead(*s, "knowledge not stated");
    } else if (s->act().knowing()) {
      tally.support(*s, "acted knowingly");
    } else {
      tally.contrary(*s, "acted without knowing");
    }
  }
  return std::move(tally).settle(silent > 0 ? "whether those who acted knew what they did"
                                            : "an act with knowledge");
}

Answer evaluate_illegal_entry(const Facts& facts) {
  Tally tally{facts};
  const auto views = entries(facts);
  const EntryView* view = best(views);
  if (view == nullptr) {
    entry_leads(facts, tally);
    for (const Statement* s : facts.contradicting(Statement::kEntry))
      tally.contrary(*s, "denies the entry");
    return std::move(tally).settle(
        "an entry, its State and whether it met that State's requirements");
  }
  Answer& out = tally.answer;
  int illegal = 0, legal = 0;
  for (const EntryView& v : views) {
    if (v.illegal == kIndicated) ++illegal;
    if (v.illegal == kNotIndicated) ++legal;
  }
  if (views.size() > 1)
    out.notes.push_back(
        fmt::format("{} entries: {} illegal, {} legal", views.size(), illegal, legal));
  const v1::Entry& e = view->statement->entry();
  const std::string what =
      fmt::format("entry of {} into {}", e.person(), e.state().empty() ? "?" : e.state());
  out.outcome = view->illegal;
  if (view->illegal == kIndicated) {
    out.supporting.push_back(facts.evidence(*view->statement, what + " without the requirements"));
  } else if (view->illegal == kNotIndicated) {
    out.contrary.push_back(facts.evidence(*view->statement, what + " was legal"));
  } else if (view->conflict) {
    out.supporting.push_back(facts.evidence(*view->statement, what));
    for (const Statement* other : view->against)
      out.contrary.push_back(facts.evidence(*other, "says the reverse"));
    out.open(Element::CONFLICT, "whether the " + what + " met the requirements");
  } else {
    out.supporting.push_back(facts.evidence(*view->statement, what));
    out.open(Element::LAW_UNKNOWN,
             fmt::format("the entry rule of {} on that day and whether it was met",
                         e.state().empty() ? "the receiving State" : e.state()));
    out.reasons.insert(Element::MISSING);
  }
  return std::move(out);
}

Answer evaluate_receiving_state_party(const Facts& facts) {
  Answer out;
  out.rests_on_law = true;
  const auto views = entries(facts);
  const EntryView* view = best(views);
  if (view == nullptr || view->statement->entry().state().empty()) {
    out.open(Element::MISSING, "the receiving State");
    return out;
  }
  const std::string& state = view->statement->entry().state();
  if (view->party_unknown) {
    out.supporting.push_back(facts.evidence(*view->statement, "receiving State " + state));
    out.open(Element::LAW_UNKNOWN, fmt::format("whether {} was a Party to the Protocol", state));
    return out;
  }
  v1::Evidence law;
  law.set_statement_id("case.parties");
  law.set_kind("law");
  law.set_text(fmt::format("{} {} a Party to the Protocol{}", state,
                           view->party == kIndicated ? "is" : "is not",
                           facts.as_of().empty() ? "" : " (list as of " + facts.as_of() + ")"));
  law.set_why("receiving State");
  out.outcome = view->party;
  (view->party == kIndicated ? out.supporting : out.contrary).push_back(law);
  return out;
}

Answer evaluate_migrant_status(const Facts& facts) {
  Answer out;
  const auto views = entries(facts);
  const EntryView* view = best(views);
  if (view == nullptr) {
    out.open(Element::MISSING, "nationality and residence of the person who entered");
    return out;
  }
  out.outcome = view->status;
  const v1::Evidence own = facts.evidence(*view->statement, view->nationality_text);
  if (view->status == kIndicated) {
    out.supporting.push_back(own);
    if (view->status_from != nullptr)
      out.supporting.push_back(facts.evidence(*view->status_from, "nationality of the person"));
  } else if (view->status == kNotIndicated) {
    out.contrary.push_back(own);
    if (view->status_from != nullptr)
      out.contrary.push_back(facts.evidence(*view->status_from, "nationality of the person"));
  } else if (view->status_conflict) {
    out.contrary.push_back(own);
    out.open(Element::CONFLICT,
             fmt::format("which nationality {} has: {} are stated",
                         view->statement->entry().person(), view->nationality_text));
  } else {
    out.supporting.push_back(facts.evidence(*view->statement, "entry"));
    out.open(Element::MISSING, view->status_missing);
  }
  return out;
}

Answer evaluate_migrants_protected(const Facts& facts) {
  Tally tally{facts};
  for (const Statement* s : facts.used()) {
    if (contradicts(*s)) continue;
    if (s->has_person() && s->person().category() == v1::Person::smuggled_migrant) {
      const bool acts = facts.acts_for_benefit(facts.person(s->person().id()));
      tally.support(*s, [&] {
        return acts ? fmt::format(
                          "{}: protected as the object of smuggling, not for acts for a "
                          "benefit of their own",
                          s->person().id())
                    : fmt::format("{}: object of smuggling", s->person().id());
      });
    } else if (s->has_entry() && s->entry().lawful() == TriState::no && is_fact(*s)) {
      tally.support(*s, [&] {
        return fmt::format("{}: brought into {}", s->entry().person(), s->entry().state());
      });
    }
  }
  for (const Statement* s : facts.contradicting(Statement::kPerson))
    if (s->person().category() == v1::Person::smuggled_migrant)
      tally.contrary(*s, "denies that the person was smuggled");
  return std::move(tally).settle("who was the object of smuggling");
}

namespace {

Answer documents(const Facts& facts, std::initializer_list<Document::Act> acts,
                 const std::string& missing) {
  Tally tally{facts};
  std::vector<std::string> open;
  const auto wanted = [&](const Statement& s) {
    return std::find(acts.begin(), acts.end(), s.document().act()) != acts.end();
  };
  for (const Statement* s : facts.supporting(Statement::kDocument)) {
    if (!wanted(*s)) continue;
    const Document& d = s->document();
    const std::string act = Document::Act_Name(d.act());
    if (!by_somebody_else(facts, *s)) {
      tally.answer.contrary.push_back(facts.evidence(
          *s, "held by a migrant for the own journey, a victim or an officer on duty"));
    } else if (!d.has_purpose_smuggling()) {
      tally.lead(*s, [&] { return act + ", purpose not stated"; });
      open.push_back(s->id() + ": whether it was to enable the smuggling of migrants");
    } else if (d.purpose_smuggling()) {
      tally.support(*s, [&] { return act + " a fraudulent document to enable smuggling"; });
    } else {
      tally.contrary(*s, [&] { return act + ", not to enable smuggling"; });
    }
  }
  for (const Statement* s : facts.contradicting(Statement::kDocument))
    if (wanted(*s)) tally.contrary(*s, "denies it");
  for (const Statement* s : facts.assessments(Statement::kDocument))
    if (wanted(*s) && !contradicts(*s)) tally.lead(*s, "document, as an assessment");
  if (!tally.clean() && !tally.contested() && !open.empty()) {
    tally.answer.open(Element::MISSING, "");
    tally.answer.missing = open;
    return std::move(tally.answer);
  }
  return std::move(tally).settle(missing);
}

std::vector<EntryView> stays(const Facts& facts) {
  std::vector<EntryView> out;
  OfPerson of_person;
  for (const Statement* s : facts.supporting(Statement::kStay))
    of_person[s->stay().person()].push_back(s);
  OfPerson entered = entries_by_person(facts);
  for (const Statement* s : facts.supporting(Statement::kStay)) {
    EntryView view;
    view.statement = s;
    view.party = kIndicated;
    const auto word = s->stay().lawful();
    if (word == TriState::no) view.illegal = kIndicated;
    if (word == TriState::yes) view.illegal = kNotIndicated;
    for (const Statement* other : of_person.at(s->stay().person()))
      if (other->stay().state() == s->stay().state() &&
          ((word == TriState::no && other->stay().lawful() == TriState::yes) ||
           (word == TriState::yes && other->stay().lawful() == TriState::no)))
        view.against.push_back(other);
    for (const Statement* other : facts.against(*s)) view.against.push_back(other);
    if (!view.against.empty() && view.illegal != kUndetermined) {
      view.illegal = kUndetermined;
      view.conflict = true;
    }
    // A stay carries no nationality of its own: an entry of the same person into the State may.
    std::string nationality;
    std::optional<bool> resident;
    for (const Statement* e : entered[s->stay().person()])
      if (e->entry().state() == s->stay().state()) {
        if (!e->entry().nationality().empty()) nationality = e->entry().nationality();
        if (e->entry().has_permanent_resident()) resident = e->entry().permanent_resident();
      }
    // Somebody whose stay is unlawful is no permanent resident; the nationality still has to be
    // stated.
    if (!resident && word == TriState::no) resident = false;
    fill_status(facts, view, s->stay().person(), s->stay().state(), nationality, resident);
    out.push_back(std::move(view));
  }
  return out;
}

}  // namespace

Answer evaluate_document_producing(const Facts& facts) {
  return documents(facts, {Document::producing},
                   "the production of a fraudulent travel or identity document");
}

Answer evaluate_document_procuring(const Facts& facts) {
  return documents(facts, {Document::procuring, Document::providing, Document::possessing},
                   "procuring, providing or possessing a fraudulent travel or identity document");
}

Answer evaluate_enabling_stay(const Facts& facts) {
  return acts_towards(
      facts, "som.6.1.c",
      {Act::commission, Act::facilitation, Act::direction, Act::control, Act::attempt},
      "enabling the stay", "an act that enables another person to remain", true);
}

Answer evaluate_illegal_stay(const Facts& facts) {
  Answer out;
  const auto views = stays(facts);
  const EntryView* view = best(views);
  if (view == nullptr) {
    out.open(Element::MISSING, "a stay, its State and whether it met that State's requirements");
    return out;
  }
  const v1::Stay& stay = view->statement->stay();
  const std::string what =
      fmt::format("stay of {} in {}", stay.person(), stay.state().empty() ? "?" : stay.state());
  out.outcome = view->illegal;
  if (view->illegal == kNotIndicated) {
    out.contrary.push_back(facts.evidence(*view->statement, what + " was lawful"));
    return out;
  }
  out.supporting.push_back(facts.evidence(*view->statement, what));
  if (view->conflict) {
    for (const Statement* other : view->against)
      out.contrary.push_back(facts.evidence(*other, "says the reverse"));
    out.open(Element::CONFLICT, "whether the " + what + " met the requirements");
  } else if (view->illegal == kUndetermined) {
    out.open(Element::LAW_UNKNOWN, "the rule on staying and whether it was met");
    out.reasons.insert(Element::MISSING);
  }
  return out;
}

Answer evaluate_stay_status(const Facts& facts) {
  Answer out;
  const auto views = stays(facts);
  const EntryView* view = best(views);
  if (view == nullptr) {
    out.open(Element::MISSING, "nationality and residence of the person who remained");
    return out;
  }
  out.outcome = view->status;
  const v1::Evidence own = facts.evidence(*view->statement, view->nationality_text);
  if (view->status == kNotIndicated) {
    out.contrary.push_back(own);
  } else {
    out.supporting.push_back(own);
  }
  if (view->status_from != nullptr)
    (view->status == kNotIndicated ? out.contrary : out.supporting)
        .push_back(facts.evidence(*view->status_from, "nationality of the person"));
  if (view->status_conflict)
    out.open(Element::CONFLICT, "which nationality the person has");
  else if (view->status == kUndetermined)
    out.open(Element::MISSING, view->status_missing);
  return out;
}

Answer evaluate_illegal_means(const Facts& facts) {
  Tally tally{facts};
  const std::vector<char> within = facts.implementing("som.6.1.c");
  for (const Statement* s : facts.supporting(Statement::kDocument))
    if (by_somebody_else(facts, *s)) tally.support(*s, "fraudulent document");
  for (const Statement* s : facts.supporting(Statement::kAct))
    if (s->act().type() == Act::commission && within[facts.offence_number(*s)] != 0 &&
        by_somebody_else(facts, *s) && !unwitting(*s))
      tally.support(*s, "commission of a domestic offence that implements article 6(1)(c)");
  return std::move(tally).settle("fraudulent documents or other illegal means");
}

Answer evaluate_attempt(const Facts& facts) {
  return acts_towards(facts, "som.6.1", {Act::attempt}, "attempt",
                      "an attempt of a Protocol offence", true);
}

Answer evaluate_accomplice(const Facts& facts) {
  return acts_towards(facts, "som.6.", {Act::facilitation}, "facilitation",
                      "an act of an accomplice", true);
}

Answer evaluate_organizing_smuggling(const Facts& facts) {
  return acts_towards(facts, "som.6.", {Act::direction, Act::control, Act::planning},
                      "organizing or directing", "an act of organizing or directing other persons",
                      true);
}

Answer evaluate_danger(const Facts& facts) {
  Tally tally{facts};
  tally.all(
      Statement::kDanger,
      [](const Statement& s) { return s.danger().kind() == v1::Danger::endangers; },
      "endangers life or safety", "denies the danger");
  return std::move(tally).settle(
      "circumstances that endanger, or are likely to endanger, the migrants");
}

Answer evaluate_degrading(const Facts& facts) {
  Tally tally{facts};
  tally.all(
      Statement::kDanger,
      [](const Statement& s) {
        return s.danger().kind() == v1::Danger::degrading ||
               s.danger().kind() == v1::Danger::exploitation;
      },
      "inhuman or degrading treatment", "denies the treatment");
  return std::move(tally).settle(
      "inhuman or degrading treatment, or exploitation, of the migrants");
}

}  // namespace palermo::criteria
