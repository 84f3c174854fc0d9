// Calls of chosen numbers on a time axis, a strip for each number.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "draw/page.hpp"
#include "draw/picture.hpp"

namespace palermo::draw {

/// UTC microseconds; from < to.
struct Span {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
};

struct TimelineMark {
  std::int64_t at_us = 0;
  bool outgoing = false;  // drawn upwards; incoming downwards
  bool missed = false;
  bool message = false;
};

/// A stretch of time in which a number's records name one handset.
struct TimelineDevice {
  Span span;
  std::size_t handset = 0;  // index into TimelineDrawing::handsets
};

struct TimelineStrip {
  std::string label;  // hostile text
  std::string note;   // below the label
  std::vector<TimelineMark> marks;
  std::vector<Span> windows;  // in which an authorization names the number as a target
  std::vector<TimelineDevice> devices;
};

struct TimelineDrawing {
  std::vector<TimelineStrip> strips;
  Span span;                                       // of the axis
  std::vector<Span> gaps;                          // in which nobody has a record
  std::vector<std::string> handsets;               // hostile text
  std::function<int(std::int64_t us)> offset_min;  // of the axis's clock
  bool has_authorizations = false;
  Page page;  // without legend; how the marks were drawn is added to the caption
};

struct TimelinePicture {
  Picture picture;
  std::uint64_t marks = 0;    // records drawn, one by one or in columns
  bool columns = false;       // a column a day or week instead of a mark a record
  int column_days = 0;        // 1 or 7
  std::uint64_t highest = 0;  // records in the highest column
  std::uint32_t clock_changes = 0;
  std::vector<std::string> caption;  // as it stands in the picture
};

/// Strips a page has room for.
[[nodiscard]] std::size_t strips_that_fit(const Page& page);

/// Marks "call" (one a record) or "column", "window", "gap", "device", "clock". A strip that holds
/// more records than a reader can tell apart turns the whole picture into columns, all on one
/// scale.
[[nodiscard]] TimelinePicture draw_timeline(const TimelineDrawing& drawing, const Ruler& ruler);

/// Instants in the span at which the clock changes, to the minute.
/// @cost a call of offset a day, at most 20,000 in all and some for each change
[[nodiscard]] std::vector<std::int64_t> clock_changes(
    const Span& span, const std::function<int(std::int64_t us)>& offset_min);

/// "UTC", "UTC+1", "UTC+5:30".
[[nodiscard]] std::string offset_text(int offset_min);

}  // namespace palermo::draw
