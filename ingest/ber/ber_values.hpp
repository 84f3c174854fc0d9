// Values inside charging records: digits in half octets, numbers with their type, times, cells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace palermo::ingest {

/// A two's complement INTEGER or ENUMERATED of 1 to 8 octets; nullopt for anything else.
[[nodiscard]] std::optional<std::int64_t> ber_integer(std::string_view octets);

/// Digits in half octets, the lower half first (IMSI, IMEI, addresses): 0-9, *, #, a, b, c; the
/// first F ends them.
/// @return nullopt when digits follow an F
/// @source 3GPP TS 29.002 17.7.8 (TBCD-STRING)
[[nodiscard]] std::optional<std::string> swapped_digits(std::string_view octets);

/// Digits in half octets, the upper half first (TAP3): 0-9, a-e; one F at most, at the end.
[[nodiscard]] std::optional<std::string> straight_digits(std::string_view octets);

/// A party's number.
struct AddressText {
  /// "+447700900001" where its type is international, else the digits as they are; an alphanumeric
  /// sender's letters.
  std::string text;
  bool restricted = false;  // its owner withheld it from the other party; the network knew it
};

/// An octet of type and plan and the digits: AddressString, ISDN-AddressString, and
/// BCDDirectoryNumber, whose octet 3a (presentation, screening) follows a first octet below 0x80.
/// @return nullopt when there are no digits or they cannot be read
/// @source 3GPP TS 29.002 17.7.8, TS 24.008 10.5.4.7 and 10.5.4.9
[[nodiscard]] std::optional<AddressText> read_address(std::string_view octets);

/// The address field of a short message, with or without its octet of length: 3GPP TS 32.298 speaks
/// of the address field of TS 23.040, whose first octet is a length, and of a type and a value, so
/// both are met. A type has its highest bit set, a length has not.
/// @source 3GPP TS 23.040 9.1.2.5
[[nodiscard]] std::optional<AddressText> read_sms_address(std::string_view octets);

/// Nine octets "YYMMDDhhmmss" in BCD, '+' or '-', "hhmm": "2031-03-04T08:15:53+01:00". Years are
/// 2000 to 2089 and 1990 to 1999. Whether there is such a day is not looked at.
/// @return nullopt for another size, a digit above 9, another sign
/// @source 3GPP TS 32.298 5.1.2.2 (TimeStamp)
[[nodiscard]] std::optional<std::string> read_time_stamp(std::string_view octets);

}  // namespace palermo::ingest
