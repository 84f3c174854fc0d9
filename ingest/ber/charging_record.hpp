// One record of 3GPP TS 32.298 as its tags say it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "ingest/ber/ber_reader.hpp"
#include "ingest/ber/ts_32298_tables.hpp"

namespace palermo::ingest {

struct ChargingRecord {
  const ChargingRecordType* type = nullptr;  // null: a record the published module does not have
  std::uint32_t choice = 0;
  std::optional<std::int64_t> record_type;

  std::string served, calling, called, connected;  // numbers; empty: not given
  std::string imsi, imei;
  std::string entity, reference;  // hexadecimal: the same in every part of a call, never shown
  std::string cell, last_cell;    // "262-01-<LAC>-<CI>", or "<LAC>-<CI>" where no network is named
  std::string seizure, answer, release, event;  // ISO 8601 with offset
  std::optional<std::int64_t> duration_s, cause, sequence;
  bool forwarded = false;  // call forwarding is among the supplementary services used
  bool not_delivered = false;
  bool calling_restricted = false;
  bool area_only = false;         // `cell` names an area of many cells
  std::size_t cells_between = 0;  // changes of cell between the first and the last
  bool has_extensions = false;

  /// Tags that the published module does not have, and fields whose octets cannot be read.
  std::map<std::uint32_t, std::uint64_t> unknown_tags;
  std::map<std::uint32_t, std::uint64_t> unreadable_tags;
};

/// Reads an alternative of CSRecord or GPRSRecord. Fields of types that `type` does not name are
/// passed over; where `type` is null or has no kind, nothing else is read.
/// @error BadInput  broken inside, or no recordType [0]
[[nodiscard]] core::Result<ChargingRecord> read_charging_record(const BerElement& element);

}  // namespace palermo::ingest
