#include "ingest/calls/call_identifiers.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "core/base/parallel.hpp"

namespace palermo::ingest {
namespace {

using store::IdentifierView;
using store::ObservedIdentifier;

/// Nearly all are told apart by 16 bytes, compared as two numbers beside the place.
struct Key {
  std::uint32_t kind;
  std::uint32_t place;
  std::uint64_t first;
  std::uint64_t second;
};
using Keys = std::vector<Key, LargePages<Key>>;

std::uint64_t bytes_at(std::string_view text, std::size_t at) {
  std::uint64_t number = 0;
  const std::size_t end = std::min(text.size(), at + 8);
  for (std::size_t i = at; i < end; ++i) number = number << 8 | static_cast<unsigned char>(text[i]);
  return end <= at ? 0 : number << (8 * (at + 8 - end));
}

/// Identifiers as views of their raw texts, of copies, and of the few words they share.
class ViewMaker {
 public:
  IdentifierView view(std::string_view raw, const ObservedIdentifier& identifier) {
    IdentifierView view;
    view.kind = word(identifier.kind);
    view.value = raw.starts_with(identifier.value) ? raw.substr(0, identifier.value.size())
                                                   : texts_.copy(identifier.value);
    view.raw = raw;
    view.valid = identifier.valid;
    if (!identifier.country.empty()) view.country = word(identifier.country);
    return view;
  }
  TextArena& texts() { return texts_; }

 private:
  std::string_view word(std::string_view text) {
    for (const std::string_view known : words_)
      if (known == text) return known;
    if (words_.size() == kMostWords) return texts_.copy(text);
    return words_.emplace_back(texts_.copy(text));
  }
  static constexpr std::size_t kMostWords = 32;
  std::vector<std::string_view> words_;
  TextArena texts_;
};

/// Two sorted ranges as one. Each thread merges what lies between two keys.
template <typename Less>
Keys merged(const Keys& x, const Keys& y, const Less& less, unsigned threads) {
  Keys both(x.size() + y.size());
  const auto cut = [&](std::size_t piece) {
    const std::size_t in_x = x.size() * piece / threads;
    if (piece == threads) return std::pair{in_x, y.size()};
    if (in_x == 0) return std::pair{std::size_t{0}, std::size_t{0}};
    const auto in_y = std::lower_bound(y.begin(), y.end(), x[in_x], less);
    return std::pair{in_x, static_cast<std::size_t>(in_y - y.begin())};
  };
  core::in_parallel(threads, threads, [&](std::size_t piece) {
    const auto [x_begin, y_begin] = cut(piece);
    const auto [x_end, y_end] = cut(piece + 1);
    const auto at = [](const Keys& keys, std::size_t i) {
      return keys.begin() + static_cast<std::ptrdiff_t>(i);
    };
    std::merge(at(x, x_begin), at(x, x_end), at(y, y_begin), at(y, y_end),
               both.begin() + static_cast<std::ptrdiff_t>(x_begin + y_begin), less);
  });
  return both;
}

/// The places of kinds in their order; neighbours mostly share one.
class KindRanks {
 public:
  void add(std::string_view kind) {
    if (!is_last(kind)) ranks_.emplace(last_ = kind, 0);
  }
  void number() {
    std::uint32_t rank = 0;
    for (auto& [kind, place] : ranks_) place = rank++;
  }
  [[nodiscard]] std::uint32_t rank(std::string_view kind) const {
    return ranks_.find(kind)->second;
  }

 private:
  [[nodiscard]] bool is_last(std::string_view kind) const {
    return kind.data() == last_.data() && kind.size() == last_.size();
  }
  std::string_view last_;
  std::map<std::string_view, std::uint32_t> ranks_;
};

}  // namespace

void read_identifiers(std::span<const std::string_view> raw, const ReadIdentifier& read,
                      std::span<IdentifierView> to, TextArena::Memory& texts) {
  constexpr std::size_t kPiece = 16'384;
  const std::size_t pieces = (raw.size() + kPiece - 1) / kPiece;
  std::vector<ViewMaker> makers(pieces);
  core::in_parallel(pieces, core::cores(), [&](std::size_t piece) {
    const std::size_t end = std::min(raw.size(), (piece + 1) * kPiece);
    for (std::size_t i = piece * kPiece; i < end; ++i) to[i] = makers[piece].view(raw[i], read(i));
  });
  for (ViewMaker& maker : makers) maker.texts().give(texts);
}

OrderedIdentifiers in_order(std::span<const IdentifierView> read, const std::vector<bool>& used,
                            unsigned threads) {
  constexpr std::size_t kWorthSharing = 10'000;
  KindRanks kinds;
  std::size_t count = 0;
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (!used[i]) continue;
    ++count;
    kinds.add(read[i].kind);
  }
  kinds.number();

  const unsigned parts = count < kWorthSharing ? 1 : std::max(1U, threads);
  const auto less = [&read](const Key& x, const Key& y) {
    if (x.kind != y.kind) return x.kind < y.kind;
    if (x.first != y.first) return x.first < y.first;
    if (x.second != y.second) return x.second < y.second;
    const int rest = read[x.place].value.compare(read[y.place].value);
    return rest != 0 ? rest < 0 : x.place < y.place;
  };
  std::vector<Keys> sorted(parts);
  core::in_parallel(parts, parts, [&](std::size_t part) {
    Keys& keys = sorted[part];
    const std::size_t end = read.size() * (part + 1) / parts;
    keys.reserve(count / parts + 16);
    const char* last = nullptr;
    std::uint32_t rank = 0;
    for (std::size_t i = read.size() * part / parts; i < end; ++i) {
      if (!used[i]) continue;
      if (read[i].kind.data() != last) {
        last = read[i].kind.data();
        rank = kinds.rank(read[i].kind);
      }
      keys.push_back({rank, static_cast<std::uint32_t>(i), bytes_at(read[i].value, 0),
                      bytes_at(read[i].value, 8)});
    }
    std::sort(keys.begin(), keys.end(), less);
  });
  Keys keys = std::move(sorted[0]);
  for (unsigned part = 1; part < parts; ++part) {
    keys = merged(keys, sorted[part], less, parts);
    Keys{}.swap(sorted[part]);
  }

  OrderedIdentifiers ordered;
  reserve_large(ordered.position, read.size());
  ordered.position.resize(read.size(), 0);
  std::vector<std::uint32_t> kept;  // places, in order
  reserve_large(kept, keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Key& key = keys[i];
    const bool same = i > 0 && keys[i - 1].kind == key.kind && keys[i - 1].first == key.first &&
                      keys[i - 1].second == key.second &&
                      read[keys[i - 1].place].value == read[key.place].value;
    if (!same) kept.push_back(key.place);
    ordered.position[key.place] = static_cast<std::uint32_t>(kept.size());
  }
  Keys{}.swap(keys);
  ordered.identifiers.resize(kept.size());
  core::in_parallel(parts, parts, [&](std::size_t part) {
    const std::size_t end = kept.size() * (part + 1) / parts;
    for (std::size_t i = kept.size() * part / parts; i < end; ++i)
      ordered.identifiers[i] = read[kept[i]];
  });
  return ordered;
}

std::uint32_t count_lost_zeros(std::span<const IdentifierView> read) {
  std::uint32_t bare = 0;
  bool zeros = false;
  for (const IdentifierView& each : read) {
    if (each.kind != "msisdn" || !each.valid || each.raw.size() < 6) continue;
    if (each.raw[0] == '0' && each.raw[1] != '0') zeros = true;
    if (each.raw[0] >= '1' && each.raw[0] <= '9' && each.value.size() > each.raw.size() + 1 &&
        each.value.ends_with(each.raw))
      ++bare;
  }
  return zeros ? bare : 0;
}

}  // namespace palermo::ingest
