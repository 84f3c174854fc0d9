#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "analysis/entity/model.hpp"
#include "analysis/network/graph.hpp"
#include "analysis/network/load.hpp"
#include "analysis/network/load/basis.hpp"
#include "analysis/network/load/categories.hpp"
#include "analysis/network/load/known_at.hpp"

namespace palermo::network {
namespace detail {
namespace {

/// Whether the case says anything about persons or about what is one.
core::Result<bool> has_entities(store::Database& db) {
  PALERMO_TRY(
      const std::int64_t any,
      db.scalar("SELECT EXISTS (SELECT 1 FROM entity_event) OR EXISTS (SELECT 1 FROM record "
                "WHERE kind IN ('statement', 'identifier_link'))"));
  return any != 0;
}

core::Result<entity::Model> model_of(store::Database& db, std::optional<std::int64_t> before_leaf) {
  entity::View view;
  view.before_leaf = before_leaf;
  view.named_only = true;
  return entity::Model::load(db, view);
}

std::string category_of(const entity::Model& model, const std::string& person) {
  const auto found = model.persons().find(person);
  if (found == model.persons().end() || found->second.category == "unknown") return {};
  return found->second.category;
}

}  // namespace

core::Status fill_categories(store::Database& db, std::optional<std::int64_t> before_leaf,
                             LoadedNetwork& loaded) {
  PALERMO_TRY(const bool any, has_entities(db));
  if (!any) return core::ok();
  PALERMO_TRY(const entity::Model model, model_of(db, before_leaf));
  const auto persons = model.persons_by_identifier();
  for (std::size_t v = 0; v < loaded.identifiers.size() && !persons.empty(); ++v) {
    const auto found = persons.find(loaded.identifiers[v]);
    if (found == persons.end()) continue;
    std::set<std::string> categories;
    for (const std::string& person : found->second)
      if (std::string category = category_of(model, person); !category.empty())
        categories.insert(std::move(category));
    loaded.table.nodes[v].category = fmt::format("{}", fmt::join(categories, ", "));
  }
  return core::ok();
}

namespace {

/// Puts the nodes of a table together.
class Merger {
 public:
  Merger(const entity::Model& model, LoadedNetwork& loaded)
      : model_{&model}, loaded_{&loaded}, persons_{model.persons_by_identifier()} {
    // Identifiers that decisions joined, by the number of the first of them.
    for (const store::StoredIdentifier& stored : model.identifiers()) {
      const std::string first =
          model.decisions().together_with(entity::id_of(stored.identifier)).front();
      const store::StoredIdentifier* found = model.identifier(first);
      if (found != nullptr && found->id != stored.id) first_of_[stored.id] = found->id;
    }
  }

  void run(bool by_day) {
    const std::vector<Node>& old = loaded_->table.nodes;
    std::vector<std::uint32_t> merged(old.size());
    for (std::uint32_t v = 0; v < old.size(); ++v) merged[v] = place(v);
    name_persons(merged);
    // In the order of the new ids.
    std::vector<std::uint32_t> order(nodes_.size()), rank(nodes_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [this](std::uint32_t x, std::uint32_t y) {
      return id_less(nodes_[x].id, nodes_[y].id);
    });
    for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
    LoadedNetwork& out = *loaded_;
    for (Tie& tie : out.table.ties) {
      const bool loop = tie.a == tie.b;
      tie.a = rank[merged[tie.a]];
      tie.b = rank[merged[tie.b]];
      if (tie.a == tie.b && !loop) own_records_ += tie.count;
    }
    merge_ties(out.table.ties, by_day);
    for (Device& device : out.table.devices) device.node = rank[merged[device.node]];
    std::vector<std::int64_t> identifiers(nodes_.size(), 0);
    std::vector<std::vector<std::int64_t>> members(nodes_.size());
    for (std::uint32_t v = 0; v < old.size(); ++v)
      members[rank[merged[v]]].push_back(out.identifiers[v]);
    std::vector<Node> nodes(nodes_.size());
    out.members.clear();
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      nodes[i] = std::move(nodes_[order[i]]);
      std::sort(members[i].begin(), members[i].end());
      identifiers[i] = members[i].front();
      if (members[i].size() > 1 || is_person_[order[i]]) out.members[i] = std::move(members[i]);
    }
    out.table.nodes = std::move(nodes);
    out.identifiers = std::move(identifiers);
    say(out);
  }

 private:
  /// New node of an old one.
  std::uint32_t place(std::uint32_t v) {
    const std::int64_t id = loaded_->identifiers[v];
    const auto used = persons_.find(id);
    if (used != persons_.end() && used->second.size() == 1) {
      ++attributed_;
      const auto [at, fresh] = of_person_.try_emplace(*used->second.begin(), new_node());
      if (fresh) add_person(*used->second.begin());
      return at->second;
    }
    if (used != persons_.end()) ++shared_;
    const auto first = first_of_.find(id);
    const std::int64_t key = first == first_of_.end() ? id : first->second;
    const auto [at, fresh] = of_identifier_.try_emplace(key, new_node());
    if (fresh) {
      nodes_.push_back(loaded_->table.nodes[v]);
      is_person_.push_back(false);
    } else {
      ++joined_;
      // The first of those joined gives its name, whichever comes first here.
      if (id == key) nodes_[at->second] = loaded_->table.nodes[v];
    }
    return at->second;
  }

  [[nodiscard]] std::uint32_t new_node() const { return static_cast<std::uint32_t>(nodes_.size()); }

  void add_person(const std::string& id) {
    Node node;
    node.id = id;
    node.label = model_->label_of(id);
    node.kind = model_->kind_of(id);
    node.category = category_of(*model_, id);
    nodes_.push_back(std::move(node));
    is_person_.push_back(true);
  }

  /// A person whom an identifier's node is called after takes "person:" in front.
  void name_persons(const std::vector<std::uint32_t>& merged) {
    std::set<std::string_view> taken;
    for (std::uint32_t v = 0; v < merged.size(); ++v)
      if (!is_person_[merged[v]] && of_person_.contains(nodes_[merged[v]].id))
        taken.insert(nodes_[merged[v]].id);
    for (const auto& [id, node] : of_person_)
      if (taken.contains(id)) nodes_[node].id = "person:" + id;
  }

  void say(LoadedNetwork& out) const {
    out.basis.add_notices(fmt::format(
        "nodes are persons where facts, links or decisions say who used an identifier: {} persons "
        "with {} identifiers; {} identifiers stay nodes of their own",
        with_commas(of_person_.size()), with_commas(attributed_),
        with_commas(of_identifier_.size())));
    if (joined_ > 0)
      out.basis.add_notices(
          fmt::format("{} identifiers are one with others by decision", with_commas(joined_)));
    if (shared_ > 0)
      out.basis.add_notices(fmt::format(
          "{} identifiers are attributed to several persons and stay nodes of their own",
          with_commas(shared_)));
    if (own_records_ > 0)
      out.basis.add_notices(
          fmt::format("{} records between identifiers of one person are loops and dropped",
                      with_commas(own_records_)));
    std::uint64_t limited = 0;
    for (const entity::Use& use : model_->uses())
      if (!use.link.valid_from().empty() || !use.link.valid_to().empty()) ++limited;
    if (limited > 0)
      out.basis.add_notices(fmt::format(
          "{} attributions are limited in time; all records of the identifier count for the person",
          with_commas(limited)));
  }

  const entity::Model* model_;
  LoadedNetwork* loaded_;
  std::map<std::int64_t, std::set<std::string>> persons_;
  std::map<std::int64_t, std::int64_t> first_of_;
  std::vector<Node> nodes_;
  std::vector<bool> is_person_;
  std::map<std::string, std::uint32_t> of_person_;
  std::map<std::int64_t, std::uint32_t> of_identifier_;
  std::uint64_t attributed_ = 0, joined_ = 0, shared_ = 0, own_records_ = 0;
};

}  // namespace
}  // namespace detail

core::Status over_persons(store::Database& db, const LoadOptions& options, LoadedNetwork& loaded) {
  std::optional<std::int64_t> before_leaf;
  if (options.known_at_us) {
    PALERMO_TRY(before_leaf, detail::entries_until(db, *options.known_at_us));
  }
  PALERMO_TRY(const entity::Model model, detail::model_of(db, before_leaf));
  detail::Merger{model, loaded}.run(options.by_day);
  return core::ok();
}

}  // namespace palermo::network
