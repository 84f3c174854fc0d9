#include "analysis/network/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <unordered_map>

#include "analysis/network/load/contact.hpp"
#include "analysis/network/ranked.hpp"
#include "core/base/time.hpp"

namespace palermo::network {
namespace {

/// JSON writes counts of 32 bits as numbers.
std::uint32_t count32(std::uint64_t count) { return static_cast<std::uint32_t>(count); }

std::string day_text(std::int32_t day) { return core::format_date({day}); }

std::optional<double> jaccard(std::uint64_t both, std::uint64_t either) {
  if (either == 0) return std::nullopt;
  return static_cast<double>(both) / static_cast<double>(either);
}

/// Vertices of two graphs under common numbers, by id.
struct Common {
  std::vector<std::uint32_t> of_a, of_b;  // vertex → number
  std::vector<const Node*> nodes;         // by number
  std::vector<std::uint32_t> in_a, in_b;  // number → vertex, kNowhere where it is not there
  static constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();
};

Common number_nodes(const Graph& a, const Graph& b) {
  Common common;
  common.of_a.resize(a.n());
  common.of_b.resize(b.n());
  // Both are in the order of their ids.
  for (std::uint32_t u = 0, v = 0; u < a.n() || v < b.n();) {
    const bool left = v == b.n() || (u < a.n() && !id_less(b.nodes()[v].id, a.nodes()[u].id));
    const bool right = u == a.n() || (v < b.n() && !id_less(a.nodes()[u].id, b.nodes()[v].id));
    const auto number = static_cast<std::uint32_t>(common.nodes.size());
    common.nodes.push_back(left ? &a.nodes()[u] : &b.nodes()[v]);
    common.in_a.push_back(left ? u : Common::kNowhere);
    common.in_b.push_back(right ? v : Common::kNowhere);
    if (left) common.of_a[u++] = number;
    if (right) common.of_b[v++] = number;
  }
  return common;
}

struct Standing {
  std::vector<std::uint64_t> records;  // by vertex
  std::vector<std::uint32_t> rank;     // from 1, by degree, then records, then id
  std::vector<std::uint32_t> order;
};

Standing standing_of(const Graph& graph) {
  Standing out;
  out.records.assign(graph.n(), 0);
  for (const Edge& edge : graph.edges()) {
    out.records[edge.a] += edge.count;
    out.records[edge.b] += edge.count;
  }
  for (std::uint32_t v = 0; v < graph.n(); ++v)
    if (may_rank(graph.nodes()[v].category)) out.order.push_back(v);
  const auto key = [&](std::uint32_t v) { return std::pair{graph.degree(v), out.records[v]}; };
  std::stable_sort(out.order.begin(), out.order.end(),
                   [&](std::uint32_t x, std::uint32_t y) { return key(x) > key(y); });
  out.rank.resize(graph.n());
  for (std::uint32_t i = 0; i < out.order.size(); ++i)
    out.rank[out.order[i]] =
        i > 0 && key(out.order[i]) == key(out.order[i - 1]) ? out.rank[out.order[i - 1]] : i + 1;
  return out;
}

void set_jaccard(v1::NetworkComparison::Change& change) {
  if (const auto value = jaccard(change.stayed(), change.stayed() + change.came() + change.went()))
    change.set_jaccard(*value);
}

const char* word_of(bool in_a, bool in_b) { return in_a ? (in_b ? "stayed" : "went") : "came"; }

void fill_side(const ComparedSide& from, v1::NetworkComparison::Side& side) {
  side.set_name(from.name);
  std::uint32_t nodes = 0;
  for (std::uint32_t v = 0; v < from.graph->n(); ++v) nodes += from.graph->degree(v) > 0 ? 1 : 0;
  side.set_nodes(nodes);
  side.set_ties(from.graph->m());
  std::uint64_t records = 0;
  for (const Edge& edge : from.graph->edges()) records += edge.count;
  side.set_records(count32(records));
  *side.mutable_coverage() = from.coverage;
}

/// Whether the records of two windows can be compared; says why not.
void judge_coverage(v1::NetworkComparison& answer) {
  answer.set_comparable(true);
  const auto caution = [&answer](std::string text) {
    answer.set_comparable(false);
    answer.add_cautions(std::move(text));
  };
  const v1::RecordCoverage& a = answer.a().coverage();
  const v1::RecordCoverage& b = answer.b().coverage();
  for (const auto* side : {&answer.a(), &answer.b()}) {
    const v1::RecordCoverage& coverage = side->coverage();
    if (coverage.days_with_records() == 0)
      caution(side->name() +
              " has no records that carry a time: what is missing there may be "
              "missing from the records alone");
    else if (coverage.days_with_records() < coverage.days())
      caution(
          fmt::format("{} has records on {} of {} days: the other days are gaps in the records, "
                      "not silence",
                      side->name(), coverage.days_with_records(), coverage.days()));
  }
  if (a.days() != b.days())
    caution(
        fmt::format("the windows are {} and {} days long: the longer one shows more ties by its "
                    "length alone",
                    a.days(), b.days()));
  std::set<std::string> in_a, in_b;
  for (const auto& source : a.sources()) in_a.insert(source.source_id());
  for (const auto& source : b.sources()) in_b.insert(source.source_id());
  if (in_a == in_b) return;
  std::vector<std::string> only_a, only_b;
  std::set_difference(in_a.begin(), in_a.end(), in_b.begin(), in_b.end(),
                      std::back_inserter(only_a));
  std::set_difference(in_b.begin(), in_b.end(), in_a.begin(), in_a.end(),
                      std::back_inserter(only_b));
  std::string text = "other sources cover the two";
  if (!only_a.empty())
    text += fmt::format("; only {}: {}", answer.a().name(), fmt::join(only_a, ", "));
  if (!only_b.empty())
    text += fmt::format("; only {}: {}", answer.b().name(), fmt::join(only_b, ", "));
  caution(std::move(text));
}

}  // namespace

v1::RecordCoverage coverage_answer(const Coverage& coverage,
                                   const std::vector<std::string>& sources,
                                   std::optional<std::int64_t> from_us,
                                   std::optional<std::int64_t> to_us) {
  v1::RecordCoverage answer;
  std::map<std::int32_t, std::uint64_t> days;
  std::map<std::uint32_t, v1::RecordCoverage::Source> by_source;
  for (const auto& [key, records] : coverage.days()) {
    const auto& [number, day] = key;
    days[day] += records;
    v1::RecordCoverage::Source& source = by_source[number];
    if (source.source_id().empty()) {
      source.set_source_id(number < sources.size() ? sources[number] : "?");
      source.set_first_day(day_text(day));
    }
    source.set_last_day(day_text(day));
    source.set_days_with_records(source.days_with_records() + 1);
    source.set_records(count32(source.records() + records));
    answer.set_records(count32(answer.records() + records));
  }
  for (auto& [number, source] : by_source) *answer.add_sources() = std::move(source);
  answer.set_days_with_records(static_cast<std::uint32_t>(days.size()));
  if (days.empty() && (!from_us || !to_us)) return answer;
  std::int32_t first = from_us ? core::date_of(*from_us).days : days.begin()->first;
  std::int32_t last = to_us ? core::date_of(*to_us).days : days.rbegin()->first;
  // Records that begin before a window and reach into it count for the day on which they begin.
  if (!days.empty()) {
    first = std::min(first, days.begin()->first);
    last = std::max(last, days.rbegin()->first);
  }
  answer.set_first_day(day_text(first));
  answer.set_last_day(day_text(last));
  answer.set_days(static_cast<std::uint32_t>(last - first + 1));
  std::int32_t expected = first;
  const auto gap = [&](std::int32_t end) {
    if (expected < end)
      answer.add_gaps(end - expected == 1
                          ? day_text(expected)
                          : fmt::format("{} to {}", day_text(expected), day_text(end - 1)));
  };
  for (const auto& [day, records] : days) {
    gap(day);
    expected = day + 1;
  }
  gap(last + 1);
  return answer;
}

v1::NetworkComparison compare_networks(const ComparedSide& a, const ComparedSide& b, bool windows,
                                       std::uint32_t top, std::size_t most) {
  v1::NetworkComparison answer;
  fill_side(a, *answer.mutable_a());
  fill_side(b, *answer.mutable_b());
  const Graph& ga = *a.graph;
  const Graph& gb = *b.graph;
  const Common common = number_nodes(ga, gb);
  const Standing sa = standing_of(ga);
  const Standing sb = standing_of(gb);
  const auto degree = [](const Graph& graph, std::uint32_t v) {
    return v == Common::kNowhere ? 0U : graph.degree(v);
  };

  // Ties: both lists are sorted by the common numbers, since these follow the ids.
  v1::NetworkComparison::Change& ties = *answer.mutable_ties();
  std::vector<std::uint32_t> kept(common.nodes.size(), 0);
  struct Row {
    const Edge* in_a = nullptr;
    const Edge* in_b = nullptr;
    std::uint32_t u = 0, v = 0;
  };
  std::vector<Row> rows;
  const auto key_a = [&](std::size_t i) {
    const Edge& edge = ga.edges()[i];
    return std::pair{common.of_a[edge.a], common.of_a[edge.b]};
  };
  const auto key_b = [&](std::size_t i) {
    const Edge& edge = gb.edges()[i];
    return std::pair{common.of_b[edge.a], common.of_b[edge.b]};
  };
  for (std::size_t i = 0, k = 0; i < ga.m() || k < gb.m();) {
    const bool left = k == gb.m() || (i < ga.m() && key_a(i) <= key_b(k));
    const bool right = i == ga.m() || (k < gb.m() && key_b(k) <= key_a(i));
    Row row;
    std::tie(row.u, row.v) = left ? key_a(i) : key_b(k);
    if (left) row.in_a = &ga.edges()[i++];
    if (right) row.in_b = &gb.edges()[k++];
    if (left && right) {
      ties.set_stayed(ties.stayed() + 1);
      ++kept[row.u];
      ++kept[row.v];
    } else if (left) {
      ties.set_went(ties.went() + 1);
    } else {
      ties.set_came(ties.came() + 1);
    }
    rows.push_back(row);
  }
  set_jaccard(ties);
  const auto records = [](const Row& row) {
    return (row.in_a != nullptr ? row.in_a->count : 0) +
           (row.in_b != nullptr ? row.in_b->count : 0);
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& x, const Row& y) {
    const bool stayed_x = x.in_a != nullptr && x.in_b != nullptr;
    const bool stayed_y = y.in_a != nullptr && y.in_b != nullptr;
    return std::pair{stayed_y, records(x)} > std::pair{stayed_x, records(y)};
  });
  for (std::size_t i = 0; i < rows.size() && (most == 0 || i < most); ++i) {
    const Row& row = rows[i];
    v1::NetworkComparison::TieChange& change = *answer.add_tie_changes();
    change.set_a(common.nodes[row.u]->id);
    change.set_b(common.nodes[row.v]->id);
    change.set_change(word_of(row.in_a != nullptr, row.in_b != nullptr));
    std::int64_t first = kNoTime, last = kNoTime;
    for (const auto& [edge, graph] : {std::pair{row.in_a, &ga}, std::pair{row.in_b, &gb}}) {
      if (edge == nullptr) continue;
      if (edge == row.in_a) change.set_records_a(count32(edge->count));
      if (edge == row.in_b) change.set_records_b(count32(edge->count));
      for (const EvidenceRef& ref : edge->evidence) change.add_evidence(graph->name_of(ref));
      if (edge->first_us != kNoTime && (first == kNoTime || edge->first_us < first))
        first = edge->first_us;
      if (edge->last_us != kNoTime && (last == kNoTime || edge->last_us > last))
        last = edge->last_us;
    }
    if (first != kNoTime) change.set_first(core::format_utc(first));
    if (last != kNoTime) change.set_last(core::format_utc(last));
  }

  v1::NetworkComparison::Change& nodes = *answer.mutable_nodes();
  std::vector<std::uint32_t> moved;
  for (std::uint32_t i = 0; i < common.nodes.size(); ++i) {
    const bool in_a = degree(ga, common.in_a[i]) > 0;
    const bool in_b = degree(gb, common.in_b[i]) > 0;
    if (!in_a && !in_b) continue;
    if (may_rank(common.nodes[i]->category)) moved.push_back(i);
    if (in_a && in_b) nodes.set_stayed(nodes.stayed() + 1);
    if (in_a && !in_b) nodes.set_went(nodes.went() + 1);
    if (!in_a && in_b) nodes.set_came(nodes.came() + 1);
  }
  set_jaccard(nodes);
  const auto distance = [&](std::uint32_t i) {
    const std::int64_t x = degree(ga, common.in_a[i]), y = degree(gb, common.in_b[i]);
    return std::abs(x - y);
  };
  std::stable_sort(moved.begin(), moved.end(),
                   [&](std::uint32_t x, std::uint32_t y) { return distance(x) > distance(y); });
  for (std::size_t k = 0; k < moved.size() && (most == 0 || k < most); ++k) {
    const std::uint32_t i = moved[k];
    v1::NetworkComparison::NodeChange& change = *answer.add_node_changes();
    change.set_id(common.nodes[i]->id);
    change.set_label(common.nodes[i]->label);
    change.set_degree_a(degree(ga, common.in_a[i]));
    change.set_degree_b(degree(gb, common.in_b[i]));
    change.set_change(word_of(change.degree_a() > 0, change.degree_b() > 0));
    if (change.degree_a() > 0) {
      change.set_rank_a(sa.rank[common.in_a[i]]);
      change.set_records_a(count32(sa.records[common.in_a[i]]));
    }
    if (change.degree_b() > 0) {
      change.set_rank_b(sb.rank[common.in_b[i]]);
      change.set_records_b(count32(sb.records[common.in_b[i]]));
    }
    change.set_contacts_kept(kept[i]);
  }

  answer.set_top(top);
  std::set<std::uint32_t> best_a, best_b;
  for (std::size_t i = 0; i < std::min<std::size_t>(top, sa.order.size()); ++i)
    if (ga.degree(sa.order[i]) > 0) best_a.insert(common.of_a[sa.order[i]]);
  for (std::size_t i = 0; i < std::min<std::size_t>(top, sb.order.size()); ++i)
    if (gb.degree(sb.order[i]) > 0) best_b.insert(common.of_b[sb.order[i]]);
  std::uint64_t both = 0;
  for (const std::uint32_t i : best_a) both += best_b.contains(i) ? 1 : 0;
  if (const auto value = jaccard(both, best_a.size() + best_b.size() - both))
    answer.set_top_jaccard(*value);
  if (windows) {
    judge_coverage(answer);
  } else {
    answer.set_comparable(true);
    answer.add_cautions(
        "two layers are two ways of looking: a tie missing from one was perhaps never looked for "
        "there");
  }
  answer.add_cautions("absence of records is not absence of contact");
  for (const Graph* graph : {&ga, &gb})
    if (std::string left_out = not_ranked_notice(*graph); !left_out.empty()) {
      answer.add_cautions(std::move(left_out));
      break;
    }
  answer.set_method(fmt::format(
      "undirected pairs; a node counts where it has a tie; Jaccard = stayed / (stayed + came + "
      "went); top {} by degree, ties broken by records and id; ranks by degree, then records; "
      "equal "
      "ones share a rank",
      top));
  return answer;
}

}  // namespace palermo::network
