// Numbers of any number of bits, one behind the other: what the indexes of segments are made of.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace palermo::store {

/// Bits behind one another, the lowest of a byte first.
class BitWriter {
 public:
  explicit BitWriter(std::string& bytes) : bytes_{bytes} {}
  /// @param count  0 to 32; value has no bit above them
  void put(std::uint64_t value, unsigned count) {
    held_ |= value << used_;
    used_ += count;
    if (used_ < 32) return;
    append(4);
    held_ >>= 32;
    used_ -= 32;
  }
  /// A gap in Rice's code: its upper part as ones and a zero, then its `low` lowest bits.
  /// @param low  0 to 16
  void put_gap(std::uint32_t gap, unsigned low) {
    std::uint32_t ones = gap >> low;
    for (; ones >= 15; ones -= 15) put(0x7fff, 15);
    // The zero is the bit above the ones.
    const std::uint64_t rest = gap & ((1U << low) - 1);
    put(((std::uint64_t{1} << ones) - 1) | rest << (ones + 1), ones + 1 + low);
  }
  void finish() { append((used_ + 7) / 8); }
  /// The rest of the last byte as ones.
  void finish_with_ones() {
    held_ |= ~std::uint64_t{0} << used_;
    finish();
  }

 private:
  void append(unsigned count) {
    char next[4];
    for (unsigned i = 0; i < 4; ++i) next[i] = static_cast<char>(held_ >> (8 * i) & 0xff);
    bytes_.append(next, count);
  }
  std::string& bytes_;
  std::uint64_t held_ = 0;
  unsigned used_ = 0;  // below 32 between two calls
};

class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_{bytes} {}
  /// Ones up to the next zero, which is taken too.
  std::uint32_t ones() {
    std::uint32_t count = 0;
    while (true) {
      fill();
      if (have_ == 0) {
        past_end_ = true;
        return count;
      }
      const auto run = static_cast<unsigned>(std::countr_one(held_));
      if (run < have_) {
        take(run + 1);
        return count + run;
      }
      count += have_;
      take(have_);
    }
  }
  /// @param count  0 to 32
  std::uint32_t bits(unsigned count) {
    fill();
    if (have_ < count) {
      past_end_ = true;
      return 0;
    }
    const auto value = static_cast<std::uint32_t>(held_ & ((std::uint64_t{1} << count) - 1));
    take(count);
    return value;
  }
  [[nodiscard]] bool past_end() const { return past_end_; }

 private:
  void fill() {
    for (; have_ <= 56 && at_ < bytes_.size(); have_ += 8)
      held_ |= std::uint64_t{static_cast<unsigned char>(bytes_[at_++])} << have_;
  }
  void take(unsigned count) {
    held_ = count < 64 ? held_ >> count : 0;
    have_ -= count;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint64_t held_ = 0;  // bits read ahead; those above have_ are 0
  unsigned have_ = 0;
  bool past_end_ = false;
};

}  // namespace palermo::store
