#include "ingest/records/network_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "ingest/records/relation_text.hpp"
#include "ingest/text/blank.hpp"

namespace palermo::ingest::detail {

NetworkBuilder::NetworkBuilder(const AdapterInput& input)
    : country_{input.options.country},
      layer_{input.options.layer.empty() ? stem_of(input.file_name) : input.options.layer} {}

bool NetworkBuilder::add_node(const std::string& id, std::string label, std::uint32_t line) {
  const auto [at, fresh] = index_.emplace(id, nodes_.size());
  if (!fresh) return false;
  nodes_.push_back({id, std::move(label), line, false});
  return true;
}

void NetworkBuilder::reject(std::uint32_t line, std::string code, std::string message) {
  v1::Reject out;
  out.set_line(line);
  out.set_code(std::move(code));
  out.set_message(std::move(message));
  rejects_.push_back(std::move(out));
}

void NetworkBuilder::add_tie(const std::string& a, const std::string& b,
                             std::optional<double> weight, std::uint32_t line,
                             std::string_view layer, bool directed) {
  if (is_blank(a) || is_blank(b))
    return reject(line, "MISSING_LABEL", "one end of the tie is empty");
  const auto from = index_.find(a);
  const auto to = index_.find(b);
  if (from == index_.end() || to == index_.end())
    return reject(line, "UNKNOWN_NODE",
                  fmt::format("the {} end of the tie is no node of the file",
                              from == index_.end() ? "first" : "second"));
  if (weight && *weight < 0) return reject(line, "BAD_WEIGHT", "the weight is negative");
  if (weight && *weight == 0)
    return reject(line, "NO_TIE", "the weight is 0: the row states no tie");
  nodes_[from->second].tied = nodes_[to->second].tied = true;
  if (directed) ++directed_;
  if (from->second == to->second) ++loops_;
  ties_.push_back({from->second, to->second, weight, line, std::string{layer}});
}

RecordBatch NetworkBuilder::finish(std::string mapping) {
  RecordBatch batch;
  // Two nodes of one label would become one; then the ids, which the file keeps apart, are taken.
  std::unordered_set<std::string_view> labels;
  bool by_label = true;
  for (const Node& node : nodes_)
    by_label = by_label && labels.insert(node.label.empty() ? node.id : node.label).second;
  const auto shown = [&](std::size_t at) -> const std::string& {
    const Node& node = nodes_[at];
    return by_label && !node.label.empty() ? node.label : node.id;
  };
  std::unordered_map<std::uint32_t, std::uint32_t> on_line;
  const auto push = [&](v1::Relation relation, std::uint32_t line) {
    store::RecordRow row = relation_row(std::move(relation), line, country_);
    const std::uint32_t nth = ++on_line[line];
    row.local_id = nth == 1 ? std::to_string(line) : fmt::format("{}.{}", line, nth);
    batch.rows.push_back(std::move(row));
  };
  double sum = 0;
  for (const Tie& tie : ties_) {
    v1::Relation relation;
    relation.set_a(shown(tie.a));
    relation.set_b(shown(tie.b));
    if (tie.weight) relation.set_weight(*tie.weight);
    relation.set_layer(tie.layer.empty() ? layer_ : tie.layer);
    sum += tie.weight.value_or(1);
    push(std::move(relation), tie.line);
  }
  std::size_t alone = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].tied) continue;
    ++alone;
    v1::Relation relation;
    relation.set_a(shown(i));
    relation.set_layer(layer_);
    push(std::move(relation), nodes_[i].line);
  }
  std::stable_sort(rejects_.begin(), rejects_.end(),
                   [](const v1::Reject& x, const v1::Reject& y) { return x.line() < y.line(); });
  batch.rejects = std::move(rejects_);
  batch.rows_read = static_cast<std::uint32_t>(batch.rows.size() + batch.rejects.size());
  batch.mapping = std::move(mapping);
  batch.notices.push_back(fmt::format("{} nodes and {} ties, their values add up to {}",
                                      nodes_.size(), ties_.size(), sum));
  if (!ties_.empty())
    batch.notices.push_back(
        directed_ == 0 ? std::string{"the file states its ties without direction"}
        : directed_ == ties_.size()
            ? std::string{"the file states its ties with a direction, from a to b"}
            : fmt::format("{} ties have a direction, from a to b, and {} have none; a relation "
                          "does not tell them apart",
                          directed_, ties_.size() - directed_));
  if (!by_label)
    batch.notices.push_back(
        "two nodes have the same label: all are called by the file's own ids instead");
  if (alone > 0)
    batch.notices.push_back(fmt::format(
        "{} nodes have no tie; each is kept and counted as a row that states a node", alone));
  if (loops_ > 0)
    batch.notices.push_back(fmt::format("{} ties tie a node to itself; they are kept", loops_));
  for (std::string& text : notices_) batch.notices.push_back(std::move(text));
  return batch;
}

}  // namespace palermo::ingest::detail
