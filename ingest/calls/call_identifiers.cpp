#include "ingest/calls/call_identifiers.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "core/base/parallel.hpp"

namespace palermo::ingest {
namespace {

using store::ObservedIdentifier;

/// Nearly all are told apart by 16 bytes, compared as two numbers beside the place.
struct Key {
  std::uint32_t kind;
  std::uint32_t place;
  std::uint64_t first;
  std::uint64_t second;
};

std::uint64_t bytes_at(std::string_view text, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = at; i < at + 8; ++i)
    number = number << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
  return number;
}

}  // namespace

OrderedIdentifiers in_order(std::vector<ObservedIdentifier>& read, const std::vector<bool>& used,
                            unsigned threads) {
  constexpr std::size_t kWorthSharing = 10'000;
  std::map<std::string_view, std::uint32_t> kinds;
  std::size_t count = 0;
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (!used[i]) continue;
    ++count;
    kinds.emplace(read[i].kind, 0);
  }
  std::uint32_t rank = 0;
  for (auto& [kind, place] : kinds) place = rank++;

  const unsigned parts = count < kWorthSharing ? 1 : std::max(1U, threads);
  const auto less = [&read](const Key& x, const Key& y) {
    if (x.kind != y.kind) return x.kind < y.kind;
    if (x.first != y.first) return x.first < y.first;
    if (x.second != y.second) return x.second < y.second;
    const int rest = read[x.place].value.compare(read[y.place].value);
    return rest != 0 ? rest < 0 : x.place < y.place;
  };
  std::vector<std::vector<Key>> sorted(parts);
  core::in_parallel(parts, parts, [&](std::size_t part) {
    std::vector<Key>& keys = sorted[part];
    const std::size_t end = read.size() * (part + 1) / parts;
    keys.reserve(count / parts + 16);
    for (std::size_t i = read.size() * part / parts; i < end; ++i)
      if (used[i])
        keys.push_back({kinds.find(read[i].kind)->second, static_cast<std::uint32_t>(i),
                        bytes_at(read[i].value, 0), bytes_at(read[i].value, 8)});
    std::sort(keys.begin(), keys.end(), less);
  });
  std::vector<Key> keys = std::move(sorted[0]);
  for (unsigned part = 1; part < parts; ++part) {
    std::vector<Key> both(keys.size() + sorted[part].size());
    std::merge(keys.begin(), keys.end(), sorted[part].begin(), sorted[part].end(), both.begin(),
               less);
    keys.swap(both);
    std::vector<Key>{}.swap(sorted[part]);
  }

  OrderedIdentifiers ordered;
  ordered.position.assign(read.size(), 0);
  std::vector<std::uint32_t> kept;  // places, in order
  kept.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Key& key = keys[i];
    const bool same = i > 0 && keys[i - 1].kind == key.kind && keys[i - 1].first == key.first &&
                      keys[i - 1].second == key.second &&
                      read[keys[i - 1].place].value == read[key.place].value;
    if (!same) kept.push_back(key.place);
    ordered.position[key.place] = static_cast<std::uint32_t>(kept.size());
  }
  ordered.identifiers.resize(kept.size());
  core::in_parallel(parts, parts, [&](std::size_t part) {
    const std::size_t end = kept.size() * (part + 1) / parts;
    for (std::size_t i = kept.size() * part / parts; i < end; ++i)
      ordered.identifiers[i] = std::move(read[kept[i]]);
  });
  return ordered;
}

std::uint32_t count_lost_zeros(std::span<const ObservedIdentifier> read) {
  std::uint32_t bare = 0;
  bool zeros = false;
  for (const ObservedIdentifier& each : read) {
    if (each.kind != "msisdn" || !each.valid || each.raw.size() < 6) continue;
    if (each.raw[0] == '0' && each.raw[1] != '0') zeros = true;
    if (each.raw[0] >= '1' && each.raw[0] <= '9' && each.value.size() > each.raw.size() + 1 &&
        std::string_view{each.value}.ends_with(each.raw))
      ++bare;
  }
  return zeros ? bare : 0;
}

}  // namespace palermo::ingest
