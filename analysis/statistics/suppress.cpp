#include "analysis/statistics/suppress.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace palermo::statistics {
namespace {

/// Counts as arcs of a circulation: source to row (total), row to column (cell), column to sink
/// (total), sink to source (total of everything). Where a total is not published its node is
/// merged.
struct Arc {
  std::size_t from;
  std::size_t to;
  Count* count;
};

struct Network {
  std::size_t nodes = 2;
  std::vector<Arc> arcs;
  std::vector<Count> unpublished;  // what is not printed at all is unknown like what is withheld
};

constexpr std::size_t kSource = 0;
constexpr std::size_t kSink = 1;

Network network_of(Table& table) {
  Network net;
  const bool by_row = !table.row_totals.empty();
  const bool by_column = !table.column_totals.empty();
  const auto row_node = [&](std::size_t r) { return by_row ? 2 + r : kSource; };
  const std::size_t first_column = 2 + (by_row ? table.rows.size() : 0);
  const auto column_node = [&](std::size_t c) { return by_column ? first_column + c : kSink; };
  net.nodes = first_column + (by_column ? table.columns.size() : 0);
  for (std::size_t r = 0; r < table.rows.size(); ++r)
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      net.arcs.push_back({row_node(r), column_node(c), &table.cells[r][c]});
  for (std::size_t r = 0; r < table.row_totals.size(); ++r)
    net.arcs.push_back({kSource, row_node(r), &table.row_totals[r]});
  for (std::size_t c = 0; c < table.column_totals.size(); ++c)
    net.arcs.push_back({column_node(c), kSink, &table.column_totals[c]});
  if (table.total) {
    net.arcs.push_back({kSink, kSource, &*table.total});
  } else {
    std::uint32_t sum = 0;
    for (const auto& row : table.cells)
      for (const Count& cell : row) sum += cell.value;
    net.unpublished.push_back({sum, true});
  }
  return net;
}

/// Maximum flow by shortest augmenting paths (Edmonds and Karp); the networks have a few dozen
/// arcs.
class Flow {
 public:
  explicit Flow(std::size_t nodes) : out_(nodes) {}
  void add(std::size_t from, std::size_t to, std::uint64_t capacity, std::uint64_t back) {
    out_[from].push_back(edges_.size());
    edges_.push_back({to, capacity});
    out_[to].push_back(edges_.size());
    edges_.push_back({from, back});
  }
  std::uint64_t from_to(std::size_t source, std::size_t sink) {
    std::uint64_t sum = 0;
    for (;;) {
      const std::uint64_t more = augment(source, sink);
      if (more == kUnbounded) return kUnbounded;
      if (more == 0) return sum;
      sum += more;
    }
  }

 private:
  struct Edge {
    std::size_t to;
    std::uint64_t capacity;
  };
  std::uint64_t augment(std::size_t source, std::size_t sink) {
    std::vector<std::optional<std::size_t>> by(out_.size());
    std::deque<std::size_t> queue{source};
    while (!queue.empty() && !by[sink]) {
      const std::size_t at = queue.front();
      queue.pop_front();
      for (const std::size_t edge : out_[at]) {
        const std::size_t to = edges_[edge].to;
        if (edges_[edge].capacity == 0 || by[to] || to == source) continue;
        by[to] = edge;
        queue.push_back(to);
      }
    }
    if (!by[sink]) return 0;
    std::uint64_t least = kUnbounded;
    for (std::size_t at = sink; at != source; at = edges_[*by[at] ^ 1].to)
      least = std::min(least, edges_[*by[at]].capacity);
    if (least == kUnbounded) return least;
    for (std::size_t at = sink; at != source; at = edges_[*by[at] ^ 1].to) {
      Edge& forward = edges_[*by[at]];
      Edge& back = edges_[*by[at] ^ 1];
      if (forward.capacity != kUnbounded) forward.capacity -= least;
      if (back.capacity != kUnbounded) back.capacity += least;
    }
    return least;
  }
  std::vector<Edge> edges_;
  std::vector<std::vector<std::size_t>> out_;
};

/// How far one arc can be raised, or lowered, when every other unknown arc may follow.
std::uint64_t slack(const Network& net, std::size_t arc, bool raise) {
  const Arc& of = net.arcs[arc];
  if (of.from == of.to) return kUnbounded;
  Flow flow{net.nodes};
  for (std::size_t i = 0; i < net.arcs.size(); ++i)
    if (i != arc && net.arcs[i].count->withheld)
      flow.add(net.arcs[i].from, net.arcs[i].to, kUnbounded,
               std::max(net.arcs[i].count->value, 1U) - 1);
  for (const Count& sum : net.unpublished) flow.add(kSink, kSource, kUnbounded, sum.value);
  return raise ? flow.from_to(of.to, of.from) : flow.from_to(of.from, of.to);
}

Bounds bounds_of(const Network& net, std::size_t arc) {
  const std::uint64_t value = net.arcs[arc].count->value;
  const std::uint64_t up = slack(net, arc, true);
  const std::uint64_t down = slack(net, arc, false);
  return {value - std::min(std::max<std::uint64_t>(value, 1) - 1, down),
          up == kUnbounded ? kUnbounded : value + up};
}

bool wide_enough(const Bounds& bounds, const Rule& rule) {
  return bounds.most == kUnbounded || bounds.most - bounds.least >= rule.width;
}

/// The first withheld arc that can be computed too narrowly.
std::optional<std::size_t> narrow_arc(const Network& net, const Rule& rule) {
  for (std::size_t i = 0; i < net.arcs.size(); ++i)
    if (net.arcs[i].count->withheld && !wide_enough(bounds_of(net, i), rule)) return i;
  return std::nullopt;
}

bool is_free(const Count& count) { return !count.withheld && !count.known && count.value > 0; }

/// What it costs the reader to lose a count, or to lean on one that is withheld already: totals are
/// missed most, and small counts give little room.
std::optional<std::uint64_t> cost_of(const Count& count, bool total, const Rule& rule) {
  constexpr std::uint64_t kTotal = 100'000;
  const std::uint64_t little_room = count.value <= rule.width ? 1'000 : 0;
  if (count.withheld) return little_room / 10;
  if (!is_free(count)) return std::nullopt;
  return count.value + little_room + (total ? kTotal : 0);
}

/// The published arcs on the cheapest ring through the narrow one (Bellman and Ford): with all of
/// them withheld, it can move. Empty where every ring leads over zeros or known counts.
std::vector<std::size_t> cheapest_ring(const Network& net, std::size_t narrow, std::size_t cells,
                                       const Rule& rule) {
  constexpr std::uint64_t kFar = kUnbounded / 2;
  std::vector<std::uint64_t> distance(net.nodes, kFar);
  std::vector<std::optional<std::size_t>> by(net.nodes);
  std::vector<std::size_t> before(net.nodes);
  const std::size_t start = net.arcs[narrow].to;
  const std::size_t end = net.arcs[narrow].from;
  distance[start] = 0;
  const auto relax = [&](std::size_t from, std::size_t to, std::uint64_t cost,
                         std::optional<std::size_t> arc) {
    if (distance[from] + cost >= distance[to]) return false;
    distance[to] = distance[from] + cost;
    by[to] = arc;
    before[to] = from;
    return true;
  };
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < net.arcs.size(); ++i) {
      const auto cost = cost_of(*net.arcs[i].count, i >= cells, rule);
      if (i == narrow || !cost) continue;
      again = relax(net.arcs[i].from, net.arcs[i].to, *cost, i) || again;
      again = relax(net.arcs[i].to, net.arcs[i].from, *cost, i) || again;
    }
    if (!net.unpublished.empty()) {
      again = relax(kSink, kSource, 0, std::nullopt) || again;
      again = relax(kSource, kSink, 0, std::nullopt) || again;
    }
  }
  std::vector<std::size_t> ring;
  if (distance[end] >= kFar) return ring;
  for (std::size_t at = end; at != start; at = before[at])
    if (by[at] && is_free(*net.arcs[*by[at]].count)) ring.push_back(*by[at]);
  return ring;
}

/// Where no ring helps any more: the smallest that meets the narrow one at an end, else of all.
std::optional<std::size_t> next_to_withhold(const Network& net, const Arc& narrow) {
  std::optional<std::size_t> best;
  const auto key = [&](std::size_t i) {
    const Arc& arc = net.arcs[i];
    const bool meets = arc.from == narrow.from || arc.to == narrow.to || arc.from == narrow.to ||
                       arc.to == narrow.from;
    return std::pair{!meets, arc.count->value};
  };
  for (std::size_t i = 0; i < net.arcs.size(); ++i)
    if (is_free(*net.arcs[i].count) && (!best || key(i) < key(*best))) best = i;
  return best;
}

}  // namespace

Table Table::make(std::string section, std::vector<std::string> rows,
                  std::vector<std::string> columns) {
  Table table;
  table.section = std::move(section);
  table.rows = std::move(rows);
  table.columns = std::move(columns);
  table.cells.assign(table.rows.size(), std::vector<Count>(table.columns.size()));
  if (table.columns.size() > 1) table.row_totals.resize(table.rows.size());
  if (table.rows.size() > 1) table.column_totals.resize(table.columns.size());
  if (table.rows.size() > 1 && table.columns.size() > 1) table.total = Count{};
  return table;
}

void Table::add_up() {
  for (Count& sum : row_totals) sum.value = 0;
  for (Count& sum : column_totals) sum.value = 0;
  if (total) total->value = 0;
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::uint32_t value = cells[r][c].value;
      if (!row_totals.empty()) row_totals[r].value += value;
      if (!column_totals.empty()) column_totals[c].value += value;
      if (total) total->value += value;
    }
}

std::vector<Bounds> attack(const Table& table) {
  Table copy = table;
  const Network net = network_of(copy);
  std::vector<Bounds> bounds;
  for (std::size_t i = 0; i < net.arcs.size(); ++i)
    if (net.arcs[i].count->withheld) bounds.push_back(bounds_of(net, i));
  return bounds;
}

std::vector<Count*> counts_of(Table& table) {
  std::vector<Count*> counts;
  for (const Arc& arc : network_of(table).arcs) counts.push_back(arc.count);
  return counts;
}

std::vector<bool> determined(const Table& table, const std::vector<bool>& known) {
  Table copy = table;
  const Network net = network_of(copy);
  std::vector<bool> out(net.arcs.size(), true);
  for (std::size_t i = 0; i < net.arcs.size(); ++i) {
    if (known[i]) continue;
    // An unknown change is free as soon as it lies on a ring of unknown changes.
    Flow flow{net.nodes};
    for (std::size_t j = 0; j < net.arcs.size(); ++j)
      if (j != i && !known[j]) flow.add(net.arcs[j].from, net.arcs[j].to, kUnbounded, kUnbounded);
    if (!net.unpublished.empty()) flow.add(kSink, kSource, kUnbounded, kUnbounded);
    out[i] = flow.from_to(net.arcs[i].to, net.arcs[i].from) == 0;
  }
  return out;
}

std::uint32_t suppress(Table& table, const Rule& rule) {
  const Network net = network_of(table);
  std::vector<std::size_t> complementary;
  for (const Arc& arc : net.arcs)
    if (arc.count->value > 0 && arc.count->value < rule.threshold) arc.count->withheld = true;
  while (const auto narrow = narrow_arc(net, rule)) {
    std::vector<std::size_t> more =
        cheapest_ring(net, *narrow, table.rows.size() * table.columns.size(), rule);
    if (more.empty())
      if (const auto next = next_to_withhold(net, net.arcs[*narrow])) more.push_back(*next);
    if (more.empty()) break;  // nothing but zeros is left to read
    for (const std::size_t each : more) net.arcs[each].count->withheld = true;
    complementary.insert(complementary.end(), more.begin(), more.end());
  }
  std::sort(complementary.begin(), complementary.end(), [&](std::size_t a, std::size_t b) {
    return net.arcs[a].count->value > net.arcs[b].count->value;
  });
  for (const std::size_t each : complementary) {
    net.arcs[each].count->withheld = false;
    if (narrow_arc(net, rule)) net.arcs[each].count->withheld = true;
  }
  return static_cast<std::uint32_t>(std::count_if(
      net.arcs.begin(), net.arcs.end(), [](const Arc& arc) { return arc.count->withheld; }));
}

}  // namespace palermo::statistics
