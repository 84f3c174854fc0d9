// palermo calls hours
#include "analysis/calls/hours.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/calls/basis.hpp"
#include "cli/commands/calls/picture_numbers.hpp"
#include "cli/commands/calls/selection.hpp"
#include "cli/commands/calls/subcommands.hpp"
#include "cli/commands/calls/text.hpp"
#include "cli/pictures.hpp"
#include "core/base/text.hpp"
#include "draw/hours.hpp"

namespace palermo::cli {
namespace {

struct HoursArguments {
  CallSelection selection;
  PictureOptions picture;
  std::vector<std::string> numbers;
};

v1::CallsHours answer_of(const calls::WeekHours& hours, const calls::Log& log) {
  constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  v1::CallsHours answer;
  for (std::size_t day = 0; day < 7; ++day) {
    v1::CallsHours::HourRow& row = *answer.add_hours();
    row.set_day(kDays[day]);
    for (const std::uint32_t count : hours.counts[day]) row.add_hours(count);
  }
  answer.set_records(hours.known);
  answer.set_undetermined(hours.undetermined);
  answer.set_zone(log.zone);
  calls::put_basis(*answer.mutable_basis(), log,
                   "contacts (calls, messages) of the numbers by local hour of their begin; one "
                   "between two of them counts once; a call recorded from both sides counts once");
  return answer;
}

draw::Page hours_page(const PictureTarget& target, const v1::CallsHours& answer,
                      const std::string& names, const PictureCase& of) {
  draw::Page page = page_of(target, "Hours of the week: " + names);
  page.lines.push_back("Local time: " + core::printable(of.scrubbed(answer.zone()), 300) + "." +
                       period_words(answer.basis()));
  page.caption.push_back(
      answer.records() == 0
          ? std::string{"Nothing to draw: no record of this selection has a known local time."}
          : fmt::format(
                "Each cell counts the calls and messages that began in this hour: {} in all.",
                answer.records()));
  if (answer.undetermined() > 0)
    page.caption.push_back(
        fmt::format("Left out: {} records whose local time is not known, because their source is "
                    "written in UTC (--zone states one).",
                    answer.undetermined()));
  end_caption(of, answer.basis(), page.caption);
  return page;
}

std::string hours_text(const v1::CallsHours& answer) {
  return picture_text(answer.picture()) +
         fmt::format(
             "  shown         {} records by local hour; {} left out, their local time is "
             "not known\n",
             answer.records(), answer.undetermined()) +
         prose("Local time: " + answer.zone() + ".") + calls_basis_text(answer.basis());
}

core::Status run_hours(const Context& context, const HoursArguments& arguments) {
  PALERMO_TRY(const PictureTarget target, target_of(arguments.picture));
  PALERMO_TRY(session::Session session, open_for_calls(context));
  PALERMO_TRY(const PictureCase of, picture_case(session));
  PALERMO_TRY(calls::Log log, load_calls(session, arguments.selection));
  PALERMO_TRY(PictureNumbers numbers,
              numbers_of(session, log, arguments.selection, "calls hours", arguments.numbers));
  v1::CallsHours answer = answer_of(calls::hours_of(log, numbers.parties), log);
  answer.set_records_left_out(numbers.left_out);
  for (const std::uint32_t party : numbers.parties) answer.add_numbers(log.name_of(party));
  draw::HoursDrawing drawing;
  for (std::size_t day = 0; day < 7; ++day)
    for (std::size_t hour = 0; hour < 24; ++hour)
      drawing.counts[day][hour] = answer.hours(static_cast<int>(day)).hours(static_cast<int>(hour));
  drawing.page = hours_page(target, answer, names_line(log, numbers.parties, of), of);
  const draw::Picture picture = draw::draw_hours(drawing, draw::pango_ruler());
  numbers.entry.set_result_count(answer.records());
  PALERMO_CHECK_OK(write_picture(session, arguments.picture, target, of, picture,
                                 drawing.page.caption, std::move(numbers.entry),
                                 *answer.mutable_picture()));
  context.answer(answer, [&] { return hours_text(answer); });
  return core::ok();
}

}  // namespace

Command add_calls_hours(CLI::App* calls) {
  auto arguments = std::make_shared<HoursArguments>();
  CLI::App* parser = calls->add_subcommand(
      "hours", "Hour of the week of one number or a set, as a picture: SVG, PNG or PDF");
  parser
      ->add_option("numbers", arguments->numbers,
                   "E.164, e.g. +447700900001, or any label; several count together")
      ->required();
  add_picture_of_calls(parser, arguments->picture, arguments->selection);
  return {parser, [arguments](const Context& context) { return run_hours(context, *arguments); }};
}

}  // namespace palermo::cli
