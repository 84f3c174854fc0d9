// Small words that the rules share; no other room includes this.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/compliance/rules.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::compliance {

/// An id as people may see it: no control characters, bounded.
inline std::string shown(std::string_view id) {
  return id.empty() ? std::string{"none"} : core::printable(id, 60);
}

/// Instant or date text; nullopt: empty or unreadable. A date stands for its first or last moment.
inline std::optional<std::int64_t> time_of(const std::string& text, bool end = false) {
  if (text.empty()) return std::nullopt;
  const auto read = core::parse_date_or_instant(text, end);
  return read ? std::optional{read->us} : std::nullopt;
}

/// "2024-03-07T10:00:00Z".
inline std::string utc(std::int64_t us) { return core::format_utc(us / 1'000'000 * 1'000'000); }

inline std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// Nothing but blanks.
inline bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// A role as data/regimes writes it: "Investigating Judge" and "investigating_judge" are one; a word
/// of the title counts, so that an investigating judge is a judge.
inline bool has_role(std::string_view role, const auto& allowed) {
  std::string word = lower(role);
  std::replace(word.begin(), word.end(), ' ', '_');
  std::replace(word.begin(), word.end(), '-', '_');
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& each) {
    const std::size_t at = word.find(each);
    if (at == std::string::npos) return false;
    const bool begins = at == 0 || word[at - 1] == '_';
    const bool ends = at + each.size() == word.size() || word[at + each.size()] == '_';
    return begins && ends;
  });
}

inline bool has_approval(const v1::Authorization& a, std::string_view kind) {
  return std::any_of(a.second_approvals().begin(), a.second_approvals().end(),
                     [&](const auto& each) { return lower(each.kind()) == lower(kind); });
}

/// When the measure may first have run: effect, else the oral grant, else the grant.
inline std::optional<std::int64_t> start_of(const v1::Authorization& a) {
  if (const auto from = time_of(a.effective_from())) return from;
  if (const auto oral = time_of(a.urgent().oral_at())) return oral;
  return time_of(a.granted_at());
}

inline bool is_urgent(const v1::Authorization& a) { return !a.urgent().oral_at().empty(); }

/// "use U-7".
inline std::string use_name(const UseFact& use) { return "use " + shown(use.data.use_id()); }

void judge_au01(const Facts&, Ruling&);
void judge_au02(const Facts&, Ruling&);
void judge_au03(const Facts&, Ruling&);
void judge_au04(const Facts&, Ruling&);
void judge_au05(const Facts&, Ruling&);
void judge_au06(const Facts&, Ruling&);
void judge_au07(const Facts&, Ruling&);
void judge_au08(const Facts&, Ruling&);
void judge_au09(const Facts&, Ruling&);
void judge_au10(const Facts&, Ruling&);
void judge_au11(const Facts&, Ruling&);
void judge_au12(const Facts&, Ruling&);
void judge_au13(const Facts&, Ruling&);
void judge_sc01(const Facts&, Ruling&);
void judge_sc02(const Facts&, Ruling&);
void judge_sc03(const Facts&, Ruling&);
void judge_sc04(const Facts&, Ruling&);
void judge_sc05(const Facts&, Ruling&);
void judge_sc06(const Facts&, Ruling&);
void judge_pr01(const Facts&, Ruling&);
void judge_pr02(const Facts&, Ruling&);
void judge_pr03(const Facts&, Ruling&);
void judge_rv01(const Facts&, Ruling&);
void judge_rv02(const Facts&, Ruling&);
void judge_nt01(const Facts&, Ruling&);
void judge_dt01(const Facts&, Ruling&);
void judge_dt02(const Facts&, Ruling&);
void judge_dt03(const Facts&, Ruling&);
void judge_lg01(const Facts&, Ruling&);
void judge_lg02(const Facts&, Ruling&);
void judge_lg03(const Facts&, Ruling&);
void judge_lg04(const Facts&, Ruling&);
void judge_uc01(const Facts&, Ruling&);
void judge_uc02(const Facts&, Ruling&);
void judge_uc03(const Facts&, Ruling&);
void judge_uc04(const Facts&, Ruling&);
void judge_cd01(const Facts&, Ruling&);
void judge_cd02(const Facts&, Ruling&);
void judge_ex01(const Facts&, Ruling&);
void judge_ex02(const Facts&, Ruling&);

}  // namespace palermo::compliance
