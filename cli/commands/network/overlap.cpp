// palermo network overlap
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <deque>
#include <memory>

#include "analysis/network/compare.hpp"
#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

struct OverlapArguments {
  Selection selection;
  std::uint32_t draws = 200;
  std::uint32_t seed = 1;
};

std::string overlap_text(const v1::NetworkOverlap& answer) {
  const auto ratio = [](bool has, double value, const char* format = "{:.3f}") {
    return has ? fmt::format(fmt::runtime(format), value) : std::string{"-"};
  };
  using Rows = std::vector<std::vector<std::string>>;
  Rows layers{{"layer", "nodes", "ties", "records"}};
  for (const auto& layer : answer.layers())
    layers.push_back({core::printable(layer.name(), 40), std::to_string(layer.nodes()),
                      std::to_string(layer.ties()), std::to_string(layer.records())});
  std::string text = core::table(layers) + "\n";
  for (const auto& pair : answer.pairs()) {
    text +=
        fmt::format("{} and {}\n", core::printable(pair.a(), 40), core::printable(pair.b(), 40));
    Rows rows{{"", "shared", "Jaccard", "only first", "only second", "by chance: even", "p",
               "degrees kept", "z", "p"}};
    rows.push_back({"nodes", std::to_string(pair.shared_nodes()),
                    ratio(pair.has_node_jaccard(), pair.node_jaccard()), "", "", "", "", "", "",
                    ""});
    rows.push_back({"ties", std::to_string(pair.shared_ties()),
                    ratio(pair.has_tie_jaccard(), pair.tie_jaccard()),
                    std::to_string(pair.only_a()), std::to_string(pair.only_b()),
                    ratio(pair.has_expected_uniform(), pair.expected_uniform(), "{:.1f}"),
                    ratio(pair.has_p_uniform(), pair.p_uniform(), "{:.2g}"),
                    ratio(pair.has_expected_degrees(), pair.expected_degrees(), "{:.1f}"),
                    ratio(pair.has_z(), pair.z(), "{:.1f}"),
                    ratio(pair.has_p_degrees(), pair.p_degrees(), "{:.4f}")});
    text += core::table(rows);
    text += core::wrapped(
                fmt::format("Among the {} shared nodes the first layer has {} ties, the "
                            "second {}.",
                            pair.shared_nodes(), pair.among_shared_a(), pair.among_shared_b()),
                98, 2) +
            "\n";
    for (const std::string& caution : pair.cautions())
      text += core::wrapped("Caution: " + caution + ".", 98, 2) + "\n";
    constexpr int kMost = 8;
    for (int i = 0; i < pair.ties_size() && i < kMost; ++i) {
      const auto& tie = pair.ties(i);
      text += fmt::format("  {} - {}: {} records and {}\n", core::printable(tie.a(), 30),
                          core::printable(tie.b(), 30), tie.records_a(), tie.records_b());
    }
    if (pair.ties_size() > kMost)
      text += fmt::format("  and {} more shared ties (--json has all)\n", pair.ties_size() - kMost);
    text += "\n";
  }
  v1::Basis basis = answer.basis();
  basis.set_convention(answer.method());
  text += core::wrapped(
      "A tie missing from a layer was perhaps never looked for there: absence of records is not "
      "absence of contact.",
      98, 2);
  return text + "\n" + basis_text(basis);
}

core::Status run_overlap(const Context& context, const OverlapArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const network::LoadOptions options, options_of(session.db(), arguments.selection));
  PALERMO_TRY(const network::LoadedNetwork all, network::load(session.db(), options));
  std::vector<std::string> names = options.layers;
  if (names.empty())
    for (const network::Layer& layer : all.layers)
      if (!layer.apart) names.push_back(layer.name);
  if (names.size() < 2)
    return core::Error{core::ErrorCode::Usage,
                       fmt::format("two layers or more are compared, here {} {}", names.size(),
                                   names.size() == 1 ? "is" : "are"),
                       std::nullopt, "`palermo network summary` lists the layers of the case"};
  std::deque<network::Graph> graphs;
  std::vector<network::OverlapLayer> layers;
  for (const std::string& name : names) {
    network::LoadOptions one = options;
    one.layers = {name};
    PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), one));
    PALERMO_TRY(network::Graph graph, network::Graph::make(loaded.table));
    graphs.push_back(std::move(graph));
    layers.push_back({name, &graphs.back()});
  }
  PALERMO_TRY(v1::NetworkOverlap answer,
              network::overlap(layers, arguments.draws, arguments.seed, context.json ? 0 : 1'000));
  answer.mutable_basis()->set_convention(answer.method());
  add_basis(*answer.mutable_basis(), all.basis);
  PALERMO_CHECK_OK(session.log_access(
      access("network overlap", "COMBINE", static_cast<std::uint64_t>(answer.pairs_size()))));
  context.answer(answer, [&] { return overlap_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_overlap(CLI::App* network) {
  CLI::App* overlap = network->add_subcommand(
      "overlap", "What every two layers share, and what chance would let them share");
  auto arguments = std::make_shared<OverlapArguments>();
  add_selection(overlap, arguments->selection);
  overlap->add_option("--draws", arguments->draws, "Rewired networks for each pair; 0: none")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  overlap->add_option("--seed", arguments->seed, "Seed of every random step")
      ->capture_default_str();
  return {overlap,
          [arguments](const Context& context) { return run_overlap(context, *arguments); }};
}

}  // namespace palermo::cli
