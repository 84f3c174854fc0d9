#include "analysis/network/load/names.hpp"

#include <algorithm>
#include <mutex>

#include "analysis/network/graph.hpp"
#include "core/base/parallel.hpp"
#include "core/store/identifier_blocks.hpp"

namespace palermo::network::detail {
namespace {

std::uint64_t big_endian(std::string_view text, std::size_t from) {
  std::uint64_t word = 0;
  for (std::size_t i = from; i < from + 8; ++i)
    word = (word << 8) | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
  return word;
}

}  // namespace

std::uint8_t Names::kind_number(std::string_view kind) {
  for (std::size_t i = 0; i < kinds_.size(); ++i)
    if (kinds_[i] == kind) return static_cast<std::uint8_t>(i);
  kinds_.emplace_back(kind);
  return static_cast<std::uint8_t>(kinds_.size() - 1);
}

core::Status Names::read_rows(store::Database& db) {
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT id, kind, value FROM identifier ORDER BY id"));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return core::ok();
    const auto id = static_cast<std::size_t>(query.integer(0));
    if (id >= value_.size()) return store::altered_part("the number of an identifier");
    kind_[id] = kind_number(query.text(1));
    value_[id] = texts_.emplace_back(query.text(2));
    if (kinds_.size() > 250) return store::altered_part("the number of kinds of identifiers");
  }
}

core::Status Names::read_blocks(store::Database& db, unsigned threads) {
  struct Block {
    std::int64_t first = 0;
    std::int64_t count = 0;
    std::string kind;
    std::string blob;
  };
  std::vector<Block> blocks;
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT first, count, kind, blob FROM identifier_block ORDER BY first"));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    Block& block = blocks.emplace_back();
    block = {query.integer(0), query.integer(1), std::string{query.text(2)},
             std::string{query.blob(3)}};
    if (block.first < 1 || block.count < 1 ||
        static_cast<std::size_t>(block.first + block.count) > value_.size())
      return store::altered_part("the number of identifiers in a block");
    const std::uint8_t kind = kind_number(block.kind);
    if (kinds_.size() > 250) return store::altered_part("the number of kinds of identifiers");
    std::fill_n(kind_.begin() + block.first, block.count, kind);
  }
  blocks_.resize(blocks.size());
  std::mutex mutex;
  core::Status status = core::ok();
  core::in_parallel(blocks.size(), threads, [&](std::size_t i) {
    Block& block = blocks[i];
    core::Result<store::IdentifierBlock> decoded = store::decode_identifiers(
        block.blob, block.first, std::move(block.kind), static_cast<std::size_t>(block.count));
    if (!decoded) {
      const std::scoped_lock lock{mutex};
      status = std::move(decoded).error();
      return;
    }
    blocks_[i] = std::move(decoded->values);
    for (std::size_t k = 0; k < blocks_[i].size(); ++k)
      value_[static_cast<std::size_t>(block.first) + k] = blocks_[i][k];
    block.blob = {};
  });
  return status;
}

std::string_view Names::text_of(std::uint32_t identifier) const {
  const auto named = with_kind_.empty() ? with_kind_.end() : with_kind_.find(identifier);
  return named == with_kind_.end() ? value_[identifier] : named->second;
}

std::optional<std::uint32_t> Names::find(std::string_view kind, std::string_view value) const {
  const auto among = [&](std::string_view text) -> std::optional<std::uint32_t> {
    auto at = std::lower_bound(order_.begin(), order_.end(), text,
                               [this](std::uint32_t identifier, std::string_view wanted) {
                                 return id_less(text_of(identifier), wanted);
                               });
    for (; at != order_.end() && text_of(*at) == text; ++at)
      if (value_[*at] == value && kinds_[kind_[*at]] == kind) return *at;
    return std::nullopt;
  };
  if (const auto found = among(value)) return found;
  if (with_kind_.empty()) return std::nullopt;
  return among(std::string{kind} + ":" + std::string{value});
}

/// Gives identifiers of two kinds that share a value ids with their kinds, and the places of these.
void Names::tell_apart(std::vector<std::uint32_t> shared) {
  std::vector<std::uint32_t> alone;
  std::sort(shared.begin(), shared.end());
  shared.erase(std::unique(shared.begin(), shared.end()), shared.end());
  for (const std::uint32_t id : shared)
    with_kind_.emplace(id,
                       texts_.emplace_back(std::string{kind(id)} + ":" + std::string{value_[id]}));
  for (const std::uint32_t id : order_)
    if (!with_kind_.contains(id)) alone.push_back(id);
  const auto less = [this](std::uint32_t x, std::uint32_t y) {
    return id_less(text_of(x), text_of(y));
  };
  std::stable_sort(shared.begin(), shared.end(), less);
  std::merge(alone.begin(), alone.end(), shared.begin(), shared.end(), order_.begin(), less);
}

void Names::sort() {
  // Numbers stand before words (id_less), so their first word is 0 and the second their value;
  // those who share both words, or begin with zero bytes, are compared in full.
  std::vector<Key> keys(value_.size());
  bool plain = true;
  order_.reserve(value_.size());
  for (std::uint32_t id = 1; id < value_.size(); ++id) {
    if (value_[id].data() == nullptr) continue;
    order_.push_back(id);
    const std::string_view text = value_[id];
    const bool number =
        !text.empty() && text.size() <= 18 &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (number) {
      for (const char c : text)
        keys[id].low = keys[id].low * 10 + static_cast<std::uint64_t>(c - '0');
    } else {
      keys[id] = {big_endian(text, 0), big_endian(text, 8)};
      plain = plain && keys[id].high != 0;
    }
  }
  const auto less = [&](std::uint32_t x, std::uint32_t y) {
    if (plain && keys[x].high != keys[y].high) return keys[x].high < keys[y].high;
    if (plain && keys[x].low != keys[y].low) return keys[x].low < keys[y].low;
    return id_less(value_[x], value_[y]);
  };
  // A file's identifiers have numbers in the order of their values: a few runs to merge.
  std::vector<std::size_t> ends;
  for (std::size_t i = 1; i < order_.size(); ++i)
    if (!less(order_[i - 1], order_[i])) ends.push_back(i);
  ends.push_back(order_.size());
  if (ends.size() > 64) {
    std::sort(order_.begin(), order_.end(), less);
  } else {
    std::vector<std::uint32_t> merged(order_.size());
    while (ends.size() > 1) {
      std::vector<std::size_t> left;
      std::size_t begin = 0;
      for (std::size_t i = 0; i < ends.size(); i += 2) {
        const auto at = [&](std::size_t k) { return order_.begin() + static_cast<long>(k); };
        const std::size_t end = i + 1 < ends.size() ? ends[i + 1] : ends[i];
        std::merge(at(begin), at(ends[i]), at(ends[i]), at(end),
                   merged.begin() + static_cast<long>(begin), less);
        left.push_back(end);
        begin = end;
      }
      order_.swap(merged);
      ends.swap(left);
    }
  }
  std::vector<std::uint32_t> shared;
  for (std::size_t i = 1; i < order_.size(); ++i) {
    const std::uint32_t x = order_[i - 1], y = order_[i];
    if (keys[x].low == keys[y].low && keys[x].high == keys[y].high && value_[x] == value_[y])
      shared.insert(shared.end(), {x, y});
  }
  if (!shared.empty()) tell_apart(std::move(shared));
  rank_.assign(value_.size(), kNone);
  for (std::uint32_t rank = 0; rank < order_.size(); ++rank) rank_[order_[rank]] = rank;
}

core::Result<Names> Names::read(store::Database& db, unsigned threads) {
  Names names;
  PALERMO_TRY(const std::int64_t last,
              db.scalar("SELECT max((SELECT coalesce(max(id), 0) FROM identifier), (SELECT "
                        "coalesce(max(first + count - 1), 0) FROM identifier_block))"));
  if (last < 0 || last >= std::int64_t{kNone}) return store::altered_part("an identifier's number");
  names.value_.resize(static_cast<std::size_t>(last) + 1);
  names.kind_.resize(names.value_.size());
  PALERMO_CHECK_OK(names.read_rows(db));
  PALERMO_CHECK_OK(names.read_blocks(db, threads));
  names.sort();
  return names;
}

Node Names::node(std::uint32_t rank) const {
  const std::uint32_t id = order_[rank];
  Node node;
  node.label = value_[id];
  node.kind = kind(id);
  node.id = text_of(id);
  return node;
}

}  // namespace palermo::network::detail
