#include "analysis/network/ranked.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace palermo::network {
namespace {

struct Word {
  std::string_view category;
  std::string_view one;
  std::string_view many;
};
constexpr std::array kNotRanked = {
    Word{"smuggled_migrant", "smuggled migrant", "smuggled migrants"},
    Word{"victim", "victim", "victims"},
};

const Word* word_of(std::string_view category) {
  const auto found =
      std::find_if(kNotRanked.begin(), kNotRanked.end(),
                   [category](const Word& word) { return word.category == category; });
  return found == kNotRanked.end() ? nullptr : &*found;
}

constexpr std::string_view kBetween = ", ";
constexpr double kBelowAll = -1e300;  // ranks() compares by differences: no infinity

}  // namespace

bool may_rank(std::string_view category) {
  if (category.empty()) return true;
  while (true) {
    const std::size_t end = category.find(kBetween);
    if (word_of(category.substr(0, end)) == nullptr) return true;
    if (end == std::string_view::npos) return false;
    category.remove_prefix(end + kBetween.size());
  }
}

std::vector<char> rankable(const Graph& graph) {
  std::vector<char> may(graph.n());
  for (std::uint32_t v = 0; v < graph.n(); ++v)
    may[v] = may_rank(graph.nodes()[v].category) ? 1 : 0;
  return may;
}

std::string not_ranked_notice(const Graph& graph) {
  std::map<std::string_view, std::uint32_t> counts;  // by the first category
  std::uint32_t all = 0;
  for (const Node& node : graph.nodes()) {
    if (may_rank(node.category)) continue;
    ++all;
    ++counts[std::string_view{node.category}.substr(0, node.category.find(kBetween))];
  }
  if (all == 0) return {};
  std::string who;
  for (const auto& [category, count] : counts) {
    const Word* word = word_of(category);
    who += fmt::format("{}{} of {}", who.empty() ? "" : kBetween, count,
                       count == 1 ? word->one : word->many);
  }
  return fmt::format(
      "{} {} in the network and in no ranking, because contact makes nobody a suspect: {} "
      "[Smuggling Protocol art. 5; UNTOC art. 25]; a named human who states another category "
      "with `palermo entity set-category` changes that",
      all, all == 1 ? "node stands" : "nodes stand", who);
}

std::vector<double> among_ranked(std::vector<double> scores, const std::vector<char>& may) {
  for (std::size_t v = 0; v < scores.size(); ++v)
    if (may[v] == 0) scores[v] = kBelowAll;
  return scores;
}

}  // namespace palermo::network
