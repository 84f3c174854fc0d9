// The record types of 3GPP TS 32.298 that are read, and what their tags mean.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace palermo::ingest {

/// What the reader of records does with a tag. Every other tag of the published module is known and
/// left alone.
enum class ChargingField {
  Imsi,            // IMSI
  Imei,            // IMEI
  ServedNumber,    // MSISDN, or CalledNumber in a record of a called party
  Calling,         // CallingNumber, AddressString
  Called,          // CalledNumber
  Connected,       // ConnectedNumber
  SmsDestination,  // SmsTpDestinationNumber
  RecordingEntity,
  Location,           // LocationAreaAndCell
  ChangeOfLocation,   // SEQUENCE OF LocationChange
  LocationInfo,       // Location-info
  UserLocation,       // octets of TS 29.274 or TS 29.060
  LastUserLocation,   // the same, at the end
  LocationArea,       // LocationAreaCode
  Cell,               // CellId
  Network,            // PLMN-Id of the cell or of the node that served it
  SupplementaryUsed,  // SEQUENCE OF SuppServiceUsed
  Seizure,            // TimeStamp …
  Answer,
  Release,
  EventTime,
  Duration,   // CallDuration, s
  Cause,      // CauseForTerm, CauseForRecClosing
  SmsResult,  // present when the message was not delivered
  CallReference,
  Sequence,    // sequenceNumber, recordSequenceNumber
  Extensions,  // ManagementExtensions: what the vendor adds
};

/// Whose record it is.
enum class ChargingOwner { Caller, Called, Nobody };

struct ChargingTag {
  std::uint32_t tag = 0;
  ChargingField field{};
};
struct TagRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

struct ChargingRecordType {
  std::uint32_t choice = 0;       // tag in CSRecord or GPRSRecord
  std::uint32_t record_type = 0;  // value of its recordType [0]
  std::string_view name;
  std::string_view kind;  // of CallTextRow; empty: no use of a service, left alone
  ChargingOwner owner = ChargingOwner::Nobody;
  std::span<const ChargingTag> tags;
  std::span<const TagRange> known;  // tags of the published module
};

/// @return null for a pair that the module does not have
[[nodiscard]] const ChargingRecordType* charging_record_type(std::uint32_t choice,
                                                             std::uint32_t record_type);

/// Whether any record type of the module has this tag in its CHOICE.
[[nodiscard]] bool is_charging_choice(std::uint32_t choice);

}  // namespace palermo::ingest
