// `--number`: which identifiers of the case a text means, and the trace that the question leaves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "palermo/v1/ledger.pb.h"

namespace palermo::cli {

/// Ids of the identifiers meant; empty: the case knows none. Says on stderr where the text was read
/// as something else, and puts the commitment to the question and the identifiers into `access`.
[[nodiscard]] core::Result<std::vector<std::uint32_t>> identifiers_asked(session::Session& session,
                                                                         const Context& context,
                                                                         const std::string& number,
                                                                         v1::Access& access);

}  // namespace palermo::cli
