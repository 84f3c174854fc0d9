// Sums of calls by pair: millions of rows in, one tie a pair out, on all cores.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "analysis/network/load/contact.hpp"

namespace palermo::network::detail {

/// What the calls of one segment share.
struct CallOrigin {
  std::uint32_t source = 0;         // in EvidenceNames::sources
  std::uint32_t authorization = 0;  // in TieTable::authorizations
};

/// One call as it is summed.
struct CallSum {
  std::uint32_t a = 0, b = 0;             // ranks
  std::uint32_t at_low = 0, at_high = 0;  // of its time
  std::uint32_t talk = 0;                 // seconds, and the highest bit where the two spoke
  std::uint32_t line = 0;
  std::uint32_t origin = 0;  // in the list given to sum_calls

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
    std::vector<std::unique_ptr<CallSum[]>> pieces;
    std::size_t size = 0;
  };
  /// @param shift  rank >> shift is the part
  CallParts(std::uint32_t ranks, unsigned shift) : shift_{shift}, parts_((ranks >> shift) + 1) {}
  void push(const CallSum& call) {
    Part& part = parts_[call.a >> shift_];
    if (part.size % kPiece == 0)
      part.pieces.push_back(std::make_unique_for_overwrite<CallSum[]>(kPiece));
    part.pieces.back()[part.size++ % kPiece] = call;
  }
  [[nodiscard]] std::vector<Part>& parts() { return parts_; }

  /// A shift that makes parts which fit a core's cache.
  [[nodiscard]] static unsigned shift_for(std::uint32_t ranks, std::uint64_t calls);

 private:
  unsigned shift_;
  std::vector<Part> parts_;
};

/// One tie for each caller, called and authorization (and UTC day, by_day), sorted so; its evidence
/// in the order of the parts given and, within each, of the calls.
/// @param taken  one for each stretch of the calls, in order; emptied
/// @return by part
/// @cost about 100 ns a call and core; 36 bytes a call beside the ties. The result does not depend
/// on `threads`.
[[nodiscard]] std::vector<std::vector<Tie>> sum_calls(std::vector<CallParts>& taken,
                                                      std::span<const CallOrigin> origins,
                                                      bool by_day, unsigned threads);

}  // namespace palermo::network::detail
