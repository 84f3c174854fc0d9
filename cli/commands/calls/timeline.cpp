// palermo calls timeline
#include "draw/timeline.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>

#include "analysis/calls/basis.hpp"
#include "analysis/calls/strips.hpp"
#include "cli/commands/calls/picture_numbers.hpp"
#include "cli/commands/calls/selection.hpp"
#include "cli/commands/calls/subcommands.hpp"
#include "cli/commands/calls/text.hpp"
#include "cli/pictures.hpp"
#include "core/authorization/authorization_store.hpp"
#include "core/authorization/coverage.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "palermo/v1/segment.pb.h"

namespace palermo::cli {
namespace {

struct TimelineArguments {
  CallSelection selection;
  PictureOptions picture;
  std::vector<std::string> numbers;
};

/// Of the period asked for, or of the records of the numbers, in whole minutes and a little around.
draw::Span span_of(const calls::Log& log, const std::vector<std::uint32_t>& parties) {
  std::int64_t from = 0, to = 0;
  bool any = false;
  for (const calls::Event& event : log.events) {
    if (!event.is_contact() ||
        std::none_of(parties.begin(), parties.end(), [&](std::uint32_t p) { return event.has(p); }))
      continue;
    from = any ? std::min(from, event.at_us) : event.at_us;
    to = any ? std::max(to, event.at_us) : event.at_us;
    any = true;
  }
  const std::int64_t rim = any ? std::max((to - from) / 100, 60 * core::kUsPerMinute) : 0;
  const auto whole = [](std::int64_t us) { return us - us % core::kUsPerMinute; };
  draw::Span span{log.from_us.value_or(whole(from - rim)), log.to_us.value_or(whole(to + rim))};
  if (span.to_us <= span.from_us) span.to_us = span.from_us + core::kUsPerDay;
  return span;
}

core::Result<std::vector<authorization::Coverage>> coverages_of(session::Session& session) {
  using Stored = std::map<std::string, authorization::StoredAuthorization>;
  PALERMO_TRY(const Stored stored, authorization::load_all(session.db()));
  std::vector<authorization::Coverage> coverages;
  for (const auto& [id, one] : stored) {
    PALERMO_TRY(authorization::Coverage coverage,
                authorization::Coverage::compile(one.authorization));
    coverages.push_back(std::move(coverage));
  }
  return coverages;
}

class Timeline {
 public:
  Timeline(const calls::Log& log, const PictureCase& of) : log_{&log}, of_{&of} {}

  void add_strip(std::uint32_t party, const std::vector<authorization::Coverage>& coverages) {
    draw::TimelineStrip& strip = drawing.strips.emplace_back();
    v1::CallsTimeline::Strip& said = *answer.add_strips();
    said.set_number(log_->name_of(party));
    strip.label = of_->scrubbed(log_->name_of(party));
    for (const calls::Event& event : log_->events) {
      if (!event.is_contact() || !event.has(party)) continue;
      const bool outgoing = event.a == party;
      strip.marks.push_back(
          {event.at_us, outgoing, event.missed, event.kind == v1::SMS || event.kind == v1::MMS});
      said.set_records(said.records() + 1);
      if (outgoing) said.set_outgoing(said.outgoing() + 1);
      if (event.missed) said.set_missed(said.missed() + 1);
    }
    for (const authorization::Coverage& coverage : coverages)
      for (const authorization::Period& period :
           coverage.target_periods(log_->parties[party].kind, value_of(party)))
        strip.windows.push_back({period.from_us, period.to_us});
    said.set_windows(static_cast<std::uint32_t>(strip.windows.size()));
    add_devices(party, strip, said);
    strip.note = fmt::format("{} records", said.records());
  }

  void add_gaps(const std::vector<calls::DayRun>& runs) {
    std::uint32_t days = 0;
    for (const calls::DayRun& run : runs) {
      drawing.gaps.push_back({run.first * core::kUsPerDay, (run.last + 1) * core::kUsPerDay});
      days += static_cast<std::uint32_t>(run.last - run.first + 1);
    }
    answer.set_gap_days(days);
  }

  draw::TimelineDrawing drawing;
  v1::CallsTimeline answer;

 private:
  /// The identifier's value, without the kind that a name may have in front.
  [[nodiscard]] std::string_view value_of(std::uint32_t party) const {
    std::string_view name = log_->name_of(party);
    const std::string prefix = log_->parties[party].kind + ":";
    return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  }

  void add_devices(std::uint32_t party, draw::TimelineStrip& strip,
                   v1::CallsTimeline::Strip& said) {
    std::map<std::uint32_t, bool> own;
    for (const calls::DeviceSpan& span : calls::device_spans(*log_, party)) {
      const auto [at, fresh] = handsets_.try_emplace(span.imei, drawing.handsets.size());
      if (fresh) drawing.handsets.push_back(of_->scrubbed(log_->name_of(span.imei)));
      strip.devices.push_back({{span.from_us, span.to_us}, at->second});
      own[span.imei] = true;
    }
    said.set_devices(static_cast<std::uint32_t>(strip.devices.size()));
    said.set_handsets(static_cast<std::uint32_t>(own.size()));
  }

  const calls::Log* log_;
  const PictureCase* of_;
  std::map<std::uint32_t, std::size_t> handsets_;
};

/// The clock of the axis: of --zone, else UTC.
core::Status add_clock(const CallSelection& selection, Timeline& timeline) {
  draw::TimelineDrawing& drawing = timeline.drawing;
  if (selection.zone.empty()) {
    drawing.offset_min = [](std::int64_t) { return 0; };
    timeline.answer.set_clock("UTC");
    return core::ok();
  }
  PALERMO_TRY(calls::ZoneClock zone, calls::ZoneClock::make(selection.zone));
  auto clock = std::make_shared<calls::ZoneClock>(std::move(zone));
  drawing.offset_min = [clock](std::int64_t us) { return int{clock->offset_min(us)}; };
  timeline.answer.set_clock(
      fmt::format("{}, {} at the begin", selection.zone,
                  draw::offset_text(drawing.offset_min(drawing.span.from_us))));
  for (const std::int64_t us : draw::clock_changes(drawing.span, drawing.offset_min))
    timeline.answer.add_clock_changes(core::format_utc(us));
  return core::ok();
}

draw::Page timeline_page(const PictureTarget& target, const Timeline& timeline,
                         const std::string& names, const PictureCase& of, bool utc) {
  const v1::CallsTimeline& answer = timeline.answer;
  draw::Page page = page_of(target, "Calls in time: " + names);
  page.lines.push_back(
      fmt::format("Clock of the axis: {}{}. From {} to {}.", core::printable(answer.clock(), 80),
                  utc ? " (--zone draws local time)" : "", answer.from(), answer.to()));
  std::uint64_t records = 0;
  for (const auto& strip : answer.strips()) records += strip.records();
  if (records == 0)
    page.caption.emplace_back("Nothing to draw: no record of this selection has these numbers.");
  if (answer.gap_days() > 0)
    page.caption.push_back(fmt::format(
        "Hatched: {} UTC days on which the call records of the case hold nobody; a number "
        "cannot be called silent there.",
        answer.gap_days()));
  end_caption(of, answer.basis(), page.caption);
  return page;
}

std::string timeline_text(const v1::CallsTimeline& answer) {
  std::string text = picture_text(answer.picture());
  text += fmt::format("  axis          {} to {}, {}\n", answer.from(), answer.to(), answer.clock());
  if (answer.columns())
    text += fmt::format("  drawn         in columns of {} day{}, the highest {} records\n",
                        answer.column_days(), answer.column_days() == 1 ? "" : "s",
                        answer.highest_column());
  TextRows rows{{"number", "records", "outgoing", "missed", "windows", "handsets", "changes"}};
  for (const auto& strip : answer.strips())
    rows.push_back({strip.number(), std::to_string(strip.records()),
                    std::to_string(strip.outgoing()), std::to_string(strip.missed()),
                    std::to_string(strip.windows()), std::to_string(strip.handsets()),
                    std::to_string(strip.devices() > 0 ? strip.devices() - 1 : 0)});
  text += "\n" + core::table(rows);
  if (answer.gap_days() > 0)
    text += fmt::format("{} UTC days hold no record of anybody.\n", answer.gap_days());
  return text + calls_basis_text(answer.basis());
}

core::Status run_timeline(const Context& context, const TimelineArguments& arguments) {
  PALERMO_TRY(const PictureTarget target, target_of(arguments.picture));
  const std::size_t most = draw::strips_that_fit(page_of(target, {}));
  if (arguments.numbers.size() > most)
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("{} numbers are asked for, a page of {} holds {} strips",
                    arguments.numbers.size(), core::printable(arguments.picture.size, 20), most),
        std::nullopt, "name fewer numbers, or a larger --size"};
  PALERMO_TRY(session::Session session, open_for_calls(context));
  PALERMO_TRY(const PictureCase of, picture_case(session));
  PALERMO_TRY(calls::Log log, load_calls(session, arguments.selection));
  const calls::Log covered = log;  // days are covered by records that may not be walked, too
  PALERMO_TRY(PictureNumbers numbers,
              numbers_of(session, log, arguments.selection, "calls timeline", arguments.numbers));
  PALERMO_TRY(const std::vector<authorization::Coverage> coverages, coverages_of(session));
  Timeline timeline{log, of};
  timeline.drawing.has_authorizations = !coverages.empty();
  timeline.drawing.span = span_of(log, numbers.parties);
  for (const std::uint32_t party : numbers.parties) timeline.add_strip(party, coverages);
  timeline.add_gaps(calls::days_without_records(covered, timeline.drawing.span.from_us,
                                                timeline.drawing.span.to_us));
  PALERMO_CHECK_OK(add_clock(arguments.selection, timeline));
  v1::CallsTimeline& answer = timeline.answer;
  answer.set_from(core::format_utc(timeline.drawing.span.from_us));
  answer.set_to(core::format_utc(timeline.drawing.span.to_us));
  answer.set_records_left_out(numbers.left_out);
  calls::put_basis(*answer.mutable_basis(), log,
                   "contacts (calls, messages) of each number at their begin; a call recorded from "
                   "both sides is drawn once; a call between two of the numbers stands in both "
                   "strips");
  timeline.drawing.page = timeline_page(target, timeline, names_line(log, numbers.parties, of), of,
                                        arguments.selection.zone.empty());
  const draw::TimelinePicture drawn = draw::draw_timeline(timeline.drawing, draw::pango_ruler());
  answer.set_columns(drawn.columns);
  answer.set_column_days(drawn.columns ? static_cast<std::uint32_t>(drawn.column_days) : 0);
  answer.set_highest_column(static_cast<std::uint32_t>(drawn.highest));
  numbers.entry.set_result_count(static_cast<std::uint32_t>(drawn.marks));
  PALERMO_CHECK_OK(write_picture(session, arguments.picture, target, of, drawn.picture,
                                 drawn.caption, std::move(numbers.entry),
                                 *answer.mutable_picture()));
  context.answer(answer, [&] { return timeline_text(answer); });
  return core::ok();
}

}  // namespace

Command add_calls_timeline(CLI::App* calls) {
  auto arguments = std::make_shared<TimelineArguments>();
  CLI::App* parser = calls->add_subcommand(
      "timeline", "Calls of chosen numbers on a time axis, as a picture: SVG, PNG or PDF");
  parser
      ->add_option("numbers", arguments->numbers,
                   "E.164, e.g. +447700900001, or any label; a strip for each")
      ->required();
  add_picture_of_calls(parser, arguments->picture, arguments->selection);
  return {parser,
          [arguments](const Context& context) { return run_timeline(context, *arguments); }};
}

}  // namespace palermo::cli
