// The identifiers of a case as a network needs them: their ids as nodes, and the order of these.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/network/tie_table.hpp"
#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "core/store/packed.hpp"

namespace palermo::network::detail {

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// Every identifier of the case. A node's id is its value, "kind:value" where the case holds the
/// value under two kinds. `rank` numbers them in the order of the nodes' ids (id_less), so that
/// ties of ranks are ties of nodes in their final order.
class Names {
 public:
  /// @cost 60 ns an identifier and core; nothing is copied out of packed blocks
  [[nodiscard]] static core::Result<Names> read(store::Database& db, unsigned threads);

  /// Rank of an identifier's number; kNone: the case does not list it.
  [[nodiscard]] std::uint32_t rank(std::uint32_t identifier) const {
    return identifier < rank_.size() ? rank_[identifier] : kNone;
  }
  [[nodiscard]] std::uint32_t ranks() const { return static_cast<std::uint32_t>(order_.size()); }
  /// Number in the case of the identifier at a rank.
  [[nodiscard]] std::uint32_t identifier(std::uint32_t rank) const { return order_[rank]; }
  /// The node at a rank, without category.
  [[nodiscard]] Node node(std::uint32_t rank) const;
  [[nodiscard]] std::string_view kind(std::uint32_t identifier) const {
    return kinds_[kind_[identifier]];
  }
  [[nodiscard]] std::string_view value(std::uint32_t identifier) const {
    return value_[identifier];
  }

  /// Number of an identifier by kind and value. O(log n).
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view kind,
                                                  std::string_view value) const;

 private:
  Names() = default;
  core::Status read_rows(store::Database& db);
  core::Status read_blocks(store::Database& db, unsigned threads);
  void sort();
  void tell_apart(std::vector<std::uint32_t> shared);
  [[nodiscard]] std::string_view text_of(std::uint32_t identifier) const;  // id of its node
  std::uint8_t kind_number(std::string_view kind);
  struct Key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
  };
  std::deque<std::string> texts_;       // behind the rows' values and the ids with a kind
  std::deque<store::TextList> blocks_;  // behind the others
  std::vector<std::string> kinds_;
  std::vector<std::uint8_t> kind_;       // by identifier
  std::vector<std::string_view> value_;  // by identifier; data() null: no such number
  std::map<std::uint32_t, std::string_view> with_kind_;  // identifiers whose value is no id alone
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> rank_;
};

}  // namespace palermo::network::detail
