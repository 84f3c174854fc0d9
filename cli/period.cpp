#include "cli/period.hpp"

#include <fmt/format.h>

#include "core/base/time.hpp"

namespace palermo::cli {

core::Result<Period> read_period(const std::string& from, const std::string& to) {
  const auto read = [](const std::string& text, const char* name,
                       bool end) -> core::Result<std::optional<std::int64_t>> {
    if (text.empty()) return std::optional<std::int64_t>{};
    const core::Result<core::Instant> instant = core::parse_date_or_instant(text, end);
    if (!instant)
      return core::Error{core::ErrorCode::Usage,
                         fmt::format("{}: {}", name, instant.error().message), std::nullopt,
                         "e.g. 2031-03-04 or 2031-03-04T08:15:00Z"};
    return std::optional{instant->us};
  };
  Period period;
  PALERMO_TRY(period.from_us, read(from, "--from", false));
  PALERMO_TRY(period.to_us, read(to, "--to", true));
  if (period.from_us && period.to_us && *period.to_us < *period.from_us)
    return core::Error{core::ErrorCode::Usage, "--to is before --from"};
  return period;
}

}  // namespace palermo::cli
