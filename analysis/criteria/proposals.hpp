// Statements that the records of a case suggest, for a named human to accept or reject.
#pragma once

#include <string>

#include "analysis/entity/model.hpp"
#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/proposal.pb.h"

namespace palermo::criteria {

/// What the records show of persons, and no more:
/// - contact: records of calls, messages or intercepts tie two persons. A relation of the kind
///   "contact", which no element rests on (contact is not concert);
/// - transfer: payments from one person to another. A relation of the kind "transfer of value": what
///   it was for is not stated;
/// - presence: cells that served a suspect, witness or victim stand in a State. By the cell alone,
///   never by a number's country code, a SIM's home network or a nationality.
///
/// Each is an assessment graded F6, one for each authorization under which its records were
/// obtained. A person is only whom facts, links or decisions give an identifier to, and nobody else;
/// presence counts while that is said. Officers, informants and identifiers of several persons are
/// left out. What was decided stays as it was decided about.
///
/// Nothing is stored: the same records give the same proposals with the same ids, however often
/// they are looked for.
/// @param model  of the case as it stands
/// @cost one pass over the records a kind of proposal, and one for each person with a located cell
[[nodiscard]] core::Result<v1::ProposalList> proposals(store::Database& db,
                                                       const entity::Model& model);

}  // namespace palermo::criteria
