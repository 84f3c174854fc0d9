#include "ingest/exchange/custody_chain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::ingest {
namespace {

constexpr std::size_t kShown = 10;  // of each kind; the rest is counted

std::string shown(const CustodyStep& step) {
  return fmt::format("'{}' (line {})", core::printable(step.name, 60), step.line);
}

std::string span(std::int64_t us) {
  const std::int64_t seconds = us / core::kUsPerSecond;
  if (seconds >= 86'400) return fmt::format("{} d {} h", seconds / 86'400, seconds % 86'400 / 3600);
  if (seconds >= 3600) return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
  return fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

void list(std::vector<std::string>& out, std::vector<std::string> all, const char* more) {
  const std::size_t left = all.size() > kShown ? all.size() - kShown : 0;
  if (left > 0) all.resize(kShown);
  out.insert(out.end(), std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
  if (left > 0) out.push_back(fmt::format("chain of custody: {} more {}", left, more));
}

}  // namespace

std::vector<std::string> check_custody_chain(const std::vector<CustodyStep>& steps) {
  std::vector<std::string> out;
  if (steps.size() < 2) return out;
  std::vector<CustodyStep> timed;
  std::size_t reversed = 0;
  for (CustodyStep step : steps) {
    if (!step.begin_us) step.begin_us = step.end_us;
    if (!step.end_us) step.end_us = step.begin_us;
    if (!step.begin_us) continue;
    if (*step.end_us < *step.begin_us) {
      ++reversed;
      std::swap(step.begin_us, step.end_us);
    }
    timed.push_back(std::move(step));
  }
  const std::size_t untimed = steps.size() - timed.size();
  const auto earlier = [](const CustodyStep& a, const CustodyStep& b) {
    return std::pair{*a.begin_us, *a.end_us} < std::pair{*b.begin_us, *b.end_us};
  };
  const bool in_order = std::is_sorted(timed.begin(), timed.end(), earlier);
  std::stable_sort(timed.begin(), timed.end(), earlier);

  std::vector<std::string> overlaps;
  std::vector<std::string> gaps;
  std::int64_t longest = 0;
  std::size_t before_longest = 0;
  for (std::size_t i = 1, last = 0; i < timed.size(); ++i) {
    const std::int64_t between = *timed[i].begin_us - *timed[last].end_us;
    if (between < 0)
      overlaps.push_back(fmt::format("chain of custody: {} begins {} before {} ended",
                                     shown(timed[i]), span(-between), shown(timed[last])));
    if (between > core::kUsPerDay)
      gaps.push_back(fmt::format("chain of custody: {} between {} and {}", span(between),
                                 shown(timed[last]), shown(timed[i])));
    if (between > longest) {
      longest = between;
      before_longest = last;
    }
    if (*timed[i].end_us >= *timed[last].end_us) last = i;
  }
  if (!timed.empty()) {
    const auto end = std::max_element(
        timed.begin(), timed.end(),
        [](const CustodyStep& a, const CustodyStep& b) { return *a.end_us < *b.end_us; });
    const bool unbroken = overlaps.empty() && untimed == 0 && reversed == 0;
    std::string text =
        fmt::format("chain of custody: {} actions from {} to {}{}", timed.size(),
                    core::format_utc(*timed.front().begin_us), core::format_utc(*end->end_us),
                    unbroken ? ", unbroken: each begins after the former ended" : "");
    if (longest > 0)
      text += fmt::format("; the longest time between two is {}, after {}", span(longest),
                          shown(timed[before_longest]));
    out.push_back(std::move(text));
  }
  list(out, std::move(overlaps), "overlaps");
  list(out, std::move(gaps), "such times");
  if (untimed > 0)
    out.push_back(fmt::format(
        "chain of custody: {} actions give no time; where they belong is not known", untimed));
  if (reversed > 0)
    out.push_back(fmt::format("chain of custody: {} actions end before they begin", reversed));
  if (!in_order)
    out.push_back("chain of custody: the file lists the actions in another order than their times");
  return out;
}

}  // namespace palermo::ingest
