#include "analysis/cooperation/disclosable.hpp"

#include <fmt/format.h>

#include <optional>

#include "core/authorization/coverage.hpp"
#include "core/base/time.hpp"

namespace palermo::cooperation {
namespace {

using authorization::Coverage;

constexpr const char* kUnlawful = "UNLAWFUL";

/// One authorization as it stands now.
struct Standing {
  std::optional<Coverage> coverage;
  std::string blocked;  // rule code; empty: it stands
};

core::Result<Standing> standing_of(const v1::Authorization& authorization, std::int64_t now_us) {
  Standing out;
  PALERMO_TRY(const authorization::DerivedStatus status,
              authorization::status_at(authorization, now_us));
  if (status.status == "refused" || status.status == "unconfirmed") out.blocked = "AU06";
  if (status.status == "invalid") out.blocked = "AU03";
  PALERMO_TRY(out.coverage, Coverage::compile(authorization));
  return out;
}

std::string text_of(const std::string& rule) {
  if (rule == "EX01") return "use restricted by a foreign caveat, UNTOC art. 18(5), (19)";
  if (rule == kUnlawful) return "stated to have been obtained unlawfully";
  if (rule == "AU03") return "the authorization is not valid";
  return std::string{authorization::rule_text(rule)};
}

class Filter {
 public:
  Filter(const std::map<std::string, authorization::StoredAuthorization>& authorizations,
         std::int64_t now_us)
      : authorizations_{authorizations}, now_us_{now_us} {}

  /// The rule that keeps the statement back; empty: it may leave.
  core::Result<std::string> rule(const v1::Statement& s) {
    if (s.has_judgement()) return std::string{};
    if (s.restricted()) return std::string{"EX01"};
    if (s.has_lawful() && !s.lawful()) return std::string{kUnlawful};
    const std::string& id = s.authorization_id();
    if (id.empty()) return std::string{};
    const auto stored = authorizations_.find(id);
    if (stored == authorizations_.end()) return std::string{authorization::kNoAuthorization};
    if (!standing_.contains(id)) {
      PALERMO_TRY(standing_[id], standing_of(stored->second.authorization, now_us_));
    }
    const Standing& standing = standing_[id];
    if (!standing.blocked.empty()) return standing.blocked;
    return covered(*standing.coverage, s.observed_at());
  }

 private:
  /// A statement that gives a day and no instant is covered when some moment of the day is.
  static std::string covered(const Coverage& coverage, const std::string& observed_at) {
    const auto first = core::parse_date_or_instant(observed_at, false);
    const auto last = core::parse_date_or_instant(observed_at, true);
    if (!first || !last) return {};
    for (const authorization::Period& period : coverage.periods())
      if (period.from_us <= last->us && first->us <= period.to_us) return {};
    const std::string_view rule = coverage.check_time(first->us);
    return std::string{rule.empty() ? authorization::kOutsideTime : rule};
  }

  const std::map<std::string, authorization::StoredAuthorization>& authorizations_;
  std::int64_t now_us_;
  std::map<std::string, Standing> standing_;
};

}  // namespace

core::Result<Disclosable> disclosable(
    const v1::FactsFile& facts,
    const std::map<std::string, authorization::StoredAuthorization>& authorizations,
    std::int64_t now_us) {
  Disclosable out;
  out.before = static_cast<std::uint32_t>(facts.statements_size());
  *out.facts.mutable_case_() = facts.case_();
  *out.facts.mutable_offences() = facts.offences();
  Filter filter{authorizations, now_us};
  std::map<std::string, std::uint32_t> withheld;
  for (const v1::Statement& s : facts.statements()) {
    PALERMO_TRY(const std::string rule, filter.rule(s));
    if (rule.empty())
      *out.facts.add_statements() = s;
    else
      ++withheld[rule];
  }
  for (const auto& [rule, count] : withheld) {
    v1::MlaWithheld& row = out.withheld.emplace_back();
    row.set_rule(rule);
    row.set_text(text_of(rule));
    row.set_count(count);
  }
  return out;
}

}  // namespace palermo::cooperation
