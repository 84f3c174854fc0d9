#include <fmt/format.h>

#include "analysis/network/answers.hpp"
#include "analysis/network/scan.hpp"
#include "core/base/time.hpp"

namespace palermo::network {
namespace {

std::string time_or_nothing(std::int64_t us) {
  return us == kNoTime ? std::string{} : core::format_utc(us);
}

const char* kind_word(NullKind kind) {
  switch (kind) {
    case NullKind::Directed:
      return "directed";
    case NullKind::Undirected:
      return "undirected";
    case NullKind::Curveball:
      return "curveball";
  }
  return "";
}

std::string null_method(const NullResult& null) {
  if (null.kind == NullKind::Curveball)
    return "bipartite curveball on the table of persons by events, 10 trades a person, then "
           "projected: each person keeps the number of events, each event the number of persons; "
           "the "
           "same searches inside every draw";
  return fmt::format(
      "degree-preserving {} swaps, at least 10 a tie where the degrees allow it; the same searches "
      "inside every draw",
      null.kind == NullKind::Directed ? "directed (mutual ties stay mutual)" : "undirected");
}

std::string null_caution(const Graph& graph, const NullResult& null) {
  std::string text =
      "A low p-value says that degrees and chance alone do not make such groups; it does not say "
      "that anybody agreed on anything.";
  if (graph.kind() == LayerKind::Relations && null.kind != NullKind::Curveball)
    text +=
        " The layer holds stated relations. If they were projected from who attended what "
        "(meetings, cells, shared handsets), every event of k persons makes a clique of k, swaps "
        "of "
        "single ties tear these apart, and p is too small: the fitting null model (bipartite "
        "curveball) needs the person-event table, which the layer does not hold.";
  if (null.draws > 0 && null.kind != NullKind::Curveball && null.swaps_per_tie < 10)
    text += fmt::format(
        " The degrees leave little choice: only {:.1f} swaps a tie were possible, so the draws "
        "resemble the data and the test has little power.",
        null.swaps_per_tie);
  return text;
}

void add_reading(const Groups& groups, v1::NetworkGroups& answer) {
  const NullResult& null = groups.null_model;
  if (null.draws == 0) return;
  answer.add_reading(fmt::format(
      "p is the share of networks made by chance, with the same degrees, in which the same search "
      "finds some set that stands out as much as this one; below {:.2f} chance is a poor "
      "explanation of the ties inside.",
      kSignificant));
  answer.add_reading(
      "p is not the probability that the group does not exist, and 1 - p not that it does: it says "
      "nothing about why the ties are there. A family, a shop or a school stands out as well.");
  answer.add_reading(
      "A group with a high p may exist all the same; its ties alone do not show it.");
  answer.add_reading(
      "A lead for an analyst. No element of article 2 UNTOC rests on it: structure, time and "
      "concert are shown by evidence about persons.");
}

}  // namespace

v1::NetworkGroups groups_answer(const Graph& graph, const Groups& groups,
                                const GroupOptions& options, bool has_halves) {
  v1::NetworkGroups answer;
  const Communities& search = groups.communities;
  answer.set_communities(search.count);
  answer.set_smaller_groups(groups.smaller);
  answer.set_isolates(groups.isolates);
  const bool shared = groups.null_model.kind == NullKind::Curveball;
  answer.set_community_method(fmt::format(
      "Leiden on {} modularity, each search to convergence, best of {} (seed {}): Q {:.4f}, worst "
      "{:.4f}; no group crosses components",
      shared ? "shared-event" : "unweighted", search.searches, options.seed, search.modularity,
      search.worst_modularity));
  answer.set_persons_rule(
      "lo = most members that all spoke with one another (answered calls only; two who spoke are "
      "two users); hi = members, each identifier taken for one user. Attributions, places and "
      "named "
      "persons are joined by `assess`.");
  answer.set_stability_method(
      has_halves
          ? "Jaccard overlap of the best matching communities found anew in each half of the period"
          : "not computed: no times stand behind the ties");
  v1::NetworkGroups::SeedSpread& spread = *answer.mutable_seed_spread();
  spread.set_searches(search.searches);
  spread.set_communities_min(search.least_count);
  spread.set_communities_max(search.most_count);
  spread.set_modularity_min(search.worst_modularity);
  spread.set_modularity_max(search.modularity);
  if (search.mean_rand) spread.set_mean_adjusted_rand(*search.mean_rand);
  if (search.least_rand) spread.set_min_adjusted_rand(*search.least_rand);
  answer.set_removal_method(
      shared
          ? "attendances of members taken away one at a time, each time the one that lowers the "
            "excess most for its records, the draws held fixed: an upper bound, fewer may do"
          : "ties are taken away with all their records, inside the group and elsewhere, in every "
            "combination that the test can tell apart, the draws held fixed: exact for the set as "
            "listed");
  std::uint32_t number = 0;
  std::uint32_t cores = 0;
  for (const Group& group : groups.groups) {
    v1::NetworkGroups::Group& out = *answer.add_groups();
    out.set_id(group.core ? fmt::format("C{}", ++cores) : fmt::format("G{}", ++number));
    out.set_kind(group.core ? "core" : "community");
    if (group.within) out.set_within(fmt::format("G{}", *group.within + 1));
    for (const std::uint32_t v : group.members) out.add_members(graph.nodes()[v].id);
    out.set_size(group.ties.members);
    out.set_modularity(group.ties.modularity);
    out.set_ties_inside(group.ties.inside);
    out.set_ties_outside(
        static_cast<std::uint32_t>(group.ties.degree_sum - 2ULL * group.ties.inside));
    out.set_excess(group.ties.excess);
    out.set_resolution(group.resolution);
    if (group.z) out.set_z(*group.z);
    if (group.p_value) {
      out.set_p_value(*group.p_value);
      out.set_size_band(band_name(band_of(group.ties.members)));
      out.set_null_mean(group.null_mean);
      out.set_null_sd(group.null_sd);
    }
    if (group.removals) {
      out.set_removals(static_cast<std::uint32_t>(group.removals->records));
      out.set_removals_exact(group.removals->exact);
    }
    if (group.seed_jaccard) out.set_seed_jaccard(*group.seed_jaccard);
    out.set_replicates(groups.null_model.draws);
    out.set_first_active(time_or_nothing(group.first_us));
    out.set_last_active(time_or_nothing(group.last_us));
    out.mutable_persons()->set_lo(group.persons.lo);
    out.mutable_persons()->set_hi(group.persons.hi);
    if (group.stability) out.set_stability(*group.stability);
  }
  v1::NetworkGroups::NullModel& null = *answer.mutable_null_model();
  const NullResult& result = groups.null_model;
  null.set_method(null_method(result));
  null.set_kind(kind_word(result.kind));
  null.set_replicates(result.draws);
  null.set_seed(static_cast<std::uint32_t>(options.seed));
  null.set_observed_modularity(search.modularity);
  null.set_null_mean(result.mean);
  null.set_null_sd(result.sd);
  if (result.z) null.set_z(*result.z);
  if (result.p_value) null.set_p_value(*result.p_value);
  null.set_swaps_per_tie(result.swaps_per_tie);
  if (result.transitivity) null.set_transitivity(*result.transitivity);
  if (result.transitivity_z) null.set_transitivity_z(*result.transitivity_z);
  if (result.transitivity_p) null.set_transitivity_p(*result.transitivity_p);
  null.set_transitivity_mean(result.transitivity_mean);
  null.set_transitivity_sd(result.transitivity_sd);
  for (const double resolution : result.resolutions) null.add_resolutions(resolution);
  null.set_statistic(
      "surprise = excess - log10 of the number of sets of this size, against the most surprising "
      "sets of this size in the draws; searched at several resolutions, because modularity alone "
      "cannot see small groups in large networks");
  null.set_correction(
      "single-step maxT (Westfall and Young 1993): each group is compared with the best set of any "
      "size of every draw, so the p-values hold for all groups together; p = (1 + k)/(N + 1)");
  null.set_caution(null_caution(graph, result));
  add_reading(groups, answer);
  answer.mutable_basis()->set_convention(fmt::format(
      "{}; communities and null model {}; groups of {} and more are listed; modularity of a group "
      "is its share of Q; excess = -log10 of the chance (binomial{}) that its degrees alone give "
      "so many ties inside",
      shared ? "persons tied by events that both attended, a tie weighs their number, isolates kept"
             : "undirected simple graph, both directions of a pair summed, loops dropped, isolates "
               "kept",
      shared ? "weighted by shared events" : "unweighted", options.min_size,
      shared ? "" : ", one tie a pair at most"));
  return answer;
}

}  // namespace palermo::network
