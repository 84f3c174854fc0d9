// What the name of a cell says: country, network, area and number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace palermo::analysis {

struct CellName {
  std::string mcc;                        // three digits
  std::string mnc;                        // two or three digits
  std::optional<std::uint64_t> area;      // LAC or TAC
  std::optional<std::uint64_t> identity;  // CI or ECI; absent: the name is of an area
};

/// Reads "001-01-4660-22136" (also with blanks or colons between), "ECGI 001-01-12345678", and the
/// areas "SAI …", "RAI …", "TAI …", "LAI …". Numbers are decimal.
/// @return nullopt for anything else: an address, a number alone, area and cell without a network
[[nodiscard]] std::optional<CellName> read_cell_name(std::string_view text);

/// Texts of which two names share one when they mean the same cell. MNC 1, 01 and 001 are one here,
/// because tables drop zeros. A number above 65535 is a cell of LTE or NR, unique in its network
/// whatever its area; of UMTS its lower 16 bits are the CI of call records.
/// @param radio  of a cell table: GSM, UMTS, …; empty: not known
[[nodiscard]] std::vector<std::string> cell_keys(const CellName& name, std::string_view radio);

}  // namespace palermo::analysis
