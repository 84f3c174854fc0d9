// The search for sets with more ties inside than their degrees give, at several grains at once.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "analysis/network/flat_leiden.hpp"

namespace palermo::network {

/// -log10 of binomial upper tails, with the factorials of one graph at hand. Read-only after it is
/// made: threads share it.
class BinomialTail {
 public:
  /// @param most  largest n that will be asked for
  explicit BinomialTail(std::uint64_t most);
  /// -log10 P[X >= k], X ~ binomial(n, p). 0 when k is 0 or p is 1.
  [[nodiscard]] double minus_log10(std::uint64_t n, double p, std::uint64_t k) const;
  /// Excess of a set of ties that may stand between one pair several times: `inside` of `total`,
  /// where the degrees of the members sum to `degree`: binomial(total, (degree / 2 total)^2).
  [[nodiscard]] double excess(std::uint64_t total, std::uint64_t degree,
                              std::uint64_t inside) const;
  /// The same where a pair holds one tie at most: `size` members have size (size - 1) / 2 places
  /// for ties and none with themselves, so the binomial has min(total, places) trials and the mean
  /// degree^2 / 4 total x (1 - 1 / size), which is exact where all members have one degree and too
  /// large, so too cautious, elsewhere. Without the bound hubs hide a group that is nearly
  /// complete.
  /// @source Hoeffding (1956): trials of unlike chances vary less than a binomial of their mean
  [[nodiscard]] double simple_excess(std::uint64_t total, std::uint64_t degree,
                                     std::uint64_t inside, std::uint64_t size) const;

 private:
  std::vector<double> log_factorial_;
};

/// Sets are compared with sets of about their size: 2, 3, … 8, then bands that widen by a half.
[[nodiscard]] std::uint32_t band_of(std::uint32_t size);
/// "6" or "9-11".
[[nodiscard]] std::string band_name(std::uint32_t band);

/// The best set of one band of sizes that was met from one community of a search.
struct Candidate {
  double resolution = 1;
  std::vector<std::uint32_t> members;  // sorted
  double surprise = 0;
};

struct ScanOptions {
  std::uint32_t min_size = 3;
  std::uint32_t searches = 1;  // at every resolution above 1
  std::uint64_t seed = 1;
};

/// 1 and, up to about a hundredth of the ties, finer ones: modularity alone cannot see groups whose
/// degrees sum to less than the square root of twice the ties.
/// @source Fortunato and Barthelemy (2007) on that limit
[[nodiscard]] std::vector<double> resolutions_for(std::uint64_t ties);

/// Every community of every search is peeled: the member with the fewest ties inside goes (of these
/// the one with the highest degree), down to min_size. The most surprising set on the way then
/// takes in and gives back single vertices as long as that makes it more surprising. Surprise of a
/// set of s members = its excess less log10 of the number of sets of s vertices, so that a member
/// is kept only where it brings more ties than the choice of one more vertex gives for nothing.
///
/// @param coarse  partition at resolution 1
/// @param keep    when not null, receives of each community the most surprising set of every band
/// on
///   its way, so that ScanNull can tell which size stands out most
/// @return largest surprise in every band over all sets met; kNoSet where none has such a size
[[nodiscard]] std::vector<double> scan(const TieArrays& graph, FlatLeiden& kernel,
                                       const BinomialTail& tail,
                                       const std::vector<std::uint32_t>& coarse,
                                       const ScanOptions& options,
                                       std::vector<Candidate>* keep = nullptr);

inline constexpr double kNoSet = -std::numeric_limits<double>::infinity();

/// log10 of the number of sets of `size` among n vertices.
[[nodiscard]] double log10_sets(std::uint32_t n, std::uint32_t size);

/// How the best sets of the data and of the draws are distributed, band by band.
class ScanNull {
 public:
  /// @param observed  scan() of the data
  /// @param draws     scan() of every draw
  ScanNull(const std::vector<double>& observed, const std::vector<std::vector<double>>& draws);

  /// Surprise against the best sets of this band, in standard deviations over data and draws: the
  /// same rule for both, so that p holds whatever the distribution is.
  [[nodiscard]] double score(std::uint32_t size, double surprise) const;
  /// (1 + draws whose best score over all bands is at least this) / (draws + 1).
  [[nodiscard]] double p_value(std::uint32_t size, double surprise) const;
  /// Largest surprise at this size that is still not significant: p < level above it. Infinite
  /// where the draws are too few.
  [[nodiscard]] double critical(std::uint32_t size, double level) const;
  /// Over the draws alone.
  [[nodiscard]] double mean(std::uint32_t size) const;
  [[nodiscard]] double sd(std::uint32_t size) const;
  /// p of the best set of all.
  [[nodiscard]] double p_of_best() const { return p_of_best_; }

 private:
  struct Band {
    double mean = 0, sd = 1;            // data and draws
    double null_mean = 0, null_sd = 0;  // draws
    bool own = false;
  };
  [[nodiscard]] const Band& band(std::uint32_t size) const;
  [[nodiscard]] double p_of_score(double score) const;
  std::vector<Band> bands_;
  std::vector<double> best_;  // best score of every draw, falling
  double p_of_best_ = 1;
};

}  // namespace palermo::network
