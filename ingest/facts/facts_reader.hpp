// Reads facts files and single statements (docs/formats/facts.md). Reports and intercept logs
// carry the same statements, so every adapter reads them through here.
#pragma once

#include <string>
#include <string_view>

#include "core/base/json_message.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/statement.pb.h"

namespace palermo::ingest {

/// A facts file: case header, offences, statements.
/// @error BadInput  an unknown field, a wrong type, a word outside its closed list, a date that
/// does
///                  not exist, a State code that is not ISO 3166-1, an id that occurs twice; the
///                  message starts with the path, e.g. "statements[3].act.at"
[[nodiscard]] core::Result<v1::FactsFile> read_facts(const core::Json& json);

/// One statement. `path` is where it stands, for errors.
///
/// A tri-state word in `lawful` (docs/formats/facts.md, "Two meanings of lawful"): on a
/// statement with `entry` or `stay` that carries none itself, it is the lawfulness of the entry or
/// stay; on any other statement yes is true, no is false, unknown leaves the provenance unstated.
/// @error BadInput  as above; also no id, no body, or `trace`, which only ingestion may set
[[nodiscard]] core::Result<v1::Statement> read_statement(const core::Json& json,
                                                         const std::string& path);

/// One offence of a facts file. @error BadInput  as above
[[nodiscard]] core::Result<v1::Offence> read_offence(const core::Json& json,
                                                     const std::string& path);

/// Whether `code` is an officially assigned ISO 3166-1 alpha-2 code, XK (Kosovo) or XX (stateless,
/// as in ICAO Doc 9303).
[[nodiscard]] bool is_state_code(std::string_view code);

}  // namespace palermo::ingest
