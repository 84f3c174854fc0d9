#include "core/ledger/merkle.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <string>
#include <utility>

namespace palermo::ledger {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

/// Largest power of two below n, as an exponent. n >= 2.
unsigned split_level(std::uint64_t n) { return static_cast<unsigned>(std::bit_width(n - 1)) - 1; }

/// Hash over the leaves [begin, begin + count); begin is a multiple of the power of two at or above
/// count, as every subtree of RFC 6962 is.
Result<Digest> range_hash(std::uint64_t begin, std::uint64_t count, const HashSource& source) {
  if (std::has_single_bit(count)) {
    const auto level = static_cast<unsigned>(std::countr_zero(count));
    return source(level, begin >> level);
  }
  const std::uint64_t left = std::uint64_t{1} << split_level(count);
  PALERMO_TRY(const Digest a, range_hash(begin, left, source));
  PALERMO_TRY(const Digest b, range_hash(begin + left, count - left, source));
  return node_hash(a, b);
}

core::Status inclusion_path(std::uint64_t index, std::uint64_t begin, std::uint64_t count,
                            const HashSource& source, std::vector<Digest>& out) {
  if (count == 1) return core::ok();
  const std::uint64_t left = std::uint64_t{1} << split_level(count);
  const bool in_left = index < left;
  if (in_left) {
    PALERMO_CHECK_OK(inclusion_path(index, begin, left, source, out));
    PALERMO_TRY(const Digest other, range_hash(begin + left, count - left, source));
    out.push_back(other);
  } else {
    PALERMO_CHECK_OK(inclusion_path(index - left, begin + left, count - left, source, out));
    PALERMO_TRY(const Digest other, range_hash(begin, left, source));
    out.push_back(other);
  }
  return core::ok();
}

/// SUBPROOF of RFC 6962 section 2.1.2. `known`: the verifier holds the hash of this whole range.
core::Status subproof(std::uint64_t old_size, std::uint64_t begin, std::uint64_t count, bool known,
                      const HashSource& source, std::vector<Digest>& out) {
  if (old_size == count) {
    if (known) return core::ok();
    PALERMO_TRY(const Digest whole, range_hash(begin, count, source));
    out.push_back(whole);
    return core::ok();
  }
  const std::uint64_t left = std::uint64_t{1} << split_level(count);
  if (old_size <= left) {
    PALERMO_CHECK_OK(subproof(old_size, begin, left, known, source, out));
    PALERMO_TRY(const Digest other, range_hash(begin + left, count - left, source));
    out.push_back(other);
  } else {
    PALERMO_CHECK_OK(subproof(old_size - left, begin + left, count - left, false, source, out));
    PALERMO_TRY(const Digest other, range_hash(begin, left, source));
    out.push_back(other);
  }
  return core::ok();
}

}  // namespace

Digest leaf_hash(std::string_view leaf) {
  std::string bytes;
  bytes.reserve(leaf.size() + 1);
  bytes += '\0';
  bytes += leaf;
  return core::sha256(bytes);
}

Digest node_hash(std::string_view left, std::string_view right) {
  std::string bytes;
  bytes.reserve(left.size() + right.size() + 1);
  bytes += '\x01';
  bytes += left;
  bytes += right;
  return core::sha256(bytes);
}

Digest node_hash(const Digest& left, const Digest& right) {
  char bytes[65] = {'\x01'};
  std::memcpy(bytes + 1, left.data(), left.size());
  std::memcpy(bytes + 33, right.data(), right.size());
  return core::sha256({bytes, sizeof bytes});
}

Digest empty_root() { return core::sha256(""); }

void CompactTree::push(const Digest& leaf) {
  Digest hash = leaf;
  unsigned level = 0;
  for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    hash = node_hash(roots_.back(), hash);
    roots_.pop_back();
    ++level;
    if (on_node) on_node(level, size_ >> level, hash);
  }
  roots_.push_back(hash);
  ++size_;
}

CompactTree CompactTree::resume(std::uint64_t size, std::vector<Digest> roots) {
  CompactTree tree;
  tree.size_ = size;
  tree.roots_ = std::move(roots);
  return tree;
}

Digest CompactTree::root() const {
  if (roots_.empty()) return empty_root();
  Digest hash = roots_.back();
  for (std::size_t i = roots_.size() - 1; i-- > 0;) hash = node_hash(roots_[i], hash);
  return hash;
}

Digest root_of(std::span<const Digest> leaf_hashes) {
  CompactTree tree;
  for (const Digest& hash : leaf_hashes) tree.push(hash);
  return tree.root();
}

Result<Digest> root_at(std::uint64_t size, const HashSource& source) {
  if (size == 0) return empty_root();
  return range_hash(0, size, source);
}

Result<std::vector<Digest>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                            const HashSource& source) {
  if (index >= size)
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("no entry {}: the log holds {} (0 to {})", index, size,
                             size == 0 ? std::string{"none"} : std::to_string(size - 1))};
  std::vector<Digest> proof;
  PALERMO_CHECK_OK(inclusion_path(index, 0, size, source, proof));
  return proof;
}

Result<std::vector<Digest>> consistency_proof(std::uint64_t old_size, std::uint64_t new_size,
                                              const HashSource& source) {
  if (old_size > new_size)
    return Error{
        ErrorCode::InvalidArgument,
        fmt::format("no proof from size {}: the log holds {} entries", old_size, new_size)};
  std::vector<Digest> proof;
  if (old_size == 0 || old_size == new_size) return proof;
  PALERMO_CHECK_OK(subproof(old_size, 0, new_size, true, source, proof));
  return proof;
}

bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                      std::span<const Digest> proof, const Digest& root) {
  if (index >= size) return false;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Digest hash = leaf;
  for (const Digest& other : proof) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      hash = node_hash(other, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, other);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Digest& old_root,
                        const Digest& new_root, std::span<const Digest> proof,
                        FromEmpty from_empty) {
  if (old_size > new_size) return false;
  if (old_size == 0 && from_empty == FromEmpty::Refuse) return false;
  if (old_size == 0)
    return proof.empty() && old_root == empty_root() && (new_size != 0 || new_root == empty_root());
  if (old_size == new_size) return proof.empty() && old_root == new_root;
  if (proof.empty()) return false;

  std::uint64_t node = old_size - 1;
  std::uint64_t last = new_size - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  std::size_t next = 0;
  // A tree of 2^k leaves is itself a node of the new tree, so its root is not sent.
  const Digest start = std::has_single_bit(old_size) ? old_root : proof[next++];
  Digest old_hash = start;
  Digest new_hash = start;
  for (; next < proof.size(); ++next) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      old_hash = node_hash(proof[next], old_hash);
      new_hash = node_hash(proof[next], new_hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = node_hash(new_hash, proof[next]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == old_root && new_hash == new_root;
}

}  // namespace palermo::ledger
