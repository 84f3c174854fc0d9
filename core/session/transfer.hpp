// A whole case out of one place and into another, verified.
#pragma once

#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/ledger/keys.hpp"
#include "core/session/session.hpp"
#include "palermo/v1/transfer.pb.h"

namespace palermo::session {

/// Writes the case of a session into one file. The disclosure is entered in the log and a
/// checkpoint signed over it first, so that the file says itself to whom it was given. Secret keys
/// and sealed identities stay behind.
/// @param recipient  body that receives it
/// @param path       must not exist
/// @error BadInput  something stands at `path`; InvalidArgument  no recipient; Refused  the role
/// may not, or the log's key is not
///                  readable here
[[nodiscard]] core::Result<v1::CaseExported> export_case(Session& session, const std::string& path,
                                                         const std::string& recipient);

/// Makes a case of a file that export_case wrote, after the whole log and every row under it were
/// verified against the checkpoint in the file. Nothing is stored unless all of it holds.
/// @param case_path  must not exist
/// @param vkey       the log's key as it was handed over by another way; absent: the file's own
/// word
/// @error BadInput   not such a file, cut off or damaged; something stands at case_path
/// @error Integrity  the log does not hold, or is that of another key
[[nodiscard]] core::Result<v1::CaseImported> import_case(
    const std::string& path, const std::string& case_path,
    const std::optional<ledger::VerifierKey>& vkey);

}  // namespace palermo::session
