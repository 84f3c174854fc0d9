// Telephone numbers by libphonenumber, whose general parser is too slow for a million of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace palermo::ingest {

struct PhoneNumber {
  std::string e164;
  std::string
      country;  // ISO 3166-1 alpha-2 where it was subscribed; empty for international networks
};

/// The number in E.164 and where it was subscribed, when libphonenumber calls it valid.
/// @param country  ISO 3166-1 alpha-2 that numbers without international prefix are read with;
/// empty:
///                 only numbers with + or 00 can be valid
/// @cost about 1 to 20 µs for digits behind a +, 20 µs more for any other spelling. Thread-safe.
[[nodiscard]] std::optional<PhoneNumber> read_phone_number(std::string_view text,
                                                           std::string_view country);

}  // namespace palermo::ingest
