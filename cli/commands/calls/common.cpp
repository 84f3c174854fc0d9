// palermo calls common
#include "analysis/calls/common.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/calls/selection.hpp"
#include "cli/commands/calls/subcommands.hpp"
#include "cli/commands/calls/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

struct CommonArguments {
  CallSelection selection;
  std::vector<std::string> numbers;
  calls::CommonOptions options;
  int limit = -1;
};

std::string common_text(const v1::CallsCommon& answer) {
  std::string text;
  std::string of;
  for (const auto& degree : answer.degrees())
    of += fmt::format("{}{} ({} contacts)", of.empty() ? "" : ", ",
                      core::printable(degree.number(), 40), degree.contacts());
  text += prose(fmt::format("{} contacts shared by at least {} of {}; {} of them hubs.",
                            answer.total(), answer.at_least(), of, answer.hubs()));
  if (answer.contacts_size() > 0) {
    TextRows rows{{"contact", "degree", "by chance", "with", "out", "in", "first (UTC)",
                   "last (UTC)", "first record"}};
    for (const auto& contact : answer.contacts())
      for (int i = 0; i < contact.sides_size(); ++i) {
        const auto& side = contact.sides(i);
        rows.push_back(
            {i == 0 ? contact.id() : "",
             i == 0 ? std::to_string(contact.contacts_of_it()) + (contact.hub() ? " hub" : "") : "",
             i == 0 && contact.has_chance_share() ? fmt::format("{:.3f}", contact.chance_share())
                                                  : "",
             side.number(), std::to_string(side.out()), std::to_string(side.in()),
             side.first().substr(0, 10), side.last().substr(0, 10),
             side.evidence_size() > 0 ? side.evidence(0) : "-"});
      }
    text += "\n" + core::table(rows);
    if (static_cast<std::uint32_t>(answer.contacts_size()) < answer.total())
      text += fmt::format("{} of {} contacts shown (--limit 0 shows all).\n",
                          answer.contacts_size(), answer.total());
  }
  for (const auto& direct : answer.direct())
    text += prose(fmt::format("{} and {} are in contact with each other: {} records [{}].",
                              core::printable(direct.a(), 40), core::printable(direct.b(), 40),
                              direct.records(), listed(direct.evidence(), 3)));
  if (answer.has_p_value())
    text += "\n" + prose(fmt::format("Shared {} contacts, {:.2f} expected by chance; statistic "
                                     "{:.3f}, {:.3f} expected, p {:.4f}.",
                                     answer.total(), answer.expected_contacts(), answer.observed(),
                                     answer.expected(), answer.p_value()));
  text += chance_text(answer.chance());
  text += prose(
      "degree: numbers it is in contact with. by chance: share of the draws in which so many of "
      "the numbers share this contact.");
  return text + calls_basis_text(answer.basis());
}

core::Status run_common(const Context& context, const CommonArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_calls(context));
  PALERMO_TRY(calls::Log log, load_calls(session, arguments.selection));
  v1::Access entry = calls_access("calls common", arguments.selection);
  entry.set_operation("COMBINE");
  PALERMO_TRY(const CallHops hops, CallHops::make(session, arguments.selection));
  std::vector<std::uint32_t> numbers;
  for (const std::string& named : arguments.numbers) {
    PALERMO_TRY(const std::uint32_t party, find_party(session, log, named));
    numbers.push_back(party);
    add_object(entry, log, party);
  }
  for (const std::uint32_t party : numbers)
    PALERMO_CHECK_OK(hops.require(session, entry, log.name_of(party)));
  const std::uint32_t left_out = hops.limit(log);
  PALERMO_TRY(const std::vector<std::string> same, apply_same(log, arguments.selection));
  calls::CommonOptions options = arguments.options;
  constexpr std::size_t kShownToPeople = 30;
  options.limit = arguments.limit >= 0 ? static_cast<std::size_t>(arguments.limit)
                  : context.json       ? 0
                                       : kShownToPeople;
  PALERMO_TRY(v1::CallsCommon answer, calls::common(log, numbers, options));
  for (const std::string& pair : same) answer.add_same(pair);
  answer.set_records_left_out(left_out);
  entry.set_result_count(answer.total());
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return common_text(answer); });
  return core::ok();
}

}  // namespace

Command add_calls_common(CLI::App* calls) {
  auto arguments = std::make_shared<CommonArguments>();
  calls::CommonOptions& options = arguments->options;
  CLI::App* parser = calls->add_subcommand(
      "common", "Contacts that several numbers share, and how many chance would give");
  parser->add_option("numbers", arguments->numbers, "Two or more numbers")
      ->required()
      ->expected(2, 1000);
  parser->add_option("--at-least", options.at_least, "Shared by so many of them; default: by all");
  add_call_period(parser, arguments->selection);
  add_with(parser, arguments->selection);
  add_same(parser, arguments->selection);
  add_relied_on(parser, arguments->selection);
  parser
      ->add_option("--hub", options.hub_share,
                   "A hub is in contact with more than this share of all numbers")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  parser->add_option("--draws", options.draws, "Draws of chance; 0 = none")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  parser->add_option("--seed", options.seed, "Seed of the draws")->capture_default_str();
  parser
      ->add_option("--limit", arguments->limit,
                   "Contacts listed; 0 = all; default: 30, with --json all")
      ->check(CLI::NonNegativeNumber);
  return {parser, [arguments](const Context& context) { return run_common(context, *arguments); }};
}

}  // namespace palermo::cli
