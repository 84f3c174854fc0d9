// Ties between nodes that a network file numbers or names, on their way into a batch of relations.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ingest/batch.hpp"

namespace palermo::ingest::detail {

/// Nodes are known by the id the file gives them and shown by their label. Every tie becomes one
/// Relation, every node without tie one Relation with an empty `b`, so that no node is lost.
class NetworkBuilder {
 public:
  /// Most nodes of one file; a header can claim any number.
  static constexpr std::size_t kMaxNodes = 1'000'000;

  explicit NetworkBuilder(const AdapterInput& input);

  /// @return false where the id is known already
  bool add_node(const std::string& id, std::string label, std::uint32_t line);
  [[nodiscard]] bool has_node(const std::string& id) const { return index_.contains(id); }
  [[nodiscard]] std::size_t nodes() const { return nodes_.size(); }

  /// A tie; rejected where an end is unknown (UNKNOWN_NODE, or MISSING_LABEL where it is empty) or
  /// the weight is 0 (NO_TIE) or negative (BAD_WEIGHT).
  /// @param layer  empty: the file's own
  void add_tie(const std::string& a, const std::string& b, std::optional<double> weight,
               std::uint32_t line, std::string_view layer, bool directed);
  void reject(std::uint32_t line, std::string code, std::string message);
  void notice(std::string text) { notices_.push_back(std::move(text)); }
  [[nodiscard]] const std::string& layer() const { return layer_; }

  /// @param mapping  what the file is, in words
  [[nodiscard]] RecordBatch finish(std::string mapping);

 private:
  struct Node {
    std::string id;
    std::string label;
    std::uint32_t line = 0;
    bool tied = false;
  };
  struct Tie {
    std::size_t a = 0;
    std::size_t b = 0;
    std::optional<double> weight;
    std::uint32_t line = 0;
    std::string layer;
  };

  std::string country_;
  std::string layer_;
  std::vector<Node> nodes_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<Tie> ties_;
  std::vector<v1::Reject> rejects_;
  std::vector<std::string> notices_;
  std::size_t directed_ = 0;
  std::size_t loops_ = 0;
};

}  // namespace palermo::ingest::detail
