#include "core/store/segment_index.hpp"

#include <algorithm>
#include <array>

#include "core/store/bit_stream.hpp"

namespace palermo::store {
namespace {

constexpr std::size_t kMapBytes = kIndexBlockIds / 8;
constexpr unsigned kMaxLowBits = 12;

std::string map_of(std::span<const std::uint32_t> within) {
  std::string map(kMapBytes, '\0');
  for (const std::uint32_t id : within)
    map[id / 8] = static_cast<char>(static_cast<unsigned char>(map[id / 8]) | (1U << (id % 8)));
  return map;
}

/// Bits of the gaps in Rice's code with `low` plain bits each: behind count - 1 (2 bytes,
/// little-endian) and low, for each gap its upper part as ones and a zero, then its lower bits.
std::size_t gaps_bits(std::span<const std::uint32_t> within, unsigned low) {
  std::size_t bits = within.size() * (low + 1);
  std::uint32_t next = 0;
  for (const std::uint32_t id : within) {
    bits += (id - next) >> low;
    next = id + 1;
  }
  return bits;
}

std::string gaps_of(std::span<const std::uint32_t> within, unsigned low) {
  const std::size_t count = within.size() - 1;
  std::string bytes{static_cast<char>(count & 0xff), static_cast<char>(count >> 8),
                    static_cast<char>(low)};
  BitWriter out{bytes};
  std::uint32_t next = 0;
  for (const std::uint32_t id : within) {
    out.put_gap(id - next, low);
    next = id + 1;
  }
  out.finish();
  return bytes;
}

std::string smallest(std::span<const std::uint32_t> within) {
  unsigned best = 0;
  std::size_t bits = gaps_bits(within, 0);
  for (unsigned low = 1; low <= kMaxLowBits; ++low) {
    const std::size_t with = gaps_bits(within, low);
    if (with >= bits) break;  // each further bit saves less than the one before it
    bits = with;
    best = low;
  }
  return 3 + (bits + 7) / 8 < kMapBytes ? gaps_of(within, best) : map_of(within);
}

template <typename Encode>
std::vector<IndexBlock> each_block(std::span<const std::uint32_t> ids, const Encode& encode) {
  std::vector<IndexBlock> blocks;
  std::array<std::uint32_t, kIndexBlockIds> within{};
  for (std::size_t i = 0; i < ids.size();) {
    const std::uint32_t block = ids[i] / kIndexBlockIds;
    std::size_t count = 0;
    for (; i < ids.size() && ids[i] / kIndexBlockIds == block; ++i)
      within[count++] = ids[i] % kIndexBlockIds;
    blocks.push_back({block, encode(std::span{within}.first(count))});
  }
  return blocks;
}

}  // namespace

std::vector<IndexBlock> index_of(std::span<const std::uint32_t> ids) {
  return each_block(ids, smallest);
}
std::vector<IndexBlock> index_as_maps(std::span<const std::uint32_t> ids) {
  return each_block(ids, map_of);
}

std::optional<bool> mentions_any(std::string_view bits, std::span<const std::uint32_t> within) {
  if (bits.size() == kMapBytes)
    return std::any_of(within.begin(), within.end(), [bits](std::uint32_t id) {
      return (static_cast<unsigned char>(bits[id / 8]) >> (id % 8) & 1U) != 0;
    });
  if (bits.size() < 4 || bits.size() > kMapBytes) return std::nullopt;
  const auto byte = [bits](std::size_t i) { return static_cast<unsigned char>(bits[i]); };
  const std::size_t count = byte(0) + (std::size_t{byte(1)} << 8) + 1;
  const unsigned low = byte(2);
  if (low > kMaxLowBits) return std::nullopt;
  BitReader in{bits.substr(3)};
  std::uint32_t id = 0;
  std::size_t wanted = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t gap = in.ones() << low;
    gap |= in.bits(low);
    if (in.past_end()) return std::nullopt;
    id += gap;
    if (id >= kIndexBlockIds) return std::nullopt;
    while (wanted < within.size() && within[wanted] < id) ++wanted;
    if (wanted == within.size()) return false;
    if (within[wanted] == id) return true;
    ++id;
  }
  return false;
}

}  // namespace palermo::store
