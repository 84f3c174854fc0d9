// Contact chaining within the authorized hops (rule SC02): a budget that cannot be laundered.
//
// Hops are counted from an authorization's targets, over the ties obtained under it, never from the
// identifier somebody happens to ask about. So an identifier reached at hop 1 keeps its spent hop
// when it is used as a seed, and no chain of questions reaches further than one question from the
// target.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/network/tie_table.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/authorization.pb.h"

namespace palermo::network {

/// What one authorization leaves for an identifier.
struct HopAllowance {
  std::string authorization_id;
  std::uint32_t max_hops = 0;             // of its scope; 1 where the scope says nothing
  std::optional<std::uint32_t> distance;  // from its nearest target; absent: no target leads here
  std::uint32_t allowed = 0;              // max_hops - distance, at least 0
};

struct HopDecision {
  bool unlimited = false;     // the identifier occurs in open material only
  std::uint32_t allowed = 0;  // largest allowance of those that count; meaningless when unlimited
  std::vector<HopAllowance> allowances;  // by authorization id
};

class HopBudget {
 public:
  /// @param table  every tie of the case: a part (one layer, one month) would hide spent hops
  /// @param authorizations  newest revision of each. A tie whose authorization is missing here
  ///                        allows no hop.
  /// @cost O(ties + nodes) per authorization
  [[nodiscard]] static HopBudget make(const TieTable& table,
                                      std::span<const v1::Authorization> authorizations);

  /// Hops that may be asked from an identifier. Unlimited if it occurs in open material only; else
  /// the largest of max_hops - distance over the authorizations under which it occurs, at least 0.
  /// @param relied_on  count this authorization alone; empty = all
  [[nodiscard]] HopDecision decide(std::string_view id, std::string_view relied_on = {}) const;

  /// Whether a tie may be walked: open material always; else where its nearer end is at most
  /// max_hops - 1 from a target of the authorization.
  [[nodiscard]] bool may_walk(std::string_view authorization_id, std::string_view a,
                              std::string_view b) const;

 private:
  struct Reach {
    std::uint32_t max_hops = 0;
    std::map<std::string, std::optional<std::uint32_t>, std::less<>> distance;  // ids in its ties
  };
  std::map<std::string, Reach, std::less<>> reach_;  // by authorization id
};

/// The ties of `table` that an expansion may walk: open ones and those within the budget.
/// @param relied_on  ties of this authorization and open ones alone; empty = all
/// @param left_out   counts the records behind ties left out
[[nodiscard]] TieTable within_budget(const TieTable& table, const HopBudget& budget,
                                     std::string_view relied_on, std::uint64_t& left_out);

}  // namespace palermo::network
