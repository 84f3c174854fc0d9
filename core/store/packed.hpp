// Columns of numbers and lists of texts, packed and compressed. docs/formats/segments.md has the
// bytes.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
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

/// The same, narrowed to T, an integer of 1, 2, 4 or 8 bytes. @error Integrity  also for a value
/// outside [low, high]
template <typename T>
[[nodiscard]] core::Status unpack_column(const v1::PackedColumn& column, std::size_t n,
                                         std::int64_t low, std::int64_t high, std::vector<T>& out);
template <typename T>
[[nodiscard]] core::Status unpack_column(const v1::PackedColumn& column, std::size_t n,
                                         std::vector<T>& out) {
  return unpack_column(column, n, static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                       static_cast<std::int64_t>(std::numeric_limits<T>::max()), out);
}

/// A column of ascending numbers, none twice. @error Integrity  as above, or it is none
[[nodiscard]] core::Status unpack_ascending(const v1::PackedColumn& column, std::size_t n,
                                            std::vector<std::uint32_t>& out);

/// Planes of columns as they were inflated, for who asks a column twice. Borrows nothing: columns
/// are told apart by their addresses.
class InflatedPlanes {
 public:
  /// All planes behind one another, `stored` bytes each. @error Integrity  as unpack_column
  [[nodiscard]] core::Result<const std::vector<char>*> of(const v1::PackedColumn& column,
                                                          std::size_t stored);

 private:
  std::map<const v1::PackedColumn*, std::vector<char>> planes_;
};

/// The values at some positions, without computing the others (the bytes of a column that holds no
/// steps are only inflated).
/// @param rows  each below n
/// @error Integrity  as above, or one of these values lies outside [low, high]
[[nodiscard]] core::Result<std::vector<std::int64_t>> pick_values(
    const v1::PackedColumn& column, std::size_t n, std::span<const std::uint32_t> rows,
    std::int64_t low, std::int64_t high, InflatedPlanes& inflated);
/// Appends the positions at which the column holds `value`, ascending.
/// @error Integrity  as above
/// @cost nothing when the value lies outside what base and width allow
[[nodiscard]] core::Status find_value(const v1::PackedColumn& column, std::size_t n,
                                      std::int64_t value, std::vector<std::uint32_t>& rows,
                                      InflatedPlanes& inflated);

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

/// Packed texts of which a few are wanted: inflated and checked, each put together on demand.
class SharedTexts {
 public:
  /// @param most, @error  as unpack_texts
  [[nodiscard]] static core::Result<SharedTexts> open(const v1::PackedTexts& packed,
                                                      std::size_t most);
  [[nodiscard]] std::size_t size() const { return shared_.size(); }
  /// Bytes of text i.
  [[nodiscard]] std::size_t size_of(std::size_t i) const {
    return shared_[i] + (begins_[i + 1] - begins_[i]);
  }
  /// @param i  0 … size() - 1
  /// @cost walks back to the text from which the first byte is shared: 1 ns a step
  [[nodiscard]] std::string at(std::size_t i) const;
  [[nodiscard]] TextList all() const;

 private:
  std::vector<std::uint32_t> shared_;
  std::vector<std::uint32_t> begins_{0};  // of each text's own bytes in rest_, and their end
  std::vector<char> rest_;
};

/// "a packed part of the case cannot be read: <why>", reason ALTERED.
[[nodiscard]] core::Error altered_part(std::string_view why);

}  // namespace palermo::store
