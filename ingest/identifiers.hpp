// From text as received to an identifier: telephone numbers by libphonenumber, devices, handles.
#pragma once

#include <string>
#include <string_view>

#include "core/store/record_row.hpp"

namespace palermo::ingest {

/// Reads a telephone number as received. What is no valid number is kept as received and flagged;
/// it is evidence too. Kinds: msisdn (value E.164 when valid), short_code (3-6 digits),
/// alphanumeric (sender names), account (SIP URIs, user@host), label (small integer ids of research
/// data sets and exchange extensions of at most 2 digits, anything else). Surrounding apostrophes,
/// blanks, format characters (U+200E …) are taken off the value, never off the raw text.
/// @param country  ISO 3166-1 alpha-2 that numbers without international prefix are read with;
/// empty:
///                 only numbers with + or 00 can be valid
/// @cost about 15 µs; parse each distinct text once. Thread-safe.
[[nodiscard]] store::ObservedIdentifier read_number(std::string_view raw, std::string_view country);

/// Any identifier of an investigation file: "+44…" and digits are numbers, "a@b" e-mail or account,
/// else label. A prefix "kind:" (imei:, imsi:, iban:, plate:, …) decides.
[[nodiscard]] store::ObservedIdentifier read_identifier(std::string_view raw,
                                                        std::string_view country);

/// 14, 15 or 16 digits (IMEISV): the value is the first 14, which is what identifies the device.
[[nodiscard]] store::ObservedIdentifier read_imei(std::string_view raw);
/// 15 digits (14 and 16 are kept, flagged).
[[nodiscard]] store::ObservedIdentifier read_imsi(std::string_view raw);

/// The text without blanks, no-break blanks, direction and other invisible marks at its ends, and
/// without the apostrophe (or the pair) that keeps a spreadsheet from changing it.
[[nodiscard]] std::string_view without_marks(std::string_view text);

/// Whether a spreadsheet destroyed the number: 9.19E+11, 9,19E+11. Such a value is never expanded.
[[nodiscard]] bool is_scientific_number(std::string_view text);

}  // namespace palermo::ingest
