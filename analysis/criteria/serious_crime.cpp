#include <fmt/format.h>

#include <algorithm>

#include "analysis/criteria/catalogue.hpp"
#include "analysis/criteria/evaluators.hpp"

namespace palermo::criteria {
namespace {

using v1::Element;
using v1::Statement;

/// A statutory maximum: a number of years, or a more serious penalty.
struct Maximum {
  bool known = false;
  bool serious = false;
  std::string text;
};

/// @param asked  years, inclusive: "at least four years"
Maximum maximum_of(const v1::Law& law, double asked) {
  using V = google::protobuf::Value;
  if (!law.has_max_years()) return {};
  if (law.max_years().kind_case() == V::kStringValue)
    return {true, true,
            law.max_years().string_value() == "LIFE" ? "life" : "a more serious penalty"};
  if (law.max_years().kind_case() != V::kNumberValue) return {};
  const double years = law.max_years().number_value();
  return {true, years >= asked, fmt::format("{} year{}", years, years == 1 ? "" : "s")};
}

std::string name_of_law(const v1::Law& law) {
  std::string name = law.provision().empty() ? "the provision" : law.provision();
  if (!law.state().empty()) name += " (" + law.state();
  if (!law.form().empty()) name += (law.state().empty() ? " (" : ", ") + law.form();
  if (!law.state().empty() || !law.form().empty()) name += ")";
  return name;
}

/// Date of the offence: as stated, else the one day (or the days, if the law did not change between
/// them) on which acts that name it are dated.
std::vector<core::Date> offence_days(const Facts& facts, const v1::Offence& offence) {
  if (const auto stated = day_of(offence.date())) return {*stated};
  std::vector<core::Date> days;
  for (const Statement* s : facts.supporting(Statement::kAct))
    if (facts.offence_of(*s) == offence.id())
      if (const auto day = day_of(*s)) days.push_back(*day);
  std::sort(days.begin(), days.end());
  return days;
}

std::string in_years(double years) {
  return years == 4.0 ? "four years" : fmt::format("{} years", years);
}

std::string state_of(const v1::Offence& offence) {
  return offence.law().state().empty() ? offence.state() : offence.law().state();
}

/// Facts of the form: an aggravated or organized form counts only when they are indicated.
struct FormFacts {
  Outcome outcome = kIndicated;
  std::string text;
  EvidenceList evidence;
  std::set<Reason> reasons;
};

FormFacts form_facts(const Facts& facts, const v1::Offence& offence, const v1::Law& law) {
  FormFacts out;
  if (law.form() != "aggravated" && law.form() != "organisation") return out;
  std::vector<Outcome> ways;
  std::vector<std::string> wanted;
  const auto consider = [&](const Answer& answer, const std::string& what) {
    ways.push_back(answer.outcome);
    wanted.push_back(what);
    if (answer.outcome == kUndetermined)
      out.reasons.insert(answer.reasons.begin(), answer.reasons.end());
    if (answer.outcome == kIndicated) out.evidence.append(answer.supporting);
  };
  const auto names = [&](const char* element) {
    return std::find(law.implements().begin(), law.implements().end(), element) !=
           law.implements().end();
  };
  if (names("som.6.3.a")) consider(evaluate_danger(facts), "danger to life or safety");
  if (names("som.6.3.b")) consider(evaluate_degrading(facts), "inhuman or degrading treatment");
  if (law.form() == "organisation") {
    const Answer random = evaluate_random(facts), immediate = evaluate_immediate(facts);
    const Answer number = evaluate_number(facts), concert = evaluate_concert(facts);
    Answer group;
    group.outcome = kleene_and({kleene_not(kleene_and({random.outcome, immediate.outcome})),
                                number.outcome, concert.outcome});
    group.supporting = concert.supporting;
    for (const Answer* part : {&random, &immediate, &number, &concert})
      if (part->outcome == kUndetermined)
        group.reasons.insert(part->reasons.begin(), part->reasons.end());
    consider(group, "three or more persons acting in concert as a structured group");
  }
  if (ways.empty()) {
    // The file does not say which circumstance aggravates: the charge itself has to be stated.
    Answer charged;
    Tally tally{facts};
    tally.all(
        Statement::kAct,
        [&](const Statement& s) {
          return facts.offence_of(s) == offence.id() &&
                 (s.act().type() == v1::Act::commission || s.act().type() == v1::Act::attempt);
        },
        "commission of the aggravated form", "denies the act");
    consider(std::move(tally).settle(""), "an act of commission of the aggravated form");
  }
  out.outcome = kleene_or(ways);
  out.text = fmt::format("{}", fmt::join(wanted, ", or "));
  return out;
}

}  // namespace

const std::set<std::string>& offences_in_question(const Facts& facts) {
  return facts.statements().in_question();
}

std::vector<core::Date> days_in_question(const Facts& facts) {
  const auto& named = offences_in_question(facts);
  std::set<core::Date> days;
  for (const v1::Offence& offence : facts.file().offences())
    if (named.empty() || named.contains("") || named.contains(offence.id()))
      for (const core::Date& day : offence_days(facts, offence)) days.insert(day);
  return {days.begin(), days.end()};
}

namespace {
Penalty find_penalty(const Facts& facts, const v1::Offence& offence, double years) {
  Penalty out;
  v1::Law law = offence.law();
  if (!offence.has_law() && !offence.catalogue_ref().empty()) {
    // assess() has put the law of every usable row into its offence.
    const bool memory = Catalogue::builtin().find(offence.catalogue_ref()) != nullptr;
    out.reasons.insert(Element::LAW_UNKNOWN);
    out.text = memory ? fmt::format("{}: the catalogue knows '{}' from memory only", offence.id(),
                                    offence.catalogue_ref())
                      : fmt::format("{}: the catalogue has no row '{}'", offence.id(),
                                    offence.catalogue_ref());
    out.missing = fmt::format("the law of {}: provision, maximum and dates", offence.id());
    return out;
  }
  const std::string name = name_of_law(law);
  const Maximum then = maximum_of(law, years);
  const FormFacts form = form_facts(facts, offence, law);
  out.form = form.outcome;
  const auto unknown = [&](std::string why, std::string missing) {
    out.outcome = kUndetermined;
    out.reasons.insert(Element::LAW_UNKNOWN);
    out.text = fmt::format("{}: {}: {}", offence.id(), name, why);
    out.missing = std::move(missing);
    return out;
  };
  const auto days = offence_days(facts, offence);
  if (days.empty())
    return unknown("the date of the offence is not stated",
                   fmt::format("the date of {}", offence.id()));
  const auto from = day_of(law.in_force_from()), to = day_of(law.in_force_to());
  if (!from)
    return unknown("since when it is in force is not stated",
                   fmt::format("since when {} with this maximum is in force", name));
  for (const core::Date& day : days) {
    if (day < *from || (to && *to < day)) {
      const std::string span =
          fmt::format("{} to {}", law.in_force_from(), to ? law.in_force_to() : "date");
      return unknown(
          offence.catalogue_ref().empty()
              ? fmt::format("not in force on {} (in force {})", core::format_date(day), span)
              : fmt::format("the catalogue row {} does not cover {} (it covers {})",
                            offence.catalogue_ref(), core::format_date(day), span),
          fmt::format("the law in force on {}", core::format_date(day)));
    }
  }
  out.in_force = true;
  if (!then.known)
    return unknown("the statutory maximum is not stated",
                   fmt::format("the statutory maximum of {} on the date of the offence", name));
  const std::string when = core::format_date(days.back());
  out.text = fmt::format("{}: {}: maximum {} on {}", offence.id(), name, then.text, when);
  out.outcome = then.serious ? kIndicated : kNotIndicated;

  if (offence.has_later_law()) {
    const v1::Law& later = offence.later_law();
    const Maximum now = maximum_of(later, years);
    const auto since = day_of(later.in_force_from());
    const auto asked = day_of(facts.as_of());
    const bool future = since && asked && *asked < *since;
    const std::string after = fmt::format("; later law {}: maximum {}", name_of_law(later),
                                          now.known ? now.text : "not stated");
    if (future) {
      out.text += fmt::format("; a later law in force from {} does not apply on {}",
                              later.in_force_from(), facts.as_of());
    } else {
      out.text += after;
      if (!now.known && then.serious) {
        out.outcome = kUndetermined;
        out.reasons.insert(Element::LAW_UNKNOWN);
        out.missing = fmt::format("the maximum of the later law {}", name_of_law(later));
      } else if (now.known && then.serious && !now.serious) {
        out.outcome = kUndetermined;
        out.reasons.insert(Element::LAW_UNKNOWN);
        out.reasons.insert(Element::CONFLICT);
        out.missing = fmt::format(
            "which law applies: temporal divergence (lex mitior), maximum {} on {} and {} "
            "afterwards",
            then.text, when, now.text);
      } else if (now.known && !then.serious && now.serious) {
        out.text += " (a later heavier penalty does not reach back, ICCPR art. 15(1))";
      }
    }
  }
  if (out.outcome == kNotIndicated) return out;
  if (form.outcome == kNotIndicated) {
    out.outcome = kNotIndicated;
    out.reasons.clear();
    out.missing.clear();
    out.text += fmt::format("; its own facts are not indicated ({})", form.text);
  } else if (form.outcome == kUndetermined) {
    out.outcome = kUndetermined;
    out.reasons.insert(form.reasons.begin(), form.reasons.end());
    if (out.reasons.empty()) out.reasons.insert(Element::MISSING);
    out.text += fmt::format("; the {} form needs facts of its own", law.form());
    if (!out.missing.empty()) out.missing += "; ";
    out.missing +=
        fmt::format("facts of the {} form of {}: {}", law.form(), offence.id(), form.text);
  } else {
    out.facts = form.evidence;
  }
  return out;
}
}  // namespace

const Penalty& penalty_of(const Facts& facts, const v1::Offence& offence, double years) {
  auto& known = facts.penalties()[{offence.id(), years}];
  if (known == nullptr)
    known = std::make_shared<const Penalty>(find_penalty(facts, offence, years));
  return *known;
}

Answer serious_crime_among(const Facts& facts, const std::set<std::string>& named, double years) {
  Answer out;
  out.rests_on_law = true;
  std::vector<const v1::Offence*> asked;
  std::set<std::string> states, unknown;
  for (const std::string& id : named)
    if (!id.empty() && facts.offence(id) == nullptr) unknown.insert(id);
  // An act that names none of several offences may mean any of them.
  const bool any = named.empty() || named.contains("");
  for (const v1::Offence& offence : facts.file().offences())
    if (any || named.contains(offence.id())) {
      asked.push_back(&offence);
      states.insert(state_of(offence));
    }
  const auto& in_question = offences_in_question(facts);
  for (const v1::Offence& offence : facts.file().offences()) {
    if (any || named.contains(offence.id())) continue;
    const std::string& form = offence.law().form();
    // The aggravated or organized form of the same law stands beside the form that is named.
    if ((form == "aggravated" || form == "organisation") && states.contains(state_of(offence)) &&
        !in_question.contains(offence.id()))
      asked.push_back(&offence);
    else
      out.notes.push_back(fmt::format("{} is not the offence asked about here", offence.id()));
  }
  std::sort(asked.begin(), asked.end(), [](const v1::Offence* a, const v1::Offence* b) {
    return natural_less(a->id(), b->id());
  });
  if (asked.empty() && unknown.empty()) {
    out.open(Element::MISSING, "the offence and the law that punishes it");
    out.reasons.insert(Element::LAW_UNKNOWN);
    return out;
  }
  std::vector<Outcome> parts;
  std::vector<std::pair<std::set<Reason>, std::string>> open;
  for (const v1::Offence* offence : asked) {
    const Penalty& penalty = penalty_of(facts, *offence, years);
    parts.push_back(penalty.outcome);
    v1::Evidence law;
    law.set_statement_id(offence->id());
    law.set_text(penalty.text);
    law.set_kind("law");
    law.set_source(offence->law().source());
    if (penalty.outcome == kIndicated) {
      law.set_why(in_years(years) + " or more");
      out.supporting.push_back(law);
      out.supporting.append(penalty.facts);
    } else if (penalty.outcome == kNotIndicated) {
      law.set_why("below " + in_years(years) + ", or a form whose own facts are not indicated");
      out.contrary.push_back(law);
    } else {
      out.notes.push_back(penalty.text);
      open.emplace_back(penalty.reasons, penalty.missing);
    }
  }
  for (const std::string& id : unknown) {
    parts.push_back(kUndetermined);
    open.emplace_back(std::set<Reason>{Element::LAW_UNKNOWN},
                      fmt::format("the law of {}, which the file does not describe", id));
  }
  out.outcome = kleene_or(parts);
  if (any && kleene_and(parts) != out.outcome) {
    out.open(Element::MISSING, "which of the offences was committed or aimed at");
    return out;
  }
  if (out.outcome == kUndetermined)
    for (const auto& [reasons, missing] : open) {
      out.reasons.insert(reasons.begin(), reasons.end());
      out.missing.push_back(missing);
    }
  return out;
}

Answer evaluate_serious_crime(const Facts& facts) {
  return serious_crime_among(facts, offences_in_question(facts));
}

Answer evaluate_one_offence(const Facts& facts) {
  Answer out;
  out.rests_on_law = true;
  out.outcome = kIndicated;
  const auto& named = offences_in_question(facts);
  if (named.size() < 2) return out;
  const auto crosses = [&](const std::string& id) {
    std::set<std::string> states;
    for (const Statement* s : facts.supporting(Statement::kAct))
      if (facts.offence_of(*s) == id && !s->act().state().empty()) states.insert(s->act().state());
    for (const Statement* s : facts.supporting(Statement::kEffect))
      if (facts.offence_of(*s) == id || facts.offence_of(*s).empty())
        states.insert(s->effect().state());
    return states.size() > 1;
  };
  std::set<std::string> outside;
  for (const std::string& id : named) {
    const v1::Offence* offence = facts.offence(id);
    const bool within = offence == nullptr || offence->law().implements_size() > 0 ||
                        penalty_of(facts, *offence).outcome != kNotIndicated;
    if (!crosses(id)) continue;
    if (within) return out;
    outside.insert(id);
  }
  // Acts in several States that belong to an offence outside the Convention carry no other one.
  if (!outside.empty())
    out.open(Element::MISSING,
             fmt::format("whether the offence within the Convention is itself transnational: the "
                         "acts in more than one State belong to {}, which is neither a serious "
                         "crime nor a Convention offence",
                         fmt::join(outside, ", ")));
  return out;
}

Answer evaluate_bound_by_protocol(const Facts& facts) {
  Answer out;
  out.rests_on_law = true;
  std::set<std::string> states;
  for (const v1::Offence& offence : facts.file().offences())
    if (facts.implements(offence.id(), "som."))
      states.insert(!offence.state().empty() ? offence.state() : offence.law().state());
  if (states.empty() && !facts.file().case_().state().empty())
    states.insert(facts.file().case_().state());
  states.erase("");
  if (states.empty()) {
    out.open(Element::LAW_UNKNOWN, "the State whose law applies");
    return out;
  }
  std::vector<Outcome> parts;
  for (const std::string& state : states) {
    const auto party = facts.is_party(state, facts.smuggling_day());
    if (!party) {
      out.open(Element::LAW_UNKNOWN, fmt::format("whether {} was a Party to the Protocol", state));
      return out;
    }
    v1::Evidence law;
    law.set_statement_id("case.parties");
    law.set_kind("law");
    law.set_text(fmt::format("{} {} a Party to the Protocol{}", state, *party ? "is" : "is not",
                             facts.as_of().empty() ? "" : " (list as of " + facts.as_of() + ")"));
    law.set_why("a protocol binds only its Parties");
    (*party ? out.supporting : out.contrary).push_back(law);
    parts.push_back(*party ? kIndicated : kNotIndicated);
  }
  out.outcome = kleene_or(parts);
  return out;
}

}  // namespace palermo::criteria
