#include "core/store/postings.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "core/base/parallel.hpp"
#include "core/store/bit_stream.hpp"

namespace palermo::store {
namespace {

constexpr unsigned kMaxLowBits = 10;
constexpr std::size_t kLongList = 15;  // lengths from here on have two bytes of their own

/// Appends one list: a byte (low bits + 1 in its lower half, the length of what follows in its
/// upper), then the gaps in Rice's code, filled up with ones, which no reader can take for a gap.
void append_list(std::span<const std::uint16_t> segments, std::string& bytes) {
  if (segments.empty()) {
    bytes += '\0';
    return;
  }
  // The mean gap decides; half a bit more or less of a lower part changes little.
  const std::uint32_t gaps = segments.back() + 1U - static_cast<std::uint32_t>(segments.size());
  const std::uint32_t mean = gaps / static_cast<std::uint32_t>(segments.size());
  const auto low =
      std::min(kMaxLowBits, mean == 0 ? 0U : static_cast<unsigned>(std::bit_width(mean)) - 1U);
  const std::size_t at = bytes.size();
  bytes.append(1, '\0');
  BitWriter out{bytes};
  std::uint32_t next = 0;
  for (const std::uint32_t segment : segments) {
    out.put_gap(segment - next, low);
    next = segment + 1;
  }
  out.finish_with_ones();
  const std::size_t length = bytes.size() - at - 1;
  bytes[at] = static_cast<char>((low + 1) | std::min(length, kLongList) << 4);
  if (length >= kLongList) {
    const char long_form[] = {static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
    bytes.insert(at + 1, long_form, 2);
  }
}

/// Blocks from `begin` up to `end`, both ids at the edge of a block.
std::vector<Postings> postings_between(std::span<const std::vector<std::uint32_t>> dictionaries,
                                       std::uint64_t begin, std::uint64_t end) {
  struct Cursor {
    const std::uint32_t* at;
    const std::uint32_t* end;
  };
  std::vector<Cursor> cursors;
  cursors.reserve(dictionaries.size());
  for (const std::vector<std::uint32_t>& ids : dictionaries) {
    const auto from = std::lower_bound(ids.begin(), ids.end(), begin);
    const auto to = std::lower_bound(from, ids.end(), end);
    cursors.push_back({ids.data() + (from - ids.begin()), ids.data() + (to - ids.begin())});
  }
  std::vector<Postings> blocks;
  std::array<std::vector<std::uint16_t>, kPostingIds> lists;
  const auto next_id = [&cursors] {
    std::uint64_t least = UINT64_MAX;
    for (const Cursor& cursor : cursors)
      if (cursor.at != cursor.end) least = std::min<std::uint64_t>(least, *cursor.at);
    return least;
  };
  for (std::uint64_t id = next_id(); id != UINT64_MAX;) {
    const auto block = static_cast<std::uint32_t>(id / kPostingIds);
    const std::uint64_t limit = (std::uint64_t{block} + 1) * kPostingIds;
    std::uint32_t last = 0;
    std::uint64_t least = UINT64_MAX;
    for (std::size_t s = 0; s < cursors.size(); ++s) {
      Cursor& cursor = cursors[s];
      for (; cursor.at != cursor.end && *cursor.at < limit; ++cursor.at) {
        const std::uint32_t within = *cursor.at % kPostingIds;
        lists[within].push_back(static_cast<std::uint16_t>(s));
        last = std::max(last, within);
      }
      if (cursor.at != cursor.end) least = std::min<std::uint64_t>(least, *cursor.at);
    }
    Postings& made = blocks.emplace_back();
    made.block = block;
    for (std::uint32_t within = 0; within <= last; ++within) {
      append_list(lists[within], made.bytes);
      lists[within].clear();
    }
    made.bytes.shrink_to_fit();
    id = least;
  }
  return blocks;
}

}  // namespace

std::vector<Postings> postings_of(std::span<const std::vector<std::uint32_t>> dictionaries,
                                  unsigned threads) {
  std::uint64_t end = 0;
  for (const std::vector<std::uint32_t>& ids : dictionaries)
    if (!ids.empty()) end = std::max<std::uint64_t>(end, ids.back() + std::uint64_t{1});
  const std::uint64_t blocks = (end + kPostingIds - 1) / kPostingIds;
  const std::uint64_t parts =
      std::clamp<std::uint64_t>(threads, 1, std::max<std::uint64_t>(1, blocks / 64));
  std::vector<std::vector<Postings>> made(parts);
  const auto work = [&](std::uint64_t part) {
    made[part] = postings_between(dictionaries, blocks * part / parts * kPostingIds,
                                  blocks * (part + 1) / parts * kPostingIds);
  };
  core::in_parallel(parts, parts, work);
  std::vector<Postings> all = std::move(made[0]);
  for (std::uint64_t part = 1; part < parts; ++part)
    all.insert(all.end(), std::make_move_iterator(made[part].begin()),
               std::make_move_iterator(made[part].end()));
  return all;
}

bool find_postings(std::string_view bytes, std::uint32_t within,
                   std::vector<std::uint32_t>& segments) {
  std::size_t at = 0;
  const auto byte = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  for (std::uint32_t id = 0; at < bytes.size(); ++id) {
    const unsigned head = byte(at++);
    if (head == 0) {
      if (id == within) return true;
      continue;
    }
    const unsigned low = (head & 0x0f) - 1;
    std::size_t length = head >> 4;
    if (length == kLongList) {
      if (at + 2 > bytes.size()) return false;
      length = byte(at) + (std::size_t{byte(at + 1)} << 8);
      at += 2;
    }
    if ((head & 0x0f) == 0 || low > kMaxLowBits || length > bytes.size() - at) return false;
    if (id == within) {
      BitReader in{bytes.substr(at, length)};
      std::uint32_t next = 0;
      while (true) {
        const std::uint32_t ones = in.ones();
        if (in.past_end()) return true;
        const std::uint32_t rest = in.bits(low);
        if (in.past_end()) return false;
        next += (ones << low) + rest;
        if (next >= kPostingSegments) return false;
        segments.push_back(next++);
      }
    }
    at += length;
  }
  return true;  // identifiers behind the last one mentioned have no list
}

}  // namespace palermo::store
