// palermo locate
#include "analysis/location/locate.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/all.hpp"
#include "cli/number_query.hpp"
#include "cli/period.hpp"
#include "core/base/text.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/read_back.hpp"

namespace palermo::cli {
namespace {

constexpr std::uint32_t kShownToPeople = 40;
constexpr std::uint32_t kRecordIdsShown = 5;

struct LocateArguments {
  std::string cell;
  std::string number;
  std::string from;
  std::string to;
  bool summary = false;
  int limit = -1;  // -1: 40 for people, all for programs
};

std::string by_text(v1::LocationEvidence::By by) {
  switch (by) {
    case v1::LocationEvidence::mcc:
      return "country code";
    case v1::LocationEvidence::position:
      return "record's position";
    case v1::LocationEvidence::cell_table:
      return "cell table";
    default:
      return "-";
  }
}

std::string evidence_text(const v1::LocationEvidence& evidence) {
  std::string text =
      fmt::format("      {}: {}", by_text(evidence.by()), core::printable(evidence.why(), 300));
  if (evidence.has_latitude())
    text += fmt::format(" ({:.5f}, {:.5f}", evidence.latitude(), evidence.longitude());
  if (evidence.has_latitude() && evidence.has_azimuth())
    text += fmt::format(", looking to {:.0f}°", evidence.azimuth());
  if (evidence.has_latitude() && evidence.has_border_km())
    text += fmt::format(", {:.0f} km to the next State", evidence.border_km());
  if (evidence.has_latitude()) text += ")";
  if (!evidence.record_id().empty())
    text += fmt::format(" [{}]", core::printable(evidence.record_id(), 40));
  return text + "\n";
}

std::string outcome_text(v1::LocatedCell::Outcome outcome, const std::string& state) {
  return outcome == v1::LocatedCell::located ? state : v1::LocatedCell::Outcome_Name(outcome);
}

std::string states_text(const v1::LocateResult& result) {
  std::vector<std::vector<std::string>> rows{
      {"State", "records", "first (UTC)", "last (UTC)", "says so", "records by id"}};
  for (const v1::LocatedState& state : result.states()) {
    std::string by;
    for (const int one : state.by())
      by += (by.empty() ? "" : ", ") + by_text(static_cast<v1::LocationEvidence::By>(one));
    std::string ids;
    for (const std::string& id : state.record_ids())
      ids += (ids.empty() ? "" : " ") + core::printable(id, 40);
    if (static_cast<std::uint32_t>(state.record_ids_size()) < state.records()) ids += " …";
    rows.push_back({outcome_text(state.outcome(), state.state()), std::to_string(state.records()),
                    state.first_at(), state.last_at(), by.empty() ? "-" : by, ids});
  }
  return core::table(rows);
}

std::string locate_text(const v1::LocateResult& result, bool summary) {
  std::string text;
  if (result.total() == 0) {
    text = result.number().empty() ? "No record names a cell or a position there.\n"
                                   : "No record names a cell or a position of that party.\n";
  } else if (summary) {
    text = states_text(result);
  } else {
    for (const v1::LocatedRecord& record : result.records()) {
      text += fmt::format("{}  {}  {}  {}\n", core::printable(record.record_id(), 60),
                          record.started_at(), record.kind(),
                          record.served().empty() ? "-" : core::printable(record.served(), 40));
      for (const v1::LocatedCell& cell : record.cells()) {
        text += fmt::format("    {}{}{}\n", outcome_text(cell.outcome(), cell.state()),
                            cell.part().empty() ? "" : fmt::format(", {} cell", cell.part()),
                            cell.cell().empty() ? "" : ": " + core::printable(cell.cell(), 80));
        for (const v1::LocationEvidence& evidence : cell.evidence())
          text += evidence_text(evidence);
        if (cell.evidence().empty())
          text +=
              "      nothing says where this cell is: no country code in its name, no cell table\n";
      }
    }
    if (static_cast<std::uint32_t>(result.records_size()) < result.total())
      text +=
          fmt::format("The first {} of {} records; --limit 0 shows all, --summary the States.\n",
                      result.records_size(), result.total());
  }
  if (result.of_other_party() > 0)
    text += fmt::format(
        "{} records of this number name the other party's cell and say nothing of its own place.\n",
        result.of_other_party());
  if (result.without_place() > 0)
    text += fmt::format("{} records name neither a cell nor a position.\n", result.without_place());
  if (result.quarantined() > 0)
    text += fmt::format("{} records of the case are in quarantine and not searched.\n",
                        result.quarantined());
  for (const std::string& note : result.notes()) text += note + "\n";
  return text;
}

core::Status run_locate(const Context& context, const LocateArguments& arguments) {
  if (arguments.cell.empty() && arguments.number.empty() && !arguments.summary)
    return core::Error{core::ErrorCode::Usage, "no cell and no number named", std::nullopt,
                       "name a cell, or --number N, or ask for the whole case with --summary"};
  analysis::LocateQuery query;
  PALERMO_TRY(const Period period, read_period(arguments.from, arguments.to));
  query.from_us = period.from_us;
  query.to_us = period.to_us;
  query.cell = arguments.cell;
  query.summary = arguments.summary;
  query.limit = arguments.limit >= 0 ? static_cast<std::uint32_t>(arguments.limit)
                : context.json       ? 0
                : arguments.summary  ? kRecordIdsShown
                                     : kShownToPeople;
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadRecords));
  v1::Access access;
  access.set_command("locate");
  access.set_operation(arguments.number.empty() ? "CONSULT" : "SEARCH");
  v1::LocateResult result;
  bool known = true;
  if (!arguments.number.empty()) {
    PALERMO_TRY(query.identifiers, identifiers_asked(session, context, arguments.number, access));
    known = !query.identifiers.empty();
  }
  if (known) {
    PALERMO_TRY(result, analysis::locate(session.db(), query));
  }
  result.set_number(arguments.number);
  result.set_cell(arguments.cell);
  access.set_result_count(result.total());
  PALERMO_CHECK_OK(session.log_access(access));
  context.answer(result, [&] { return locate_text(result, arguments.summary); });
  return core::ok();
}

}  // namespace

Command add_locate(CLI::App& app) {
  auto arguments = std::make_shared<LocateArguments>();
  CLI::App* parser =
      app.add_subcommand("locate", "In which State a device was served, with what says so");
  parser->add_option("cell", arguments->cell, "A cell as records name it, e.g. 262-01-4660-22136");
  parser->add_option("--number", arguments->number,
                     "Only where this party was served: number, IMSI or IMEI");
  parser->add_option("--from", arguments->from, "First day or instant, ISO 8601 (a day is UTC)");
  parser->add_option("--to", arguments->to, "Last day or instant");
  parser->add_flag("--summary", arguments->summary,
                   "The States seen, with the ids of the records to cite; of the whole case where "
                   "neither cell nor number is named");
  parser
      ->add_option(
          "--limit", arguments->limit,
          "Most records, or record ids of a State, the earliest first; 0 = all; default: 40 "
          "(5 ids), with --json all")
      ->check(CLI::NonNegativeNumber);
  return {parser, [arguments](const Context& context) { return run_locate(context, *arguments); }};
}

}  // namespace palermo::cli
