// Sums of calls by pair: millions of rows in, one tie a pair out, on all cores.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "analysis/network/load/contact.hpp"
#include "core/base/large_memory.hpp"

namespace palermo::network::detail {

/// What the calls of one segment share.
struct CallOrigin {
  std::uint32_t source = 0;         // in EvidenceNames::sources
  std::uint32_t authorization = 0;  // in TieTable::authorizations
};

/// One call as it is summed.
struct CallSum {
  std::uint32_t a, b;             // ranks
  std::uint32_t at_low, at_high;  // of its time
  std::uint32_t talk;             // seconds, and the highest bit where the two spoke
  std::uint32_t line;
  std::uint32_t origin;  // in the list given to CallSums

  static constexpr std::uint32_t kSpoke = std::uint32_t{1} << 31;
  void set_time(std::int64_t us) {
    at_low = static_cast<std::uint32_t>(static_cast<std::uint64_t>(us));
    at_high = static_cast<std::uint32_t>(static_cast<std::uint64_t>(us) >> 32);
  }
  [[nodiscard]] std::int64_t time_us() const {
    return static_cast<std::int64_t>((std::uint64_t{at_high} << 32) | at_low);
  }
};

/// Calls in parts by ranges of the caller's rank, in pieces that never move.
class CallParts {
 public:
  static constexpr std::size_t kPiece = 512;
  struct Part {
    std::vector<CallSum*> pieces;
    std::size_t size = 0;
  };
  /// @param shift  rank >> shift is the part
  CallParts(std::uint32_t ranks, unsigned shift) : shift_{shift}, parts_((ranks >> shift) + 1) {}
  void push(const CallSum& call) {
    Part& part = parts_[call.a >> shift_];
    if (part.size % kPiece == 0) part.pieces.push_back(fresh_piece());
    part.pieces.back()[part.size++ % kPiece] = call;
  }
  [[nodiscard]] std::vector<Part>& parts() { return parts_; }
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  [[nodiscard]] unsigned shift() const { return shift_; }

  /// A shift that makes parts which fit a core's cache.
  [[nodiscard]] static unsigned shift_for(std::uint32_t ranks, std::uint64_t calls);

 private:
  CallSum* fresh_piece();
  unsigned shift_;
  std::vector<Part> parts_;
  std::vector<core::LargeBuffer<CallSum>> blocks_;  // what pieces are cut from
  std::size_t used_ = 0;                            // pieces of the last block
};

/// The calls of a case by caller, called and authorization (and UTC day, by_day): one tie each.
class CallSums {
 public:
  CallSums() = default;
  /// @param taken  one for each stretch of the calls, in order
  /// @cost about 60 ns a call and core; sorts them where they are
  CallSums(std::vector<CallParts> taken, std::span<const CallOrigin> origins, bool by_day,
           unsigned threads);

  [[nodiscard]] std::size_t ties() const { return first_tie_.back(); }
  /// Sorted by (a, b, authorization, day); the evidence of a tie in the order of the stretches and,
  /// within each, of the calls. Does not depend on `threads`.
  /// @param out      as many as ties(), fresh ones
  /// @param node_of  what to write for a rank
  /// @cost about 40 ns a tie and core
  void write(std::span<Tie> out, std::span<const std::uint32_t> node_of, unsigned threads) const;

 private:
  struct Scratch;
  [[nodiscard]] std::size_t size_of(std::size_t part) const;
  std::size_t sort_part(std::size_t part, Scratch& scratch);
  void write_part(std::span<Tie> out, std::span<const std::uint32_t> node_of,
                  std::size_t part) const;
  [[nodiscard]] std::int32_t day(const CallSum& call) const;
  [[nodiscard]] bool same(const CallSum& x, const CallSum& y) const;

  std::vector<CallOrigin> origins_;
  bool by_day_ = false;
  bool plain_ = true;  // pairs alone make ties: no days, one authorization
  std::vector<CallParts> calls_;
  std::vector<std::size_t> first_tie_{0};  // of each part
};

}  // namespace palermo::network::detail
