// palermo network compare
#include "analysis/network/compare.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::cli {
namespace {

struct CompareArguments {
  Selection selection;
  std::vector<std::string> with_layers;
  std::string with_from;
  std::string with_to;
  std::string at;
  std::uint32_t top = 10;
};

std::string name_of(const network::LoadOptions& options) {
  const auto day = [](std::int64_t us) {
    const std::string text = core::format_utc(us);
    return us % core::kUsPerDay == 0 || (us + 1) % core::kUsPerDay == 0 ? text.substr(0, 10) : text;
  };
  if (options.from_us && options.to_us) return day(*options.from_us) + " to " + day(*options.to_us);
  if (options.from_us) return "from " + day(*options.from_us) + " on";
  if (options.to_us) return "until " + day(*options.to_us);
  return "the whole period";
}

/// What the two sides are.
core::Result<bool> read_sides(store::Database& db, const CompareArguments& arguments,
                              network::LoadOptions& a, network::LoadOptions& b, std::string& name_a,
                              std::string& name_b) {
  PALERMO_TRY(a, options_of(db, arguments.selection));
  b = a;
  const bool second = !arguments.with_from.empty() || !arguments.with_to.empty();
  const bool layers = !arguments.with_layers.empty();
  const int ways = (second ? 1 : 0) + (layers ? 1 : 0) + (arguments.at.empty() ? 0 : 1);
  if (ways != 1)
    return core::Error{core::ErrorCode::Usage,
                       ways == 0 ? "nothing to compare with"
                                 : "--at, --with-from and --with-to, --with-layer "
                                   "are three ways to compare: give one",
                       std::nullopt,
                       "--at DAY compares before and after; --from A --to B --with-from C "
                       "--with-to D two periods; "
                       "--layer L --with-layer M two layers"};
  if (layers) {
    PALERMO_TRY(b.layers, layers_of(db, arguments.with_layers));
    name_a = a.layers.empty() ? "all layers" : fmt::format("{}", fmt::join(a.layers, ", "));
    name_b = fmt::format("{}", fmt::join(b.layers, ", "));
    return false;
  }
  if (second) {
    Selection with;
    with.from = arguments.with_from;
    with.to = arguments.with_to;
    PALERMO_TRY(const network::LoadOptions period, options_of(db, with));
    b.from_us = period.from_us;
    b.to_us = period.to_us;
  } else {
    const auto at = core::parse_date_or_instant(arguments.at, false);
    if (!at)
      return core::Error{core::ErrorCode::Usage, "--at: " + at.error().message, std::nullopt,
                         "e.g. 2031-03-04 or 2031-03-04T08:15:00Z"};
    if ((a.from_us && at->us <= *a.from_us) || (a.to_us && at->us > *a.to_us))
      return core::Error{core::ErrorCode::Usage, "--at does not lie between --from and --to"};
    a.to_us = at->us - 1;
    b.from_us = at->us;
  }
  name_a = name_of(a);
  name_b = name_of(b);
  return true;
}

std::string coverage_text(const v1::NetworkComparison::Side& side) {
  const v1::RecordCoverage& coverage = side.coverage();
  std::string text = fmt::format("{}: ", side.name());
  if (coverage.days_with_records() == 0) return text + "no record carries a time.\n";
  text += fmt::format("records on {} of {} days, ", coverage.days_with_records(), coverage.days());
  for (int i = 0; i < coverage.sources_size() && i < 6; ++i)
    text += fmt::format("{}{} ({} to {})", i > 0 ? ", " : "", coverage.sources(i).source_id(),
                        coverage.sources(i).first_day(), coverage.sources(i).last_day());
  if (coverage.sources_size() > 6)
    text += fmt::format(" and {} more sources", coverage.sources_size() - 6);
  return core::wrapped(text + ".", 98, 2) + "\n";
}

std::string compare_text(const v1::NetworkComparison& answer) {
  constexpr int kMost = 12;
  const auto ratio = [](bool has, double value) {
    return has ? fmt::format("{:.3f}", value) : std::string{"-"};
  };
  std::string text =
      core::wrapped(fmt::format("a: {}; b: {}.", answer.a().name(), answer.b().name()), 98, 2) +
      "\n";
  using Rows = std::vector<std::vector<std::string>>;
  Rows rows{{"", "in a", "in b", "stayed", "went", "came", "Jaccard"}};
  const auto row = [&](const char* what, std::uint32_t a, std::uint32_t b,
                       const v1::NetworkComparison::Change& change) {
    rows.push_back({what, std::to_string(a), std::to_string(b), std::to_string(change.stayed()),
                    std::to_string(change.went()), std::to_string(change.came()),
                    ratio(change.has_jaccard(), change.jaccard())});
  };
  row("nodes", answer.a().nodes(), answer.b().nodes(), answer.nodes());
  row("ties", answer.a().ties(), answer.b().ties(), answer.ties());
  rows.push_back({fmt::format("top {}", answer.top()), "", "", "", "", "",
                  ratio(answer.has_top_jaccard(), answer.top_jaccard())});
  rows.push_back({"records", std::to_string(answer.a().records()),
                  std::to_string(answer.b().records()), "", "", "", ""});
  text += core::table(rows) + "\n";
  if (answer.node_changes_size() > 0) {
    Rows nodes{{"node", "", "degree a", "b", "rank a", "b", "records a", "b", "contacts kept"}};
    for (int i = 0; i < answer.node_changes_size() && i < kMost; ++i) {
      const auto& node = answer.node_changes(i);
      nodes.push_back({core::printable(node.id(), 30), node.change(),
                       std::to_string(node.degree_a()), std::to_string(node.degree_b()),
                       node.has_rank_a() ? std::to_string(node.rank_a()) : "-",
                       node.has_rank_b() ? std::to_string(node.rank_b()) : "-",
                       std::to_string(node.records_a()), std::to_string(node.records_b()),
                       std::to_string(node.contacts_kept())});
    }
    text += core::table(nodes);
  }
  if (answer.tie_changes_size() > 0) {
    Rows ties{{"tie", "", "records a", "b", "evidence (first few)"}};
    int shown = 0;
    for (const auto& tie : answer.tie_changes()) {
      if (shown++ == kMost) break;
      std::string evidence;
      for (int k = 0; k < tie.evidence_size() && k < 3; ++k)
        evidence += (k > 0 ? ", " : "") + tie.evidence(k);
      ties.push_back({core::printable(tie.a(), 18) + " - " + core::printable(tie.b(), 18),
                      tie.change(), std::to_string(tie.records_a()),
                      std::to_string(tie.records_b()), core::printable(evidence, 40)});
    }
    text += "\n" + core::table(ties);
    text +=
        fmt::format("Those that moved most, {} of {} nodes and {} of {} ties; --json has all.\n",
                    std::min(kMost, answer.node_changes_size()), answer.node_changes_size(),
                    std::min(kMost, answer.tie_changes_size()), answer.tie_changes_size());
  }
  text +=
      fmt::format("\nCoverage: {}.\n", answer.comparable() ? "nothing speaks against the comparison"
                                                           : "the two are not covered alike");
  text += coverage_text(answer.a()) + coverage_text(answer.b());
  for (const std::string& caution : answer.cautions())
    text += core::wrapped("Caution: " + caution + ".", 98, 2) + "\n";
  v1::Basis basis = answer.b().basis();
  basis.set_convention(answer.method());
  return text + core::wrapped(fmt::format("a computed on: {}.", answer.a().basis().text()), 98, 2) +
         "\n" + basis_text(basis);
}

core::Status run_compare(const Context& context, const CompareArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  network::LoadOptions first, second;
  std::string name_a, name_b;
  PALERMO_TRY(const bool windows,
              read_sides(session.db(), arguments, first, second, name_a, name_b));
  PALERMO_TRY(const network::LoadedNetwork a, network::load(session.db(), first));
  PALERMO_TRY(const network::LoadedNetwork b, network::load(session.db(), second));
  PALERMO_TRY(const network::Graph graph_a, network::Graph::make(a.table));
  PALERMO_TRY(const network::Graph graph_b, network::Graph::make(b.table));
  const auto coverage = [](const network::LoadedNetwork& loaded,
                           const network::LoadOptions& options) {
    return network::coverage_answer(loaded.coverage, loaded.table.names.sources, options.from_us,
                                    options.to_us);
  };
  const std::size_t most = context.json ? 0 : 100'000;
  v1::NetworkComparison answer = network::compare_networks({name_a, &graph_a, coverage(a, first)},
                                                           {name_b, &graph_b, coverage(b, second)},
                                                           windows, arguments.top, most);
  *answer.mutable_a()->mutable_basis() = a.basis;
  *answer.mutable_b()->mutable_basis() = b.basis;
  for (v1::Basis* basis :
       {answer.mutable_a()->mutable_basis(), answer.mutable_b()->mutable_basis()})
    basis->set_convention(answer.method());
  PALERMO_CHECK_OK(session.log_access(access(
      "network compare", "COMBINE",
      answer.nodes().stayed() + answer.nodes().came() + std::uint64_t{answer.nodes().went()})));
  context.answer(answer, [&] { return compare_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_compare(CLI::App* network) {
  CLI::App* compare = network->add_subcommand(
      "compare", "Two periods or two layers: who and what came, went and stayed");
  auto sides = std::make_shared<CompareArguments>();
  add_selection(compare, sides->selection);
  compare->add_option("--at", sides->at, "Compare before this day or instant with from it on");
  compare->add_option("--with-from", sides->with_from, "First day or instant of the other period");
  compare->add_option("--with-to", sides->with_to, "Last day or instant of the other period");
  compare->add_option("--with-layer", sides->with_layers, "The other layer, or layers with commas")
      ->allow_extra_args(false);
  compare->add_option("--top", sides->top, "Best connected nodes compared as a set")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  return {compare, [sides](const Context& context) { return run_compare(context, *sides); }};
}

}  // namespace palermo::cli
