// Pieces that the readers of edge lists and matrices share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ingest/batch.hpp"

namespace palermo::ingest::detail {

/// A number as people write it: 3, 0.5, 1e3; with `decimal_comma` also 0,5. No NaN, no infinity.
[[nodiscard]] std::optional<double> read_weight(std::string_view text, bool decimal_comma);
/// Whether the whole text is such a number.
[[nodiscard]] bool is_number(std::string_view text);
/// Lower case ASCII without surrounding blanks.
[[nodiscard]] std::string folded(std::string_view text);
/// A label of a relation. A text that begins with + is read as a telephone number, all else is a
/// label.
[[nodiscard]] store::ObservedIdentifier read_label(std::string_view text, std::string_view country);
/// The file's name without folder and last extension; the default layer.
[[nodiscard]] std::string stem_of(std::string_view file_name);
/// A row of kind "relation".
[[nodiscard]] store::RecordRow relation_row(v1::Relation relation, std::uint32_t line,
                                            const std::string& country);

}  // namespace palermo::ingest::detail
