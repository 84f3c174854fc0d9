#include "analysis/criteria/known_at.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::criteria {

core::Result<std::int64_t> moment_of(const std::string& text) {
  const auto at = core::parse_date_or_instant(text, true);
  if (!at)
    return core::Error{
        core::ErrorCode::InvalidArgument,
        fmt::format("--known-at: '{}' is neither a date nor an instant", core::printable(text, 40)),
        std::nullopt, "use 2031-03-04 (the end of that day, UTC) or 2031-03-04T10:00:00Z"};
  return at->us;
}

core::Result<v1::FactsFile> known_at(const v1::FactsFile& file, const std::string& text) {
  PALERMO_TRY(const std::int64_t moment, moment_of(text));
  const auto observed = [](const v1::Statement& s) {
    const std::string& when = s.has_judgement() ? s.judgement().at() : s.observed_at();
    return core::parse_date_or_instant(when, false);
  };
  std::string undated;
  int count = 0;
  v1::FactsFile out;
  *out.mutable_case_() = file.case_();
  *out.mutable_offences() = file.offences();
  for (const v1::Statement& s : file.statements()) {
    const auto at = observed(s);
    if (!at) {
      if (++count <= 5) undated += (undated.empty() ? "" : ", ") + core::printable(s.id(), 40);
    } else if (at->us <= moment) {
      *out.add_statements() = s;
    }
  }
  if (count > 0)
    return core::Error{
        core::ErrorCode::BadInput,
        fmt::format("--known-at: {} statement{} not say when observed ({}{})", count,
                    count == 1 ? " does" : "s do", undated, count > 5 ? ", …" : ""),
        std::nullopt,
        "give each statement observed_at (a judgement: at), or put the file into a case, which "
        "records when each came in"};
  return out;
}

}  // namespace palermo::criteria
