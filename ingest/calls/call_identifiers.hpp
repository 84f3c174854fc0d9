// The distinct identifiers behind the texts of a call table, in the order of (kind, value).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/store/record_row.hpp"
#include "ingest/calls/call_reader.hpp"

namespace palermo::ingest {

/// The identifier behind the text at a place of the list.
using ReadIdentifier = std::function<store::ObservedIdentifier(std::size_t)>;

/// Reads texts, shared by all cores.
/// @param raw    as received; must outlive `to`
/// @param to     one for each text
/// @param texts  gets the memory of what `to` holds that is no part of `raw`
void read_identifiers(std::span<const std::string_view> raw, const ReadIdentifier& read,
                      std::span<store::IdentifierView> to, TextArena::Memory& texts);

struct OrderedIdentifiers {
  IdentifierViews identifiers;  // distinct (kind, value), in that order
  /// For each identifier read, its place in `identifiers` + 1; 0: nobody uses it.
  std::vector<std::uint32_t> position;
};

/// Of several spellings of one value the first is kept.
/// @param used  which of them a row mentions: a withheld word or a spoilt number is no identifier
/// @cost about 150 ns each, shared by `threads`; the result does not depend on their number
[[nodiscard]] OrderedIdentifiers in_order(std::span<const store::IdentifierView> read,
                                          const std::vector<bool>& used, unsigned threads);

/// How many are national numbers that lost the zero in front, in a file that writes others with it.
/// Country codes make the difference: the value ends with the digits.
[[nodiscard]] std::uint32_t count_lost_zeros(std::span<const store::IdentifierView> read);

}  // namespace palermo::ingest
