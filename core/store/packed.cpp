#include "core/store/packed.hpp"

#include <fmt/format.h>
#define ZSTD_STATIC_LINKING_ONLY  // ZSTD_c_literalCompressionMode
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace palermo::store {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

/// How a frame is written; whoever reads it need not know.
enum class Coding {
  Plain,    // bytes as they are: as fast to read as to copy
  Entropy,  // frequent bytes in few bits
  Matches,  // and what stood before only once
};
/// Beginnings longer than this are written out again, so that a position fits in one byte.
constexpr std::size_t kMaxShared = 255;
constexpr std::uint64_t kMaxTextBytes = std::uint64_t{1} << 30;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

bool set(ZSTD_CCtx* context, ZSTD_cParameter parameter, int value) {
  return ZSTD_isError(ZSTD_CCtx_setParameter(context, parameter, value)) == 0;
}

/// Parameters of libzstd's compressor; what it does not know it does as it is used to.
void prepare(ZSTD_CCtx* context, Coding coding) {
  // Steps between searches so long that there are none; such levels leave bytes uncoded unless
  // told.
  constexpr int kNoSearch = -131072;
  constexpr int kLongMatch = 7;
  constexpr int kSmallTable = 6;
  ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
  set(context, ZSTD_c_compressionLevel, coding == Coding::Matches ? 1 : kNoSearch);
  set(context, ZSTD_c_minMatch, kLongMatch);
  if (coding == Coding::Matches) return;
  set(context, ZSTD_c_hashLog, kSmallTable);
  set(context, ZSTD_c_literalCompressionMode,
      coding == Coding::Entropy ? ZSTD_ps_enable : ZSTD_ps_disable);
}

void compress(std::string_view bytes, Coding coding, std::string& out) {
  struct Compressor {
    std::unique_ptr<ZSTD_CCtx, FreeCompressor> context{ZSTD_createCCtx()};
    bool fresh = true;
  };
  // One for each coding: to change parameters costs as much as to write a small frame.
  thread_local std::array<Compressor, 3> compressors;
  Compressor& one = compressors[static_cast<std::size_t>(coding)];
  if (one.context == nullptr) throw std::bad_alloc{};
  if (std::exchange(one.fresh, false)) prepare(one.context.get(), coding);
  thread_local std::vector<char> room;
  room.resize(std::max(room.size(), ZSTD_compressBound(bytes.size())));
  const std::size_t size =
      ZSTD_compress2(one.context.get(), room.data(), room.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) throw std::bad_alloc{};  // only memory can fail with enough room
  out.assign(room.data(), size);
}

/// Byte planes of numbers mostly repeat nothing longer than by chance: there a search costs time
/// twice and finds what takes more room than it saves. Runs, and planes of nearly one value, are
/// what it is good at. Measured in docs/decisions/0030.
void compress_plane(std::string_view plane, std::string& out) {
  compress(plane, Coding::Entropy, out);
  std::size_t runs = 0;
  for (std::size_t i = 1; i < plane.size(); ++i) runs += plane[i] == plane[i - 1] ? 1 : 0;
  if (runs < plane.size() / 2 && out.size() > plane.size() / 7) {
    if (out.size() > plane.size() / 16 * 15) compress(plane, Coding::Plain, out);
    return;
  }
  std::string other;
  compress(plane, Coding::Matches, other);
  if (other.size() < out.size()) out = std::move(other);
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
  std::int64_t base = values[0];
  std::int64_t high = values[0];
  for (const std::int64_t value : values) {
    base = std::min(base, value);
    high = std::max(high, value);
  }
  const unsigned width = width_for(difference(high, base));
  column.set_width(width);
  column.set_base(base);
  thread_local std::string plane;
  plane.resize(values.size());
  for (unsigned byte = 0; byte < width; ++byte) {
    const unsigned shift = byte * 8;
    for (std::size_t i = 0; i < values.size(); ++i)
      plane[i] = static_cast<char>(difference(values[i], base) >> shift);
    compress_plane(plane, *column.add_plane());
  }
}

void pack_steps(std::span<const std::int64_t> values, v1::PackedColumn& column) {
  if (values.size() < 2) return pack_plain(values, column);
  // Kept by the thread: memory that goes back to the kernel with every column costs more than
  // packing.
  thread_local std::vector<std::int64_t> steps;
  steps.resize(values.size() - 1);
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

namespace {

/// How many numbers the planes of a column of n values hold.
Result<std::size_t> stored_in(const v1::PackedColumn& column, std::size_t n) {
  if (column.width() > 8) return altered_part("a column's width");
  if (column.delta() && n == 0) return altered_part("a column's length");
  return column.delta() ? n - 1 : n;
}

/// All planes behind one another, `stored` bytes each.
Result<std::vector<char>> planes_of(const v1::PackedColumn& column, std::size_t stored) {
  const unsigned width = column.width();
  std::vector<char> bytes(stored * width);
  if (bytes.empty()) return bytes;
  if (column.plane_size() == 0) {
    PALERMO_CHECK_OK(decompress(column.planes(), bytes));
    return bytes;
  }
  if (static_cast<unsigned>(column.plane_size()) != width) return altered_part("a column's planes");
  for (unsigned byte = 0; byte < width; ++byte)
    PALERMO_CHECK_OK(decompress(column.plane(static_cast<int>(byte)),
                                std::span{bytes}.subspan(byte * stored, stored)));
  return bytes;
}

std::uint64_t number_at(const std::vector<char>& planes, std::size_t stored, unsigned width,
                        std::size_t i) {
  std::uint64_t number = 0;
  for (unsigned byte = 0; byte < width; ++byte)
    number |= std::uint64_t{static_cast<unsigned char>(planes[byte * stored + i])} << (byte * 8);
  return number;
}

/// Largest offset that `width` bytes hold.
std::uint64_t most_in(unsigned width) {
  return width == 0 ? 0 : ~std::uint64_t{0} >> (64 - 8 * width);
}

/// Whether every value of a column without steps lies in [low, high], whatever its planes hold.
bool surely_within(const v1::PackedColumn& column, std::int64_t low, std::int64_t high) {
  return column.base() >= low && column.base() <= high &&
         most_in(column.width()) <= difference(high, column.base());
}

/// Values of a column of `width` bytes, the width known when this is compiled.
/// @return whether all lie in [low, high]
template <unsigned width, typename T>
bool combine(const std::vector<char>& planes, const v1::PackedColumn& column, std::int64_t low,
             std::int64_t high, std::vector<T>& values) {
  const bool steps = column.delta();
  const std::size_t stored = values.size() - (steps ? 1 : 0);
  const auto base = static_cast<std::uint64_t>(column.base());
  const char* const bytes = planes.data();
  T* const out = values.data() + (steps ? 1 : 0);
  const auto number = [bytes, stored](std::size_t i) {
    std::uint64_t value = 0;
    for (unsigned byte = 0; byte < width; ++byte)
      value |= std::uint64_t{static_cast<unsigned char>(bytes[byte * stored + i])} << (byte * 8);
    return value;
  };
  if (!steps && surely_within(column, low, high)) {
    for (std::size_t i = 0; i < stored; ++i) out[i] = static_cast<T>(base + number(i));
    return true;
  }
  bool good = true;
  const auto put = [&good, low, high](T& to, std::uint64_t value) {
    const auto whole = static_cast<std::int64_t>(value);
    good = good && whole >= low && whole <= high;
    to = static_cast<T>(whole);
  };
  if (!steps) {
    for (std::size_t i = 0; i < stored; ++i) put(out[i], base + number(i));
    return good;
  }
  auto value = static_cast<std::uint64_t>(column.first());
  put(values[0], value);
  for (std::size_t i = 0; i < stored; ++i) {
    value += base + number(i);
    put(out[i], value);
  }
  return good;
}

}  // namespace

template <typename T>
Status unpack_column(const v1::PackedColumn& column, std::size_t n, std::int64_t low,
                     std::int64_t high, std::vector<T>& out) {
  PALERMO_TRY(const std::size_t stored, stored_in(column, n));
  PALERMO_TRY(const std::vector<char> planes, planes_of(column, stored));
  out.resize(n);
  if (n == 0) return core::ok();
  constexpr decltype(&combine<0, T>) kCombine[] = {combine<0, T>, combine<1, T>, combine<2, T>,
                                                   combine<3, T>, combine<4, T>, combine<5, T>,
                                                   combine<6, T>, combine<7, T>, combine<8, T>};
  if (!kCombine[column.width()](planes, column, low, high, out))
    return altered_part("a value out of range");
  return core::ok();
}

template Status unpack_column(const v1::PackedColumn&, std::size_t, std::int64_t, std::int64_t,
                              std::vector<std::int64_t>&);
template Status unpack_column(const v1::PackedColumn&, std::size_t, std::int64_t, std::int64_t,
                              std::vector<std::int32_t>&);
template Status unpack_column(const v1::PackedColumn&, std::size_t, std::int64_t, std::int64_t,
                              std::vector<std::uint32_t>&);
template Status unpack_column(const v1::PackedColumn&, std::size_t, std::int64_t, std::int64_t,
                              std::vector<std::int16_t>&);
template Status unpack_column(const v1::PackedColumn&, std::size_t, std::int64_t, std::int64_t,
                              std::vector<std::uint16_t>&);
template Status unpack_column(const v1::PackedColumn&, std::size_t, std::int64_t, std::int64_t,
                              std::vector<std::uint8_t>&);

Result<std::vector<std::int64_t>> unpack_column(const v1::PackedColumn& column, std::size_t n) {
  std::vector<std::int64_t> values;
  PALERMO_CHECK_OK(unpack_column(column, n, values));
  return values;
}

Status unpack_ascending(const v1::PackedColumn& column, std::size_t n,
                        std::vector<std::uint32_t>& out) {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (column.delta() && column.width() <= 2 && column.base() >= 1 && column.base() <= kMost &&
      column.first() >= 0 && column.first() <= kMost && n > 0) {
    // Every step goes up, so that the last value alone tells whether all are in range: n numbers of
    // two bytes and n bases of four stay far below 2^63.
    PALERMO_TRY(const std::vector<char> planes, planes_of(column, n - 1));
    const auto low = [&planes](std::size_t i) { return static_cast<unsigned char>(planes[i]); };
    const auto base = static_cast<std::uint64_t>(column.base());
    auto value = static_cast<std::uint64_t>(column.first());
    out.resize(n);
    out[0] = static_cast<std::uint32_t>(value);
    for (std::size_t i = 1; i < n; ++i) {
      value += base;
      if (column.width() > 0) value += low(i - 1);
      if (column.width() > 1) value += std::uint64_t{low(n - 1 + i - 1)} << 8;
      out[i] = static_cast<std::uint32_t>(value);
    }
    if (value > static_cast<std::uint64_t>(kMost)) return altered_part("a value out of range");
    return core::ok();
  }
  PALERMO_CHECK_OK(unpack_column(column, n, out));
  if (std::adjacent_find(out.begin(), out.end(), std::greater_equal<>{}) != out.end())
    return altered_part("a value out of order");
  return core::ok();
}

Result<const std::vector<char>*> InflatedPlanes::of(const v1::PackedColumn& column,
                                                    std::size_t stored) {
  const auto known = planes_.find(&column);
  if (known != planes_.end()) return &known->second;
  PALERMO_TRY(std::vector<char> planes, planes_of(column, stored));
  return &planes_.emplace(&column, std::move(planes)).first->second;
}

Result<std::vector<std::int64_t>> pick_values(const v1::PackedColumn& column, std::size_t n,
                                              std::span<const std::uint32_t> rows, std::int64_t low,
                                              std::int64_t high, InflatedPlanes& inflated) {
  std::vector<std::int64_t> picked;
  picked.reserve(rows.size());
  if (column.delta() && column.width() > 0) {
    PALERMO_TRY(const std::vector<std::int64_t> values, unpack_column(column, n));
    for (const std::uint32_t row : rows) picked.push_back(values[row]);
  } else {
    PALERMO_TRY(const std::size_t stored, stored_in(column, n));
    PALERMO_TRY(const std::vector<char>* planes, inflated.of(column, stored));
    const auto base = static_cast<std::uint64_t>(column.base());
    const auto first = static_cast<std::uint64_t>(column.first());
    for (const std::uint32_t row : rows) {
      // Steps of width 0 are all equal.
      const std::uint64_t value = column.delta()
                                      ? first + base * row
                                      : base + number_at(*planes, stored, column.width(), row);
      picked.push_back(static_cast<std::int64_t>(value));
    }
  }
  if (std::any_of(picked.begin(), picked.end(),
                  [low, high](std::int64_t value) { return value < low || value > high; }))
    return altered_part("a value out of range");
  return picked;
}

Status find_value(const v1::PackedColumn& column, std::size_t n, std::int64_t value,
                  std::vector<std::uint32_t>& rows, InflatedPlanes& inflated) {
  const unsigned width = column.width();
  if (column.delta()) {
    PALERMO_TRY(const std::vector<std::int64_t> values, unpack_column(column, n));
    for (std::size_t i = 0; i < n; ++i)
      if (values[i] == value) rows.push_back(static_cast<std::uint32_t>(i));
    return core::ok();
  }
  const std::uint64_t wanted = difference(value, column.base());
  if (width < 8 && wanted >> (width * 8) != 0) return core::ok();
  PALERMO_TRY(const std::size_t stored, stored_in(column, n));
  PALERMO_TRY(const std::vector<char>* kept, inflated.of(column, stored));
  const std::vector<char>& planes = *kept;
  if (width == 0) {
    for (std::size_t i = 0; i < n; ++i) rows.push_back(static_cast<std::uint32_t>(i));
    return core::ok();
  }
  const char* const end = planes.data() + stored;
  for (const char* at = planes.data(); at < end; ++at) {
    at = static_cast<const char*>(
        std::memchr(at, static_cast<int>(wanted & 0xff), static_cast<std::size_t>(end - at)));
    if (at == nullptr) break;
    const auto i = static_cast<std::size_t>(at - planes.data());
    if (number_at(planes, stored, width, i) == wanted)
      rows.push_back(static_cast<std::uint32_t>(i));
  }
  return core::ok();
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
  if (!rest.empty()) compress(rest, Coding::Matches, *packed.mutable_rest());
}

Result<SharedTexts> SharedTexts::open(const v1::PackedTexts& packed, std::size_t most) {
  const std::size_t n = packed.count();
  SharedTexts texts;
  if (n > most) return altered_part("the number of texts");
  if (n == 0) return texts;
  std::vector<std::uint32_t> sizes;
  PALERMO_CHECK_OK(unpack_column(packed.shared(), n, 0, kMaxShared, texts.shared_));
  PALERMO_CHECK_OK(unpack_column(packed.size(), n, 0, std::int64_t{1} << 30, sizes));
  texts.begins_.reserve(n + 1);
  std::uint64_t own = 0;
  std::uint64_t all = 0;
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < n; ++i) {
    own += sizes[i];
    if (texts.shared_[i] > before) return altered_part("a shared beginning");
    before = std::uint64_t{texts.shared_[i]} + sizes[i];
    all += before;
    if (all > kMaxTextBytes) return altered_part("the length of its texts");
    texts.begins_.push_back(static_cast<std::uint32_t>(own));
  }
  texts.rest_.resize(own);
  if (own > 0) PALERMO_CHECK_OK(decompress(packed.rest(), texts.rest_));
  return texts;
}

std::string SharedTexts::at(std::size_t i) const {
  std::string text(size_of(i), '\0');
  // Text i has its own end; what lies before comes from the texts before it.
  for (std::size_t missing = text.size(); missing > 0; --i) {
    const std::size_t shared = shared_[i];
    if (shared >= missing) continue;
    std::copy_n(rest_.data() + begins_[i], missing - shared, text.data() + shared);
    missing = shared;
  }
  return text;
}

TextList SharedTexts::all() const {
  TextList texts;
  std::size_t bytes = rest_.size();
  for (const std::uint32_t shared : shared_) bytes += shared;
  texts.bytes.reserve(bytes);
  texts.begins.reserve(size() + 1);
  for (std::size_t i = 0; i < size(); ++i) {
    // Within the room reserved above, so that no byte moves while it is copied.
    if (i > 0) texts.bytes.append(texts.bytes.data() + texts.begins[i - 1], shared_[i]);
    texts.bytes.append(rest_.data() + begins_[i], begins_[i + 1] - begins_[i]);
    texts.begins.push_back(texts.bytes.size());
  }
  return texts;
}

Result<TextList> unpack_texts(const v1::PackedTexts& packed, std::size_t most) {
  PALERMO_TRY(const SharedTexts texts, SharedTexts::open(packed, most));
  return texts.all();
}

}  // namespace palermo::store
