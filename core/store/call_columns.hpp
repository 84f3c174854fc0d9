// Call records side by side: what a segment holds, decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/segment.pb.h"

namespace palermo::store {

/// Which columns to decode. Those left out stay empty.
enum CallColumn : unsigned {
  kColParties = 1,  // a, b
  kColTime = 2,     // started_at_us, utc_offset_min
  kColUse = 4,      // duration_s, kind, flags
  kColLine = 8,
  kColDevices = 16,  // imei, imsi, forwarded_to
  kColPlaces = 32,   // cell, last_cell, roaming, latitude_e7, longitude_e7, azimuth_deg
  kColAuthorization = 64,
  kColAll = 127,
  kColForwarded = 128,  // forwarded_to alone, for those who do not need the devices
  kColPositions = 256,  // identifiers stay positions + 1 in `dictionary`, for those who map them
};

/// Columns of equal length in file order. Optional columns (devices, places, authorization) are
/// empty when no row has a value; read them with at(). Identifiers are ids of the identifier table,
/// 0 = none.
struct CallColumns {
  std::string source_id;
  std::int64_t segment_id = 0;
  std::vector<std::int64_t> started_at_us;  // UTC
  std::vector<std::uint32_t> a, b;          // caller, called; a device alone is a
  std::vector<std::int32_t> duration_s;     // as received; see v1::CallFlag
  std::vector<std::uint8_t> kind;           // v1::CallKind
  std::vector<std::uint16_t> flags;         // v1::CallFlag
  std::vector<std::int16_t> utc_offset_min;
  std::vector<std::uint32_t> line;
  std::vector<std::uint32_t> imei, imsi, forwarded_to;
  std::vector<std::uint32_t> cell, last_cell, roaming,
      authorization;  // position in texts + 1, 0 = none
  std::vector<std::int32_t> latitude_e7, longitude_e7;
  std::vector<std::int16_t> azimuth_deg;
  std::vector<std::string> texts;
  std::vector<std::uint32_t> dictionary;  // with kColPositions: identifiers, ascending
  std::size_t records = 0;

  template <typename T>
  [[nodiscard]] static T at(const std::vector<T>& column, std::size_t row) {
    return column.empty() ? T{0} : column[row];
  }
  [[nodiscard]] std::string_view text(const std::vector<std::uint32_t>& column,
                                      std::size_t row) const {
    const std::uint32_t index = at(column, row);
    return index == 0 || index > texts.size() ? std::string_view{}
                                              : std::string_view{texts[index - 1]};
  }
};

/// One record of a segment.
struct CallRow {
  std::string source_id;
  std::uint32_t line = 0;
  std::int64_t started_at_us = 0;
  std::int16_t utc_offset_min = 0;
  std::uint32_t a = 0, b = 0;  // identifier ids, 0 = none
  std::int32_t duration_s = 0;
  v1::CallKind kind = v1::CALL_KIND_UNSPECIFIED;
  std::uint32_t flags = 0;
  std::uint32_t imei = 0, imsi = 0, forwarded_to = 0;
  std::string cell, last_cell, roaming, authorization_id;
  std::int32_t latitude_e7 = 0, longitude_e7 = 0;
  std::int16_t azimuth_deg = 0;

  [[nodiscard]] bool has(v1::CallFlag flag) const {
    return (flags & static_cast<unsigned>(flag)) != 0;
  }
};

/// Row `row` of columns decoded with kColAll.
[[nodiscard]] CallRow row_of(const CallColumns& columns, std::size_t row);

/// Leaves only these rows. @param rows  ascending
void keep_rows(CallColumns& columns, std::span<const std::uint32_t> rows);

/// Names of the flags that are set, lower case with underscores, in bit order.
[[nodiscard]] std::vector<std::string> flag_names(std::uint32_t flags);
/// The kind a stored number stands for; CALL_KIND_UNSPECIFIED for one this program does not know.
[[nodiscard]] v1::CallKind call_kind(std::uint32_t stored);
/// call, sms, location, data, mms, other.
[[nodiscard]] std::string_view kind_name(std::uint32_t kind);
/// in or out from the target's point of view; empty where the row names no target.
[[nodiscard]] std::string_view direction_name(std::uint32_t flags);

/// Segments of this version have one frame for all planes of a column, and plain dictionaries.
inline constexpr std::uint32_t kOldestSegmentVersion = 2;
/// Cell, last cell, roaming network, authorization.
inline constexpr std::size_t kTextsInRow = 4;

/// Most records a segment may have; new ones are cut at kSegmentRecords, since to read the history
/// of one number is to read every segment that mentions it.
inline constexpr std::size_t kMaxSegmentRecords = 65'536;
inline constexpr std::size_t kSegmentRecords = 4'096;

struct EncodedSegment {
  std::string blob;  // serialized v1::CallSegment
  core::Digest sha256{};
  std::uint32_t records = 0;
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
  std::vector<std::uint32_t> identifiers;  // that it mentions, ascending
};

/// Rows [begin, end) as one segment. Thread-safe; keeps scratch memory for the thread.
/// @param columns  all mandatory columns filled (parties, time, use, line)
/// @param texts    what the text columns point into, which may be more than this segment uses
/// @cost about 40 ns a record
[[nodiscard]] EncodedSegment encode_segment(const CallColumns& columns,
                                            std::span<const std::string> texts, std::size_t begin,
                                            std::size_t end);
[[nodiscard]] inline EncodedSegment encode_segment(const CallColumns& columns, std::size_t begin,
                                                   std::size_t end) {
  return encode_segment(columns, columns.texts, begin, end);
}
/// The message before serialization, for QuarantinedProduct.
[[nodiscard]] v1::CallSegment pack_segment(const CallColumns& columns,
                                           std::span<const std::string> texts, std::size_t begin,
                                           std::size_t end);

/// @param wanted  bit set of CallColumn
/// @error Integrity  the message is not what encode_segment made: lengths, indexes, compression
[[nodiscard]] core::Result<CallColumns> unpack_segment(const v1::CallSegment& segment,
                                                       unsigned wanted = kColAll);
[[nodiscard]] core::Result<v1::CallSegment> parse_segment(std::string_view blob);
[[nodiscard]] core::Result<CallColumns> decode_segment(std::string_view blob,
                                                       unsigned wanted = kColAll);
/// @error Integrity  a version this program does not read, or a number of records out of bounds
[[nodiscard]] core::Status check_head(const v1::CallSegment& segment);
/// Microseconds in one unit of started_at. @error Integrity  as unpack_segment
[[nodiscard]] core::Result<std::int64_t> time_unit_of(const v1::CallSegment& segment);
/// Ids of the identifiers a segment mentions, ascending. @error Integrity  as above
[[nodiscard]] core::Result<std::vector<std::uint32_t>> dictionary_of(
    const v1::CallSegment& segment);

}  // namespace palermo::store
