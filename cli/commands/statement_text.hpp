// What `palermo statement` shows to people.
#pragma once

#include <string>

#include "palermo/v1/proposal.pb.h"

namespace palermo::cli {

/// At most 100 columns wide. Texts of the case are shown as text.
[[nodiscard]] std::string proposals_text(const v1::ProposalList& list);
[[nodiscard]] std::string decided_text(const v1::StatementDecided& decided);

}  // namespace palermo::cli
