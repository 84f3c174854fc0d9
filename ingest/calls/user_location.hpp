// Places as mobile networks write them: user location information, and degrees with letters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace palermo::ingest {

/// A cell or area out of user location information.
struct UserLocation {
  /// The most exact place of the octets, decimal: a cell "262-01-<LAC>-<CI>" (CGI) or, with its
  /// tracking area, "262-01-<TAC>-<ECI>"; "ECGI 262-01-<ECI>" without; a service area
  /// "SAI 262-01-<LAC>-<SAC>"; an area alone "RAI …", "TAI …", "LAI …".
  std::string text;
  bool is_cell = false;  // false: an area of many cells
};

/// Reads hexadecimal octets (blanks, colons and a leading 0x do not count). Understood: the flag
/// octet of GTPv2 with CGI, SAI, RAI, TAI, ECGI and LAI; the whole element of type 0x56 or 0x98
/// with its length, of GTPv1 (geographic type 0 CGI, 1 SAI, 2 RAI) or GTPv2. Country and network
/// codes stand in swapped BCD; a third network digit of 0xF means two digits.
/// @return nullopt for anything else: truncated, no hexadecimal, digits above 9, no known place
/// @source 3GPP TS 29.274 8.21, TS 29.060 7.7.51
[[nodiscard]] std::optional<UserLocation> read_user_location(std::string_view hex);

/// Seven octets of a global cell identity (MCC and MNC in swapped BCD, LAC, CI) as above.
[[nodiscard]] std::optional<UserLocation> read_global_cell(std::string_view hex);

/// N515715, E0144130, E144130, N513746.02 (degrees, minutes, seconds), N51.5046 or -0.1276 as
/// decimal degrees, seven places; nullopt for anything else.
/// @param longitude  which letters and how many degrees are possible
[[nodiscard]] std::optional<std::string> read_lettered_degrees(std::string_view text,
                                                               bool longitude);

}  // namespace palermo::ingest
