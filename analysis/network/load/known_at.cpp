#include "analysis/network/load/known_at.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/time.hpp"

namespace palermo::network::detail {

core::Result<std::int64_t> entries_until(store::Database& db, std::int64_t us) {
  PALERMO_TRY(const std::int64_t size, db.scalar("SELECT count(*) FROM leaf"));
  PALERMO_TRY(store::Statement read, db.prepare("SELECT bytes FROM leaf WHERE idx = ?1"));
  const auto recorded_at = [&read](std::int64_t index) -> core::Result<std::int64_t> {
    PALERMO_CHECK_OK(read.bind(1, index));
    PALERMO_TRY(const bool row, read.step());
    const auto entry = row ? nlohmann::json::parse(read.blob(0), nullptr, false) : nlohmann::json{};
    read.reset();
    const auto member = entry.is_object() ? entry.find("recorded_at") : entry.end();
    if (!entry.is_object() || member == entry.end() || !member->is_string())
      return core::Error{core::ErrorCode::Integrity,
                         fmt::format("leaf {} of the ledger says no time", index), std::nullopt,
                         "run `palermo audit verify`", "ALTERED"};
    PALERMO_TRY(const core::Instant at, core::parse_instant(member->get<std::string>()));
    return at.us;
  };
  std::int64_t low = 0, high = size;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    PALERMO_TRY(const std::int64_t at, recorded_at(middle));
    if (at <= us) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) {
    std::string began;
    if (size > 0) {
      PALERMO_TRY(const std::int64_t first, recorded_at(0));
      began = core::format_utc(first);
    }
    return core::Error{core::ErrorCode::Usage,
                       fmt::format("the case did not exist at {}", core::format_utc(us)),
                       std::nullopt, began.empty() ? "" : "its ledger begins at " + began};
  }
  return low;
}

}  // namespace palermo::network::detail
