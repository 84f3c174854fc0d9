// palermo network blocks
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/network/structure.hpp"
#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string blocks_text(const v1::NetworkBlocks& answer) {
  Rows rows{{"block", "size", "ties inside", "degree sum"}};
  for (const auto& block : answer.blocks())
    rows.push_back({block.id(), std::to_string(block.size()), std::to_string(block.ties_inside()),
                    std::to_string(block.degree_sum())});
  std::string text = core::table(rows) + "\n";
  for (const auto& block : answer.blocks())
    text += wrapped(block.id() + ": " + joined(block.members(), 30), 4);
  Rows pairs{{"blocks", "ties", "from degrees alone"}};
  for (const auto& pair : answer.pairs())
    pairs.push_back({pair.a() + "-" + pair.b(), std::to_string(pair.ties()),
                     fmt::format("{:.1f}", pair.expected())});
  text += "\n" + core::table(pairs) + "\n";
  text += wrapped(
      fmt::format("{} block{}, {}; {:.1f} bits describe the ties, {:.1f} with one block (seed {}).",
                  answer.blocks_size(), answer.blocks_size() == 1 ? "" : "s",
                  answer.degree_corrected() ? "degree-corrected" : "without degree correction",
                  answer.description_bits(), answer.one_block_bits(), answer.seed()),
      2);
  for (const std::string& sentence : answer.reading()) text += wrapped(sentence, 2);
  text += wrapped("Method: " + answer.method() + ".", 2);
  text += examined_text(answer.examined(), answer.nodes(), answer.restricted_to());
  return text + basis_text(answer.basis());
}

struct BlocksArguments {
  Selection selection;
  std::uint32_t most = 12;
  std::uint32_t seed = 1;
};

core::Status run_blocks(const Context& context, const BlocksArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const network::LoadOptions options, options_of(session.db(), arguments.selection));
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), options));
  PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded.table));
  network::StructureOptions search;
  search.most_blocks = arguments.most;
  search.seed = arguments.seed;
  PALERMO_TRY(v1::NetworkBlocks answer, network::blocks_answer(graph, search));
  add_basis(*answer.mutable_basis(), loaded.basis);
  PALERMO_CHECK_OK(session.log_access(
      access("network blocks", "COMBINE", static_cast<std::uint64_t>(answer.blocks_size()))));
  context.answer(answer, [&] { return blocks_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_blocks(CLI::App* network) {
  CLI::App* blocks = network->add_subcommand(
      "blocks", "Blocks of nodes that are tied alike, as many as the ties pay for");
  auto search = std::make_shared<BlocksArguments>();
  add_selection(blocks, search->selection);
  blocks->add_option("--most", search->most, "Largest number of blocks tried")
      ->check(CLI::Range(1, 50))
      ->capture_default_str();
  blocks->add_option("--seed", search->seed, "Seed of every random step")->capture_default_str();
  return {blocks, [search](const Context& context) { return run_blocks(context, *search); }};
}

}  // namespace palermo::cli
