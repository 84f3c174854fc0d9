// LG01-LG04: logs, categories of persons, facts and assessments, automated processing.
#include <map>
#include <set>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {
namespace {

/// A statement by its own id where it has one.
std::string subject_of(const StatementFact& statement) {
  return statement.data.id().empty() ? statement.record_id : statement.data.id();
}

}  // namespace

void judge_lg01(const Facts& facts, Ruling& ruling) {
  using Line = v1::TechniqueUseRecord::AccessLine;
  for (const UseFact& use : facts.uses)
    for (int i = 0; i < use.data.accesses_size(); ++i) {
      const Line& line = use.data.accesses(i);
      ruling.judged();
      std::vector<std::string> lacking;
      if (is_blank(line.by())) lacking.emplace_back("who");
      if (!time_of(line.at())) lacking.emplace_back("when");
      if (line.action() == Line::action_unspecified) lacking.emplace_back("what");
      if (is_blank(line.reason())) lacking.emplace_back("why");
      if (line.action() == Line::disclosure && is_blank(line.recipient()))
        lacking.emplace_back("to whom");
      if (!lacking.empty())
        ruling.violation(use.data.authorization_id(),
                         fmt::format("{}/access {}", use.data.use_id(), i + 1),
                         fmt::format("Line {} of the access log of the {} does not say: {}.", i + 1,
                                     use_name(use), fmt::join(lacking, ", ")),
                         {use.record_id});
    }
  for (const AccessFact& access : facts.accesses) {
    ruling.judged();
    if (is_blank(access.data.purpose()) && is_blank(access.data.justification()))
      ruling.violation(access.data.authorization_id(), fmt::format("entry {}", access.leaf),
                       fmt::format("Entry {} of the log, a consultation by {}, does not say why.",
                                   access.leaf, shown(access.actor)));
  }
  for (const DisclosureFact& disclosure : facts.disclosures) {
    if (is_blank(disclosure.data.recipient_body()))
      ruling.not_judged(fmt::format("entry {}", disclosure.leaf),
                        "a report was written; to whom it was handed is not recorded in this case");
    ruling.judged();
    if (is_blank(disclosure.data.purpose()) && is_blank(disclosure.data.justification()))
      ruling.violation({}, fmt::format("entry {}", disclosure.leaf),
                       fmt::format("Entry {} of the log, a disclosure by {}, does not say why.",
                                   disclosure.leaf, shown(disclosure.actor)));
  }
}

void judge_lg02(const Facts& facts, Ruling& ruling) {
  // Persons are named by the record that states them: their ids may be names.
  std::map<std::string, const StatementFact*> stated_in;
  for (const StatementFact& statement : facts.statements)
    if (statement.data.has_person())
      stated_in.emplace(statement.data.person().id(), &statement);
  std::map<std::string, std::set<std::string>> categories;
  for (const StatementFact& statement : facts.statements)
    if (statement.data.has_person() && statement.data.polarity() != v1::Statement::contradicts)
      categories[statement.data.person().id()].insert(
          v1::Person::Category_Name(statement.data.person().category()));
  for (const PersonFact& person : facts.persons) {
    const StatementFact* stated = nullptr;
    std::set<std::string> all;
    for (const std::string& member : person.members) {
      if (const auto at = stated_in.find(member); at != stated_in.end() && stated == nullptr)
        stated = at->second;
      if (const auto known = categories.find(member); known != categories.end())
        all.insert(known->second.begin(), known->second.end());
    }
    if (stated == nullptr) {
      ruling.not_judged("person", "a person is named in statements and described by none");
      continue;
    }
    ruling.judged();
    if (person.decided) continue;
    all.erase("category_unspecified");
    const std::string& record = stated->record_id;
    const std::string subject = subject_of(*stated);
    if (all.empty()) {
      ruling.violation({}, subject,
                       fmt::format("The person described in {} bears no category (suspect, convicted, "
                                   "victim, other).",
                                   record),
                       {record});
    } else if (all.contains("suspect") && all.contains("smuggled_migrant")) {
      ruling.violation({}, subject,
                       fmt::format("The person described in {} stands as a smuggled migrant and as a "
                                   "suspect, and nobody decided which with reasons. Being the object "
                                   "of smuggling makes nobody a suspect.",
                                   record),
                       {record});
    }
  }
}

void judge_lg03(const Facts& facts, Ruling& ruling) {
  for (const StatementFact& statement : facts.statements) {
    // What an operator decided is signed and reasoned; it has no source to grade.
    if (statement.data.has_decided() || statement.data.has_judgement()) continue;
    ruling.judged();
    std::vector<std::string> found;
    if (statement.data.kind() == v1::Statement::kind_unspecified)
      found.emplace_back("it does not say whether it is a fact or an assessment");
    if (statement.data.kind() == v1::Statement::fact && statement.data.has_identity() &&
        statement.data.identity().relation() == v1::Identity::possibly_same)
      found.emplace_back("that two persons are possibly one is an assessment, and it stands as a "
                         "fact");
    if (is_blank(statement.grade)) found.emplace_back("it bears no grade of reliability");
    if (!found.empty())
      ruling.violation(statement.data.authorization_id(), subject_of(statement),
                       fmt::format("Statement {} in {}: {}.", shown(statement.data.id()),
                                   statement.record_id, fmt::join(found, "; ")),
                       {statement.record_id});
  }
}

void judge_lg04(const Facts& facts, Ruling& ruling) {
  for (const UseFact& use : facts.uses)
    for (int i = 0; i < use.data.adverse_outputs_size(); ++i) {
      const auto& output = use.data.adverse_outputs(i);
      const std::string subject = fmt::format("{}/output {}", use.data.use_id(), i + 1);
      if (!output.has_automated()) {
        ruling.not_judged(subject, "whether a decision rests on automated processing alone is not "
                                   "stated");
        continue;
      }
      ruling.judged();
      if (output.automated() && is_blank(output.reviewer()))
        ruling.violation(use.data.authorization_id(), subject,
                         fmt::format("The decision of {} (output {} of the {}) rests on automated "
                                     "processing alone; no person who reviewed it is named.",
                                     shown(output.at()), i + 1, use_name(use)),
                         {use.record_id});
    }
  if (facts.findings > 0)
    ruling.not_judged("findings", fmt::format("findings are derived by rule from graded statements; "
                                              "whether anybody reviewed one before acting on it is "
                                              "not recorded in this case ({})",
                                              facts.findings));
}

}  // namespace palermo::compliance
