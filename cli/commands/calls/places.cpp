// palermo calls colocation, palermo calls places, palermo calls convoy
#include "analysis/calls/places.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <set>

#include "analysis/location/cell_places.hpp"
#include "cli/commands/calls/selection.hpp"
#include "cli/commands/calls/subcommands.hpp"
#include "cli/commands/calls/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

struct ColocationArguments {
  CallSelection selection;
  std::string a, b;
  calls::ColocationOptions options;
  int limit = -1;
};

std::string colocation_text(const v1::CallsColocation& answer) {
  std::string text;
  if (answer.total() == 0) {
    text = fmt::format(
        "Never at the same place: {} records of {} and {} of {} have a cell or position of their "
        "own; {} times both have one within the minutes.\n",
        answer.records_a(), core::printable(answer.a(), 40), answer.records_b(),
        core::printable(answer.b(), 40), answer.comparable());
    text = prose(text);
  } else {
    TextRows rows{{"at (UTC)", "place", "minutes apart", "km", "records"}};
    for (const auto& row : answer.meetings())
      rows.push_back({minute(row.at()), row.place(), fmt::format("{:.0f}", row.minutes_apart()),
                      row.has_km_apart() ? fmt::format("{:.2f}", row.km_apart()) : "-",
                      row.record_a() + ", " + row.record_b()});
    text = core::table(rows);
    if (static_cast<std::uint32_t>(answer.meetings_size()) < answer.total())
      text += fmt::format("{} of {} shown (--limit 0 shows all).\n", answer.meetings_size(),
                          answer.total());
    text += "\n" + prose(fmt::format(
                       "{} records of {} on {} days have one of {} at the same place; {} have one "
                       "within the minutes anywhere.",
                       answer.total(), core::printable(answer.a(), 40), answer.days(),
                       core::printable(answer.b(), 40), answer.comparable()));
  }
  if (answer.has_p_value())
    text += prose(fmt::format("By chance {:.2f} are expected; p {:.4f}.", answer.expected(),
                              answer.p_value()));
  text += chance_text(answer.chance());
  text += prose("Rule: " + answer.rule() + ".");
  if (answer.of_other_party() > 0)
    text += fmt::format("{} records name another party's cell.\n", answer.of_other_party());
  if (answer.without_cell() > 0)
    text += fmt::format("{} records name no cell and no position.\n", answer.without_cell());
  return text + calls_basis_text(answer.basis());
}

core::Status run_colocation(const Context& context, const ColocationArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_calls(context));
  PALERMO_TRY(const calls::Log log, load_calls(session, arguments.selection));
  v1::Access entry = calls_access("calls colocation", arguments.selection);
  entry.set_operation("COMBINE");
  PALERMO_TRY(const std::uint32_t a, find_party(session, log, arguments.a));
  PALERMO_TRY(const std::uint32_t b, find_party(session, log, arguments.b));
  if (a == b) return core::Error{core::ErrorCode::Usage, "colocation needs two different numbers"};
  add_object(entry, log, a);
  add_object(entry, log, b);
  calls::ColocationOptions options = arguments.options;
  constexpr std::size_t kShownToPeople = 30;
  options.limit = arguments.limit >= 0 ? static_cast<std::size_t>(arguments.limit)
                  : context.json       ? 0
                                       : kShownToPeople;
  PALERMO_TRY(const analysis::CellPlaces sites,
              analysis::CellPlaces::read(session.db(), {log.cells.begin(), log.cells.end()}));
  options.site = [&](const calls::Event& event) -> std::optional<std::pair<double, double>> {
    if (event.cell == 0) return std::nullopt;
    std::optional<std::pair<double, double>> point;
    for (const analysis::CellPlace* row : sites.at(log.cells[event.cell - 1], event.at_us)) {
      if (!row->site.has_latitude() || !row->site.has_longitude()) continue;
      const std::pair<double, double> here{row->site.latitude(), row->site.longitude()};
      if (point && *point != here) return std::nullopt;  // the tables disagree
      point = here;
    }
    return point;
  };
  const v1::CallsColocation answer = calls::colocation(log, a, b, options);
  entry.set_result_count(answer.total());
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return colocation_text(answer); });
  return core::ok();
}

struct PlacesArguments {
  CallSelection selection;
  std::string number;
  calls::PlacesOptions options;
};

std::string place_text(const char* name, const v1::CallsPlaces::Place& place) {
  std::string text = fmt::format(
      "{}: {} ({})\n", name,
      place.outcome() == v1::CallsPlaces::Place::indicated ? "indicated" : "undetermined",
      place.why());
  if (place.cells_size() == 0) return text;
  TextRows rows{{"cell", "days", "records", "first (UTC)", "last (UTC)", "records (first few)"}};
  for (const auto& cell : place.cells())
    rows.push_back({cell.cell(), std::to_string(cell.days()), std::to_string(cell.records()),
                    minute(cell.first()), minute(cell.last()), listed(cell.evidence(), 2)});
  return text + core::table(rows) + "\n";
}

std::string places_text(const v1::CallsPlaces& answer) {
  std::string text = place_text("Home", answer.home()) + place_text("Work", answer.work());
  text += prose("Rule: " + answer.rule() + ".");
  text += prose("Local time: " + answer.zone() + ".");
  if (answer.undetermined() > 0)
    text += fmt::format("{} records with a cell have no local time.\n", answer.undetermined());
  if (answer.of_other_party() > 0)
    text += fmt::format("{} records name the other party's cell.\n", answer.of_other_party());
  if (answer.without_cell() > 0)
    text += fmt::format("{} records name no cell.\n", answer.without_cell());
  return text + calls_basis_text(answer.basis());
}

core::Status run_places(const Context& context, const PlacesArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_calls(context));
  PALERMO_TRY(const calls::Log log, load_calls(session, arguments.selection));
  v1::Access entry = calls_access("calls places", arguments.selection);
  PALERMO_TRY(const std::uint32_t party, find_party(session, log, arguments.number));
  add_object(entry, log, party);
  const v1::CallsPlaces answer = calls::places(log, party, arguments.options);
  entry.set_result_count(
      static_cast<std::uint32_t>(answer.home().cells_size() + answer.work().cells_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return places_text(answer); });
  return core::ok();
}

struct ConvoyArguments {
  CallSelection selection;
  std::string number;
  calls::ConvoyOptions options;
};

std::string convoy_text(const v1::CallsConvoy& answer) {
  std::string text;
  if (answer.convoys_size() == 0) {
    text = fmt::format(
        "No two numbers on one way: {} numbers have cells of their own, {} pairs of them met at "
        "one.\n",
        answer.numbers(), answer.pairs());
  } else {
    TextRows rows{{"a", "b", "cells", "ways", "from (UTC)", "to (UTC)", "widest"}};
    for (const auto& row : answer.convoys())
      rows.push_back({row.a(), row.b(), std::to_string(row.cells_size()),
                      std::to_string(row.journeys()), minute(row.from()), minute(row.to()),
                      fmt::format("{:.0f} min", row.widest_min())});
    text = core::table(rows);
    if (static_cast<std::uint32_t>(answer.convoys_size()) < answer.total())
      text += fmt::format("{} of {} pairs shown (--limit 0 shows all).\n", answer.convoys_size(),
                          answer.total());
    text += "\n";
    for (const auto& row : answer.convoys())
      text += prose(fmt::format("{} / {}: {} [{}]", core::printable(row.a(), 40),
                                core::printable(row.b(), 40), listed(row.cells(), 20),
                                listed(row.evidence(), 8)),
                    4);
  }
  text += prose("Rule: " + answer.rule() + ".");
  return text + calls_basis_text(answer.basis());
}

core::Status run_convoy(const Context& context, const ConvoyArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_calls(context));
  PALERMO_TRY(const calls::Log log, load_calls(session, arguments.selection));
  v1::Access entry = calls_access("calls convoy", arguments.selection);
  entry.set_operation("COMBINE");
  calls::ConvoyOptions options = arguments.options;
  if (!arguments.number.empty()) {
    PALERMO_TRY(options.asked, find_party(session, log, arguments.number));
    add_object(entry, log, *options.asked);
  }
  const v1::CallsConvoy answer = calls::convoys(log, options);
  entry.set_result_count(answer.total());
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return convoy_text(answer); });
  return core::ok();
}

}  // namespace

Command add_calls_colocation(CLI::App* calls) {
  auto arguments = std::make_shared<ColocationArguments>();
  calls::ColocationOptions& options = arguments->options;
  CLI::App* parser = calls->add_subcommand(
      "colocation", "When two numbers were served at one place, and how often chance would do it");
  parser->add_option("a", arguments->a, "Number, IMSI or IMEI")->required();
  parser->add_option("b", arguments->b, "Number, IMSI or IMEI")->required();
  parser->add_option("--within", options.within_min, "Minutes apart at most")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  parser
      ->add_option("--km", options.within_km,
                   "Positions or sites so far apart at most; 0 = the same cell")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_call_period(parser, arguments->selection);
  parser->add_option("--draws", options.draws, "Draws of chance; 0 = none")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  parser->add_option("--seed", options.seed, "Seed of the draws")->capture_default_str();
  parser
      ->add_option("--limit", arguments->limit,
                   "Rows listed; 0 = all; default: 30, with --json all")
      ->check(CLI::NonNegativeNumber);
  return {parser,
          [arguments](const Context& context) { return run_colocation(context, *arguments); }};
}

Command add_calls_places(CLI::App* calls) {
  auto arguments = std::make_shared<PlacesArguments>();
  CLI::App* parser =
      calls->add_subcommand("places", "Where a number is by night and in working hours");
  parser->add_option("number", arguments->number, "Number, IMSI or IMEI")->required();
  add_call_period(parser, arguments->selection);
  add_zone(parser, arguments->selection);
  parser->add_option("--least", arguments->options.least_days, "Nights or working days needed")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  parser->add_option("--evidence", arguments->options.evidence, "Record ids of each cell")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return {parser, [arguments](const Context& context) { return run_places(context, *arguments); }};
}

Command add_calls_convoy(CLI::App* calls) {
  auto arguments = std::make_shared<ConvoyArguments>();
  calls::ConvoyOptions& options = arguments->options;
  CLI::App* parser =
      calls->add_subcommand("convoy", "Numbers served by the same cells in the same order");
  parser->add_option("number", arguments->number, "Convoys of this number; default: all");
  parser->add_option("--cells", options.least_cells, "Different cells at least")
      ->check(CLI::Range(2, 1000))
      ->capture_default_str();
  parser->add_option("--within", options.within_min, "Minutes apart at each cell at most")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  parser->add_option("--gap", options.gap_h, "Hours from one cell to the next at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_call_period(parser, arguments->selection);
  parser->add_option("--limit", options.limit, "Pairs listed; 0 = all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return {parser, [arguments](const Context& context) { return run_convoy(context, *arguments); }};
}

}  // namespace palermo::cli
