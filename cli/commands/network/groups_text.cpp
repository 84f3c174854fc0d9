#include <fmt/format.h>

#include <vector>

#include "cli/commands/network/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using Groups = v1::NetworkGroups;

std::string removals_text(const Groups::Group& group) {
  if (!group.has_removals()) return "-";
  return fmt::format("{}{}", group.removals_exact() ? "" : "<=", group.removals());
}

// At most 100 columns: what is not here stands in --json.
std::string table_of(const Groups& answer) {
  Rows rows{{"group", "in", "size", "persons", "ties", "out", "z", "p", "flips at", "seeds",
             "halves", "active"}};
  for (const auto& group : answer.groups()) {
    const std::string first = group.first_active().substr(0, 10);
    const std::string last = group.last_active().substr(0, 10);
    rows.push_back({group.id(), group.within(), std::to_string(group.size()),
                    fmt::format("{}-{}", group.persons().lo(), group.persons().hi()),
                    std::to_string(group.ties_inside()), std::to_string(group.ties_outside()),
                    group.has_z() ? fmt::format("{:.1f}", group.z()) : "-",
                    group.has_p_value() ? fmt::format("{:.4f}", group.p_value()) : "-",
                    removals_text(group),
                    group.has_seed_jaccard() ? fmt::format("{:.2f}", group.seed_jaccard()) : "-",
                    group.has_stability() ? fmt::format("{:.2f}", group.stability()) : "-",
                    first.empty() ? "" : first + " to " + last});
  }
  return core::table(rows) + "\n";
}

std::string windows_text(const Groups& answer) {
  if (answer.windows_size() == 0) return {};
  Rows rows{{"window", "from", "to", "nodes", "ties", "groups", "largest"}};
  for (int i = 0; i < answer.windows_size(); ++i) {
    const auto& window = answer.windows(i);
    rows.push_back(
        {fmt::format("W{}", i + 1), window.from().substr(0, 10), window.to().substr(0, 10),
         std::to_string(window.nodes()), std::to_string(window.ties()),
         std::to_string(window.groups_size()),
         window.groups_size() > 0 ? std::to_string(window.groups(0).members_size()) : "-"});
  }
  std::string text = "\n" + core::table(rows);
  Rows changes{{"into", "what", "before", "after", "Jaccard"}};
  const auto few = [](const google::protobuf::RepeatedPtrField<std::string>& ids) {
    return joined(ids, 4);
  };
  for (const auto& change : answer.changes())
    changes.push_back({fmt::format("W{}", change.window()), change.kind(), few(change.before()),
                       few(change.after()),
                       change.has_jaccard() ? fmt::format("{:.2f}", change.jaccard()) : "-"});
  if (answer.changes_size() > 0) text += "\n" + core::table(changes);
  return text + wrapped("Windows: " + answer.windows_method() + ".", 2);
}

std::string chance_text(const Groups& answer) {
  const auto& null = answer.null_model();
  if (null.replicates() == 0)
    return "Not tested against chance (no draws, or fewer than two ties).\n";
  std::string text = wrapped(
      fmt::format(
          "Chance alone? Modularity {:.4f}; {} draws (seed {}) gave {:.4f}, sd {:.4f}: z {}, "
          "p {}.",
          null.observed_modularity(), null.replicates(), null.seed(), null.null_mean(),
          null.null_sd(), null.has_z() ? fmt::format("{:.1f}", null.z()) : "undefined",
          null.has_p_value() ? fmt::format("{:.4f}", null.p_value()) : "undefined"),
      2);
  if (null.has_transitivity())
    text += wrapped(
        fmt::format(
            "Transitivity {:.4f}; the draws gave {:.4f}, sd {:.4f}: z {}, p {:.4f}.",
            null.transitivity(), null.transitivity_mean(), null.transitivity_sd(),
            null.has_transitivity_z() ? fmt::format("{:.1f}", null.transitivity_z()) : "undefined",
            null.transitivity_p()),
        2);
  for (const std::string& sentence : answer.reading()) text += wrapped(sentence, 2);
  text += wrapped("Null model: " + null.method() + ".", 2);
  text += wrapped("Statistic: " + null.statistic() + ".", 2);
  text += wrapped("Correction: " + null.correction() + ".", 2);
  text += wrapped("Caution: " + null.caution(), 2);
  return text + wrapped("Flips at: fewest records whose removal brings p to 0.05 or more; " +
                            answer.removal_method() + ".",
                        2);
}

}  // namespace

std::string groups_text(const v1::NetworkGroups& answer) {
  std::string text;
  if (answer.groups_size() == 0) {
    text = "No candidate group of the size asked for.\n";
  } else {
    text = table_of(answer);
    for (const auto& group : answer.groups())
      text += wrapped(group.id() + ": " + joined(group.members(), 30), 4);
  }
  text += fmt::format(
      "\n{} communities in all; {} smaller than the size asked for, {} of one. G: communities, C: "
      "denser cores.\n",
      answer.communities(), answer.smaller_groups(), answer.isolates());
  text += chance_text(answer);
  const auto& spread = answer.seed_spread();
  text += wrapped("Search: " + answer.community_method() + ".", 2);
  if (spread.has_mean_adjusted_rand())
    text += wrapped(
        fmt::format(
            "Seeds: {} searches gave {} to {} communities; adjusted Rand index between them "
            "{:.2f} on average, {:.2f} at worst. seeds = overlap (Jaccard; of a core: share "
            "kept together) with the best match, averaged over the searches.",
            spread.searches(), spread.communities_min(), spread.communities_max(),
            spread.mean_adjusted_rand(), spread.min_adjusted_rand()),
        2);
  text += wrapped("Persons: " + answer.persons_rule(), 2);
  text += wrapped("Halves: " + answer.stability_method() + ".", 2);
  return text + windows_text(answer) + basis_text(answer.basis());
}

}  // namespace palermo::cli
