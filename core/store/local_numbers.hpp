// The numbers of a segment's columns as positions in the ascending list of those that it uses.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace palermo::store {

/// Used again for segment after segment, so that nothing is allocated for most.
/// @cost O(rows * columns), whatever the numbers are: they are sorted by their digits
class LocalNumbers {
 public:
  /// Forgets what was added.
  /// @param rows  of every column that follows
  void start(std::size_t rows) {
    rows_ = rows;
    columns_ = 0;
    highest_ = 0;
    entries_.clear();
    used_.clear();
  }
  /// Adds rows [begin, begin + rows) of a column; 0 stands for none, an empty column for zeros.
  void add(const std::vector<std::uint32_t>& column, std::size_t begin) {
    const std::size_t slot = columns_++ * rows_;
    if (column.empty()) return;
    for (std::size_t i = 0; i < rows_; ++i) {
      const std::uint32_t number = column[begin + i];
      if (number != 0) entries_.push_back(std::uint64_t{number} << 32 | (slot + i));
      highest_ |= number;
    }
  }
  void finish() {
    if (entries_.size() < kFew) {
      std::sort(entries_.begin(), entries_.end());
    } else {
      for (unsigned shift = 0; shift < 32 && highest_ >> shift != 0; shift += kDigitBits)
        sort_by_digit(32 + shift);
    }
    positions_.assign(columns_ * rows_, 0);
    for (const std::uint64_t entry : entries_) {
      const auto number = static_cast<std::uint32_t>(entry >> 32);
      if (used_.empty() || used_.back() != number) used_.push_back(number);
      positions_[entry & 0xffffffffU] = static_cast<std::int64_t>(used_.size());
    }
  }
  /// The distinct numbers, ascending.
  [[nodiscard]] std::span<const std::uint32_t> used() const { return used_; }
  /// For each row of a column its number's position in used() + 1, 0 for none.
  /// @param column  0 for the one added first
  [[nodiscard]] std::span<const std::int64_t> positions(std::size_t column) const {
    return std::span{positions_}.subspan(column * rows_, rows_);
  }

 private:
  static constexpr unsigned kDigitBits = 11;
  static constexpr std::size_t kFew = 512;  // not worth counting digits for

  void sort_by_digit(unsigned shift) {
    constexpr std::uint64_t kMask = (1U << kDigitBits) - 1;
    std::array<std::uint32_t, kMask + 1> at{};
    for (const std::uint64_t entry : entries_) ++at[entry >> shift & kMask];
    std::uint32_t next = 0;
    for (std::uint32_t& begin : at) next += std::exchange(begin, next);
    sorted_.resize(entries_.size());
    for (const std::uint64_t entry : entries_) sorted_[at[entry >> shift & kMask]++] = entry;
    entries_.swap(sorted_);
  }

  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::uint32_t highest_ = 0;           // at least the highest bit of the largest
  std::vector<std::uint64_t> entries_;  // number, then the slot it came from
  std::vector<std::uint64_t> sorted_;
  std::vector<std::uint32_t> used_;
  std::vector<std::int64_t> positions_;
};

}  // namespace palermo::store
