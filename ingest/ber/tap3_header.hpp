// What a TAP3 file says of itself: who sends whom which file, time offsets, currency, audit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ingest/ber/ber_reader.hpp"

namespace palermo::ingest {

/// Application tags of GSMA TD.57 (TAP3). From release 10 on; those of earlier releases are the
/// same for what is read here.
enum class TapTag : std::uint32_t {
  TransferBatch = 1,
  Notification = 2,
  CallEventDetails = 3,
  BatchControlInfo = 4,
  AccountingInfo = 5,
  NetworkInfo = 6,
  MobileOriginatedCall = 9,
  MobileTerminatedCall = 10,
  SupplServiceEvent = 11,
  ServiceCentreUsage = 12,
  GprsCall = 14,
  AuditControlInfo = 15,
  LocalTimeStamp = 16,
  ContentTransaction = 17,
  CallOriginator = 41,
  CallEventDetailsCount = 43,
  CallEventStartTimeStamp = 44,
  CallReference = 45,
  CauseForTerm = 58,
  CellId = 59,
  CurrencyConversionList = 80,
  Destination = 89,
  EarliestCallTimeStamp = 101,
  ExchangeRate = 104,
  ExchangeRateCode = 105,
  CurrencyConversion = 106,
  FileAvailableTimeStamp = 107,
  FileCreationTimeStamp = 108,
  FileSequenceNumber = 109,
  FileTypeIndicator = 110,
  Imei = 128,
  Imsi = 129,
  LatestCallTimeStamp = 133,
  LocalCurrency = 135,
  LocationArea = 136,
  Msisdn = 152,
  NumberOfDecimalPlaces = 159,
  PartialTypeIndicator = 166,
  Recipient = 182,
  RecEntityInformation = 183,
  RecEntityCode = 184,
  RecEntityType = 186,
  ReleaseVersionNumber = 189,
  ServingNetwork = 195,
  Sender = 196,
  SpecificationVersionNumber = 201,
  SupplServiceCode = 209,
  TapCurrency = 210,
  TeleServiceCode = 218,
  TotalCallEventDuration = 223,
  TransferCutOffTimeStamp = 227,
  UtcTimeOffset = 231,
  UtcTimeOffsetCode = 232,
  UtcTimeOffsetInfo = 233,
  TapDecimalPlaces = 244,
  LocationService = 297,
  DialledDigits = 279,
  ThirdPartyNumber = 403,
  CallingNumber = 405,
  CalledNumber = 407,
  SmsDestinationNumber = 419,
  SmsOriginator = 425,
  MessagingEvent = 433,
  MobileSession = 434,
};

[[nodiscard]] bool is_tap(const BerElement& element, TapTag tag);
/// The first of that tag at any depth.
[[nodiscard]] std::optional<BerElement> find_tap(const BerElement& element, TapTag tag);
/// Its text; empty when there is none. Text of the file is hostile.
[[nodiscard]] std::string tap_text(const BerElement& element, TapTag tag);
[[nodiscard]] std::optional<std::int64_t> tap_integer(const BerElement& element, TapTag tag);

/// "20050405090547" and "+0200" as "2005-04-05T09:05:47+02:00"; without an offset, without it.
/// @return empty when the text is no such time
[[nodiscard]] std::string tap_time(const std::string& local, const std::string& offset);

/// The parts of a batch that are no call events.
class TapHeader {
 public:
  /// @param batch  a TransferBatch or Notification
  explicit TapHeader(const BerElement& batch);

  /// The UTC offset of a code of the table under NetworkInfo; empty when it has none.
  [[nodiscard]] std::string offset(std::int64_t code) const;
  /// Network that recorded the events (TADIG code); printable.
  [[nodiscard]] const std::string& sender() const { return sender_; }
  /// Call events by AuditControlInfo; nullopt when it does not count them.
  [[nodiscard]] std::optional<std::int64_t> events() const { return events_; }
  /// What the file says of itself, in sentences.
  [[nodiscard]] const std::vector<std::string>& sentences() const { return sentences_; }

 private:
  void read_control(const BerElement& control, bool notification);
  void read_accounting(const BerElement& accounting);
  void read_network(const BerElement& network);
  void read_audit(const BerElement& audit);

  std::map<std::int64_t, std::string> offsets_;
  std::string sender_;
  std::optional<std::int64_t> events_;
  std::vector<std::string> sentences_;
};

}  // namespace palermo::ingest
