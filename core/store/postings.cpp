#include "core/store/postings.hpp"

#include <algorithm>
#include <bit>
#include <utility>

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

/// Ids whose lists are filled together: each dictionary is gone to once for so many.
constexpr std::uint32_t kTogether = 64 * kPostingIds;

/// The segments that mention each of kTogether ids, those of an id behind one another.
class Lists {
 public:
  void add(std::uint32_t within, std::size_t segment) {
    entries_.push_back(within << 16 | static_cast<std::uint32_t>(segment));
  }
  /// Puts what was added in the order of the ids, and of add() for each.
  void sort() {
    std::uint32_t highest = 0;
    for (const std::uint32_t entry : entries_) highest = std::max(highest, entry >> 16);
    ends_.assign(highest + 1, 0);
    for (const std::uint32_t entry : entries_) ++ends_[entry >> 16];
    std::uint32_t next = 0;
    for (std::uint32_t& end : ends_) next += std::exchange(end, next);
    segments_.resize(entries_.size());
    for (const std::uint32_t entry : entries_)
      segments_[ends_[entry >> 16]++] = static_cast<std::uint16_t>(entry & 0xffff);
    entries_.clear();
  }
  [[nodiscard]] std::span<const std::uint16_t> of(std::uint32_t within) const {
    if (within >= ends_.size()) return {};
    const std::uint32_t begin = within == 0 ? 0 : ends_[within - 1];
    return std::span{segments_}.subspan(begin, ends_[within] - begin);
  }

 private:
  std::vector<std::uint32_t> entries_;  // id within, then segment
  std::vector<std::uint32_t> ends_;  // of each id up to the highest mentioned
  std::vector<std::uint16_t> segments_;
};

/// The row of the ids of one block, those behind the last that is mentioned left out.
Postings posting_row(std::uint32_t block, const Lists& lists, std::uint32_t within) {
  Postings made;
  made.block = block;
  std::uint32_t used = kPostingIds;
  while (used > 0 && lists.of(within + used - 1).empty()) --used;
  for (std::uint32_t id = 0; id < used; ++id) append_list(lists.of(within + id), made.bytes);
  made.bytes.shrink_to_fit();
  return made;
}

/// Blocks from `begin` up to `end`, both ids at the edge of a block.
std::vector<Postings> postings_between(std::span<const std::vector<std::uint32_t>> dictionaries,
                                       std::uint64_t begin, std::uint64_t end) {
  using Range = std::span<const std::uint32_t>;
  std::vector<Range> left;  // of each dictionary, what is not in a list yet
  left.reserve(dictionaries.size());
  for (const std::vector<std::uint32_t>& ids : dictionaries) {
    const auto from = std::lower_bound(ids.begin(), ids.end(), begin);
    left.emplace_back(from, std::lower_bound(from, ids.end(), end));
  }
  std::vector<Postings> blocks;
  Lists lists;
  while (true) {
    std::uint64_t least = UINT64_MAX;
    for (const Range& ids : left)
      if (!ids.empty()) least = std::min<std::uint64_t>(least, ids.front());
    if (least == UINT64_MAX) return blocks;
    const std::uint64_t first = least / kPostingIds * kPostingIds;
    for (std::size_t s = 0; s < left.size(); ++s) {
      std::size_t taken = 0;
      for (; taken < left[s].size() && left[s][taken] - first < kTogether; ++taken)
        lists.add(static_cast<std::uint32_t>(left[s][taken] - first), s);
      left[s] = left[s].subspan(taken);
    }
    lists.sort();
    for (std::uint32_t at = 0; at < kTogether; at += kPostingIds) {
      Postings made =
          posting_row(static_cast<std::uint32_t>((first + at) / kPostingIds), lists, at);
      if (!made.bytes.empty()) blocks.push_back(std::move(made));
    }
  }
}

}  // namespace

std::vector<Postings> postings_of(std::span<const std::vector<std::uint32_t>> dictionaries,
                                  unsigned threads) {
  std::uint64_t end = 0;
  for (const std::vector<std::uint32_t>& ids : dictionaries)
    if (!ids.empty()) end = std::max<std::uint64_t>(end, ids.back() + std::uint64_t{1});
  const std::uint64_t blocks = (end + kPostingIds - 1) / kPostingIds;
  // More parts than threads: some stretches of ids are mentioned far more often than others.
  const std::uint64_t parts =
      threads < 2 ? 1 : std::clamp<std::uint64_t>(blocks / 64, 1, std::uint64_t{threads} * 8);
  std::vector<std::vector<Postings>> made(parts);
  const auto work = [&](std::uint64_t part) {
    made[part] = postings_between(dictionaries, blocks * part / parts * kPostingIds,
                                  blocks * (part + 1) / parts * kPostingIds);
  };
  core::in_parallel(parts, threads, work);
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
