#include "analysis/network/scan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <queue>
#include <tuple>

namespace palermo::network {
namespace {

constexpr double kTie = 1e-9;
constexpr double kLeastSd = 0.05;  // bands in which hardly anything varies

std::vector<std::uint32_t> band_starts() {
  std::vector<std::uint32_t> starts = {2, 3, 4, 5, 6, 7, 8};
  for (std::uint32_t start = 9; start < 1'000'000'000;) {
    starts.push_back(start);
    start += std::max<std::uint32_t>(3, start / 2);
  }
  return starts;
}

const std::vector<std::uint32_t>& starts() {
  static const std::vector<std::uint32_t> all = band_starts();
  return all;
}

}  // namespace

BinomialTail::BinomialTail(std::uint64_t most) : log_factorial_(most + 2, 0) {
  for (std::uint64_t i = 2; i < log_factorial_.size(); ++i)
    log_factorial_[i] = std::lgamma(static_cast<double>(i) + 1);
}

double BinomialTail::minus_log10(std::uint64_t n, double p, std::uint64_t k) const {
  if (k == 0 || p >= 1) return 0;
  if (k > n || p <= 0) return std::numeric_limits<double>::infinity();
  const auto dk = static_cast<double>(k);
  const auto dn = static_cast<double>(n);
  const double first = log_factorial_[n] - log_factorial_[k] - log_factorial_[n - k] +
                       dk * std::log(p) + (dn - dk) * std::log1p(-p);
  double sum = 0;
  double ratio = 1;
  const double odds = p / (1 - p);
  const double mean = dn * p;
  for (double i = dk; i <= dn; ++i) {
    sum += ratio;
    ratio *= (dn - i) / (i + 1) * odds;
    if (ratio < sum * 1e-15 && i > mean) break;
  }
  return std::max(0.0, -(first + std::log(sum)) / std::log(10.0));
}

double BinomialTail::excess(std::uint64_t total, std::uint64_t degree, std::uint64_t inside) const {
  if (total == 0) return 0;
  const double share = static_cast<double>(degree) / (2.0 * static_cast<double>(total));
  const double p = share * share;
  // Below the mean there is no excess, and the sum would be long.
  if (static_cast<double>(inside) <= p * static_cast<double>(total)) return 0;
  return minus_log10(total, p, inside);
}

double BinomialTail::simple_excess(std::uint64_t total, std::uint64_t degree, std::uint64_t inside,
                                   std::uint64_t size) const {
  if (total == 0 || size < 2) return 0;
  const auto all = static_cast<double>(total);
  const auto sum = static_cast<double>(degree);
  const double mean = sum * sum / (4 * all) * (1 - 1 / static_cast<double>(size));
  if (static_cast<double>(inside) <= mean) return 0;
  const std::uint64_t trials = std::min(total, size * (size - 1) / 2);
  return minus_log10(trials, mean / static_cast<double>(trials), inside);
}

std::uint32_t band_of(std::uint32_t size) {
  const auto after = std::upper_bound(starts().begin(), starts().end(), size);
  return after == starts().begin() ? 0 : static_cast<std::uint32_t>(after - starts().begin() - 1);
}

std::string band_name(std::uint32_t band) {
  const std::uint32_t first = starts()[band];
  const std::uint32_t last = band + 1 < starts().size() ? starts()[band + 1] - 1 : first;
  return first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last);
}

std::vector<double> resolutions_for(std::uint64_t ties) {
  const double finest = std::max(4.0, static_cast<double>(ties) / 100);
  const int levels = std::clamp(1 + static_cast<int>(std::ceil(std::log2(finest))), 3, 6);
  std::vector<double> all;
  for (int level = 0; level < levels; ++level)
    all.push_back(std::pow(finest, static_cast<double>(level) / (levels - 1)));
  return all;
}

double log10_sets(std::uint32_t n, std::uint32_t size) {
  return (std::lgamma(n + 1.0) - std::lgamma(size + 1.0) - std::lgamma(n - size + 1.0)) /
         std::log(10.0);
}

namespace {

/// One scan's working memory.
class Scanner {
 public:
  Scanner(const TieArrays& graph, const BinomialTail& tail, std::uint32_t min_size,
          std::vector<Candidate>* keep)
      : graph_{&graph},
        tail_{&tail},
        min_size_{std::max(min_size, 2U)},
        keep_{keep},
        best(starts().size(), kNoSet),
        inside_(graph.n(), 0),
        in_(graph.n(), 0) {
    // C(n, s) of the sizes that were asked for; -1 = not yet.
    sets_.assign(graph.n() + 2, -1);
  }

  void communities(const std::vector<std::uint32_t>& of, double resolution) {
    const std::uint32_t n = graph_->n();
    const std::uint32_t count = n == 0 ? 0 : *std::max_element(of.begin(), of.end()) + 1;
    std::vector<std::uint32_t> start(count + 1, 0), members(n);
    for (const std::uint32_t c : of) ++start[c + 1];
    std::partial_sum(start.begin(), start.end(), start.begin());
    std::vector<std::uint32_t> next(start.begin(), start.end() - 1);
    for (std::uint32_t v = 0; v < n; ++v) members[next[of[v]]++] = v;
    for (std::uint32_t c = 0; c < count; ++c) {
      if (start[c + 1] - start[c] < min_size_) continue;
      set_.assign(members.begin() + start[c], members.begin() + start[c + 1]);
      peel(resolution);
    }
  }

 private:
  double surprise(std::uint64_t degree, std::uint64_t ties, std::size_t size) {
    double& sets = sets_[size];
    if (sets < 0) sets = log10_sets(graph_->n(), static_cast<std::uint32_t>(size));
    const double excess = graph_->weights.empty()
                              ? tail_->simple_excess(graph_->total, degree, ties, size)
                              : tail_->excess(graph_->total, degree, ties);
    const double value = excess - sets;
    double& place = best[band_of(static_cast<std::uint32_t>(size))];
    place = std::max(place, value);
    return value;
  }

  void peel(double resolution) {
    using Entry = std::tuple<std::uint64_t, std::uint64_t, std::uint32_t>;
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    const TieArrays& graph = *graph_;
    for (const std::uint32_t v : set_) in_[v] = 1;
    std::uint64_t ties = 0, degree = 0;
    std::vector<Entry> entries;
    for (const std::uint32_t v : set_) {
      inside_[v] = 0;
      for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i)
        if (in_[graph.targets[i]]) inside_[v] += graph.weight(i);
      ties += inside_[v];
      degree += graph.degree[v];
      entries.emplace_back(inside_[v], kMost - graph.degree[v], v);
    }
    ties /= 2;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue{std::greater<>{},
                                                                         std::move(entries)};
    std::size_t size = set_.size();
    order_.clear();
    if (keep_ != nullptr) begin_keeping(resolution);
    double most = kNoSet;
    std::size_t step = 0;
    std::uint64_t best_ties = 0, best_degree = 0;
    while (true) {
      const double now = surprise(degree, ties, size);
      if (keep_ != nullptr) note_step(now, size);
      if (now > most) {
        most = now;
        step = order_.size();
        best_ties = ties;
        best_degree = degree;
      }
      if (size <= min_size_) break;
      std::uint32_t v = 0;
      while (true) {
        const auto [fewest, rest, vertex] = queue.top();
        queue.pop();
        v = vertex;
        if (in_[v] && fewest == inside_[v]) break;
      }
      in_[v] = 0;
      --size;
      ties -= inside_[v];
      degree -= graph.degree[v];
      order_.push_back(v);
      for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
        const std::uint32_t u = graph.targets[i];
        if (!in_[u]) continue;
        inside_[u] -= graph.weight(i);
        queue.emplace(inside_[u], kMost - graph.degree[u], u);
      }
    }
    if (keep_ != nullptr) keep_steps();
    for (std::size_t i = step; i < order_.size(); ++i) in_[order_[i]] = 1;
    set_.erase(std::remove_if(set_.begin(), set_.end(), [&](std::uint32_t v) { return !in_[v]; }),
               set_.end());
    climb(best_degree, best_ties, most);
    for (const std::uint32_t v : set_) in_[v] = 0;
  }

  // The best set of every band from one community: while it is peeled only the step is noted.
  void begin_keeping(double resolution) {
    kept_.assign(starts().size(), {});
    resolution_ = resolution;
  }

  void note_step(double now, std::size_t size) {
    Kept& place = kept_[band_of(static_cast<std::uint32_t>(size))];
    if (!(now > place.surprise)) return;
    place.surprise = now;
    place.step = order_.size();
  }

  /// After peeling: set_ is the whole community still, in_ marks what was not taken away.
  void keep_steps() {
    std::vector<std::uint32_t> left;
    for (const std::uint32_t v : set_)
      if (in_[v]) left.push_back(v);
    for (Kept& place : kept_) {
      if (place.surprise == kNoSet) continue;
      place.at = keep_->size();
      Candidate one{resolution_, left, place.surprise};
      for (std::size_t i = place.step; i < order_.size(); ++i) one.members.push_back(order_[i]);
      std::sort(one.members.begin(), one.members.end());
      keep_->push_back(std::move(one));
    }
  }

  void keep_climbed(double now) {
    Kept& place = kept_[band_of(static_cast<std::uint32_t>(set_.size()))];
    if (!(now > place.surprise)) return;
    if (place.surprise == kNoSet) {
      place.at = keep_->size();
      keep_->push_back({resolution_, {}, now});
    }
    place.surprise = now;
    Candidate& one = (*keep_)[place.at];
    one.surprise = now;
    one.members = set_;
    std::sort(one.members.begin(), one.members.end());
  }

  /// Takes in and gives back single vertices while that raises the surprise of set_.
  void climb(std::uint64_t degree, std::uint64_t ties, double most) {
    const TieArrays& graph = *graph_;
    constexpr std::size_t kLargest = 200;  // larger sets are left as peeling gave them
    if (set_.size() > kLargest) return;
    near_.clear();
    const auto count = [&](std::uint32_t v) {
      inside_[v] = 0;
      for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i)
        if (in_[graph.targets[i]]) inside_[v] += graph.weight(i);
    };
    for (const std::uint32_t v : set_) {
      near_.push_back(v);
      for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i)
        near_.push_back(graph.targets[i]);
    }
    std::sort(near_.begin(), near_.end());
    near_.erase(std::unique(near_.begin(), near_.end()), near_.end());
    for (const std::uint32_t v : near_) count(v);
    for (int turn = 0; turn < 100; ++turn) {
      std::uint32_t chosen = graph.n();
      double highest = most + kTie;
      for (const std::uint32_t v : near_) {
        double now = kNoSet;
        if (in_[v]) {
          if (set_.size() <= min_size_) continue;
          now = surprise(degree - graph.degree[v], ties - inside_[v], set_.size() - 1);
        } else {
          if (inside_[v] < 2) continue;
          now = surprise(degree + graph.degree[v], ties + inside_[v], set_.size() + 1);
        }
        if (now > highest) {
          highest = now;
          chosen = v;
        }
      }
      if (chosen == graph.n()) break;
      most = highest;
      const bool leaves = in_[chosen] != 0;
      if (leaves) {
        set_.erase(std::find(set_.begin(), set_.end(), chosen));
        degree -= graph.degree[chosen];
        ties -= inside_[chosen];
      } else {
        set_.push_back(chosen);
        degree += graph.degree[chosen];
        ties += inside_[chosen];
      }
      in_[chosen] = leaves ? 0 : 1;
      if (keep_ != nullptr) keep_climbed(most);
      for (std::uint32_t i = graph.offsets[chosen]; i < graph.offsets[chosen + 1]; ++i) {
        const std::uint32_t u = graph.targets[i];
        const auto place = std::lower_bound(near_.begin(), near_.end(), u);
        if (place == near_.end() || *place != u) {
          near_.insert(place, u);
          count(u);
        } else if (leaves) {
          inside_[u] -= graph.weight(i);
        } else {
          inside_[u] += graph.weight(i);
        }
      }
    }
  }

  const TieArrays* graph_;
  const BinomialTail* tail_;
  std::uint32_t min_size_;
  std::vector<Candidate>* keep_;
  struct Kept {
    double surprise = kNoSet;
    std::size_t step = 0;  // members taken away by then
    std::size_t at = 0;    // in keep_
  };
  std::vector<Kept> kept_;
  double resolution_ = 1;

 public:
  std::vector<double> best;

 private:
  std::vector<std::uint64_t> inside_;
  std::vector<char> in_;
  std::vector<std::uint32_t> set_, order_, near_;
  std::vector<double> sets_;
};

}  // namespace

std::vector<double> scan(const TieArrays& graph, FlatLeiden& kernel, const BinomialTail& tail,
                         const std::vector<std::uint32_t>& coarse, const ScanOptions& options,
                         std::vector<Candidate>* keep) {
  Scanner scanner{graph, tail, options.min_size, keep};
  scanner.communities(coarse, 1);
  const std::vector<double> resolutions = resolutions_for(graph.total);
  for (std::size_t level = 1; level < resolutions.size(); ++level)
    for (std::uint32_t search = 0; search < options.searches; ++search)
      scanner.communities(
          kernel
              .search(graph, resolutions[level],
                      options.seed + 104'729 * (level + 100 * (std::uint64_t{search} + 1)))
              .of,
          resolutions[level]);
  return std::move(scanner.best);
}

ScanNull::ScanNull(const std::vector<double>& observed,
                   const std::vector<std::vector<double>>& draws) {
  bands_.resize(observed.size());
  const auto moments = [](const std::vector<double>& values, double& mean, double& sd) {
    mean = values.empty() ? 0
                          : std::accumulate(values.begin(), values.end(), 0.0) /
                                static_cast<double>(values.size());
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    sd = values.size() < 2 ? 0 : std::sqrt(squares / static_cast<double>(values.size() - 1));
  };
  std::vector<double> values;
  for (std::size_t b = 0; b < bands_.size(); ++b) {
    values.clear();
    for (const auto& draw : draws)
      if (draw[b] > kNoSet) values.push_back(draw[b]);
    moments(values, bands_[b].null_mean, bands_[b].null_sd);
    if (observed[b] > kNoSet) values.push_back(observed[b]);
    moments(values, bands_[b].mean, bands_[b].sd);
    bands_[b].sd = std::max(bands_[b].sd, kLeastSd);
    bands_[b].own = 2 * values.size() >= draws.size() + 1 && !draws.empty();
  }
  // Sizes that few draws have are compared with the nearest smaller size that most have.
  for (std::size_t b = 1; b < bands_.size(); ++b)
    if (!bands_[b].own && bands_[b - 1].own) bands_[b] = bands_[b - 1];
  for (std::size_t b = bands_.size() - 1; b-- > 0;)
    if (!bands_[b].own && bands_[b + 1].own) bands_[b] = bands_[b + 1];
  const auto best_of = [&](const std::vector<double>& profile) {
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t b = 0; b < bands_.size(); ++b)
      if (profile[b] > kNoSet) best = std::max(best, (profile[b] - bands_[b].mean) / bands_[b].sd);
    return best;
  };
  for (const auto& draw : draws) best_.push_back(best_of(draw));
  std::sort(best_.begin(), best_.end(), std::greater<>{});
  p_of_best_ = p_of_score(best_of(observed));
}

const ScanNull::Band& ScanNull::band(std::uint32_t size) const { return bands_[band_of(size)]; }

double ScanNull::p_of_score(double score) const {
  const auto as_large = std::upper_bound(best_.begin(), best_.end(), score - kTie,
                                         [](double x, double y) { return x > y; }) -
                        best_.begin();
  return (1.0 + static_cast<double>(as_large)) / (static_cast<double>(best_.size()) + 1);
}

double ScanNull::score(std::uint32_t size, double surprise) const {
  return (surprise - band(size).mean) / band(size).sd;
}

double ScanNull::p_value(std::uint32_t size, double surprise) const {
  return p_of_score(score(size, surprise));
}

double ScanNull::critical(std::uint32_t size, double level) const {
  // p < level needs fewer than level (N + 1) - 1 draws as large.
  std::size_t most = 0;  // as many draws may be as large
  const double all = static_cast<double>(best_.size()) + 1;
  if (!(1 / all < level)) return std::numeric_limits<double>::infinity();
  while (most < best_.size() && (static_cast<double>(most) + 2) / all < level) ++most;
  if (most >= best_.size()) return -std::numeric_limits<double>::infinity();
  return best_[most] * band(size).sd + band(size).mean + kTie * band(size).sd;
}

double ScanNull::mean(std::uint32_t size) const { return band(size).null_mean; }
double ScanNull::sd(std::uint32_t size) const { return band(size).null_sd; }

}  // namespace palermo::network
