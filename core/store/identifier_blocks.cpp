#include "core/store/identifier_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <tuple>

namespace palermo::store {
namespace {

using core::Result;
using core::Status;

constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kMostKept = 128;  // about 200 kB each

/// raw as a part of value with something before or behind it: spellings of one file mostly differ
/// in a prefix (07700… for +447700…) or in an end (the check digit of an IMEI).
struct Spelling {
  std::string begin;
  std::uint32_t skip = 0;
  std::string end;
  std::uint32_t drop = 0;
  friend auto operator<=>(const Spelling&, const Spelling&) = default;
};

Spelling spelling_of(const ObservedIdentifier& identifier) {
  const std::string_view value = identifier.value;
  const std::string_view raw = identifier.raw;
  const std::size_t most = std::min(value.size(), raw.size());
  std::size_t front = 0;
  while (front < most && value[front] == raw[front]) ++front;
  std::size_t back = 0;
  while (back < most && value[value.size() - 1 - back] == raw[raw.size() - 1 - back]) ++back;
  if (front > back)
    return {
        {}, 0, std::string{raw.substr(front)}, static_cast<std::uint32_t>(value.size() - front)};
  return {std::string{raw.substr(0, raw.size() - back)},
          static_cast<std::uint32_t>(value.size() - back),
          {},
          0};
}

std::string_view kept_part(std::string_view value, const v1::IdentifierTraits& traits) {
  return value.substr(traits.raw_skip(), value.size() - traits.raw_skip() - traits.raw_drop());
}

}  // namespace

ObservedIdentifier IdentifierBlock::at(std::size_t i) const {
  const v1::IdentifierTraits& shared = traits[trait[i]];
  ObservedIdentifier identifier;
  identifier.kind = kind;
  identifier.value = values[i];
  identifier.raw = shared.raw_begin();
  identifier.raw += kept_part(identifier.value, shared);
  identifier.raw += shared.raw_end();
  identifier.valid = shared.valid();
  identifier.country = shared.country();
  return identifier;
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

std::string encode_identifiers(std::span<const ObservedIdentifier* const> identifiers) {
  v1::IdentifierBlock block;
  block.set_version(kVersion);
  using Traits = std::tuple<bool, std::string, Spelling>;
  std::map<Traits, std::int64_t> known;
  std::vector<std::string_view> values;
  std::vector<std::int64_t> trait;
  values.reserve(identifiers.size());
  trait.reserve(identifiers.size());
  for (const ObservedIdentifier* identifier : identifiers) {
    values.emplace_back(identifier->value);
    const auto [at, fresh] =
        known.try_emplace(Traits{identifier->valid, identifier->country, spelling_of(*identifier)},
                          block.traits_size());
    if (fresh) {
      const auto& [valid, country, spelling] = at->first;
      v1::IdentifierTraits& traits = *block.add_traits();
      traits.set_valid(valid);
      traits.set_country(country);
      traits.set_raw_begin(spelling.begin);
      traits.set_raw_skip(spelling.skip);
      traits.set_raw_end(spelling.end);
      traits.set_raw_drop(spelling.drop);
    }
    trait.push_back(at->second);
  }
  pack_texts(values, *block.mutable_values());
  pack_plain(trait, *block.mutable_trait());
  return block.SerializeAsString();
}

Result<IdentifierBlock> decode_identifiers(std::string_view blob, std::int64_t first,
                                           std::string kind, std::size_t count) {
  v1::IdentifierBlock packed;
  if (blob.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !packed.ParseFromArray(blob.data(), static_cast<int>(blob.size())))
    return altered_part("a block of identifiers is no such message");
  if (packed.version() != kVersion)
    return altered_part(fmt::format("a block of identifiers has version {}, this program reads {}",
                                    packed.version(), kVersion));
  IdentifierBlock block;
  block.first = first;
  block.kind = std::move(kind);
  PALERMO_TRY(block.values, unpack_texts(packed.values(), kBlockIdentifiers));
  const std::size_t n = block.values.size();
  if (n == 0 || n != count) return altered_part("the number of identifiers in a block");
  if (packed.traits_size() == 0) return altered_part("a block of identifiers without traits");
  PALERMO_CHECK_OK(
      unpack_column(packed.trait(), n, 0, std::int64_t{packed.traits_size()} - 1, block.trait));
  block.traits.assign(packed.traits().begin(), packed.traits().end());
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0 && block.values[i - 1] >= block.values[i])
      return altered_part("the order of identifiers in a block");
    const v1::IdentifierTraits& traits = block.traits[block.trait[i]];
    if (std::uint64_t{traits.raw_skip()} + traits.raw_drop() > block.values[i].size())
      return altered_part("a spelling in a block of identifiers");
  }
  return block;
}

Result<const IdentifierBlocks::Directory*> IdentifierBlocks::directory() {
  if (directory_) return &*directory_;
  Directory read;
  PALERMO_TRY(Statement query, db_->prepare("SELECT kind, low, high, first, count FROM "
                                            "identifier_block ORDER BY kind, low, first"));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    std::vector<Entry>& entries = read.kinds[std::string{query.text(0)}];
    Entry entry{query.integer(3), query.integer(4), std::string{query.text(1)},
                std::string{query.text(2)}, std::string{query.text(2)}};
    if (!entries.empty()) entry.highest = std::max(entry.highest, entries.back().highest);
    read.ids.emplace_back(entry.first, entry.count);
    entries.push_back(std::move(entry));
  }
  std::sort(read.ids.begin(), read.ids.end());
  directory_ = std::move(read);
  return &*directory_;
}

Result<const IdentifierBlock*> IdentifierBlocks::block(std::int64_t first) {
  const auto known = kept_.find(first);
  if (known != kept_.end()) {
    known->second.used = ++clock_;
    return known->second.block.get();
  }
  PALERMO_TRY(Statement query,
              db_->prepare("SELECT blob, kind, count FROM identifier_block WHERE first = ?1"));
  PALERMO_CHECK_OK(query.bind(1, first));
  PALERMO_TRY(const bool row, query.step());
  if (!row || query.integer(2) < 0)
    return altered_part("a block of identifiers vanished while it was read");
  PALERMO_TRY(IdentifierBlock read,
              decode_identifiers(query.blob(0), first, std::string{query.text(1)},
                                 static_cast<std::size_t>(query.integer(2))));
  if (kept_.size() >= kMostKept)
    kept_.erase(std::min_element(kept_.begin(), kept_.end(), [](const auto& x, const auto& y) {
      return x.second.used < y.second.used;
    }));
  Kept& kept = kept_[first];
  kept.block = std::make_unique<IdentifierBlock>(std::move(read));
  kept.used = ++clock_;
  return kept.block.get();
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
  PALERMO_TRY(const Directory* all, directory());
  std::vector<std::int64_t> ids;
  for (const auto& [kind, entries] : all->kinds) PALERMO_CHECK_OK(collect(entries, value, ids));
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<std::optional<ObservedIdentifier>> IdentifierBlocks::find(std::int64_t id) {
  PALERMO_TRY(const Directory* all, directory());
  auto at =
      std::upper_bound(all->ids.begin(), all->ids.end(), id,
                       [](std::int64_t wanted, const auto& range) { return wanted < range.first; });
  if (at == all->ids.begin()) return std::optional<ObservedIdentifier>{};
  --at;
  if (id >= at->first + at->second) return std::optional<ObservedIdentifier>{};
  PALERMO_TRY(const IdentifierBlock* found, block(at->first));
  return std::optional{found->at(static_cast<std::size_t>(id - at->first))};
}

Result<bool> IdentifierBlocks::any() {
  PALERMO_TRY(const Directory* all, directory());
  return !all->ids.empty();
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
