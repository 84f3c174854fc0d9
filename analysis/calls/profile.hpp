// What the records say of one number's use: how much, with whom, when, from where, and when not.
#pragma once

#include <cstdint>

#include "analysis/calls/events.hpp"
#include "palermo/v1/calls_profile.pb.h"

namespace palermo::calls {

struct ProfileOptions {
  std::size_t top = 10;       // contacts listed; 0 = all
  std::size_t evidence = 0;   // record ids of each contact, device and cell
  std::size_t silences = 5;   // longest gaps listed
  bool months = false;        // churn by calendar month (UTC) instead of ISO week
  double delay_limit_h = 24;  // a later answer counts as none
};

/// @param party  index into log.parties
/// @return without the hop budget, which the caller fills
/// @cost O(events + contacts log contacts)
/// @source entropy and balance of contacts as in bandicoot (de Montjoye, Rocher and Pentland, JMLR
///         17, 2016): natural logarithm; balance = mean over contacts of the outgoing share
[[nodiscard]] v1::CallsProfile profile(const Log& log, std::uint32_t party,
                                       const ProfileOptions& options);

}  // namespace palermo::calls
