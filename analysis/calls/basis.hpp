// What a call-pattern answer rests on.
#pragma once

#include "analysis/calls/events.hpp"
#include "palermo/v1/network.pb.h"

namespace palermo::calls {

/// "4,812 of 5,026 records; 214 quarantined: …", the period, the notices of the log and the
/// convention of the answer.
void put_basis(v1::Basis& basis, const Log& log, const std::string& convention);

}  // namespace palermo::calls
