// A few rows of a call segment, without decoding the rest of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/call_columns.hpp"
#include "core/store/packed.hpp"

namespace palermo::store {

/// Finds rows by identifier and decodes rows by position. Inflates the columns that the question
/// needs and computes the values of those rows alone. Borrows the message. For one thread.
class SegmentRows {
 public:
  /// @error Integrity  a version, a count or the dictionary is not what encode_segment made
  [[nodiscard]] static core::Result<SegmentRows> open(const v1::CallSegment& segment);

  /// Rows that name one of the identifiers as party, device or forwarding target, ascending.
  /// @param ids  ascending
  /// @error Integrity  as unpack_segment
  [[nodiscard]] core::Result<std::vector<std::uint32_t>> mentioning(
      std::span<const std::uint32_t> ids) const;
  /// The rows, as row_of gives them after unpack_segment, in the order asked.
  /// @param rows  each below the number of records
  /// @error Integrity  as unpack_segment, for the values of these rows
  [[nodiscard]] core::Result<std::vector<CallRow>> at(std::span<const std::uint32_t> rows) const;

 private:
  explicit SegmentRows(const v1::CallSegment& segment) : segment_{&segment} {}

  const v1::CallSegment* segment_;
  std::vector<std::uint32_t> dictionary_;
  mutable InflatedPlanes inflated_;  // finding and decoding ask for the same columns
};

}  // namespace palermo::store
