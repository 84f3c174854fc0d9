#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/time.hpp"
#include "core/ledger/timestamp.hpp"
#include "core/ledger/verify_detail.hpp"

namespace palermo::ledger::detail {

using core::Result;
using core::Status;
using store::Statement;

namespace {

/// Two honest clocks differ by less.
constexpr std::int64_t kClockTolerance = 5 * 60 * core::kUsPerSecond;

}  // namespace

/// Each time stamp that an entry holds is of the checkpoint it names, as the case stores it. Who
/// signed it, `audit check-timestamp` checks, which has the authority's certificates.
Status check_timestamps(store::Database& db, const Spoken& entries, Findings& findings) {
  PALERMO_TRY(Statement query,
              db.prepare("SELECT note, (SELECT json_extract(CAST(bytes AS TEXT), '$.recorded_at') "
                         "FROM leaf WHERE idx = ?1 - 1) FROM checkpoint WHERE size = ?1"));
  for (const auto& [index, entry] : entries) {
    if (entry.body_case() != Body::kReview || entry.review().kind() != "TIMESTAMP") continue;
    const v1::Review& review = entry.review();
    const std::string place =
        fmt::format("time stamp of size {} (leaf {})", review.checkpoint_size(), index);
    const auto der = core::from_base64(review.cosignature());
    const auto stamp = der ? read_timestamp(*der) : Result<Timestamp>{core::Error{}};
    if (!stamp) {
      findings.add("ALTERED", place, "the time stamp cannot be read");
      continue;
    }
    PALERMO_CHECK_OK(query.bind(1, static_cast<std::int64_t>(review.checkpoint_size())));
    PALERMO_TRY(const bool row, query.step());
    if (!row) {
      findings.add("ALTERED", place, "the checkpoint it stamps is gone");
    } else if (core::sha256(query.text(0)) != stamp->imprint) {
      findings.add("ALTERED", place, "it stamps something else than the checkpoint stored",
                   core::to_hex(stamp->imprint), core::to_hex(core::sha256(query.text(0))));
    } else if (const auto last = core::parse_instant(query.text(1));
               last && last->us > stamp->at_us + stamp->accuracy_us + kClockTolerance) {
      findings.add("TIME_REGRESSION", place,
                   fmt::format("entry {} says it was recorded at {}, and was stamped at {} already",
                               review.checkpoint_size() - 1, query.text(1),
                               core::format_utc_us(stamp->at_us)));
    }
    query.reset();
  }
  return core::ok();
}

}  // namespace palermo::ledger::detail
