// The two ways out of quarantine: into the case, when a decision or an amended authorization allows
// it, and out of existence, by order.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "palermo/v1/ingest.pb.h"

namespace palermo::ingest {

struct ReleaseRequest {
  std::vector<std::string> items;  // Q-n
  /// Newest revision decides, record by record; empty: an oversight decision, which covers all.
  std::string authorization_id;
  std::string reason;  // required for an oversight decision
};

/// Opens the items, takes what may be used into the case as an ingest does (segments, records,
/// identifiers, source counts, ledger entries; source and line stay), and seals the rest again as
/// a new item. Everything happens in one transaction. An item that is not held any more, or of
/// which nothing is covered, is left as it is and a notice says so.
/// @error NotFound   no such item, or no such authorization
/// @error Refused    the secret quarantine key is not readable here
/// @error Integrity  a sealed item or the source's records are not what the ledger recorded
[[nodiscard]] core::Result<v1::QuarantineOutcome> release_quarantine(session::Session& session,
                                                                     const ReleaseRequest& request);

struct DestroyRequest {
  std::vector<std::string> items;
  std::string order;   // whose order, with its number and date
  std::string ground;  // Destruction.ground; empty: REFUSED_EMERGENCY for AU06, else UNLAWFUL
};

/// Words that --ground takes.
[[nodiscard]] const std::vector<std::string>& destruction_grounds();

/// Overwrites the sealed bytes (secure_delete, write-ahead log truncated), keeps row and hash, logs
/// a Destruction entry, then searches the case file and its log for what was destroyed and logs how
/// many places were found. Needs no quarantine key. Copies elsewhere are beyond it.
/// @error NotFound   no such item
/// @error Integrity  an item is not what the ledger recorded; nothing was destroyed
[[nodiscard]] core::Result<v1::QuarantineOutcome> destroy_quarantine(session::Session& session,
                                                                     const DestroyRequest& request);

}  // namespace palermo::ingest
