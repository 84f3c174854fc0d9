#include "core/store/packed.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>

namespace palermo::store {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr int kNumberLevel = 1;
constexpr int kTextLevel = 3;
/// Beginnings longer than this are written out again, so that a position fits in one byte.
constexpr std::size_t kMaxShared = 255;
constexpr std::uint64_t kMaxTextBytes = std::uint64_t{1} << 30;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

void compress(std::string_view bytes, int level, std::string& out) {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context{ZSTD_createCCtx()};
  if (context == nullptr) throw std::bad_alloc{};
  out.resize(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compressCCtx(context.get(), out.data(), out.size(), bytes.data(), bytes.size(), level);
  if (ZSTD_isError(size) != 0) throw std::bad_alloc{};  // only memory can fail with enough room
  out.resize(size);
  out.shrink_to_fit();
}

/// @param out  exactly as long as the content must be
Status decompress(std::string_view frame, std::span<char> out) {
  if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != out.size())
    return altered_part("a length");
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context{ZSTD_createDCtx()};
  if (context == nullptr) throw std::bad_alloc{};
  const std::size_t got =
      ZSTD_decompressDCtx(context.get(), out.data(), out.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0 || got != out.size()) return altered_part("a compression");
  return core::ok();
}

/// Steps and offsets wrap around 2^64, so that any pair of times has one.
std::uint64_t difference(std::int64_t later, std::int64_t earlier) {
  return static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier);
}

unsigned width_for(std::uint64_t range) {
  unsigned width = 0;
  for (; range != 0; range >>= 8) ++width;
  return width;
}

}  // namespace

Error altered_part(std::string_view why) {
  return Error{ErrorCode::Integrity,
               fmt::format("a packed part of the case cannot be read: {}", why), std::nullopt,
               "run `palermo audit verify`; restore the case from a copy", "ALTERED"};
}

void pack_plain(std::span<const std::int64_t> values, v1::PackedColumn& column) {
  if (values.empty()) return;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const std::int64_t base = *low;
  const unsigned width = width_for(difference(*high, base));
  column.set_width(width);
  column.set_base(base);
  std::string plane(values.size(), '\0');
  for (unsigned byte = 0; byte < width; ++byte) {
    const unsigned shift = byte * 8;
    for (std::size_t i = 0; i < values.size(); ++i)
      plane[i] = static_cast<char>(difference(values[i], base) >> shift);
    compress(plane, kNumberLevel, *column.add_plane());
  }
}

void pack_steps(std::span<const std::int64_t> values, v1::PackedColumn& column) {
  if (values.size() < 2) return pack_plain(values, column);
  std::vector<std::int64_t> steps(values.size() - 1);
  for (std::size_t i = 1; i < values.size(); ++i)
    steps[i - 1] = static_cast<std::int64_t>(difference(values[i], values[i - 1]));
  const auto [low, high] = std::minmax_element(steps.begin(), steps.end());
  const auto [first, last] = std::minmax_element(values.begin(), values.end());
  if (width_for(difference(*high, *low)) >= width_for(difference(*last, *first)))
    return pack_plain(values, column);
  pack_plain(steps, column);
  column.set_delta(true);
  column.set_first(values[0]);
}

Result<std::vector<std::int64_t>> unpack_column(const v1::PackedColumn& column, std::size_t n) {
  const unsigned width = column.width();
  if (width > 8) return altered_part("a column's width");
  const bool steps = column.delta();
  if (steps && n == 0) return altered_part("a column's length");
  const std::size_t stored = steps ? n - 1 : n;
  std::vector<std::int64_t> values(n, 0);
  std::int64_t* const offsets = values.data() + (steps ? 1 : 0);
  const auto add_plane = [&](const char* plane, unsigned byte) {
    const unsigned shift = byte * 8;
    for (std::size_t i = 0; i < stored; ++i)
      offsets[i] = static_cast<std::int64_t>(
          static_cast<std::uint64_t>(offsets[i]) |
          static_cast<std::uint64_t>(static_cast<unsigned char>(plane[i])) << shift);
  };
  if (width != 0 && stored > 0) {
    const bool apart = column.plane_size() > 0;
    if (apart && static_cast<unsigned>(column.plane_size()) != width)
      return altered_part("a column's planes");
    std::vector<char> bytes(apart ? stored : stored * width);
    if (!apart) PALERMO_CHECK_OK(decompress(column.planes(), bytes));
    for (unsigned byte = 0; byte < width; ++byte) {
      if (apart) PALERMO_CHECK_OK(decompress(column.plane(static_cast<int>(byte)), bytes));
      add_plane(bytes.data() + (apart ? 0 : byte * stored), byte);
    }
  }
  const auto base = static_cast<std::uint64_t>(column.base());
  std::uint64_t value = static_cast<std::uint64_t>(column.first());
  if (!steps) {
    for (std::int64_t& each : values)
      each = static_cast<std::int64_t>(static_cast<std::uint64_t>(each) + base);
    return values;
  }
  values[0] = column.first();
  for (std::size_t i = 1; i < n; ++i) {
    value += base + static_cast<std::uint64_t>(values[i]);
    values[i] = static_cast<std::int64_t>(value);
  }
  return values;
}

void pack_texts(std::span<const std::string_view> texts, v1::PackedTexts& packed) {
  packed.set_count(static_cast<std::uint32_t>(texts.size()));
  if (texts.empty()) return;
  std::vector<std::int64_t> shared;
  std::vector<std::int64_t> sizes;
  shared.reserve(texts.size());
  sizes.reserve(texts.size());
  std::string rest;
  std::string_view before;
  for (const std::string_view text : texts) {
    const std::size_t most = std::min({text.size(), before.size(), kMaxShared});
    const auto same = static_cast<std::size_t>(
        std::mismatch(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(most),
                      before.begin())
            .first -
        text.begin());
    shared.push_back(static_cast<std::int64_t>(same));
    sizes.push_back(static_cast<std::int64_t>(text.size() - same));
    rest += text.substr(same);
    before = text;
  }
  pack_plain(shared, *packed.mutable_shared());
  pack_plain(sizes, *packed.mutable_size());
  if (!rest.empty()) compress(rest, kTextLevel, *packed.mutable_rest());
}

Result<TextList> unpack_texts(const v1::PackedTexts& packed, std::size_t most) {
  const std::size_t n = packed.count();
  TextList texts;
  if (n > most) return altered_part("the number of texts");
  if (n == 0) return texts;
  std::vector<std::uint32_t> shared;
  std::vector<std::uint32_t> sizes;
  PALERMO_CHECK_OK(unpack_column(packed.shared(), n, 0, kMaxShared, shared));
  PALERMO_CHECK_OK(unpack_column(packed.size(), n, 0, std::int64_t{1} << 30, sizes));
  std::uint64_t own = 0;
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < n; ++i) {
    own += sizes[i];
    all += sizes[i] + shared[i];
  }
  if (all > kMaxTextBytes) return altered_part("the length of its texts");
  std::vector<char> rest(own);
  if (own > 0) PALERMO_CHECK_OK(decompress(packed.rest(), rest));
  texts.bytes.reserve(all);
  texts.begins.reserve(n + 1);
  std::size_t at = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t before = i == 0 ? 0 : texts.begins[i - 1];
    if (shared[i] > texts.begins[i] - before) return altered_part("a shared beginning");
    // Within the room reserved above, so that no byte moves while it is copied.
    texts.bytes.append(texts.bytes.data() + before, shared[i]);
    texts.bytes.append(rest.data() + at, sizes[i]);
    at += sizes[i];
    texts.begins.push_back(texts.bytes.size());
  }
  return texts;
}

}  // namespace palermo::store
