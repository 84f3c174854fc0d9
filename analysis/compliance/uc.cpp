// UC01-UC04: undercover officers and informants.
#include <map>
#include <set>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {
namespace {

using Report = v1::UndercoverReport;

std::map<std::string, std::string> canonical_persons(const Facts& facts) {
  std::map<std::string, std::string> canonical;
  for (const PersonFact& person : facts.persons)
    for (const std::string& member : person.members) canonical[member] = person.id;
  return canonical;
}

std::string one_of(const std::map<std::string, std::string>& canonical, const std::string& id) {
  const auto found = canonical.find(id);
  return found == canonical.end() ? id : found->second;
}

/// Whom a statement speaks of as taking part in something.
std::vector<std::string> participants(const v1::Statement& statement) {
  std::vector<std::string> persons;
  const auto take = [&persons](const auto& list) { persons.assign(list.begin(), list.end()); };
  if (statement.has_membership()) persons = {statement.membership().person()};
  if (statement.has_act()) take(statement.act().persons());
  if (statement.has_agreement()) take(statement.agreement().persons());
  if (statement.has_benefit()) take(statement.benefit().persons());
  if (statement.has_document()) take(statement.document().persons());
  if (statement.has_property()) take(statement.property().persons());
  return persons;
}

/// First moment at which something other than an officer's own work spoke of each person.
std::map<std::string, std::int64_t> first_suspicions(
    const Facts& facts, const std::map<std::string, std::string>& canonical) {
  std::map<std::string, std::int64_t> first;
  const auto note = [&first](const std::string& person, std::int64_t at) {
    const auto [place, fresh] = first.emplace(person, at);
    if (!fresh) place->second = std::min(place->second, at);
  };
  for (const StatementFact& statement : facts.statements) {
    if (statement.of_undercover || statement.data.undercover_act() ||
        statement.data.polarity() == v1::Statement::contradicts)
      continue;
    const auto at = time_of(statement.data.observed_at());
    if (!at) continue;
    for (const std::string& person : participants(statement.data))
      note(one_of(canonical, person), *at);
  }
  return first;
}

/// What the authorization itself states against a person, independently of a network position.
std::optional<std::int64_t> stated_suspicion(const v1::Authorization& a, const std::string& person,
                                             const std::map<std::string, std::string>& canonical) {
  const bool target = std::any_of(a.targets().begin(), a.targets().end(), [&](const auto& each) {
    return one_of(canonical, each.person_id()) == person || one_of(canonical, each.value()) == person;
  });
  std::optional<std::int64_t> first;
  for (const auto& fact : a.suspicion_facts()) {
    if (lower(fact.type()) == "network_position") continue;
    if (fact.person_id().empty() ? !target : one_of(canonical, fact.person_id()) != person) continue;
    const auto at = time_of(fact.at());
    if (at && (!first || *at < *first)) first = at;
  }
  return first;
}

std::string_view words_of(Report::Conduct::Type type) {
  switch (type) {
    case Report::Conduct::proposal:
      return "proposed it";
    case Report::Conduct::pressure:
      return "pressed for it";
    case Report::Conduct::price_raise:
      return "raised the price";
    case Report::Conduct::repeat_after_refusal:
      return "asked again after a refusal";
    default:
      return {};
  }
}

/// Members of a group, with and without what officers supplied.
struct Support {
  std::set<std::string> all;
  std::set<std::string> without;
  std::vector<std::string> records;
};

}  // namespace

void judge_uc01(const Facts& facts, Ruling& ruling) {
  const auto canonical = canonical_persons(facts);
  const auto statements = first_suspicions(facts, canonical);
  for (const ReportFact& report : facts.reports) {
    for (int i = 0; i < report.data.first_contact_size(); ++i) {
      const auto& contact = report.data.first_contact(i);
      const std::string subject = fmt::format("{}/contact {}", report.data.report_id(), i + 1);
      const auto at = time_of(contact.at());
      if (contact.initiated_by() == Report::InitiatedBy::who_unspecified || !at) {
        ruling.not_judged(subject, "who began the contact, or when, is not stated");
        continue;
      }
      ruling.judged();
      if (contact.initiated_by() == Report::InitiatedBy::person) continue;
      const std::string person = one_of(canonical, contact.person());
      std::optional<std::int64_t> suspicion;
      if (const auto found = statements.find(person); found != statements.end())
        suspicion = found->second;
      if (const AuthorizationFact* authorization = facts.find(report.data.authorization_id()))
        if (const auto stated = stated_suspicion(authorization->data, person, canonical))
          suspicion = suspicion ? std::min(*suspicion, *stated) : *stated;
      if (suspicion && *suspicion <= *at) continue;
      ruling.violation(
          report.data.authorization_id(), subject,
          fmt::format("Officer {} made the first contact {} of report {} on {}. {}.",
                      shown(report.data.officer()), i + 1, shown(report.data.report_id()), utc(*at),
                      suspicion ? fmt::format("The first suspicion of that person that does not come "
                                              "from an officer is of {}",
                                              utc(*suspicion))
                                : "Nothing that does not come from an officer states a suspicion of "
                                  "that person before"),
          {report.record_id});
    }
  }
}

void judge_uc02(const Facts& facts, Ruling& ruling) {
  for (const ReportFact& report : facts.reports) {
    ruling.judged();
    std::set<std::string> acts;
    for (const auto& conduct : report.data.conduct())
      if (const auto words = words_of(conduct.type()); !words.empty()) acts.emplace(words);
    if (!acts.empty())
      ruling.violation(report.data.authorization_id(), report.data.report_id(),
                       fmt::format("In report {} officer {} {}. An officer observes; whoever would "
                                   "not have acted without that was incited.",
                                   shown(report.data.report_id()), shown(report.data.officer()),
                                   fmt::join(acts, ", ")),
                       {report.record_id});
  }
}

void judge_uc03(const Facts& facts, Ruling& ruling) {
  const auto canonical = canonical_persons(facts);
  std::set<std::string> officers;
  for (const PersonFact& person : facts.persons)
    if (person.category == "undercover_officer") officers.insert(person.id);
  std::map<std::string, Support> members;   // by group
  std::map<std::string, Support> states;    // by offence
  std::map<std::string, Support> benefits;  // by group
  std::map<std::string, std::set<std::string>> groups_of;
  for (const StatementFact& statement : facts.statements) {
    if (statement.data.polarity() == v1::Statement::contradicts) continue;
    const auto note = [&](Support& support, const std::string& what, bool officer) {
      support.all.insert(what);
      if (!officer) support.without.insert(what);
      if (officer) support.records.push_back(statement.record_id);
    };
    const bool officers_act = statement.data.undercover_act();
    if (statement.data.has_membership()) {
      const std::string person = one_of(canonical, statement.data.membership().person());
      note(members[statement.data.membership().group()], person,
           officers_act || officers.contains(person));
      groups_of[person].insert(statement.data.membership().group());
    }
    if (statement.data.has_act() && !statement.data.act().state().empty() &&
        !statement.data.act().offence().empty())
      note(states[statement.data.act().offence()], statement.data.act().state(), officers_act);
  }
  for (const StatementFact& statement : facts.statements) {
    if (!statement.data.has_benefit() || statement.data.polarity() == v1::Statement::contradicts)
      continue;
    std::set<std::string> groups;
    for (const std::string& person : statement.data.benefit().persons())
      if (const auto found = groups_of.find(one_of(canonical, person)); found != groups_of.end())
        groups.insert(found->second.begin(), found->second.end());
    for (const std::string& group : groups) {
      Support& support = benefits[group];
      support.all.insert(statement.record_id);
      if (!statement.data.undercover_act()) support.without.insert(statement.record_id);
      if (statement.data.undercover_act()) support.records.push_back(statement.record_id);
    }
  }
  const auto judge = [&ruling](const std::map<std::string, Support>& all, std::size_t needed,
                               std::string_view what, std::string_view kind) {
    for (const auto& [id, support] : all) {
      if (support.all.size() < needed) continue;
      ruling.judged();
      if (support.without.size() >= needed) continue;
      std::vector<std::string> records = support.records;
      if (records.size() > 10) records.resize(10);
      ruling.violation({}, fmt::format("{} {}", kind, id),
                       fmt::format("{} of {} {} rests on what officers did or on officers themselves: "
                                   "without that it falls away.",
                                   what, kind, shown(id)),
                       std::move(records));
    }
  };
  judge(members, 3, "The third member", "group");
  judge(benefits, 1, "The benefit", "group");
  judge(states, 2, "The leg across a border", "offence");
}

void judge_uc04(const Facts& facts, Ruling& ruling) {
  for (const ReportFact& report : facts.reports) {
    ruling.judged();
    std::vector<std::string> found;
    bool open = false;
    for (int i = 0; i < report.data.conduct_size(); ++i) {
      const auto& conduct = report.data.conduct(i);
      // What words_of() names is UC02's.
      if (!words_of(conduct.type()).empty()) continue;
      if (conduct.has_authorized() && !conduct.authorized())
        found.push_back(fmt::format("Conduct {} went beyond the authorization.", i + 1));
      open = open || !conduct.has_authorized();
    }
    if (open)
      ruling.not_judged(report.data.report_id(), "whether the conduct was authorized is not stated");
    if (report.data.controller().empty() || report.data.handler().empty()) {
      ruling.not_judged(report.data.report_id(), "handler or controller is not named");
    } else if (report.data.controller() == report.data.handler()) {
      found.push_back(fmt::format("{} is handler and controller at once.",
                                  shown(report.data.handler())));
    }
    if (report.data.contact_log().empty() && report.data.contacts().empty())
      found.emplace_back("No log of contacts is kept.");
    if (!found.empty())
      ruling.violation(report.data.authorization_id(), report.data.report_id(),
                       fmt::format("Report {}: {}", shown(report.data.report_id()),
                                   fmt::join(found, " ")),
                       {report.record_id});
  }
}

}  // namespace palermo::compliance
