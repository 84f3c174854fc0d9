// palermo calls replacements
#include "analysis/calls/replacements.hpp"

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

struct ReplacementArguments {
  CallSelection selection;
  std::string number;
  std::string at;
  calls::ReplacementOptions options;
};

std::string candidates_text(
    const google::protobuf::RepeatedPtrField<v1::CallsReplacements::Candidate>& candidates) {
  TextRows rows{
      {"gone", "until", "candidate", "from", "shared", "chance", "excess", "score", "p", "false"}};
  for (const auto& row : candidates)
    rows.push_back(
        {row.rank() == 1 ? row.gone() : "", row.rank() == 1 ? row.silent_from() : "", row.come(),
         row.started_at(),
         fmt::format("{} of {}, {}", row.shared_size(), row.contacts_gone(), row.contacts_come()),
         fmt::format("{:.1f}", row.expected()), fmt::format("{:.1f}", row.excess()),
         fmt::format("{:.3f}", row.score()), p_text(row.has_p_value(), row.p_value()),
         row.has_false_match_rate() ? fmt::format("{:.3f}", row.false_match_rate()) : "-"});
  std::string text = core::table(rows) + "\n";
  for (const auto& row : candidates) {
    if (row.rank() != 1) continue;
    text += prose(
        fmt::format("{} ({} records, then {}) / {} ({}, then {}): contacts of both {} [{}]; of all "
                    "contacts {:.3f} (Jaccard)",
                    core::printable(row.gone(), 40), row.records_before(), row.records_after(),
                    core::printable(row.come(), 40), row.come_before(), row.come_after(),
                    listed(row.shared(), 12), listed(row.evidence(), 6), row.jaccard()),
        4);
    if (row.spoke() > 0)
      text += prose(fmt::format("    against: the two are in contact with each other, {} records "
                                "[{}]",
                                row.spoke(), listed(row.spoke_records(), 3)),
                    6);
    if (row.devices_size() > 0)
      text += prose("    for: used by both: " + listed(row.devices(), 6), 6);
  }
  return text;
}

std::string unmatched_text(const google::protobuf::RepeatedPtrField<std::string>& unmatched) {
  if (unmatched.empty()) return "";
  return prose(fmt::format("Fell silent, and nobody who started shares a contact: {}.",
                           listed(unmatched, 20)));
}

std::string together_text(const v1::CallsReplacements::Together& together) {
  std::string text =
      "\n" +
      prose(fmt::format("Who else changed, seen from those who changed ({}): towards them {} "
                        "fell silent, {} started. {}.",
                        listed(together.read_as_one(), 12), together.fell_silent(),
                        together.started(), together.rule()));
  if (together.candidates_size() > 0) text += "\n" + candidates_text(together.candidates());
  return text + unmatched_text(together.unmatched());
}

std::string replacements_text(const v1::CallsReplacements& answer) {
  std::string text;
  if (answer.candidates_size() == 0) {
    text = fmt::format(
        "No candidate: {} numbers fell silent, {} started, and no pair of them shares a contact.\n",
        answer.fell_silent(), answer.started());
    if (!answer.asked().empty() && answer.at().empty())
      text += prose("If " + core::printable(answer.asked(), 40) +
                    " did not fall silent by the rule below, --at DATE says when it should have.");
  } else {
    text = candidates_text(answer.candidates());
  }
  text += unmatched_text(answer.unmatched());
  if (answer.has_together()) text += together_text(answer.together());
  text += "\n" + prose(fmt::format("{} numbers fell silent, {} started. {}.", answer.fell_silent(),
                                   answer.started(), answer.rule()));
  text +=
      prose("shared: contacts in both signatures, of so many in each; chance: shared by chance.");
  text += prose("Order: " + answer.score_rule() + ".");
  text += prose("false: " + answer.impostor_rule() + ".");
  return text + chance_text(answer.chance()) + calls_basis_text(answer.basis());
}

core::Status run_replacements(const Context& context, const ReplacementArguments& arguments) {
  calls::ReplacementOptions options = arguments.options;
  if (!arguments.at.empty()) {
    const core::Result<core::Instant> at = core::parse_date_or_instant(arguments.at, false);
    if (!at)
      return core::Error{core::ErrorCode::Usage, "--at: " + at.error().message, std::nullopt,
                         "e.g. 2031-03-04 or 2031-03-04T08:15:00Z"};
    options.at_us = at->us;
    options.at_is_local = core::parse_date(arguments.at).ok();
  }
  PALERMO_TRY(session::Session session, open_for_calls(context));
  PALERMO_TRY(calls::Log log, load_calls(session, arguments.selection));
  v1::Access entry = calls_access("calls replacements", arguments.selection);
  PALERMO_TRY(const CallHops hops, CallHops::make(session, arguments.selection));
  network::HopDecision decision;
  if (!arguments.number.empty()) {
    PALERMO_TRY(options.asked, find_party(session, log, arguments.number));
    add_object(entry, log, *options.asked);
    decision = hops.decide(log.name_of(*options.asked));
    PALERMO_CHECK_OK(hops.require(session, entry, log.name_of(*options.asked)));
  }
  const std::uint32_t left_out = hops.limit(log);
  PALERMO_TRY(const std::vector<std::string> same, apply_same(log, arguments.selection));
  v1::CallsReplacements answer = calls::replacements(log, options);
  for (const std::string& pair : same) answer.add_same(pair);
  if (!options.asked) {
    PALERMO_TRY(auto together, calls::changed_together(std::move(log), options, answer));
    if (together) *answer.mutable_together() = *std::move(together);
  }
  answer.set_records_left_out(left_out);
  if (options.asked) {
    answer.set_hops_allowed(decision.unlimited ? 1 : decision.allowed);
    answer.set_hops_unlimited(decision.unlimited);
  }
  entry.set_result_count(
      static_cast<std::uint32_t>(answer.candidates_size() + answer.together().candidates_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return replacements_text(answer); });
  return core::ok();
}

}  // namespace

Command add_calls_replacements(CLI::App* calls) {
  auto arguments = std::make_shared<ReplacementArguments>();
  calls::ReplacementOptions& options = arguments->options;
  CLI::App* parser = calls->add_subcommand(
      "replacements", "Numbers that started with the contacts of one that fell silent");
  parser->add_option("number", arguments->number,
                     "One that fell silent, or one that started; default: all");
  parser->add_option("--at", arguments->at,
                     "Day (local) or instant of the change; default: found for each number");
  add_call_period(parser, arguments->selection);
  add_with(parser, arguments->selection);
  add_same(parser, arguments->selection);
  add_relied_on(parser, arguments->selection);
  parser->add_option("--signature", options.signature, "Contacts of a signature")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  parser
      ->add_option("--half-life", options.half_life_days, "Days in which a record's weight halves")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  parser
      ->add_option("--drop", options.drop,
                   "Silent: daily rate after at most this share of that before")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  parser->add_option("--least", options.least_records, "Records on the busy side")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  parser
      ->add_option("--gap", options.gap_days, "Days from the end of one to the start of the other")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  parser->add_option("--draws", options.draws, "Draws of chance; 0 = none")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  parser->add_option("--seed", options.seed, "Seed of the draws")->capture_default_str();
  parser->add_option("--limit", options.limit, "Candidates for each number; 0 = all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return {parser,
          [arguments](const Context& context) { return run_replacements(context, *arguments); }};
}

}  // namespace palermo::cli
