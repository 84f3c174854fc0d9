// PR01-PR03: privileged and core-private content, protected professions, minors.
#include <map>
#include <set>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {
namespace {

bool is_privileged(v1::InterceptSession::Privilege privilege) {
  return privilege != v1::InterceptSession::privilege_unspecified &&
         privilege != v1::InterceptSession::none;
}

std::string words_of(v1::InterceptSession::Privilege privilege) {
  switch (privilege) {
    case v1::InterceptSession::legal:
      return "with counsel";
    case v1::InterceptSession::journalist:
      return "with a journalist";
    case v1::InterceptSession::medical:
      return "with a physician";
    case v1::InterceptSession::clergy:
      return "with a member of the clergy";
    case v1::InterceptSession::core_private:
      return "of the core of private life";
    default:
      return "under privilege";
  }
}

bool is_protected(const std::string& profession) {
  static const std::vector<std::string> kProtected{
      "lawyer",  "attorney",   "advocate", "solicitor", "barrister", "counsel",   "journalist",
      "reporter", "parliament", "mp",      "clergy",    "priest",    "physician", "doctor"};
  return has_role(profession, kProtected);
}

}  // namespace

void judge_pr01(const Facts& facts, Ruling& ruling) {
  for (const SessionFact& session : facts.sessions) {
    if (session.privileged == v1::InterceptSession::privilege_unspecified) {
      ruling.not_judged(session.session_id, "whether the session is privileged is not stated");
      continue;
    }
    ruling.judged();
    if (!is_privileged(session.privileged)) continue;
    std::vector<std::string> found;
    if (session.has_words) found.emplace_back("its words stand in the case");
    if (!session.minimised) found.emplace_back("it is not marked as minimised");
    if (!session.deletion_recorded) found.emplace_back("no deletion is recorded");
    if (!found.empty())
      ruling.violation(session.authorization_id, session.session_id,
                       fmt::format("Session {} is one {}: {}.", shown(session.session_id),
                                   words_of(session.privileged), fmt::join(found, ", ")),
                       {session.record_id});
  }
  for (const UseFact& use : facts.uses) {
    for (const auto& product : use.data.products()) {
      if (!is_privileged(product.privileged())) continue;
      ruling.judged();
      if (!product.destroyed_at().empty() && !is_blank(product.destruction_record())) continue;
      ruling.violation(use.data.authorization_id(), use.data.use_id() + "/" + product.product_id(),
                       fmt::format("Product {} is {}, and {}.", shown(product.product_id()),
                                   words_of(product.privileged()),
                                   product.destroyed_at().empty()
                                       ? "it is kept"
                                       : "its destruction has no record"),
                       {use.record_id});
    }
  }
}

void judge_pr02(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    for (int i = 0; i < a.targets_size(); ++i) {
      if (!is_protected(a.targets(i).profession())) continue;
      ruling.judged();
      if (has_approval(a, "SPECIAL")) continue;
      ruling.violation(id, fmt::format("{}/target {}", id, i + 1),
                       fmt::format("Target {} is a {}. No special approval (second approval of kind "
                                   "SPECIAL) is recorded.",
                                   i + 1, shown(a.targets(i).profession())));
    }
  }
}

void judge_pr03(const Facts& facts, Ruling& ruling) {
  std::set<std::string> minors;
  for (const StatementFact& statement : facts.statements)
    if (statement.data.has_person() && statement.data.person().minor())
      minors.insert(statement.data.person().id());
  std::map<std::string, std::set<std::string>> sources;  // by authorization
  for (const UseFact& use : facts.uses)
    for (const std::string& person : use.data.operators())
      if (minors.contains(person)) sources[use.data.authorization_id()].insert(use.data.use_id());
  for (const ReportFact& report : facts.reports)
    if (minors.contains(report.data.officer()))
      sources[report.data.authorization_id()].insert(report.data.report_id());
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    std::vector<std::string> found;
    for (int i = 0; i < a.targets_size(); ++i) {
      if (!a.targets(i).has_minor())
        ruling.not_judged(fmt::format("{}/target {}", id, i + 1),
                          "whether the target is a minor is not stated");
      if (a.targets(i).minor()) found.push_back(fmt::format("Target {} is a minor.", i + 1));
    }
    if (const auto source = sources.find(id); source != sources.end())
      found.push_back(fmt::format("A minor acts as source ({}).", fmt::join(source->second, ", ")));
    ruling.judged();
    if (found.empty() || has_approval(a, "MINOR")) continue;
    ruling.violation(id, id, fmt::format("{} No approval under the enhanced regime (second approval "
                                         "of kind MINOR) is recorded.",
                                         fmt::join(found, " ")));
  }
}

}  // namespace palermo::compliance
