#include "cli/commands/network/draw_gather.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "analysis/network/answers.hpp"
#include "analysis/network/groups.hpp"
#include "analysis/network/layout.hpp"
#include "analysis/network/two_mode.hpp"
#include "cli/commands/network/draw_users.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::cli {
namespace {

/// Lines whose look the legend can tell apart; further layers share the last.
constexpr std::size_t kMostLayers = 6;

using Pair = std::pair<std::uint32_t, std::uint32_t>;

/// One pair in one layer.
struct LayerSum {
  double strength = 0;
  std::uint64_t records = 0;
  std::int64_t first_us = network::kNoTime, last_us = network::kNoTime;
};

std::string period_of(const LayerSum& sum) {
  if (sum.first_us == network::kNoTime) return {};
  const std::string first = core::format_date(core::date_of(sum.first_us));
  const std::string last = core::format_date(core::date_of(sum.last_us));
  return first == last ? "; " + first : fmt::format("; {} to {}", first, last);
}

class Gatherer {
 public:
  Gatherer(session::Session& session, const DrawArguments& arguments, const PictureCase& of)
      : session_{&session}, arguments_{&arguments}, of_{&of} {}

  core::Result<GatheredNetwork> run() {
    out_.entry = access("network draw", "COMBINE", 0);
    if (arguments_->ego.empty()) {
      PALERMO_TRY(options_, options_of(session_->db(), arguments_->selection));
      PALERMO_TRY(loaded_, network::load(session_->db(), options_));
    } else {
      PALERMO_CHECK_OK(load_ego());
    }
    PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded_.table));
    graph_ = &graph;
    PALERMO_CHECK_OK(choose());
    PALERMO_CHECK_OK(add_layers());
    if (arguments_->groups) PALERMO_CHECK_OK(add_groups());
    if (arguments_->users)
      PALERMO_CHECK_OK(add_users(*session_, options_, *of_, drawn_, numbers_, out_));
    PALERMO_CHECK_OK(place());
    fill_answer();
    return std::move(out_);
  }

 private:
  core::Status load_ego() {
    PALERMO_TRY(chaining_,
                load_for_chaining(*session_, arguments_->selection, arguments_->authorization));
    options_ = chaining_.options;
    PALERMO_TRY(const network::Graph whole, network::Graph::make(chaining_.whole.table));
    PALERMO_TRY(const Seed seed, find_seed(*session_, chaining_, whole, arguments_->ego));
    budget_ = network::HopBudget::make(chaining_.whole.table, chaining_.authorizations);
    const network::HopDecision decision = decide(budget_, seed, arguments_->authorization);
    const std::uint32_t allowed = decision.unlimited ? arguments_->hops : decision.allowed;
    out_.entry.set_operation("CONSULT");
    for (const std::string& object : seed.objects) out_.entry.add_objects(object);
    out_.entry.set_authorization_id(arguments_->authorization);
    out_.entry.set_hops_requested(arguments_->hops);
    out_.entry.set_hops_allowed(allowed);
    if (arguments_->hops > allowed)
      return session_->refuse(out_.entry, "SC02", why_refused(decision, arguments_->hops),
                              what_opens(allowed));
    PALERMO_TRY(loaded_,
                walkable(*session_, chaining_, &budget_, arguments_->authorization, left_out_));
    add_left_out(loaded_.basis, left_out_);
    ego_ = seed.node;
    out_.answer.set_ego(seed.node);
    out_.answer.set_hops(arguments_->hops);
    out_.answer.set_hops_allowed(allowed);
    out_.answer.set_hops_unlimited(decision.unlimited);
    out_.answer.set_records_left_out(left_out_);
    return core::ok();
  }

  core::Status choose() {
    std::vector<std::uint32_t> order(graph_->n()), edges(graph_->m());
    std::iota(order.begin(), order.end(), 0U);
    std::iota(edges.begin(), edges.end(), 0U);
    std::vector<std::uint32_t> hop(graph_->n(), 0);
    if (!ego_.empty()) {
      PALERMO_TRY(const std::uint32_t vertex, find_selected(*graph_, ego_));
      PALERMO_TRY(const network::EgoNetwork ego,
                  network::ego_network(*graph_, vertex, arguments_->hops));
      for (std::size_t i = 0; i < ego.vertices.size(); ++i) hop[ego.vertices[i]] = ego.hops[i];
      order = ego.vertices;
      edges = ego.edges;
    }
    out_.answer.set_nodes(static_cast<std::uint32_t>(order.size()));
    out_.answer.set_ties(static_cast<std::uint32_t>(edges.size()));
    std::vector<double> strength(graph_->n(), 0);
    for (const network::Edge& edge : graph_->edges()) {
      strength[edge.a] += edge.weight;
      strength[edge.b] += edge.weight;
    }
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
      if (hop[x] != hop[y]) return hop[x] < hop[y];
      if (graph_->degree(x) != graph_->degree(y)) return graph_->degree(x) > graph_->degree(y);
      return strength[x] != strength[y] ? strength[x] > strength[y] : x < y;
    });
    if (order.size() > arguments_->top) order.resize(arguments_->top);
    std::sort(order.begin(), order.end());
    for (const std::uint32_t v : order) add_node(v);
    choose_ties(std::move(edges));
    say_rule();
    return core::ok();
  }

  void add_node(std::uint32_t v) {
    const network::Node& node = graph_->nodes()[v];
    drawn_.emplace(node.id, static_cast<std::uint32_t>(out_.drawing.nodes.size()));
    draw::NetworkNode& shown = out_.drawing.nodes.emplace_back();
    shown.kind = draw::node_kind_of(node.kind);
    shown.label = label_of(*of_, node);
    shown.contacts = graph_->degree(v);
    shown.named = shown.kind == draw::NodeKind::Person ||
                  shown.kind == draw::NodeKind::Organisation ||
                  (!node.label.empty() && node.label != node.id) || node.kind == "label";
    shown.ego = node.id == ego_;
    shown.title = fmt::format("{}; {}; tied to {}", core::printable(shown.label, 80),
                              core::printable(node.kind, 30), shown.contacts);
  }

  void choose_ties(std::vector<std::uint32_t> edges) {
    const auto& all = graph_->edges();
    edges.erase(std::remove_if(edges.begin(), edges.end(),
                               [&](std::uint32_t e) {
                                 return !drawn_.contains(graph_->nodes()[all[e].a].id) ||
                                        !drawn_.contains(graph_->nodes()[all[e].b].id);
                               }),
                edges.end());
    between_ = edges.size();
    std::stable_sort(edges.begin(), edges.end(), [&](std::uint32_t x, std::uint32_t y) {
      return all[x].weight != all[y].weight ? all[x].weight > all[y].weight : x < y;
    });
    if (edges.size() > arguments_->most_ties) edges.resize(arguments_->most_ties);
    for (const std::uint32_t e : edges)
      pairs_.emplace(pair_of(all[e]), std::map<std::size_t, LayerSum>{});
    out_.answer.set_ties_shown(static_cast<std::uint32_t>(pairs_.size()));
    out_.answer.set_nodes_shown(static_cast<std::uint32_t>(out_.drawing.nodes.size()));
  }

  [[nodiscard]] Pair pair_of(const network::Edge& edge) const {
    return std::minmax(drawn_.at(graph_->nodes()[edge.a].id),
                       drawn_.at(graph_->nodes()[edge.b].id));
  }

  void say_rule() {
    const v1::NetworkPicture& answer = out_.answer;
    std::string rule = fmt::format("{} of {} nodes and {} of {} ties", answer.nodes_shown(),
                                   answer.nodes(), answer.ties_shown(), answer.ties());
    rule += !ego_.empty() ? fmt::format(" within {} hop{} of the ringed node", arguments_->hops,
                                        arguments_->hops == 1 ? "" : "s")
                          : std::string{" of the selection"};
    if (answer.nodes_shown() < answer.nodes())
      rule += fmt::format(
          "; left out: nodes beyond the {} {}(--top {}), and their ties", answer.nodes_shown(),
          ego_.empty() ? "with most contacts " : "nearest with most contacts ", arguments_->top);
    if (pairs_.size() < between_)
      rule += fmt::format("; left out: {} weaker ties between the nodes shown (--ties {})",
                          between_ - pairs_.size(), arguments_->most_ties);
    out_.answer.set_rule(rule);
  }

  [[nodiscard]] std::vector<std::string> layer_names() const {
    if (!options_.layers.empty()) return options_.layers;
    std::vector<std::string> names;
    for (const network::Layer& layer : loaded_.layers)
      if (!layer.apart) names.push_back(layer.name);
    return names;
  }

  /// Drawn node of each identifier, by its number in the case.
  [[nodiscard]] DrawnNumbers nodes_by_number() const {
    DrawnNumbers nodes;
    for (std::uint32_t v = 0; v < loaded_.table.nodes.size(); ++v) {
      const auto found = drawn_.find(loaded_.table.nodes[v].id);
      if (found == drawn_.end()) continue;
      nodes.emplace(loaded_.identifiers[v], found->second);
      if (const auto members = loaded_.members.find(v); members != loaded_.members.end())
        for (const std::int64_t number : members->second) nodes.emplace(number, found->second);
    }
    return nodes;
  }

  core::Status add_layers() {
    numbers_ = nodes_by_number();
    const std::vector<std::string> names = layer_names();
    for (std::size_t layer = 0; layer < names.size(); ++layer) {
      const bool own = layer + 1 < kMostLayers || names.size() <= kMostLayers;
      const std::size_t look = own ? layer : kMostLayers - 1;
      v1::NetworkPicture::Layer& said = *out_.answer.add_layers();
      said.set_name(names[layer]);
      said.set_own_look(own);
      if (look == out_.drawing.layers.size())
        out_.drawing.layers.push_back(own ? of_->scrubbed(names[layer])
                                          : fmt::format("{} further layers", names.size() - layer));
      network::LoadOptions options = options_;
      options.layers = {names[layer]};
      options.persons = false;
      PALERMO_TRY(const network::LoadedNetwork one, network::load(session_->db(), options));
      add_layer(one, look, said);
    }
    add_lines();
    return core::ok();
  }

  void add_layer(const network::LoadedNetwork& one, std::size_t look,
                 v1::NetworkPicture::Layer& said) {
    std::uint64_t ignored = 0;
    const network::TieTable table =
        ego_.empty()
            ? one.table
            : network::within_budget(one.table, budget_, arguments_->authorization, ignored);
    std::map<Pair, bool> met;
    for (const network::Tie& tie : table.ties) {
      const auto a = numbers_.find(one.identifiers[tie.a]),
                 b = numbers_.find(one.identifiers[tie.b]);
      if (a == numbers_.end() || b == numbers_.end() || a->second == b->second) continue;
      const Pair pair = std::minmax(a->second, b->second);
      const auto found = pairs_.find(pair);
      if (found == pairs_.end()) continue;
      LayerSum& sum = found->second[look];
      sum.strength += tie.weight;
      sum.records += tie.count;
      if (tie.first_us != network::kNoTime &&
          (sum.first_us == network::kNoTime || tie.first_us < sum.first_us))
        sum.first_us = tie.first_us;
      if (tie.last_us != network::kNoTime) sum.last_us = std::max(sum.last_us, tie.last_us);
      said.set_strength(said.strength() + tie.weight);
      if (met.emplace(pair, true).second) said.set_lines(said.lines() + 1);
    }
  }

  void add_lines() {
    for (const auto& [pair, layers] : pairs_)
      for (const auto& [layer, sum] : layers) {
        draw::NetworkTie& tie = out_.drawing.ties.emplace_back();
        tie.a = pair.first;
        tie.b = pair.second;
        tie.layer = layer;
        tie.strength = sum.strength;
        tie.title = fmt::format("{} – {}; {}; strength {:g}, {} records{}",
                                core::printable(out_.drawing.nodes[pair.first].label, 80),
                                core::printable(out_.drawing.nodes[pair.second].label, 80),
                                core::printable(out_.drawing.layers[layer], 60), sum.strength,
                                sum.records, period_of(sum));
      }
    out_.answer.set_lines(static_cast<std::uint32_t>(out_.drawing.ties.size()));
  }

  /// The groups of `network groups` on the same selection, by the same search.
  core::Status add_groups() {
    network::GroupOptions search;
    search.draws = 0;
    search.seed = arguments_->seed;
    std::optional<network::TwoMode> table;
    std::optional<network::Graph> projected;
    const bool two_mode =
        std::any_of(loaded_.layers.begin(), loaded_.layers.end(), [&](const network::Layer& layer) {
          return layer.two_mode && layer.name == loaded_.basis.layer();
        });
    if (two_mode) table = network::two_mode_of(*graph_);
    if (table) {
      PALERMO_TRY(const network::Projection drawn,
                  network::project(table->attended, table->events));
      PALERMO_TRY(projected, network::projected_graph(*graph_, *table, drawn));
      search.two_mode = &*table;
    }
    const network::Graph& graph = projected ? *projected : *graph_;
    PALERMO_TRY(const network::Groups groups, network::find_groups(graph, search));
    for (const network::Group& group : groups.groups) {
      if (group.core) continue;
      const std::size_t index = out_.drawing.groups.size();
      out_.drawing.groups.push_back({fmt::format("G{}", index + 1), group.members.size()});
      std::uint32_t shown = 0;
      for (const std::uint32_t v : group.members) {
        const auto found = drawn_.find(graph.nodes()[v].id);
        if (found == drawn_.end()) continue;
        out_.drawing.nodes[found->second].group = index;
        ++shown;
      }
      if (shown == 0) continue;
      v1::NetworkPicture::Group& said = *out_.answer.add_groups();
      said.set_id(out_.drawing.groups.back().name);
      said.set_size(static_cast<std::uint32_t>(group.members.size()));
      said.set_shown(shown);
    }
    return core::ok();
  }

  core::Status place() {
    network::TieTable table;
    for (std::size_t v = 0; v < out_.drawing.nodes.size(); ++v)
      table.nodes.push_back({std::to_string(v), {}, {}, {}});
    for (const draw::NetworkTie& line : out_.drawing.ties) {
      network::Tie& tie = table.ties.emplace_back();
      tie.a = line.a;
      tie.b = line.b;
    }
    PALERMO_TRY(const network::Graph graph, network::Graph::make(table));
    PALERMO_TRY(const std::vector<network::Point> points, network::layout(graph, arguments_->seed));
    for (std::uint32_t v = 0; v < graph.n(); ++v)
      if (const auto at = graph.find(std::to_string(v)))
        out_.drawing.nodes[v].at = {points[*at].x, points[*at].y};
    return core::ok();
  }

  void fill_answer() {
    out_.drawing.labels = arguments_->label == "none"    ? draw::LabelRule::None
                          : arguments_->label == "named" ? draw::LabelRule::Named
                                                         : draw::LabelRule::All;
    out_.answer.set_seed(arguments_->seed);
    v1::Basis& basis = *out_.answer.mutable_basis();
    basis = loaded_.basis;
    basis.clear_notices();
    for (const std::string& notice : loaded_.basis.notices())  // here layers stand side by side
      if (!notice.starts_with("layers merged by sum")) basis.add_notices(notice);
    basis.set_convention(
        "ties of both directions and of all authorizations summed to a pair in each layer, loops "
        "dropped; strength is the sum of the records, or of the weights that relations state; "
        "positions by Fruchterman and Reingold (1991), without weights");
    out_.entry.set_result_count(out_.answer.nodes_shown());
  }

  session::Session* session_;
  const DrawArguments* arguments_;
  const PictureCase* of_;
  GatheredNetwork out_;
  network::LoadOptions options_;
  network::LoadedNetwork loaded_;
  const network::Graph* graph_ = nullptr;  // of loaded_, while run() lasts
  Chaining chaining_;
  network::HopBudget budget_;
  std::string ego_;
  std::uint64_t left_out_ = 0;
  std::size_t between_ = 0;  // ties between chosen nodes
  DrawnNodes drawn_;
  DrawnNumbers numbers_;
  std::map<Pair, std::map<std::size_t, LayerSum>> pairs_;
};

}  // namespace

core::Result<GatheredNetwork> gather_network(session::Session& session,
                                             const DrawArguments& arguments,
                                             const PictureCase& of) {
  return Gatherer{session, arguments, of}.run();
}

}  // namespace palermo::cli
