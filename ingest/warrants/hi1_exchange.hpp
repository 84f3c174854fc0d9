// What HI-1 messages, in the order of their times, make of a case's authorizations.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/authorization/authorization_store.hpp"
#include "core/base/result.hpp"
#include "ingest/warrants/hi1_message.hpp"

namespace palermo::ingest {

/// An authorization that the messages made or changed.
struct Hi1Change {
  v1::Authorization authorization;
  bool fresh = false;    // not in the case before
  bool changed = false;  // false: named by the messages, as it was
};

struct Hi1Outcome {
  std::vector<Hi1Change> authorizations;  // in the order in which the messages name them
  std::vector<std::string> notices;       // what was done, what was left, what does not hold
};

/// Applies messages to the authorizations of a case. docs/formats/warrants.md has the rules:
/// messages apply by their time, whatever the order of the files; CREATE and UPDATE change, all
/// else is told; an update replaces each member it names, whole; an authorization without an
/// approved warrant document, or without a task, is kept with an `invalid_reason` and covers
/// nothing; what a task asks for beyond its authorization is named and not taken.
/// @param known  the authorizations of the case, by id
/// @error BadInput  a message that contradicts what is known in a way that no order of messages
/// explains: an object made twice, a number that another living authorization has
[[nodiscard]] core::Result<Hi1Outcome> apply_hi1(
    std::vector<Hi1Message> messages,
    const std::map<std::string, authorization::StoredAuthorization>& known);

}  // namespace palermo::ingest
