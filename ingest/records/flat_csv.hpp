// CSV whose columns bear the names of a message's fields, as objects.
#pragma once

#include <google/protobuf/descriptor.h>

#include "ingest/batch.hpp"
#include "ingest/records/json_text.hpp"

namespace palermo::ingest {

/// Turns each row into a JSON object that core::fill_message can read: true/false and numbers by
/// the field's type, lists cut at ; or |, an empty cell is an absent field.
/// @param broken  rows of another shape, when options.keep_going is set
/// @error BadInput  unknown or repeated column, a column of nested data, a row of another shape, a
///                  value that is no number or no yes/no
[[nodiscard]] core::Result<std::vector<JsonItem>> read_flat_csv(
    std::string_view text, const google::protobuf::Descriptor& type, const AdapterOptions& options,
    std::vector<v1::Reject>& broken);

/// Names in the first row, folded; empty when the text has no such row. For detection.
[[nodiscard]] std::vector<std::string> csv_column_names(std::string_view text);

}  // namespace palermo::ingest
