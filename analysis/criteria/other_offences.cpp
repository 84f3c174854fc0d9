#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "analysis/criteria/evaluators.hpp"

namespace palermo::criteria {
namespace {

using v1::Element;
using v1::Interference;
using v1::Property;
using v1::Statement;

/// Whether the stated purpose speaks of concealing, disguising or helping to evade.
bool names_concealment(const std::string& purpose) {
  std::string lower = purpose;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array kWords = {"conceal", "disguis", "hide",    "hiding",
                                 "evade",   "evasion", "launder", "illicit origin"};
  // A purpose that is denied, or hedged, is left to an officer's reading.
  constexpr std::array kDoubt = {"not ",    "no ",     "without", "never",
                                 "unclear", "unknown", "perhaps"};
  if (std::any_of(kDoubt.begin(), kDoubt.end(),
                  [&](const char* word) { return lower.find(word) != std::string::npos; }))
    return false;
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](const char* word) { return lower.find(word) != std::string::npos; });
}

/// A person who is an officer while tasked does nothing on their own account.
bool own_account(const Facts& facts, const Statement& s) {
  const Persons persons = facts.persons_of(s);
  if (persons.empty()) return true;
  return std::any_of(persons.begin(), persons.end(),
                     [&](PersonId p) { return !facts.tasked(p, std::nullopt); });
}

}  // namespace

Answer evaluate_laundering(const Facts& facts) {
  Tally tally{facts};
  std::vector<std::string> missing;
  bool judgement = false;
  for (const Statement* s : facts.supporting(Statement::kProperty)) {
    const Property& p = s->property();
    const std::string act =
        p.act() == Property::act_unspecified ? "dealing" : Property::Act_Name(p.act());
    if (!own_account(facts, *s)) continue;
    if (p.has_proceeds_known() && !p.proceeds_known()) {
      tally.contrary(*s, [&] { return act + " without knowing that the property was proceeds"; });
      continue;
    }
    if (p.act() == Property::act_unspecified) {
      tally.lead(*s, "the act is not stated");
      missing.push_back(s->id() + ": what was done with the property");
      continue;
    }
    if (!p.has_proceeds_known()) {
      tally.lead(*s, [&] { return act + ", knowledge not stated"; });
      missing.push_back(s->id() + ": whether those concerned knew that the property was proceeds");
      continue;
    }
    const bool needs_purpose = p.act() == Property::conversion || p.act() == Property::transfer;
    if (needs_purpose && !names_concealment(p.purpose())) {
      tally.lead(*s, [&] {
        return act + ", purpose " + (p.purpose().empty() ? "not stated" : "to be judged");
      });
      missing.push_back(s->id() +
                        (p.purpose().empty()
                             ? ": the purpose of concealing the origin or helping to evade"
                             : ": whether the stated purpose is to conceal the origin or to "
                               "help somebody evade"));
      judgement = judgement || !p.purpose().empty();
      continue;
    }
    tally.support(*s, [&] { return act + " of property known to be proceeds"; });
  }
  for (const Statement* s : facts.contradicting(Statement::kProperty))
    tally.contrary(*s, "denies the dealing");
  for (const Statement* s : facts.assessments(Statement::kProperty))
    if (!contradicts(*s)) tally.lead(*s, "dealing with property, as an assessment");
  if (!tally.clean() && !tally.contested() && !missing.empty()) {
    tally.answer.open(Element::MISSING, "");
    if (judgement) tally.answer.reasons.insert(Element::JUDGEMENT_TERM);
    tally.answer.missing = missing;
    return std::move(tally.answer);
  }
  return std::move(tally).settle("dealing with property known to be the proceeds of crime");
}

Answer evaluate_bribery(const Facts& facts) {
  Tally tally{facts};
  std::vector<std::string> missing;
  for (const Statement* s : facts.supporting(Statement::kBribe)) {
    const v1::Bribe& b = s->bribe();
    if (facts.tasked(facts.person(b.giver()), std::nullopt)) {
      tally.answer.notes.push_back(s->id() + ": the giver acted on orders");
      continue;
    }
    if (b.has_undue_advantage() && !b.undue_advantage()) {
      tally.contrary(*s, "the advantage was not undue");
      continue;
    }
    const auto words = facts.categories(facts.person(b.official()));
    const bool other_person =
        !words.empty() && std::none_of(words.begin(), words.end(), [](v1::Person::Category c) {
          return c == v1::Person::official || c == v1::Person::unknown ||
                 c == v1::Person::suspect || c == v1::Person::witness ||
                 c == v1::Person::category_unspecified;
        });
    std::string lacking;
    if (!b.has_undue_advantage()) lacking = "whether the advantage was undue";
    if (b.duty().empty())
      lacking +=
          std::string{lacking.empty() ? "" : "; "} + "which act or omission in office it was for";
    if (other_person)
      lacking +=
          std::string{lacking.empty() ? "" : "; "} + "whether the receiver is a public official";
    if (!lacking.empty()) {
      tally.lead(*s, "advantage to an official");
      missing.push_back(s->id() + ": " + lacking);
      continue;
    }
    tally.support(*s,
                  [&] { return fmt::format("undue advantage to an official, for: {}", b.duty()); });
  }
  for (const Statement* s : facts.supporting(Statement::kInterference)) {
    const Interference& i = s->interference();
    if (i.means() == Interference::advantage && i.aim() == Interference::official_duty &&
        own_account(facts, *s))
      tally.support(*s, "advantage to influence official duties (art. 8, not art. 23(b))");
  }
  for (const Statement* s : facts.contradicting(Statement::kBribe))
    tally.contrary(*s, "denies the bribe");
  for (const Statement* s : facts.assessments(Statement::kBribe))
    if (!contradicts(*s)) tally.lead(*s, "bribe, as an assessment");
  if (!tally.clean() && !tally.contested() && !missing.empty()) {
    tally.answer.open(Element::MISSING, "");
    tally.answer.missing = missing;
    return std::move(tally.answer);
  }
  return std::move(tally).settle("an undue advantage to a public official and what it was for");
}

namespace {

Answer interference(const Facts& facts, bool testimony) {
  Tally tally{facts};
  const auto aimed = [&](const Interference& i) {
    return testimony ? i.aim() == Interference::testimony || i.aim() == Interference::evidence
                     : i.aim() == Interference::official_duty;
  };
  std::vector<std::string> missing;
  for (const Statement* s : facts.supporting(Statement::kInterference)) {
    const Interference& i = s->interference();
    if (!aimed(i) || !own_account(facts, *s)) continue;
    if (i.means() == Interference::means_unspecified) {
      tally.lead(*s, "means not stated");
      missing.push_back(s->id() + ": by which means");
    } else if (!testimony && i.means() == Interference::advantage) {
      tally.contrary(*s,
                     "an advantage is no force, threat or intimidation: art. 8, not art. 23(b)");
    } else {
      tally.support(*s, [&] {
        return fmt::format("{} towards {}", Interference::Means_Name(i.means()),
                           testimony ? "testimony or evidence" : "official duties");
      });
    }
  }
  for (const Statement* s : facts.contradicting(Statement::kInterference))
    if (aimed(s->interference())) tally.contrary(*s, "denies the interference");
  for (const Statement* s : facts.assessments(Statement::kInterference))
    if (aimed(s->interference()) && !contradicts(*s))
      tally.lead(*s, "interference, as an assessment");
  if (!tally.clean() && !tally.contested() && !missing.empty()) {
    tally.answer.open(Element::MISSING, "");
    tally.answer.missing = missing;
    return std::move(tally.answer);
  }
  return std::move(tally).settle(
      testimony ? "force, threats, intimidation or an advantage towards a witness or "
                  "evidence"
                : "force, threats or intimidation towards an official on duty");
}

}  // namespace

Answer evaluate_interference_testimony(const Facts& facts) { return interference(facts, true); }
Answer evaluate_interference_duty(const Facts& facts) { return interference(facts, false); }

}  // namespace palermo::criteria
