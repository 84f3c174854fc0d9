// palermo network changes
#include "analysis/network/changes.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/network/load.hpp"
#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

struct ChangesArguments {
  Selection selection;
  std::string unit = "auto";
  network::ChangeOptions options;
  std::uint32_t seed = 1;
};

std::string changes_text(const v1::NetworkChanges& answer) {
  constexpr int kMost = 62;
  using Rows = std::vector<std::vector<std::string>>;
  Rows rows{{answer.unit() + " from", "records", "ties", "nodes", "new ties", "new nodes",
             "all ties", "all nodes", "sources", "change"}};
  const int skipped = std::max(0, answer.periods_size() - kMost);
  for (int i = skipped; i < answer.periods_size(); ++i) {
    const auto& period = answer.periods(i);
    std::string changed;
    for (const auto& change : answer.changes())
      if (change.at() == period.from()) changed += (changed.empty() ? "" : ", ") + change.series();
    rows.push_back({period.from(), std::to_string(period.records()), std::to_string(period.ties()),
                    std::to_string(period.nodes()), std::to_string(period.new_ties()),
                    std::to_string(period.new_nodes()), std::to_string(period.all_ties()),
                    std::to_string(period.all_nodes()), std::to_string(period.sources()), changed});
  }
  std::string text = core::table(rows);
  if (skipped > 0)
    text +=
        fmt::format("The first {} {}s are not shown; --json has all.\n", skipped, answer.unit());
  text += "\n";
  if (answer.changes().empty()) {
    text += "No change passed the test.\n";
  } else {
    for (const auto& change : answer.changes()) {
      std::string line = fmt::format("{}: {}: {} (gain {:.3g}, p {:.4f}, p_all {:.4f})",
                                     change.at(), change.series(), change.text(), change.gain(),
                                     change.p_value(), change.p_all());
      for (int i = 0; i < change.movers_size(); ++i)
        line +=
            fmt::format("{} {} {:.1f} > {:.1f}", i == 0 ? "; records a period moved most:" : ",",
                        core::printable(change.movers(i).id(), 40), change.movers(i).before(),
                        change.movers(i).after());
      text += core::wrapped(line + ".", 98, 2) + "\n";
    }
  }
  std::string tested;
  for (const auto& series : answer.series())
    tested += fmt::format("{}{} {}", tested.empty() ? "" : "; ", series.name(),
                          series.has_best_split()
                              ? fmt::format("{} (p {:.4f})", series.best_split(), series.p_value())
                              : "none");
  text += core::wrapped("Best split of each series, passed or not: " + tested + ".", 98, 2) + "\n";
  const v1::RecordCoverage& coverage = answer.coverage();
  if (coverage.days_with_records() > 0)
    text += core::wrapped(
                fmt::format("Records on {} of {} days, {} to {}.", coverage.days_with_records(),
                            coverage.days(), coverage.first_day(), coverage.last_day()),
                98, 2) +
            "\n";
  for (int i = 0; i < coverage.gaps_size() && i < 10; ++i)
    text += fmt::format("Gap in the records: {}.\n", coverage.gaps(i));
  if (coverage.gaps_size() > 10)
    text += fmt::format("And {} more gaps (--json has all).\n", coverage.gaps_size() - 10);
  for (const std::string& caution : answer.cautions())
    text += core::wrapped("Caution: " + caution + ".", 98, 2) + "\n";
  v1::Basis basis = answer.basis();
  basis.set_convention(answer.method());
  return text + basis_text(basis);
}

core::Status run_changes(const Context& context, const ChangesArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(network::LoadOptions options, options_of(session.db(), arguments.selection));
  options.by_day = true;
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), options));
  network::ChangeOptions search = arguments.options;
  search.seed = arguments.seed;
  if (arguments.unit == "day") search.unit = network::Unit::Day;
  if (arguments.unit == "week") search.unit = network::Unit::Week;
  PALERMO_TRY(v1::NetworkChanges answer,
              network::find_changes(loaded.table, loaded.coverage, search));
  answer.mutable_basis()->set_convention(answer.method());
  add_basis(*answer.mutable_basis(), loaded.basis);
  PALERMO_CHECK_OK(session.log_access(
      access("network changes", "COMBINE", static_cast<std::uint64_t>(answer.changes_size()))));
  context.answer(answer, [&] { return changes_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_changes(CLI::App* network) {
  CLI::App* changes = network->add_subcommand(
      "changes", "Ties and nodes by day or week, growth, and when the network changed");
  auto arguments = std::make_shared<ChangesArguments>();
  add_selection(changes, arguments->selection);
  changes->add_option("--unit", arguments->unit, "auto: days, weeks above 400 days")
      ->check(CLI::IsMember({"auto", "day", "week"}))
      ->capture_default_str();
  changes->add_option("--draws", arguments->options.draws, "Permutations of each test")
      ->check(CLI::Range(99, 100'000))
      ->capture_default_str();
  changes->add_option("--alpha", arguments->options.alpha, "Largest p of a change that is reported")
      ->check(CLI::Range(0.0001, 0.5))
      ->capture_default_str();
  changes->add_option("--seed", arguments->seed, "Seed of every random step")
      ->capture_default_str();
  return {changes,
          [arguments](const Context& context) { return run_changes(context, *arguments); }};
}

}  // namespace palermo::cli
