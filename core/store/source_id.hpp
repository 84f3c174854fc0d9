// How the files of a case are called: by their bytes, so that neither the order in which they came
// in nor the case they stand in changes what evidence is called (decision 0019).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace palermo::store {

/// "SRC-" and the first eight hexadecimal digits of the file's SHA-256; four more, and again, while
/// another file of the case has that id.
/// @param sha256  64 hexadecimal digits, lower case
[[nodiscard]] Result<std::string> free_source_id(Database& db, std::string_view sha256);

/// Whether a file of these bytes may be called so. Cases of older versions number their sources in
/// the order in which they came in: SRC-1, SRC-2, …
[[nodiscard]] bool is_id_of_source(std::string_view id, std::int64_t seq, std::string_view sha256);

/// Where each source stands in kSourceOrder, by its number in the table.
[[nodiscard]] Result<std::unordered_map<std::int64_t, std::int64_t>> source_ranks(Database& db);

/// The order in which sources are read wherever it shows: by id, and those that are numbered by
/// their number. For ORDER BY.
inline constexpr const char* kSourceOrder = "length(source.id), source.id";

}  // namespace palermo::store
