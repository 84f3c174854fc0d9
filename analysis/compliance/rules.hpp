// The compliance rules of LEGAL section 3: article 20, human rights, and the orders that permit
// special investigative techniques. A rule speaks of an authorization or of product, never of guilt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/compliance/facts.hpp"
#include "palermo/v1/compliance.pb.h"

namespace palermo::compliance {

/// What one rule found.
class Ruling {
 public:
  /// A thing that the rule could judge, whatever came of it.
  void judged() { ++judged_; }
  /// @param records  record ids behind it
  /// @param unverified  rests on a value of data/regimes that nobody verified
  void violation(std::string authorization_id, std::string subject, std::string text,
                 std::vector<std::string> records = {}, bool unverified = false);
  /// Something the rule was to judge and could not. `why` is a sentence that groups equal cases.
  void not_judged(std::string subject, std::string why);

  [[nodiscard]] std::uint32_t count_judged() const { return judged_; }
  [[nodiscard]] const std::vector<v1::Violation>& violations() const { return violations_; }
  [[nodiscard]] const std::vector<v1::NotJudged>& unjudged() const { return not_judged_; }

 private:
  std::uint32_t judged_ = 0;
  std::vector<v1::Violation> violations_;
  std::vector<v1::NotJudged> not_judged_;
};

struct Rule {
  std::string_view id;
  std::string_view severity;  // B: block use pending review, H, M, L
  std::string_view title;
  std::string_view source;    // with its mark where it was not read in the original
  void (*judge)(const Facts& facts, Ruling& ruling);
};

/// All forty, in the order of LEGAL section 3.
[[nodiscard]] const std::vector<Rule>& rules();

/// What a reader should know that is no violation: regimes not known or not checked, calendars,
/// settled quarantine, refused attempts.
[[nodiscard]] std::vector<std::string> notices_about(const Facts& facts);

/// Applies every rule. Violations stand by rule, authorization, subject.
/// @cost O(n log n) in what the case holds; AU12 compares texts through an index of word triples
[[nodiscard]] v1::ComplianceResult judge(const Facts& facts);

}  // namespace palermo::compliance
