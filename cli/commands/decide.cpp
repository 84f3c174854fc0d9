// `palermo decide`: a named officer settles a judgement term or overrides an element, with reasons.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/criteria/case_finding.hpp"
#include "cli/commands/all.hpp"

namespace palermo::cli {
namespace {

struct DecideOptions {
  std::string element;
  std::string outcome;
  std::string reason;
  std::string withdraw;
};

core::Status run_withdraw(const DecideOptions& options, const Context& context) {
  if (!options.element.empty() || !options.outcome.empty())
    return core::Error{core::ErrorCode::Usage,
                       "--withdraw: takes neither an element nor an outcome", std::nullopt,
                       "`palermo decide --withdraw DEC-1 --reason TEXT`"};
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_TRY(const v1::WithdrawalResult result,
              criteria::withdraw(session, options.withdraw, options.reason));
  context.answer(result, [&] {
    std::string text =
        fmt::format("{}: {} ({} decided as '{}' by {}) is withdrawn by {}, ledger entry {}\n",
                    result.decision_id(), result.withdrawn(), result.element(), result.outcome(),
                    result.decided_by(), result.by(), result.leaf_index());
    text += result.counts_now().empty()
                ? "No decision on this element counts now: the facts alone give its outcome.\n"
                : fmt::format("{}, the decision before it, counts again.\n", result.counts_now());
    text += "It is kept, and every later finding says that it was withdrawn.\n";
    return text;
  });
  return core::ok();
}

core::Status run_decide(const DecideOptions& options, const Context& context) {
  if (!options.withdraw.empty()) return run_withdraw(options, context);
  if (options.element.empty() || options.outcome.empty())
    return core::Error{core::ErrorCode::Usage,
                       options.element.empty() ? "element is required" : "--outcome is required",
                       std::nullopt,
                       "`palermo decide ELEMENT --outcome O --reason TEXT`, or --withdraw DEC-1"};
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_TRY(const v1::DecisionResult result,
              criteria::decide(session, options.element, options.outcome, options.reason));
  context.answer(result, [&] {
    std::string text =
        fmt::format("{}: {} decided as '{}' by {}, ledger entry {}\n", result.decision_id(),
                    result.element(), result.outcome(), result.by(), result.leaf_index());
    if (result.overrides())
      text +=
          "This element is no judgement term: the decision overrides what the facts give, and "
          "every "
          "finding says so.\n";
    return text;
  });
  return core::ok();
}

}  // namespace

Command add_decide(CLI::App& app) {
  auto options = std::make_shared<DecideOptions>();
  CLI::App* parser = app.add_subcommand(
      "decide", "Settle a judgement term such as \"substantial\", or override an element; signed");
  parser->add_option("element", options->element, "Element id, e.g. untoc.3.2.b");
  parser->add_option("--outcome", options->outcome, "indicated, not_indicated or undetermined");
  parser->add_option("--withdraw", options->withdraw,
                     "Instead: id of a decision that no longer counts, e.g. DEC-2");
  parser->add_option("--reason", options->reason, "Why, in words")->required();
  return {parser, [options](const Context& context) { return run_decide(*options, context); }};
}

}  // namespace palermo::cli
