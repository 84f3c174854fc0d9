// RFC 6962 Merkle tree over SHA-256: hashing, roots, proofs and their verification.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"

namespace palermo::ledger {

using core::Digest;

/// SHA-256(00 ‖ leaf).
[[nodiscard]] Digest leaf_hash(std::string_view leaf);
/// SHA-256(01 ‖ left ‖ right).
[[nodiscard]] Digest node_hash(std::string_view left, std::string_view right);
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);
/// SHA-256(""), the root of the tree without leaves.
[[nodiscard]] Digest empty_root();

/// Roots of the perfect subtrees of a growing tree, largest first.
class CompactTree {
 public:
  void push(const Digest& leaf);
  /// Resumes at `size` leaves from the roots of its perfect subtrees, largest first.
  [[nodiscard]] static CompactTree resume(std::uint64_t size, std::vector<Digest> roots);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Digest root() const;
  /// Called with (level, index, hash) for each perfect subtree of two or more leaves completed by
  /// push.
  std::function<void(unsigned, std::uint64_t, const Digest&)> on_node;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> roots_;
};

/// Root over leaf hashes given at once.
[[nodiscard]] Digest root_of(std::span<const Digest> leaf_hashes);

/// Gives the hash of the perfect subtree of 2^level leaves that begins at leaf index·2^level.
using HashSource = std::function<core::Result<Digest>(unsigned level, std::uint64_t index)>;

/// Root over the first `size` leaves. @cost O(log size) look-ups
[[nodiscard]] core::Result<Digest> root_at(std::uint64_t size, const HashSource& source);
/// Hashes from leaf to root that prove leaf `index` in the tree of `size`.
/// @error InvalidArgument  index not below size
[[nodiscard]] core::Result<std::vector<Digest>> inclusion_proof(std::uint64_t index,
                                                                std::uint64_t size,
                                                                const HashSource& source);
/// Proves that the tree of `old_size` is the beginning of the tree of `new_size`. Empty when the
/// sizes are equal or old_size is 0.
/// @error InvalidArgument  old_size above new_size
[[nodiscard]] core::Result<std::vector<Digest>> consistency_proof(std::uint64_t old_size,
                                                                  std::uint64_t new_size,
                                                                  const HashSource& source);

/// What to say of "from size 0": transparency-dev refuses any such proof, C2SP tlog-witness takes
/// an empty one (everything extends nothing).
enum class FromEmpty { Refuse, Accept };

/// @source RFC 9162 section 2.1.3.2
[[nodiscard]] bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                                    std::span<const Digest> proof, const Digest& root);
/// @source RFC 9162 section 2.1.4.2
[[nodiscard]] bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size,
                                      const Digest& old_root, const Digest& new_root,
                                      std::span<const Digest> proof, FromEmpty from_empty);

}  // namespace palermo::ledger
