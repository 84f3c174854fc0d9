// How charging records lie in a file: with the headers of 3GPP TS 32.297, one after another, or in
// one list.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/ber/ber_reader.hpp"

namespace palermo::ingest {

enum class ChargingForm {
  Headed,  // TS 32.297: a file header, and a header before each record
  Bare,    // records one after another, perhaps padded with 0x00 or 0xFF
  Listed,  // one SEQUENCE of header [0], records [1], trailer [2], as vendors write it
};

/// Header of a file of TS 32.297.
struct ChargingFileHeader {
  std::uint32_t file_octets = 0;    // what it says; 0xFFFFFFFF: the writer could not say
  std::uint32_t header_octets = 0;  // what it says; records begin there
  std::uint32_t records = 0;
  std::uint32_t sequence = 0;
  std::uint8_t closed_because = 0;
  std::uint8_t lost = 0;  // not 0: records were lost before the file was written
};

/// @return nullopt when the octets are no such header
/// @source 3GPP TS 32.297 6.1.1
[[nodiscard]] std::optional<ChargingFileHeader> read_charging_file_header(std::string_view bytes);

/// How the records of a file lie.
[[nodiscard]] ChargingForm charging_form(std::string_view bytes);

/// What is met on the way through a file.
struct ChargingVisitor {
  std::function<void(const BerElement&)> record;
  /// A record in another encoding than BER: what its header says.
  std::function<void(std::size_t at, std::string_view encoding)> other_encoding;
  /// The rest of the file cannot be read. Without it the file is refused.
  std::function<void(const core::Error&)> broken;
  std::vector<std::string>* notices = nullptr;  // about the file; may be null
  std::size_t at_most = SIZE_MAX;               // records to visit
};

/// Hands over every record in the order of the file.
/// @error BadInput  no BER, a length beyond the end of the file (unless `broken` is set)
/// @cost O(n), no copy
[[nodiscard]] core::Status for_each_charging_record(std::string_view bytes,
                                                    const ChargingVisitor& visitor);

}  // namespace palermo::ingest
