#include "core/store/identifier_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <iterator>

#include "core/base/parallel.hpp"

namespace palermo::store {
namespace {

using core::Result;
using core::Status;

constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kMostKept = 512;  // about 50 kB each
/// Identifiers of a block that are put together one by one before the block is unpacked whole.
constexpr std::uint32_t kFewAsked = 64;

/// What identifiers of a block share. raw as a part of value with something before or behind it:
/// spellings of one file mostly differ in a prefix (07700… for +447700…) or in an end (the check
/// digit of an IMEI).
struct Traits {
  bool valid = false;
  std::string_view country;
  std::string_view begin;
  std::size_t skip = 0;
  std::string_view end;
  std::size_t drop = 0;
  friend auto operator<=>(const Traits&, const Traits&) = default;
};

Traits traits_of(const IdentifierView& identifier) {
  const std::string_view value = identifier.value;
  const std::string_view raw = identifier.raw;
  const std::size_t most = std::min(value.size(), raw.size());
  std::size_t front = 0;
  while (front < most && value[front] == raw[front]) ++front;
  std::size_t back = 0;
  while (back < most && value[value.size() - 1 - back] == raw[raw.size() - 1 - back]) ++back;
  Traits traits{identifier.valid, identifier.country, {}, 0, {}, 0};
  if (front > back) {
    traits.end = raw.substr(front);
    traits.drop = value.size() - front;
  } else {
    traits.begin = raw.substr(0, raw.size() - back);
    traits.skip = value.size() - back;
  }
  return traits;
}

/// Numbers traits in the order in which they are met.
class KnownTraits {
 public:
  std::uint32_t number_of(const Traits& traits) {
    // The few that most blocks have are told apart by their ends.
    for (std::size_t i = 0; i < first_.size(); ++i)
      if (first_[i].skip == traits.skip && first_[i].drop == traits.drop &&
          first_[i].end.size() == traits.end.size() &&
          (traits.end.empty() || first_[i].end.front() == traits.end.front()) &&
          first_[i] == traits)
        return static_cast<std::uint32_t>(i);
    const auto next = static_cast<std::uint32_t>(first_.size() + others_.size());
    if (first_.size() < kFew) {
      first_.push_back(traits);
      return next;
    }
    return others_.try_emplace(traits, next).first->second;
  }

 private:
  static constexpr std::size_t kFew = 32;
  std::vector<Traits> first_;
  std::map<Traits, std::uint32_t> others_;
};

void write(const Traits& from, v1::IdentifierTraits& to) {
  to.set_valid(from.valid);
  to.set_country(std::string{from.country});
  to.set_raw_begin(std::string{from.begin});
  to.set_raw_skip(static_cast<std::uint32_t>(from.skip));
  to.set_raw_end(std::string{from.end});
  to.set_raw_drop(static_cast<std::uint32_t>(from.drop));
}

std::string_view kept_part(std::string_view value, const v1::IdentifierTraits& traits) {
  return value.substr(traits.raw_skip(), value.size() - traits.raw_skip() - traits.raw_drop());
}

ObservedIdentifier whole(const std::string& kind, std::string value,
                         const v1::IdentifierTraits& shared) {
  ObservedIdentifier identifier;
  identifier.kind = kind;
  identifier.value = std::move(value);
  identifier.raw = shared.raw_begin();
  identifier.raw += kept_part(identifier.value, shared);
  identifier.raw += shared.raw_end();
  identifier.valid = shared.valid();
  identifier.country = shared.country();
  return identifier;
}

/// A statement that stands at a row keeps the case from being checkpointed.
struct ResetAtEnd {
  explicit ResetAtEnd(Statement& one) : statement{one} {}
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;
  ~ResetAtEnd() { statement.reset(); }
  Statement& statement;
};

Result<IdentifierBlock> unpacked(PackedIdentifiers packed) {
  IdentifierBlock block{packed.first, std::move(packed.kind), packed.values.all(),
                        std::move(packed.traits), std::move(packed.trait)};
  for (std::size_t i = 1; i < block.values.size(); ++i)
    if (block.values[i - 1] >= block.values[i])
      return altered_part("the order of identifiers in a block");
  return block;
}

}  // namespace

ObservedIdentifier PackedIdentifiers::at(std::size_t i) const {
  return whole(kind, values.at(i), traits[trait[i]]);
}

ObservedIdentifier IdentifierBlock::at(std::size_t i) const {
  return whole(kind, std::string{values[i]}, traits[trait[i]]);
}

bool IdentifierBlock::raw_is(std::size_t i, std::string_view text) const {
  const v1::IdentifierTraits& shared = traits[trait[i]];
  if (!text.starts_with(shared.raw_begin())) return false;
  text.remove_prefix(shared.raw_begin().size());
  if (!text.ends_with(shared.raw_end())) return false;
  text.remove_suffix(shared.raw_end().size());
  return text == kept_part(values[i], shared);
}

std::optional<std::size_t> IdentifierBlock::find(std::string_view value) const {
  std::size_t low = 0;
  std::size_t high = values.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (values[middle] < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == values.size() || values[low] != value) return std::nullopt;
  return low;
}

std::string encode_identifiers(std::span<const IdentifierView> identifiers) {
  v1::IdentifierBlock block;
  block.set_version(kVersion);
  KnownTraits known;
  std::vector<std::string_view> values;
  std::vector<std::int64_t> trait;
  values.reserve(identifiers.size());
  trait.reserve(identifiers.size());
  for (const IdentifierView& identifier : identifiers) {
    values.push_back(identifier.value);
    const Traits traits = traits_of(identifier);
    const std::uint32_t number = known.number_of(traits);
    if (number == static_cast<std::uint32_t>(block.traits_size()))
      write(traits, *block.add_traits());
    trait.push_back(number);
  }
  pack_texts(values, *block.mutable_values());
  pack_plain(trait, *block.mutable_trait());
  return block.SerializeAsString();
}

Result<PackedIdentifiers> open_identifiers(std::string_view blob, std::int64_t first,
                                           std::string kind, std::size_t count) {
  v1::IdentifierBlock packed;
  if (blob.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !packed.ParseFromArray(blob.data(), static_cast<int>(blob.size())))
    return altered_part("a block of identifiers is no such message");
  if (packed.version() != kVersion)
    return altered_part(fmt::format("a block of identifiers has version {}, this program reads {}",
                                    packed.version(), kVersion));
  PackedIdentifiers block;
  block.first = first;
  block.kind = std::move(kind);
  PALERMO_TRY(block.values, SharedTexts::open(packed.values(), kMaxBlockIdentifiers));
  const std::size_t n = block.values.size();
  if (n == 0 || n != count) return altered_part("the number of identifiers in a block");
  if (packed.traits_size() == 0) return altered_part("a block of identifiers without traits");
  PALERMO_CHECK_OK(
      unpack_column(packed.trait(), n, 0, std::int64_t{packed.traits_size()} - 1, block.trait));
  block.traits.assign(packed.traits().begin(), packed.traits().end());
  std::vector<std::uint64_t> shortest;  // value each spelling can be made from
  for (const v1::IdentifierTraits& traits : block.traits)
    shortest.push_back(std::uint64_t{traits.raw_skip()} + traits.raw_drop());
  for (std::size_t i = 0; i < n; ++i)
    if (shortest[block.trait[i]] > block.values.size_of(i))
      return altered_part("a spelling in a block of identifiers");
  return block;
}

Result<IdentifierBlock> decode_identifiers(std::string_view blob, std::int64_t first,
                                           std::string kind, std::size_t count) {
  PALERMO_TRY(PackedIdentifiers packed, open_identifiers(blob, first, std::move(kind), count));
  return unpacked(std::move(packed));
}

Result<const IdentifierBlocks::Directory*> IdentifierBlocks::directory() {
  if (directory_) return &*directory_;
  Directory read;
  // All of it stands in the index; the rows lie far apart, with their blobs between.
  PALERMO_TRY(Statement query, db_->prepare("SELECT kind, low, high, first FROM "
                                            "identifier_block ORDER BY kind, low, high, first"));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    std::vector<Entry>& entries = read.kinds[std::string{query.text(0)}];
    Entry entry{query.integer(3), std::string{query.text(1)}, std::string{query.text(2)},
                std::string{query.text(2)}};
    if (!entries.empty()) entry.highest = std::max(entry.highest, entries.back().highest);
    entries.push_back(std::move(entry));
  }
  directory_ = std::move(read);
  return &*directory_;
}

Result<bool> IdentifierBlocks::seek(std::int64_t id) {
  if (!read_) {
    PALERMO_TRY(read_, db_->prepare("SELECT first, blob, kind, count FROM identifier_block "
                                    "WHERE first <= ?1 ORDER BY first DESC LIMIT 1"));
  }
  PALERMO_CHECK_OK(read_->bind(1, id));
  PALERMO_TRY(const bool row, read_->step());
  if (row && read_->integer(3) < 1) return altered_part("the number of identifiers in a block");
  return row;
}

Result<IdentifierBlocks::Kept*> IdentifierBlocks::kept(std::int64_t id) {
  const auto after = kept_.upper_bound(id);
  if (after != kept_.begin()) {
    const auto known = std::prev(after);
    if (id - known->first < known->second.count) {
      known->second.used = ++clock_;
      return &known->second;
    }
  }
  PALERMO_TRY(const bool row, seek(id));
  const ResetAtEnd reset{*read_};
  if (!row) return static_cast<Kept*>(nullptr);
  const std::int64_t first = read_->integer(0);
  const std::int64_t count = read_->integer(3);
  if (id - first >= count) return static_cast<Kept*>(nullptr);
  PALERMO_TRY(PackedIdentifiers read,
              open_identifiers(read_->blob(1), first, std::string{read_->text(2)},
                               static_cast<std::size_t>(count)));
  if (kept_.size() >= kMostKept)
    kept_.erase(std::min_element(kept_.begin(), kept_.end(), [](const auto& x, const auto& y) {
      return x.second.used < y.second.used;
    }));
  Kept& fresh = kept_[first];
  fresh.count = count;
  fresh.packed = std::make_unique<PackedIdentifiers>(std::move(read));
  fresh.used = ++clock_;
  return &fresh;
}

Result<const IdentifierBlock*> IdentifierBlocks::block(std::int64_t first) {
  PALERMO_TRY(Kept* const one, kept(first));
  if (one == nullptr) return altered_part("a block of identifiers vanished while it was read");
  if (one->block == nullptr) {
    auto unpacked_block = unpacked(std::move(*one->packed));
    if (!unpacked_block) {
      kept_.erase(first);
      return std::move(unpacked_block).error();
    }
    one->packed.reset();
    one->block = std::make_unique<IdentifierBlock>(*std::move(unpacked_block));
  }
  return one->block.get();
}

Status IdentifierBlocks::collect(const std::vector<Entry>& entries, std::string_view value,
                                 std::vector<std::int64_t>& ids) {
  auto at = std::upper_bound(
      entries.begin(), entries.end(), value,
      [](std::string_view wanted, const Entry& entry) { return wanted < entry.low; });
  while (at != entries.begin()) {
    --at;
    if (at->highest < value) break;  // nor does any before it reach the value
    if (at->high < value) continue;
    PALERMO_TRY(const IdentifierBlock* found, block(at->first));
    if (const auto position = found->find(value))
      ids.push_back(at->first + static_cast<std::int64_t>(*position));
  }
  return core::ok();
}

Result<std::int64_t> IdentifierBlocks::id_of(std::string_view kind, std::string_view value) {
  PALERMO_TRY(const Directory* all, directory());
  const auto entries = all->kinds.find(kind);
  if (entries == all->kinds.end()) return std::int64_t{0};
  std::vector<std::int64_t> ids;
  PALERMO_CHECK_OK(collect(entries->second, value, ids));
  return ids.empty() ? std::int64_t{0} : ids.front();
}

Result<std::vector<std::int64_t>> IdentifierBlocks::ids_of(std::string_view value) {
  // The index begins with the kind: walk from kind to kind, then look at those that begin before.
  PALERMO_TRY(Statement query,
              db_->prepare("WITH RECURSIVE known(k) AS (SELECT min(kind) FROM identifier_block "
                           "UNION ALL SELECT (SELECT min(kind) FROM identifier_block WHERE "
                           "kind > k) FROM known WHERE k IS NOT NULL) SELECT first FROM "
                           "identifier_block WHERE kind IN (SELECT k FROM known WHERE k IS NOT "
                           "NULL) AND low <= ?1 AND high >= ?1"));
  PALERMO_CHECK_OK(query.bind(1, value));
  std::vector<std::int64_t> ids;
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    const std::int64_t first = query.integer(0);
    PALERMO_TRY(const IdentifierBlock* found, block(first));
    if (const auto position = found->find(value))
      ids.push_back(first + static_cast<std::int64_t>(*position));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<std::optional<ObservedIdentifier>> IdentifierBlocks::find(std::int64_t id) {
  PALERMO_TRY(Kept* const one, kept(id));
  if (one == nullptr) return std::optional<ObservedIdentifier>{};
  if (one->block == nullptr && ++one->asked <= kFewAsked) {
    const PackedIdentifiers& packed = *one->packed;
    return std::optional{packed.at(static_cast<std::size_t>(id - packed.first))};
  }
  const std::int64_t first = one->block ? one->block->first : one->packed->first;
  PALERMO_TRY(const IdentifierBlock* found, block(first));
  return std::optional{found->at(static_cast<std::size_t>(id - first))};
}

namespace {

/// A block as it is stored, and which of its identifiers are wanted.
struct WantedBlock {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::string kind;
  std::string blob;
  std::span<const std::int64_t> ids;

  [[nodiscard]] Result<std::vector<ObservedIdentifier>> identifiers() const {
    PALERMO_TRY(PackedIdentifiers packed,
                open_identifiers(blob, first, kind, static_cast<std::size_t>(count)));
    std::vector<ObservedIdentifier> found;
    found.reserve(ids.size());
    if (ids.size() <= kFewAsked) {
      for (const std::int64_t id : ids)
        found.push_back(packed.at(static_cast<std::size_t>(id - first)));
      return found;
    }
    PALERMO_TRY(const IdentifierBlock block, unpacked(std::move(packed)));
    for (const std::int64_t id : ids)
      found.push_back(block.at(static_cast<std::size_t>(id - first)));
    return found;
  }
};

}  // namespace

Status IdentifierBlocks::find_all(
    std::span<const std::int64_t> ids,
    const std::function<void(std::int64_t, ObservedIdentifier)>& put) {
  std::vector<WantedBlock> blocks;
  const auto put_blocks = [&]() -> Status {
    std::vector<std::optional<Result<std::vector<ObservedIdentifier>>>> found(blocks.size());
    core::in_parallel(blocks.size(), std::min<std::size_t>(core::cores(), blocks.size() / 2),
                      [&](std::size_t i) { found[i].emplace(blocks[i].identifiers()); });
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      PALERMO_TRY(std::vector<ObservedIdentifier> identifiers, std::move(*found[i]));
      for (std::size_t k = 0; k < identifiers.size(); ++k)
        put(blocks[i].ids[k], std::move(identifiers[k]));
    }
    blocks.clear();
    return core::ok();
  };
  for (std::size_t i = 0; i < ids.size();) {
    PALERMO_TRY(const bool row, seek(ids[i]));
    const ResetAtEnd reset{*read_};
    const std::int64_t end = row ? read_->integer(0) + read_->integer(3) : 0;
    if (end <= ids[i]) {  // it stands in no block
      ++i;
      continue;
    }
    const std::size_t from = i;
    while (i < ids.size() && ids[i] < end) ++i;
    blocks.push_back({read_->integer(0), read_->integer(3), std::string{read_->text(2)},
                      std::string{read_->blob(1)}, ids.subspan(from, i - from)});
    if (blocks.size() == kMostKept) PALERMO_CHECK_OK(put_blocks());
  }
  return put_blocks();
}

Result<bool> IdentifierBlocks::any() {
  PALERMO_TRY(const Directory* all, directory());
  return !all->kinds.empty();
}

Status IdentifierBlocks::each(const std::function<Status(const IdentifierBlock&)>& visit) {
  PALERMO_TRY(Statement query,
              db_->prepare("SELECT first, kind, count, blob FROM identifier_block ORDER BY first"));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return core::ok();
    if (query.integer(2) < 0) return altered_part("the number of identifiers in a block");
    PALERMO_TRY(const IdentifierBlock decoded,
                decode_identifiers(query.blob(3), query.integer(0), std::string{query.text(1)},
                                   static_cast<std::size_t>(query.integer(2))));
    PALERMO_CHECK_OK(visit(decoded));
  }
}

}  // namespace palermo::store
