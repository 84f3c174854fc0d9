// palermo calls bursts
#include "analysis/calls/bursts.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/calls/selection.hpp"
#include "cli/commands/calls/subcommands.hpp"
#include "cli/commands/calls/text.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::cli {
namespace {

struct BurstArguments {
  CallSelection selection;
  std::string number;
  std::string around;
  double window_h = 0;  // 0: 12 around an instant, 24 elsewhere
  calls::BurstOptions options;
};

std::string bursts_text(const v1::CallsBursts& answer) {
  std::string text;
  const bool around = !answer.around().empty();
  if (answer.bursts_size() == 0) {
    text = answer.tested() == 0
               ? fmt::format("Nothing to test: {} numbers have too few records.\n", answer.too_few())
           : around && answer.control_days() == 0
               ? std::string{"Nothing to compare with: no other day of the selection holds the "
                             "windows.\n"}
               : std::string{"Nothing stands out.\n"};
  } else {
    TextRows rows;
    if (around)
      rows.push_back({"number", "side", "records", "expected", "p", "corrected", "days as high",
                      "first record"});
    else
      rows.push_back(
          {"number", "from (UTC)", "to (UTC)", "records", "of", "expected", "p", "corrected"});
    for (const auto& row : answer.bursts()) {
      const std::string records = std::to_string(row.records());
      const std::string expected = fmt::format("{:.1f}", row.expected());
      const std::string p = p_text(row.has_p_value(), row.p_value());
      const std::string corrected = p_text(row.has_p_corrected(), row.p_corrected());
      if (around)
        rows.push_back({row.number(), row.side(), records, expected, p, corrected,
                        fmt::format("{} of {}", row.days_as_high(), answer.control_days()),
                        row.evidence_size() > 0 ? row.evidence(0) : "-"});
      else
        rows.push_back({row.number(), minute(row.from()), minute(row.to()), records,
                        std::to_string(row.total()), expected, p, corrected});
    }
    text = core::table(rows);
  }
  text += "\n" + prose(fmt::format("{} numbers tested, {} with too few records.", answer.tested(),
                                   answer.too_few()));
  text += prose("Rule: " + answer.rule() + ".");
  return text + chance_text(answer.chance()) + calls_basis_text(answer.basis());
}

core::Status run_bursts(const Context& context, const BurstArguments& arguments) {
  calls::BurstOptions options = arguments.options;
  if (!arguments.around.empty()) {
    const core::Result<core::Instant> at = core::parse_instant(arguments.around);
    if (!at)
      return core::Error{core::ErrorCode::Usage, "--around: " + at.error().message, std::nullopt,
                         "e.g. 2031-03-04T08:15:00+01:00"};
    options.around_us = at->us;
  }
  constexpr double kAround = 12, kAnywhere = 24;
  options.window_h = arguments.window_h > 0 ? arguments.window_h
                     : options.around_us    ? kAround
                                            : kAnywhere;
  PALERMO_TRY(session::Session session, open_for_calls(context));
  PALERMO_TRY(const calls::Log log, load_calls(session, arguments.selection));
  v1::Access entry = calls_access("calls bursts", arguments.selection);
  if (!arguments.number.empty()) {
    PALERMO_TRY(options.asked, find_party(session, log, arguments.number));
    add_object(entry, log, *options.asked);
  }
  const v1::CallsBursts answer = calls::bursts(log, options);
  entry.set_result_count(static_cast<std::uint32_t>(answer.bursts_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return bursts_text(answer); });
  return core::ok();
}

}  // namespace

Command add_calls_bursts(CLI::App* calls) {
  auto arguments = std::make_shared<BurstArguments>();
  calls::BurstOptions& options = arguments->options;
  CLI::App* parser = calls->add_subcommand(
      "bursts", "Numbers busier than they use to be, around an event or anywhere");
  parser->add_option("number", arguments->number, "One number; default: all");
  parser->add_option("--around", arguments->around, "Instant of the event, ISO 8601 with zone");
  parser
      ->add_option("--window", arguments->window_h,
                   "Hours before and after the event (12), or of a burst at most (24)")
      ->check(CLI::Range(0.1, 10000.0));
  parser->add_option("--least", options.least_records, "Records of a number in the selection")
      ->check(CLI::Range(3, 1000000))
      ->capture_default_str();
  add_call_period(parser, arguments->selection);
  add_with(parser, arguments->selection);
  parser->add_option("--draws", options.draws, "Draws of chance, without --around; 0 = none")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  parser->add_option("--seed", options.seed, "Seed of the draws")->capture_default_str();
  parser->add_option("--limit", options.limit, "Rows listed; 0 = all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return {parser, [arguments](const Context& context) { return run_bursts(context, *arguments); }};
}

}  // namespace palermo::cli
