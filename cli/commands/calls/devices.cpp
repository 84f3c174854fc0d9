// palermo calls devices
#include "analysis/calls/devices.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/calls/selection.hpp"
#include "cli/commands/calls/subcommands.hpp"
#include "cli/commands/calls/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

struct DevicesArguments {
  CallSelection selection;
  std::string identifier;
  int limit = -1;
  int at_once_s = 60;
};

std::string devices_text(const v1::CallsDevices& answer) {
  std::string text;
  if (answer.strips_size() == 0) {
    text = answer.asked().empty() ? "No record names a handset or a SIM beside a number.\n"
                                  : "No record of it names a handset or a SIM beside it.\n";
  } else {
    TextRows rows{{"who", "used", "from (UTC)", "to (UTC)", "records", ""}};
    for (const auto& strip : answer.strips())
      rows.push_back({strip.carrier(), strip.held_kind() + " " + strip.held(), minute(strip.from()),
                      minute(strip.to()), std::to_string(strip.records()),
                      strip.came_back() ? "again" : ""});
    text = core::table(rows);
    if (static_cast<std::uint32_t>(answer.strips_size()) < answer.total_strips())
      text += fmt::format("{} of {} stretches shown (--limit 0 shows all).\n", answer.strips_size(),
                          answer.total_strips());
    text += fmt::format("\nChanges: {}.\n", answer.total_changes());
    for (const auto& change : answer.changes())
      text += prose(fmt::format("{}: {} {} until {} [{}], {} from {} [{}]",
                                core::printable(change.carrier(), 40), change.held_kind(),
                                core::printable(change.before(), 40), minute(change.last_before()),
                                change.record_before(), core::printable(change.after(), 40),
                                minute(change.first_after()), change.record_after()),
                    4);
  }
  text += fmt::format("\nTwo at once: {}.\n", answer.total_conflicts());
  for (const auto& conflict : answer.conflicts())
    text += prose(
        fmt::format("{}: {} and {} at {} [{}, {}], {} time{}: {}: {}{}",
                    core::printable(conflict.identifier(), 40), core::printable(conflict.one(), 40),
                    core::printable(conflict.other(), 40), minute(conflict.at()),
                    conflict.record_one(), conflict.record_other(), conflict.times(),
                    conflict.times() == 1 ? "" : "s", conflict.kind(), conflict.text(),
                    conflict.minute_only()
                        ? "; the sources give no seconds, so a quick change is possible"
                        : ""),
        4);
  if (answer.shared_size() > 0) {
    text += "\nHandsets and SIMs that served several:\n";
    for (const auto& shared : answer.shared())
      text += prose(
          fmt::format("{} {}: {} {}, {}", shared.kind(), core::printable(shared.identifier(), 40),
                      shared.carrier_kind(), listed(shared.carriers(), 8),
                      shared.pattern() == "in_turn"
                          ? fmt::format("in turn ({} changes): two SIM slots, or swapped "
                                        "to and fro",
                                        shared.turns())
                          : std::string{"one after another"}),
          4);
  }
  if (answer.without_device() > 0)
    text +=
        fmt::format("\n{} records name neither a handset nor a SIM.\n", answer.without_device());
  text += prose("Handsets: " + answer.imei_rule() + ".");
  text += prose("Two at once: " + answer.conflict_rule() + ".");
  return text + calls_basis_text(answer.basis());
}

core::Status run_devices(const Context& context, const DevicesArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_calls(context));
  PALERMO_TRY(const calls::Log log, load_calls(session, arguments.selection));
  v1::Access entry = calls_access("calls devices", arguments.selection);
  std::optional<std::uint32_t> asked;
  if (!arguments.identifier.empty()) {
    PALERMO_TRY(asked, find_party(session, log, arguments.identifier));
    add_object(entry, log, *asked);
  }
  calls::DeviceOptions options;
  constexpr std::size_t kShownToPeople = 40;
  options.limit = arguments.limit >= 0 ? static_cast<std::size_t>(arguments.limit)
                  : context.json       ? 0
                                       : kShownToPeople;
  options.at_once_s = arguments.at_once_s;
  const v1::CallsDevices answer = calls::devices(log, asked, options);
  entry.set_result_count(answer.total_strips());
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return devices_text(answer); });
  return core::ok();
}

}  // namespace

Command add_calls_devices(CLI::App* calls) {
  auto arguments = std::make_shared<DevicesArguments>();
  CLI::App* parser = calls->add_subcommand(
      "devices", "Which SIM was in which handset when, and what cannot have been at once");
  parser->add_option("identifier", arguments->identifier,
                     "A number, IMSI or IMEI; default: the whole case");
  add_call_period(parser, arguments->selection);
  parser
      ->add_option("--at-once", arguments->at_once_s,
                   "Seconds within which two handsets are two at once")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  parser
      ->add_option("--limit", arguments->limit,
                   "Most stretches, changes and conflicts; 0 = all; default: 40, with --json all")
      ->check(CLI::NonNegativeNumber);
  return {parser, [arguments](const Context& context) { return run_devices(context, *arguments); }};
}

}  // namespace palermo::cli
