// What the number of a spreadsheet cell means, by its number format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace palermo::ingest {

enum class CellFormat : std::uint8_t { Number, Date, Time, DateTime, Elapsed };

/// Of a number format that every spreadsheet knows by its number (ECMA-376 part 1, 18.8.30).
[[nodiscard]] CellFormat builtin_format(std::uint32_t id);
/// Of a format code: "dd\/mm\/yyyy", "[h]:mm:ss", "0.00"; text in quotes and colours do not count.
[[nodiscard]] CellFormat format_of_code(std::string_view code);

/// A serial date of the 1900 or the 1904 system as text: "2031-03-04", "2031-03-04 08:15:53",
/// "08:15:53", with a fraction only where there is one. Elapsed is written as hours, "25:01:12".
/// Empty where there is no such day: serial 60 of the 1900 system, negative or beyond the year
/// 9999.
[[nodiscard]] std::string serial_text(double serial, CellFormat format, bool from_1904);

/// A number as the digits it stands for. `lost` is set, and the text a power of ten, where digits
/// are missing: a power of ten with fewer digits than places, or more than the 15 digits that a
/// spreadsheet keeps.
[[nodiscard]] std::string number_text(std::string_view raw, bool& lost);

}  // namespace palermo::ingest
