// palermo calls sequences
#include "analysis/calls/sequences.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/calls/selection.hpp"
#include "cli/commands/calls/subcommands.hpp"
#include "cli/commands/calls/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

struct SequenceArguments {
  CallSelection selection;
  std::string number;
  calls::SequenceOptions options;
};

std::string sequences_text(const v1::CallsSequences& answer) {
  std::string text;
  if (answer.sequences_size() == 0) {
    text = fmt::format("No chain repeats often enough: {} chains occur, {} times in all.\n",
                       answer.tested(), answer.occurrences());
  } else {
    TextRows rows{
        {"A calls", "B calls", "C", "times", "by chance", "p", "delay", "days", "first record"}};
    for (const auto& row : answer.sequences())
      rows.push_back({row.a(), row.b(), row.c(), std::to_string(row.times()),
                      row.has_expected() ? fmt::format("{:.2f}", row.expected()) : "-",
                      p_text(row.has_p_value(), row.p_value()), span_text(row.median_delay_s()),
                      std::to_string(row.days()), row.evidence_size() > 0 ? row.evidence(0) : "-"});
    text = core::table(rows);
    if (static_cast<std::uint32_t>(answer.sequences_size()) < answer.total())
      text += fmt::format("{} of {} chains shown (--limit 0 shows all).\n", answer.sequences_size(),
                          answer.total());
  }
  text += "\n" + prose(fmt::format(
                     "{} chains occur, {} times in all{}.", answer.tested(), answer.occurrences(),
                     answer.has_expected_occurrences()
                         ? fmt::format("; {:.1f} times by chance", answer.expected_occurrences())
                         : std::string{}));
  text += prose("Rule: " + answer.rule() + ".");
  return text + chance_text(answer.chance()) + calls_basis_text(answer.basis());
}

core::Status run_sequences(const Context& context, const SequenceArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_calls(context));
  PALERMO_TRY(calls::Log log, load_calls(session, arguments.selection));
  v1::Access entry = calls_access("calls sequences", arguments.selection);
  PALERMO_TRY(const CallHops hops, CallHops::make(session, arguments.selection));
  calls::SequenceOptions options = arguments.options;
  if (!arguments.number.empty()) {
    PALERMO_TRY(options.asked, find_party(session, log, arguments.number));
    add_object(entry, log, *options.asked);
    PALERMO_CHECK_OK(hops.require(session, entry, log.name_of(*options.asked)));
  }
  const std::uint32_t left_out = hops.limit(log);
  PALERMO_TRY(const std::vector<std::string> same, apply_same(log, arguments.selection));
  v1::CallsSequences answer = calls::sequences(log, options);
  for (const std::string& pair : same) answer.add_same(pair);
  answer.set_records_left_out(left_out);
  entry.set_result_count(answer.total());
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return sequences_text(answer); });
  return core::ok();
}

}  // namespace

Command add_calls_sequences(CLI::App* calls) {
  auto arguments = std::make_shared<SequenceArguments>();
  calls::SequenceOptions& options = arguments->options;
  CLI::App* parser =
      calls->add_subcommand("sequences", "Chains that repeat: A calls B, and soon B calls C");
  parser->add_option("number", arguments->number,
                     "Chains that this number is part of; default: all");
  parser->add_option("--within", options.within_min, "Minutes from the one start to the other")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  parser->add_option("--least", options.least_times, "Chains that occur so often")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  add_call_period(parser, arguments->selection);
  add_with(parser, arguments->selection);
  add_same(parser, arguments->selection);
  add_relied_on(parser, arguments->selection);
  parser->add_option("--draws", options.draws, "Draws of chance; 0 = none")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  parser->add_option("--seed", options.seed, "Seed of the draws")->capture_default_str();
  parser->add_option("--limit", options.limit, "Chains listed; 0 = all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return {parser,
          [arguments](const Context& context) { return run_sequences(context, *arguments); }};
}

}  // namespace palermo::cli
