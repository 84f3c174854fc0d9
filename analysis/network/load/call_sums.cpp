#include "analysis/network/load/call_sums.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include "core/base/parallel.hpp"

namespace palermo::network::detail {
namespace {

/// Sums one part.
class PartSum {
 public:
  PartSum(std::vector<CallParts>& taken, std::size_t part, std::span<const CallOrigin> origins,
          bool by_day)
      : origins_{origins}, by_day_{by_day} {
    std::size_t size = 0;
    for (CallParts& some : taken) size += some.parts()[part].size;
    calls_.reserve(size);
    for (CallParts& some : taken) {
      CallParts::Part& own = some.parts()[part];
      for (std::size_t begin = 0; begin < own.size; begin += CallParts::kPiece) {
        const CallSum* piece = own.pieces[begin / CallParts::kPiece].get();
        calls_.insert(calls_.end(), piece, piece + std::min(CallParts::kPiece, own.size - begin));
      }
      own = {};
    }
  }

  std::vector<Tie> run() {
    std::vector<Tie> ties;
    if (calls_.empty()) return ties;
    sort();
    // Counted first: what a vector leaves empty behind its end adds up over many parts.
    std::size_t distinct = 1;
    for (std::size_t i = 1; i < order_.size(); ++i) distinct += same(i - 1, i) ? 0 : 1;
    ties.reserve(distinct);
    for (std::size_t i = 0; i < order_.size(); ++i) {
      if (i == 0 || !same(i - 1, i)) {
        const CallSum& call = at(i);
        Tie& tie = ties.emplace_back();
        tie.a = call.a;
        tie.b = call.b;
        tie.authorization = origins_[call.origin].authorization;
        tie.weight = 0;
        tie.count = 0;
        tie.first_us = tie.last_us = call.time_us();
      }
      add(ties.back(), at(i));
    }
    for (Tie& tie : ties) tie.weight = static_cast<double>(tie.count);
    return ties;
  }

 private:
  [[nodiscard]] const CallSum& at(std::size_t i) const {
    return calls_[static_cast<std::uint32_t>(order_[i])];
  }

  [[nodiscard]] std::int32_t day(const CallSum& call) const {
    return by_day_ ? day_of(call.time_us()) : 0;
  }

  [[nodiscard]] bool same(std::size_t i, std::size_t k) const {
    const CallSum& x = at(i);
    const CallSum& y = at(k);
    return x.a == y.a && x.b == y.b &&
           (x.origin == y.origin ||
            origins_[x.origin].authorization == origins_[y.origin].authorization) &&
           day(x) == day(y);
  }

  /// By caller, then called, then the rest; calls that share all stay in their order.
  void sort() {
    std::uint32_t low = calls_.front().a, high = low;
    for (const CallSum& call : calls_) {
      low = std::min(low, call.a);
      high = std::max(high, call.a);
    }
    std::vector<std::uint32_t> begins(high - low + 2, 0);
    for (const CallSum& call : calls_) ++begins[call.a - low + 1];
    for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
    order_.resize(calls_.size());
    std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
    for (std::uint32_t i = 0; i < calls_.size(); ++i)
      order_[next[calls_[i].a - low]++] = (std::uint64_t{calls_[i].b} << 32) | i;
    bool plain = !by_day_;
    for (std::size_t i = 1; i < origins_.size() && plain; ++i)
      plain = origins_[i].authorization == origins_[0].authorization;
    const auto less = [this](std::uint64_t x, std::uint64_t y) {
      const CallSum& one = calls_[static_cast<std::uint32_t>(x)];
      const CallSum& other = calls_[static_cast<std::uint32_t>(y)];
      return std::tuple{one.b, origins_[one.origin].authorization, day(one), x} <
             std::tuple{other.b, origins_[other.origin].authorization, day(other), y};
    };
    for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
      const auto from = order_.begin() + begins[i];
      const auto to = order_.begin() + begins[i + 1];
      if (plain) {
        std::sort(from, to);
      } else {
        std::sort(from, to, less);
      }
    }
  }

  void add(Tie& tie, const CallSum& call) const {
    const std::int64_t time = call.time_us();
    tie.first_us = std::min(tie.first_us, time);
    tie.last_us = std::max(tie.last_us, time);
    ++tie.count;
    tie.seconds += call.talk & ~CallSum::kSpoke;
    tie.spoke = tie.spoke || (call.talk & CallSum::kSpoke) != 0;
    tie.evidence.push_back({origins_[call.origin].source, call.line});
  }

  std::span<const CallOrigin> origins_;
  bool by_day_;
  std::vector<CallSum> calls_;
  std::vector<std::uint64_t> order_;  // b, then position in calls_
};

}  // namespace

unsigned CallParts::shift_for(std::uint32_t ranks, std::uint64_t calls) {
  constexpr std::uint64_t kCallsInPart = 16'384, kMostParts = 1'024;
  const std::uint64_t parts = std::clamp<std::uint64_t>(calls / kCallsInPart, 1, kMostParts);
  unsigned shift = 0;
  while ((std::uint64_t{ranks} >> shift) >= parts && shift < 31) ++shift;
  return shift;
}

std::vector<std::vector<Tie>> sum_calls(std::vector<CallParts>& taken,
                                        std::span<const CallOrigin> origins, bool by_day,
                                        unsigned threads) {
  std::vector<std::vector<Tie>> sums(taken.empty() ? 0 : taken.front().parts().size());
  core::in_parallel(sums.size(), threads, [&](std::size_t part) {
    sums[part] = PartSum{taken, part, origins, by_day}.run();
  });
  return sums;
}

}  // namespace palermo::network::detail
