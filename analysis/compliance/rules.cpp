#include "analysis/compliance/rules.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {

void Ruling::violation(std::string authorization_id, std::string subject, std::string text,
                       std::vector<std::string> records, bool unverified) {
  v1::Violation& found = violations_.emplace_back();
  found.set_authorization_id(std::move(authorization_id));
  found.set_subject(std::move(subject));
  found.set_text(std::move(text));
  for (std::string& record : records) found.add_records(std::move(record));
  found.set_unverified_parameter(unverified);
}

void Ruling::not_judged(std::string subject, std::string why) {
  auto group = std::find_if(not_judged_.begin(), not_judged_.end(),
                            [&](const v1::NotJudged& each) { return each.text() == why; });
  if (group == not_judged_.end()) {
    group = not_judged_.insert(not_judged_.end(), v1::NotJudged{});
    group->set_text(std::move(why));
  }
  group->set_count(group->count() + 1);
  if (group->subjects_size() < 10) group->add_subjects(std::move(subject));
}

const std::vector<Rule>& rules() {
  // [M] from memory, [I] inferred: as LEGAL section 3 marks them.
  static const std::vector<Rule> kRules = {
      {"AU01", "B", "No authorization covers the product", "ECHR art. 8(2); UNTOC art. 20(1)",
       judge_au01},
      {"AU02", "B", "Captured before effect, or after expiry or cancellation",
       "Zakharov v. Russia, para. 250", judge_au02},
      {"AU03", "B", "Duration above the regime's maximum, or a higher court was needed",
       "StPO s. 100e(1)-(2); RIPA s. 43", judge_au03},
      {"AU04", "B", "Renewal granted after expiry; product in the gap",
       "Zakharov v. Russia, para. 250; StPO s. 100e", judge_au04},
      {"AU05", "H", "Renewal without fresh results", "StPO s. 100e(1)", judge_au05},
      {"AU06", "B", "Urgent grant without reasons, not confirmed in time, or refused and used",
       "StPO s. 100e(1); RIPA s. 43; IPA ss. 24-25; 18 USC 2518(7); IPCO 2019 para. 12.24",
       judge_au06},
      {"AU07", "B", "Authorizer is the applicant, or stands in the applicant's line",
       "Zakharov v. Russia, para. 258; own-case rule of the CHIS Code [M]", judge_au07},
      {"AU08", "B", "Authorizer not competent, or second approval missing",
       "StPO ss. 100e, 110b(2); IPA ss. 23-24", judge_au08},
      {"AU09", "B", "Legal basis missing, or not in force on the day of the grant",
       "ECHR art. 8(2)", judge_au09},
      {"AU10", "B", "Offence not in the technique's catalogue on that day",
       "StPO s. 100a(2) no. 5", judge_au10},
      {"AU11", "H", "No facts of suspicion, or only a position in a network",
       "Zakharov v. Russia, para. 260; StPO s. 100e(4) no. 1", judge_au11},
      {"AU12", "H", "Necessity, subsidiarity or proportionality missing or boilerplate",
       "StPO s. 100e(4) no. 2; 18 USC 2518(1)(c); IPCO 2019 para. 12.23", judge_au12},
      {"AU13", "B", "Target not identified",
       "Zakharov v. Russia, para. 264; StPO s. 100e(3) nos. 1, 5", judge_au13},
      {"SC01", "B", "Product concerns somebody the authorization does not name",
       "Zakharov v. Russia, para. 264; StPO s. 100a(3)", judge_sc01},
      {"SC02", "B", "Contact-chaining beyond the authorized hops",
       "Zakharov v. Russia; Big Brother Watch, para. 350 [I]", judge_sc02},
      {"SC03", "H", "Identifier passed to another person and was not authorized anew",
       "StPO s. 100e(3) no. 5", judge_sc03},
      {"SC04", "B", "Data type, channel or territory beyond the scope",
       "StPO s. 100e(3) no. 3; IPCO 2019 ch. 18", judge_sc04},
      {"SC05", "H", "Incidental find used without rule or order",
       "UNODC Current Practices 3.8.3; StPO s. 100e(6)", judge_sc05},
      {"SC06", "M", "Collateral intrusion not assessed, or not reassessed on review",
       "CHIS Code para. 4.14; IPCO 2019", judge_sc06},
      {"PR01", "B", "Privileged or core-private content kept or used",
       "StPO ss. 100d(2), 160a(1); IPA s. 27", judge_pr01},
      {"PR02", "B", "Lawyer, journalist or member of parliament without special approval",
       "Big Brother Watch [secondary]; IPA ss. 26-27", judge_pr02},
      {"PR03", "H", "Minor as source or target without the enhanced regime", "CHIS Code [M]",
       judge_pr03},
      {"RV01", "M", "Review overdue, or a condition or progress report unmet",
       "RIPA s. 43(6); 18 USC 2518(6)", judge_rv01},
      {"RV02", "H", "Grounds ceased and the measure went on",
       "StPO s. 100e(5); Zakharov v. Russia, para. 251", judge_rv02},
      {"NT01", "H", "Notification due, neither done nor validly deferred", "StPO s. 101(4)-(6)",
       judge_nt01},
      {"DT01", "H", "Product not marked with its origin, or mark lost", "StPO s. 101(3)",
       judge_dt01},
      {"DT02", "H", "Kept too long, or destruction not recorded",
       "Zakharov v. Russia, para. 231; StPO s. 101(8)", judge_dt02},
      {"DT03", "B", "Original not sealed at once, hash differs, or gap in custody",
       "18 USC 2518(8)(a)", judge_dt03},
      {"LG01", "H", "Log of access or disclosure lacks who, when, why or recipient",
       "Directive 2016/680 art. 25, through DPA 2018 s. 62 and BDSG s. 76", judge_lg01},
      {"LG02", "H", "Person without a data-subject category, or a migrant kept as a suspect",
       "Directive 2016/680 art. 6 [M]; Smuggling Protocol art. 5", judge_lg02},
      {"LG03", "H", "Assessment stored as fact, or no grade", "Directive 2016/680 art. 7 [M]",
       judge_lg03},
      {"LG04", "H", "Adverse output rests on automated processing alone",
       "Directive 2016/680 art. 11; Convention 108+ art. 9 [M]", judge_lg04},
      {"UC01", "B", "Undercover approach before any independent suspicion",
       "Bannikova v. Russia; Teixeira de Castro v. Portugal [M]", judge_uc01},
      {"UC02", "B", "Officer proposes, presses, raises the price or repeats after refusal",
       "Ramanauskas v. Lithuania [M]", judge_uc02},
      {"UC03", "B", "An element is supplied by the officer alone", "from UNTOC art. 2(a) [I]",
       judge_uc03},
      {"UC04", "H", "Conduct beyond the authorization, handler is controller, no contact log",
       "RIPA s. 29(5) [M]", judge_uc04},
      {"CD01", "B", "Crossing a border without a State's consent, or a gap in supervision",
       "UNTOC arts. 2(i), 20(3)-(4)", judge_cd01},
      {"CD02", "B", "Persons in the consignment without plan, criteria or rescue, or after danger",
       "Smuggling Protocol arts. 2, 16(1)-(3) [I]", judge_cd02},
      {"EX01", "B", "Foreign material used for another case or purpose, or caveat ignored",
       "UNTOC art. 18(5), (19); Smuggling Protocol art. 10(2)", judge_ex01},
      {"EX02", "B", "Exculpatory item left out, or disclosed without notice to the sending State",
       "UNTOC art. 18(5), (19)", judge_ex02},
  };
  return kRules;
}

v1::ComplianceResult judge(const Facts& facts) {
  v1::ComplianceResult result;
  result.set_as_of(core::format_utc(facts.as_of_us));
  for (const Rule& rule : rules()) {
    Ruling ruling;
    rule.judge(facts, ruling);
    auto found = ruling.violations();
    std::stable_sort(found.begin(), found.end(), [](const v1::Violation& x, const v1::Violation& y) {
      return std::tie(x.authorization_id(), x.subject()) < std::tie(y.authorization_id(), y.subject());
    });
    std::uint32_t unjudged = 0;
    for (const v1::NotJudged& each : ruling.unjudged()) {
      v1::NotJudged& out = *result.add_not_judged();
      out = each;
      out.set_rule(std::string{rule.id});
      unjudged += each.count();
    }
    v1::RuleCount& count = *result.add_rules();
    count.set_rule(std::string{rule.id});
    count.set_title(std::string{rule.title});
    count.set_severity(std::string{rule.severity});
    count.set_source(std::string{rule.source});
    count.set_judged(ruling.count_judged());
    count.set_violations(static_cast<std::uint32_t>(found.size()));
    count.set_not_judged(unjudged);
    for (v1::Violation& each : found) {
      each.set_rule(std::string{rule.id});
      each.set_severity(std::string{rule.severity});
      *result.add_violations() = std::move(each);
    }
  }
  for (std::string& notice : notices_about(facts)) result.add_notices(std::move(notice));
  result.set_authorizations(static_cast<std::uint32_t>(facts.authorizations.size()));
  result.set_uses(static_cast<std::uint32_t>(facts.uses.size()));
  result.set_reports(static_cast<std::uint32_t>(facts.reports.size()));
  result.set_sessions(static_cast<std::uint32_t>(facts.sessions.size()));
  result.set_statements(static_cast<std::uint32_t>(facts.statements.size()));
  result.set_quarantined(static_cast<std::uint32_t>(facts.held.size()));
  result.set_accesses(static_cast<std::uint32_t>(facts.accesses.size()));
  return result;
}

}  // namespace palermo::compliance
