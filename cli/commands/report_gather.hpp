// From a case to what the legal report shows.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "report/legal_report.hpp"

namespace palermo::cli {

struct GatherOptions {
  std::string group;  // empty: the only one, or the one with most members
  std::string lens = "all";
  std::string standard;  // recorded as the reader's
  std::string as_of;     // empty: the case's
};

/// Persons with every name, alias and identifier the statements give them, whoever is the same as a
/// protected person protected too. For report::Names.
[[nodiscard]] std::vector<report::KnownPerson> known_persons(const v1::FactsFile& facts);

/// Reads everything but the checkpoint. Writes nothing.
/// @error Integrity  a stored record or segment is not what the ledger recorded
/// @cost that of one pass over all calls, the assessment under every lens, and the network measures
[[nodiscard]] core::Result<report::ReportInput> gather_report(session::Session& session,
                                                              const GatherOptions& options);

}  // namespace palermo::cli
