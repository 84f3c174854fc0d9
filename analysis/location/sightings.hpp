// Where the calls of identifiers were served, with what is known of the cells' places.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/location/travel.hpp"
#include "core/base/result.hpp"
#include "core/store/call_columns.hpp"
#include "core/store/database.hpp"

namespace palermo::analysis {

/// A sighting and the record that shows it.
struct Sighted {
  std::uint32_t identifier = 0;  // number in the case: the party whose cell the record names
  Sighting at;
  std::uint32_t cell = 0;    // index into SightingReader::cells()
  std::uint32_t source = 0;  // index into SightingReader::sources()
  std::uint32_t line = 0;
};

/// Collects sightings row by row, then looks the cells up. A cell is where a call began and, where
/// the record names it, where it ended; in between, a phone may have moved.
class SightingReader {
 public:
  /// Notes the row's places for the party they belong to: answered calls that were not forwarded.
  /// @param columns  with parties, time, use, line, devices (or forwarded) and places
  void add(const store::CallColumns& columns, std::size_t row);

  /// The sightings noted, by time, then record. Left out and counted: cells of unknown place, cells
  /// whose record and tables (or tables among themselves) name places more than kSameSiteKm apart,
  /// and table rows that match a short name alone, which may be another operator's.
  /// @error Integrity  a stored row is no record
  /// @cost one pass over the cell tables
  [[nodiscard]] core::Result<std::vector<Sighted>> find(store::Database& db);

  [[nodiscard]] const std::vector<std::string>& cells() const { return cells_; }
  [[nodiscard]] const std::vector<std::string>& sources() const { return sources_; }
  [[nodiscard]] std::string record(std::uint32_t source, std::uint32_t line) const;
  [[nodiscard]] std::uint64_t unknown() const { return unknown_; }
  [[nodiscard]] std::uint64_t contradicting() const { return contradicting_; }

  static constexpr double kSameSiteKm = 1;

 private:
  struct Noted {
    Sighted seen;
    bool has_position = false;
  };
  std::uint32_t cell(std::string_view name);
  std::vector<Noted> noted_;
  std::vector<std::string> cells_{""}, sources_;
  std::map<std::string, std::uint32_t, std::less<>> cell_numbers_;
  std::uint64_t unknown_ = 0, contradicting_ = 0;
};

/// Whether the row is an answered call of more than 0 seconds.
[[nodiscard]] bool talked(const store::CallColumns& columns, std::size_t row);
/// Whether it says that the call was forwarded: who answered is not the party that was called.
/// @param columns  with devices or forwarded
[[nodiscard]] bool forwarded(const store::CallColumns& columns, std::size_t row);
/// Seconds by which the record's time may be off: it gives no seconds, or its local time exists
/// twice or not at all.
[[nodiscard]] double time_slack_s(unsigned flags);

}  // namespace palermo::analysis
