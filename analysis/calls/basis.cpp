#include "analysis/calls/basis.hpp"

#include <fmt/format.h>

#include "analysis/network/load.hpp"
#include "core/base/time.hpp"

namespace palermo::calls {

void put_basis(v1::Basis& basis, const Log& log, const std::string& convention) {
  using network::with_commas;
  std::string reasons;
  for (const auto& [reason, count] : log.quarantine_reasons) {
    basis.add_quarantine_reasons(fmt::format("{}: {}", reason, count));
    reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", reason, with_commas(count));
  }
  basis.set_records_used(static_cast<std::uint32_t>(log.used));
  basis.set_quarantined(static_cast<std::uint32_t>(log.quarantined));
  basis.set_records_held(static_cast<std::uint32_t>(log.used + log.quarantined));
  basis.set_layer("calls");
  if (log.from_us) basis.set_from(core::format_utc(*log.from_us));
  if (log.to_us) basis.set_to(core::format_utc(*log.to_us));
  basis.set_text(log.quarantined == 0
                     ? fmt::format("{} of {} records; none quarantined", with_commas(log.used),
                                   with_commas(log.used))
                     : fmt::format("{} of {} records; {} quarantined: {}", with_commas(log.used),
                                   with_commas(log.used + log.quarantined),
                                   with_commas(log.quarantined), reasons));
  for (const std::string& notice : log.notices) basis.add_notices(notice);
  if (log.quarantined > 0 && (log.from_us || log.to_us))
    basis.add_notices(
        "the quarantined are those of the whole case: sealed records show no kind and no time");
  basis.set_convention(convention);
}

}  // namespace palermo::calls
