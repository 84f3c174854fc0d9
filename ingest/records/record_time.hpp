// Times in record files: an offset in the text, or the zone the user named.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.hpp"
#include "ingest/batch.hpp"

namespace palermo::ingest::detail {

/// What reading one time gave.
struct ReadTime {
  enum class State {
    Ok,
    Absent,  // the text is empty
    Bad,     // no such text, or no such day or hour
    NoZone,  // a local time, and the user named no zone
  };
  State state = State::Absent;
  core::Instant instant;     // of the first microsecond meant
  std::int64_t last_us = 0;  // of the last one: differs for a date
  std::string text;  // ISO 8601 with offset, or the date; as received where it had an offset
  std::string why;   // of Bad
};

/// Reads the times of one file and counts what clock changes did to them.
class TimeReader {
 public:
  /// @error InvalidArgument  no such zone
  [[nodiscard]] static core::Result<TimeReader> make(const AdapterOptions& options);
  /// @param dates  whether a date without time of day is accepted: a day of the named zone, else
  /// UTC
  [[nodiscard]] ReadTime read(std::string_view text, bool dates);
  /// The same, and also a month "2031-03" or a year "2031": first and last microsecond of it.
  [[nodiscard]] ReadTime read_partial(std::string_view text);
  /// Writes rule and counts into the batch.
  void report(RecordBatch& batch) const;

 private:
  ReadTime interval(std::int64_t first_local, std::int64_t end_local, std::string_view text);

  std::optional<core::TimeZone> zone_;
  std::uint32_t offsets_ = 0;
  std::uint32_t locals_ = 0;
  std::uint32_t utc_days_ = 0;
  std::uint32_t partial_ = 0;
  std::uint32_t ambiguous_ = 0;
  std::uint32_t nonexistent_ = 0;
};

/// The error of a file whose times name no zone.
[[nodiscard]] core::Error no_zone_error(std::uint32_t line, std::string_view field);

}  // namespace palermo::ingest::detail
