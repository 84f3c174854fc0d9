#include "draw/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "draw/colours.hpp"
#include "draw/timeline_axis.hpp"

namespace palermo::draw {
namespace {

constexpr double kNameWidth = 104;
constexpr double kAxisHeight = 26;
constexpr double kLeastStrip = 24;
constexpr double kMostStrip = 120;
constexpr double kBand = 5;
constexpr Colour kWindow{0xdd, 0xee, 0xdd, 1};

const Style& mark_style(bool missed) {
  static const Style full{with_alpha(kBlue, 0.75), 0.7, {}, kNone};
  static const Style pale{kVermilion, 0.8, {}, kNone};
  return missed ? pale : full;
}

/// A record as a stroke from the middle line: up for outgoing, down for incoming; half as long with
/// a foot where nobody answered; a dot at its end where it is a message.
void add_mark(double x, double middle, double height, const TimelineMark& at, Mark& mark) {
  const double way = (at.outgoing ? -1 : 1) * height * (at.missed ? 0.5 : 1);
  mark.paths.push_back({{{x, middle}, {x, middle + way}}, false, mark_style(at.missed)});
  if (at.missed)
    mark.paths.push_back(
        {{{x - 1.2, middle + way}, {x + 1.2, middle + way}}, false, mark_style(true)});
  if (at.message) mark.circles.push_back({{x, middle + way}, 1.1, {kNone, 0, {}, kBlue}});
}

LegendRow row_of(std::string words) {
  LegendRow row;
  row.words = std::move(words);
  return row;
}

std::vector<LegendRow> legend_of(const TimelineDrawing& drawing, const TimelinePicture& how) {
  constexpr double kMiddle = kSampleHeight / 2;
  std::vector<LegendRow> rows{row_of(how.columns ? "Records in columns" : "Each record a stroke")};
  const auto sample = [&rows](std::string words) -> Mark& {
    rows.push_back(row_of(std::move(words)));
    return rows.back().sample;
  };
  if (how.columns) {
    const std::string unit = how.column_days == 1 ? "day" : "week";
    sample("above the line: outgoing in the " + unit)
        .paths.push_back(rectangle({8, 0, 14, kMiddle}, {kNone, 0, {}, kBlue}));
    sample("below: incoming")
        .paths.push_back(rectangle({8, kMiddle, 14, kSampleHeight}, {kNone, 0, {}, kBlue}));
    sample("tinted part: nobody answered")
        .paths.push_back(rectangle({8, 0, 14, kMiddle}, {kBlue, 0.5, {}, with_alpha(kBlue, 0.25)}));
  } else {
    const auto stroke = [&](const TimelineMark& at, double middle, double height,
                            std::string words) {
      Mark& mark = sample(std::move(words));
      mark.paths.push_back({{{6, middle}, {20, middle}}, false, {kGrey, 0.4, {}, kNone}});
      add_mark(13, middle, height, at, mark);
    };
    stroke({0, true, false, false}, kSampleHeight - 1, 7.5, "up: outgoing call");
    stroke({0, false, false, false}, 1, 7.5, "down: incoming call");
    stroke({0, true, true, false}, kSampleHeight - 1, 9, "half as long, footed: nobody answered");
    stroke({0, true, false, true}, kSampleHeight - 1, 6.5, "with a dot: message");
  }
  rows.push_back(row_of("Behind them"));
  sample(drawing.has_authorizations ? "an authorization names the number as a target"
                                    : "authorized window (the case holds no authorization)")
      .paths.push_back(rectangle({1, 0, kSampleWidth - 1, kSampleHeight}, {kNone, 0, {}, kWindow}));
  sample(drawing.gaps.empty() ? "no record of anybody (no such day here)"
                              : "no record of anybody that day (UTC): not covered, no silence")
      .paths = hatching({1, 0, kSampleWidth - 1, kSampleHeight}, 3.2, {kGrey, 0.5, {}, kNone});
  if (how.clock_changes > 0)
    sample("the clock changes")
        .paths.push_back({{{13, 0}, {13, kSampleHeight}}, false, {kInk, 0.8, {2, 1.5}, kNone}});
  if (drawing.handsets.empty()) {
    rows.push_back(row_of("No record names a handset of these numbers"));
    return rows;
  }
  rows.push_back(row_of("Handset (IMEI), band below"));
  for (std::size_t i = 0; i < drawing.handsets.size(); ++i) {
    Mark& mark = sample(core::printable(drawing.handsets[i], 40));
    mark.paths.push_back(rectangle({1, 2, kSampleWidth - 1, 2 + kBand},
                                   {kInk, 0.4, {}, i % 2 == 0 ? kSlate : kPale}));
    mark.texts.push_back({{13, 6.5},
                          std::to_string(i + 1),
                          5,
                          true,
                          false,
                          Anchor::Middle,
                          i % 2 == 0 ? kPaper : kInk});
  }
  return rows;
}

/// Records of one column.
struct Column {
  std::uint64_t out = 0, in = 0, out_missed = 0, in_missed = 0;
  [[nodiscard]] std::uint64_t highest() const { return std::max(out, in); }
};

class Drawer {
 public:
  Drawer(const TimelineDrawing& drawing, const Ruler& ruler) : drawing_{&drawing}, ruler_{&ruler} {}

  TimelinePicture run() {
    changes_ = clock_changes(drawing_->span, drawing_->offset_min);
    out_.clock_changes = static_cast<std::uint32_t>(changes_.size());
    for (const TimelineStrip& strip : drawing_->strips) out_.marks += strip.marks.size();
    choose_columns();
    Page page = drawing_->page;
    page.legend = legend_of(*drawing_, out_);
    say_how(page);
    const Box area = frame(page, *ruler_, out_.picture);
    out_.caption = page.caption;
    out_.picture.title = page.title;
    for (const std::string& line : page.caption) out_.picture.summary += line + " ";
    const detail::Axis axis{*drawing_, area.x0 + kNameWidth, area.x1 - 4};
    const double height = std::min(
        kMostStrip, (area.height() - kAxisHeight) /
                        static_cast<double>(std::max<std::size_t>(drawing_->strips.size(), 1)));
    const double bottom = area.y0 + 14 + height * static_cast<double>(drawing_->strips.size());
    for (std::size_t i = 0; i < drawing_->strips.size(); ++i) {
      const double top = area.y0 + 14 + height * static_cast<double>(i);
      add_background(axis, drawing_->strips[i], {axis.left(), top, axis.right(), top + height});
    }
    add_axis(axis, area.y0 + 14, bottom);
    for (std::size_t i = 0; i < drawing_->strips.size(); ++i) {
      const double top = area.y0 + 14 + height * static_cast<double>(i);
      add_strip(axis, i, {area.x0, top, axis.right(), top + height});
    }
    return std::move(out_);
  }

 private:
  /// Strokes are told apart while there are at most as many as half-points of the axis.
  void choose_columns() {
    const double axis_width = drawing_->page.width - 340;
    std::size_t most = 0;
    for (const TimelineStrip& strip : drawing_->strips) most = std::max(most, strip.marks.size());
    out_.columns = static_cast<double>(most) > axis_width;
    const detail::Axis axis{*drawing_, 0, 1};
    const std::int64_t days =
        axis.local_day(drawing_->span.to_us) - axis.local_day(drawing_->span.from_us) + 1;
    out_.column_days = static_cast<double>(days) > axis_width / 1.5 ? 7 : 1;
    if (!out_.columns) return;
    columns_.resize(drawing_->strips.size());
    for (std::size_t i = 0; i < columns_.size(); ++i)
      for (const TimelineMark& mark : drawing_->strips[i].marks) {
        std::int64_t day = axis.local_day(mark.at_us);
        if (out_.column_days == 7) day -= ((day + 3) % 7 + 7) % 7;  // Mondays
        Column& column = columns_[i][day];
        ++(mark.outgoing ? column.out : column.in);
        if (mark.missed) ++(mark.outgoing ? column.out_missed : column.in_missed);
        out_.highest = std::max(out_.highest, column.highest());
      }
  }

  void say_how(Page& page) const {
    if (out_.columns)
      page.caption.push_back(fmt::format(
          "More records than strokes that could be told apart: {} records stand in columns, one a "
          "{} of the axis's clock, all on one scale; the highest is {}.",
          out_.marks, out_.column_days == 1 ? "day" : "week (from Monday)", out_.highest));
    else
      page.caption.push_back(
          fmt::format("Every record is a stroke: {} in all; strokes of the same minutes may cover "
                      "each other.",
                      out_.marks));
  }

  void add_background(const detail::Axis& axis, const TimelineStrip& strip, const Box& box) {
    for (const Span& window : strip.windows) {
      if (window.to_us < drawing_->span.from_us || window.from_us > drawing_->span.to_us) continue;
      Mark mark{"window", {}, {}, {}, {}};
      mark.paths.push_back(
          rectangle({axis.x(window.from_us), box.y0 + 1.5, axis.x(window.to_us), box.y1 - 1.5},
                    {kNone, 0, {}, kWindow}));
      out_.picture.marks.push_back(std::move(mark));
    }
  }

  void add_axis(const detail::Axis& axis, double top, double bottom) {
    for (const Span& gap : drawing_->gaps) {
      const Box box{axis.x(gap.from_us), top, axis.x(gap.to_us), bottom};
      if (box.width() <= 0) continue;
      Mark mark{"gap", {}, {}, {}, {}};
      mark.paths = hatching(box, 4.5, {with_alpha(kGrey, 0.7), 0.4, {}, kNone});
      out_.picture.marks.push_back(std::move(mark));
    }
    Mark lines{"axis", {}, {}, {}, {}};
    lines.paths.push_back(
        {{{axis.left(), bottom}, {axis.right(), bottom}}, false, {kInk, 0.6, {}, kNone}});
    double free = -1e9;
    for (const auto& tick : axis.ticks(*ruler_, 6.4)) {
      const double x = axis.x(tick.us);
      lines.paths.push_back({{{x, top}, {x, bottom + 3}}, false, {kPale, 0.5, {}, kNone}});
      const double half = (*ruler_)(tick.words, 6.4, false) / 2;
      if (x - half < free) continue;
      const double at = std::clamp(x, axis.left() + half - 8, axis.right() - half + 4);
      lines.texts.push_back(
          {{at, bottom + 11}, tick.words, 6.4, false, false, Anchor::Middle, kInk});
      free = at + half + 4;
    }
    out_.picture.marks.push_back(std::move(lines));
    for (const std::int64_t us : changes_) {
      const double x = axis.x(us);
      Mark mark{"clock", {}, {}, {}, {}};
      mark.paths.push_back({{{x, top - 3}, {x, bottom}}, false, {kInk, 0.8, {2, 1.5}, kNone}});
      mark.texts.push_back({{x, top - 5},
                            "from here " + offset_text(drawing_->offset_min(us)),
                            6,
                            false,
                            true,
                            Anchor::Middle,
                            kInk});
      out_.picture.marks.push_back(std::move(mark));
    }
  }

  void add_name(const TimelineStrip& strip, const Box& box, double middle) {
    Mark name{"strip", {}, {}, {}, {}};
    name.paths.push_back({{{box.x0, box.y1}, {box.x1, box.y1}}, false, {kPale, 0.5, {}, kNone}});
    name.texts.push_back({{box.x0, middle + (strip.note.empty() ? 2.4 : -0.5)},
                          fitted(strip.label, 7, true, kNameWidth - 6, *ruler_),
                          7,
                          true,
                          false,
                          Anchor::Start,
                          kInk});
    if (!strip.note.empty())
      name.texts.push_back({{box.x0, middle + 8},
                            fitted(strip.note, 6, false, kNameWidth - 6, *ruler_),
                            6,
                            false,
                            false,
                            Anchor::Start,
                            kGrey});
    out_.picture.marks.push_back(std::move(name));
  }

  void add_strip(const detail::Axis& axis, std::size_t index, const Box& box) {
    const TimelineStrip& strip = drawing_->strips[index];
    const bool bands = !strip.devices.empty();
    const double low = box.y1 - (bands ? kBand + 3 : 2);
    const double middle = (box.y0 + 2 + low) / 2;
    const double height = (low - box.y0 - 2) / 2 - 1.5;
    add_name(strip, box, middle);
    Mark line{"middle", {}, {}, {}, {}};
    line.paths.push_back(
        {{{axis.left(), middle}, {axis.right(), middle}}, false, {kGrey, 0.4, {}, kNone}});
    out_.picture.marks.push_back(std::move(line));
    if (out_.columns) {
      for (const auto& [day, column] : columns_[index])
        add_column(axis, day, column, middle, height);
    } else {
      for (const TimelineMark& at : strip.marks) {
        Mark mark{"call", {}, {}, {}, {}};
        add_mark(axis.x(at.at_us), middle, height, at, mark);
        out_.picture.marks.push_back(std::move(mark));
      }
    }
    for (const TimelineDevice& device : strip.devices)
      add_device(axis, device, box.y1 - kBand - 1.5);
  }

  void add_column(const detail::Axis& axis, std::int64_t day, const Column& column, double middle,
                  double height) {
    const double left = axis.x(axis.begin_of(day));
    const double right = std::max(axis.x(axis.begin_of(day + out_.column_days)) - 0.2, left + 0.5);
    const double unit = height / static_cast<double>(std::max<std::uint64_t>(out_.highest, 1));
    Mark mark{"column",
              fmt::format("{}: {} outgoing, {} incoming",
                          core::format_date(core::Date{static_cast<std::int32_t>(day)}), column.out,
                          column.in),
              {},
              {},
              {}};
    const auto bar = [&](std::uint64_t first, std::uint64_t last, double way, const Style& style) {
      if (first == last) return;
      const double y0 = middle + way * unit * static_cast<double>(first);
      const double y1 = middle + way * unit * static_cast<double>(last);
      mark.paths.push_back(rectangle({left, std::min(y0, y1), right, std::max(y0, y1)}, style));
    };
    const Style full{kNone, 0, {}, kBlue}, tint{kBlue, 0.25, {}, with_alpha(kBlue, 0.25)};
    bar(0, column.out - column.out_missed, -1, full);
    bar(column.out - column.out_missed, column.out, -1, tint);
    bar(0, column.in - column.in_missed, 1, full);
    bar(column.in - column.in_missed, column.in, 1, tint);
    out_.picture.marks.push_back(std::move(mark));
  }

  void add_device(const detail::Axis& axis, const TimelineDevice& device, double top) {
    const double left = axis.x(device.span.from_us);
    const double right = std::max(axis.x(device.span.to_us), left + 1.2);
    const bool dark = device.handset % 2 == 0;
    Mark mark{"device", core::printable(drawing_->handsets[device.handset], 40), {}, {}, {}};
    mark.paths.push_back(
        rectangle({left, top, right, top + kBand}, {kInk, 0.3, {}, dark ? kSlate : kPale}));
    const std::string number = std::to_string(device.handset + 1);
    if ((*ruler_)(number, 5, true) < right - left - 1)
      mark.texts.push_back({{(left + right) / 2, top + kBand - 0.8},
                            number,
                            4.8,
                            true,
                            false,
                            Anchor::Middle,
                            dark ? kPaper : kInk});
    out_.picture.marks.push_back(std::move(mark));
  }

  const TimelineDrawing* drawing_;
  const Ruler* ruler_;
  TimelinePicture out_;
  std::vector<std::int64_t> changes_;
  std::vector<std::map<std::int64_t, Column>> columns_;
};

}  // namespace

std::size_t strips_that_fit(const Page& page) {
  const double room = page.height - 200 - kAxisHeight;
  return static_cast<std::size_t>(std::max(1.0, room / kLeastStrip));
}

TimelinePicture draw_timeline(const TimelineDrawing& drawing, const Ruler& ruler) {
  return Drawer{drawing, ruler}.run();
}

}  // namespace palermo::draw
