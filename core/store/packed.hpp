// Columns of numbers and lists of texts, packed and compressed. docs/formats/segments.md has the
// bytes.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "palermo/v1/segment.pb.h"

namespace palermo::store {

/// Packs values as offsets from the smallest.
void pack_plain(std::span<const std::int64_t> values, v1::PackedColumn& column);
/// As steps where they are narrower than the values themselves, as in a file sorted by time.
void pack_steps(std::span<const std::int64_t> values, v1::PackedColumn& column);

/// The n values of a column. Sums wrap around 2^64.
/// @error Integrity  a width, a length or the compression is not what pack_* made
[[nodiscard]] core::Result<std::vector<std::int64_t>> unpack_column(const v1::PackedColumn& column,
                                                                    std::size_t n);

/// The same, narrowed to T. @error Integrity  also for a value outside [low, high]
template <typename T>
[[nodiscard]] core::Status unpack_column(const v1::PackedColumn& column, std::size_t n,
                                         std::int64_t low, std::int64_t high, std::vector<T>& out);
template <typename T>
[[nodiscard]] core::Status unpack_column(const v1::PackedColumn& column, std::size_t n,
                                         std::vector<T>& out) {
  return unpack_column(column, n, static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                       static_cast<std::int64_t>(std::numeric_limits<T>::max()), out);
}

/// Many texts in one piece of memory.
struct TextList {
  std::string bytes;
  std::vector<std::size_t> begins{0};  // one more than texts
  [[nodiscard]] std::size_t size() const { return begins.size() - 1; }
  [[nodiscard]] std::string_view operator[](std::size_t i) const {
    return std::string_view{bytes}.substr(begins[i], begins[i + 1] - begins[i]);
  }
};

/// Each text without the beginning it shares with the one before it: small when they are sorted.
void pack_texts(std::span<const std::string_view> texts, v1::PackedTexts& packed);
/// @param most  a larger count is refused before anything is read
/// @error Integrity  as above, or the lengths do not add up
[[nodiscard]] core::Result<TextList> unpack_texts(const v1::PackedTexts& packed, std::size_t most);

/// "a packed part of the case cannot be read: <why>", reason ALTERED.
[[nodiscard]] core::Error altered_part(std::string_view why);

template <typename T>
core::Status unpack_column(const v1::PackedColumn& column, std::size_t n, std::int64_t low,
                           std::int64_t high, std::vector<T>& out) {
  PALERMO_TRY(const std::vector<std::int64_t> values, unpack_column(column, n));
  out.resize(n);
  bool good = true;
  for (std::size_t i = 0; i < n; ++i) {
    good = good && values[i] >= low && values[i] <= high;
    out[i] = static_cast<T>(values[i]);
  }
  if (!good) return altered_part("a value out of range");
  return core::ok();
}

}  // namespace palermo::store
