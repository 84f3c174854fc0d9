#include "analysis/network/load/call_sums.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "core/base/parallel.hpp"

namespace palermo::network::detail {

unsigned CallParts::shift_for(std::uint32_t ranks, std::uint64_t calls) {
  constexpr std::uint64_t kCallsInPart = 16'384, kMostParts = 1'024;
  const std::uint64_t parts = std::clamp<std::uint64_t>(calls / kCallsInPart, 1, kMostParts);
  unsigned shift = 0;
  while ((std::uint64_t{ranks} >> shift) >= parts && shift < 31) ++shift;
  return shift;
}

CallSum* CallParts::fresh_piece() {
  // The first block holds a piece of every part; the more there are, the larger the next one.
  constexpr std::size_t kMostPieces = 2'048;
  if (blocks_.empty() || (used_ + 1) * kPiece > blocks_.back().size()) {
    const std::size_t pieces = blocks_.empty()
                                   ? std::min(parts_.size(), kMostPieces)
                                   : std::min(2 * blocks_.back().size() / kPiece, kMostPieces);
    blocks_.emplace_back(pieces * kPiece);
    used_ = 0;
  }
  return blocks_.back().data() + kPiece * used_++;
}

namespace {

/// Calls visit(call) for those of a part, one stretch after another.
template <typename Stretches, typename Visit>
void each(Stretches& stretches, std::size_t part, const Visit& visit) {
  for (auto& stretch : stretches) {
    const CallParts::Part& own = stretch.parts()[part];
    for (std::size_t begin = 0; begin < own.size; begin += CallParts::kPiece) {
      CallSum* const piece = own.pieces[begin / CallParts::kPiece];
      const std::size_t size = std::min(CallParts::kPiece, own.size - begin);
      for (std::size_t k = 0; k < size; ++k) visit(piece[k]);
    }
  }
}

}  // namespace

/// Kept by a thread from one part to the next.
struct CallSums::Scratch {
  std::vector<std::uint32_t> begins;  // of each caller
  std::vector<std::uint32_t> next;
  std::vector<std::uint64_t> order;  // called, then position in calls
  std::vector<CallSum> calls;
};

CallSums::CallSums(std::vector<CallParts> taken, std::span<const CallOrigin> origins, bool by_day,
                   unsigned threads)
    : origins_{origins.begin(), origins.end()},
      by_day_{by_day},
      plain_{!by_day},
      calls_{std::move(taken)} {
  for (const CallOrigin& origin : origins_)
    plain_ = plain_ && origin.authorization == origins_.front().authorization;
  const std::size_t parts = calls_.empty() ? 0 : calls_.front().parts().size();
  first_tie_.assign(parts + 1, 0);
  std::vector<Scratch> scratch(std::max(threads, 1U));
  core::in_parallel(parts, scratch.size(), [&](std::size_t worker, std::size_t part) {
    first_tie_[part + 1] = sort_part(part, scratch[worker]);
  });
  std::partial_sum(first_tie_.begin(), first_tie_.end(), first_tie_.begin());
}

std::size_t CallSums::size_of(std::size_t part) const {
  std::size_t size = 0;
  for (const CallParts& stretch : calls_) size += stretch.parts()[part].size;
  return size;
}

std::int32_t CallSums::day(const CallSum& call) const {
  return by_day_ ? day_of(call.time_us()) : 0;
}

bool CallSums::same(const CallSum& x, const CallSum& y) const {
  if (x.a != y.a || x.b != y.b) return false;
  return plain_ ||
         (origins_[x.origin].authorization == origins_[y.origin].authorization && day(x) == day(y));
}

/// By caller, then called, then the rest; calls that share all stay in their order.
/// @return the number of ties
std::size_t CallSums::sort_part(std::size_t part, Scratch& scratch) {
  const std::size_t size = size_of(part);
  if (size == 0) return 0;
  const unsigned shift = calls_.front().shift();
  const auto low = static_cast<std::uint32_t>(part << shift);
  std::vector<std::uint32_t>& begins = scratch.begins;
  begins.assign((std::size_t{1} << shift) + 1, 0);
  std::vector<CallSum>& calls = scratch.calls;
  calls.resize(size);
  std::size_t at = 0;
  each(calls_, part, [&](const CallSum& call) {
    calls[at++] = call;
    ++begins[call.a - low + 1];
  });
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  scratch.next.assign(begins.begin(), begins.end() - 1);
  std::vector<std::uint64_t>& order = scratch.order;
  order.resize(size);
  for (std::uint32_t i = 0; i < size; ++i)
    order[scratch.next[calls[i].a - low]++] = (std::uint64_t{calls[i].b} << 32) | i;
  const auto less = [&](std::uint64_t x, std::uint64_t y) {
    const CallSum& one = calls[static_cast<std::uint32_t>(x)];
    const CallSum& other = calls[static_cast<std::uint32_t>(y)];
    return std::tuple{one.b, origins_[one.origin].authorization, day(one), x} <
           std::tuple{other.b, origins_[other.origin].authorization, day(other), y};
  };
  for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
    if (begins[i + 1] - begins[i] < 2) continue;
    if (plain_) {
      std::sort(order.begin() + begins[i], order.begin() + begins[i + 1]);
    } else {
      std::sort(order.begin() + begins[i], order.begin() + begins[i + 1], less);
    }
  }
  std::size_t ties = 0;
  const CallSum* before = nullptr;
  at = 0;
  each(calls_, part, [&](CallSum& call) {
    call = calls[static_cast<std::uint32_t>(order[at++])];
    ties += before == nullptr || !same(*before, call) ? 1 : 0;
    before = &call;
  });
  return ties;
}

void CallSums::write(std::span<Tie> out, std::span<const std::uint32_t> node_of,
                     unsigned threads) const {
  core::in_parallel(first_tie_.size() - 1, threads,
                    [&](std::size_t part) { write_part(out, node_of, part); });
}

void CallSums::write_part(std::span<Tie> out, std::span<const std::uint32_t> node_of,
                          std::size_t part) const {
  Tie* fresh = out.data() + first_tie_[part];
  Tie* tie = nullptr;
  const CallSum* first = nullptr;  // of the tie
  const auto finish = [&tie] {
    if (tie != nullptr) tie->weight = static_cast<double>(tie->count);
  };
  each(calls_, part, [&](const CallSum& call) {
    const std::int64_t time = call.time_us();
    if (first == nullptr || !same(*first, call)) {
      finish();
      tie = fresh++;
      first = &call;
      tie->a = node_of[call.a];
      tie->b = node_of[call.b];
      tie->authorization = origins_[call.origin].authorization;
      tie->count = 0;
      tie->first_us = tie->last_us = time;
    }
    ++tie->count;
    tie->first_us = std::min(tie->first_us, time);
    tie->last_us = std::max(tie->last_us, time);
    tie->seconds += call.talk & ~CallSum::kSpoke;
    tie->spoke = tie->spoke || (call.talk & CallSum::kSpoke) != 0;
    tie->evidence.push_back({origins_[call.origin].source, call.line});
  });
  finish();
}

}  // namespace palermo::network::detail
