#include "analysis/network/group_windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

#include "core/base/time.hpp"

namespace palermo::network {
namespace {

constexpr std::int64_t kDayUs = 86'400 * core::kUsPerSecond;
constexpr std::size_t kMostWindows = 400;

std::int64_t floor_to(std::int64_t us, std::int64_t step, std::int64_t origin) {
  const std::int64_t since = us - origin;
  return origin + (since >= 0 ? since / step : -((-since + step - 1) / step)) * step;
}

std::size_t shared_ids(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both.size();
}

}  // namespace

core::Result<std::vector<WindowSpan>> windows_of(std::int64_t first_us, std::int64_t last_us,
                                                 const std::string& how) {
  const core::Error too_many{
      core::ErrorCode::Usage,
      fmt::format("--windows {} gives more than {} windows", how, kMostWindows), std::nullopt,
      "narrow the period with --from and --to"};
  std::vector<WindowSpan> spans;
  if (how == "week") {
    // 1970-01-05 was a Monday.
    for (std::int64_t at = floor_to(first_us, 7 * kDayUs, 4 * kDayUs); at <= last_us;
         at += 7 * kDayUs) {
      if (spans.size() == kMostWindows) return too_many;
      spans.push_back({at, at + 7 * kDayUs - 1});
    }
    return spans;
  }
  if (how == "month") {
    const std::string text = core::format_utc(first_us);
    int year = std::stoi(text.substr(0, 4));
    auto month = static_cast<unsigned>(std::stoi(text.substr(5, 2)));
    std::int64_t at = core::civil_to_us(year, month, 1, 0, 0, 0);
    while (at <= last_us) {
      if (spans.size() == kMostWindows) return too_many;
      if (++month == 13) {
        month = 1;
        ++year;
      }
      const std::int64_t next = core::civil_to_us(year, month, 1, 0, 0, 0);
      spans.push_back({at, next - 1});
      at = next;
    }
    return spans;
  }
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(how.data(), how.data() + how.size(), count);
  if (error != std::errc{} || end != how.data() + how.size() || count < 2)
    return core::Error{core::ErrorCode::Usage,
                       "--windows takes month, week, or a number of windows from 2", std::nullopt,
                       "e.g. --windows month"};
  if (count > kMostWindows) return too_many;
  const std::int64_t length = std::max<std::int64_t>(1, (last_us - first_us) / count + 1);
  for (std::uint32_t i = 0; i < count; ++i)
    spans.push_back({first_us + i * length, first_us + (i + 1) * length - 1});
  return spans;
}

core::Result<std::vector<std::vector<std::string>>> groups_of_window(const Graph& graph,
                                                                     std::uint64_t seed,
                                                                     std::uint32_t min_size) {
  PALERMO_TRY(const Communities found, leiden(graph, {searches_for(graph.m()), seed}));
  std::vector<std::vector<std::string>> groups(found.count);
  for (std::uint32_t v = 0; v < graph.n(); ++v) groups[found.of[v]].push_back(graph.nodes()[v].id);
  std::erase_if(groups, [&](const auto& ids) { return ids.size() < min_size; });
  for (auto& ids : groups) std::sort(ids.begin(), ids.end());
  return groups;
}

std::vector<Change> changes_between(const std::vector<std::vector<std::string>>& before,
                                    const std::vector<std::vector<std::string>>& after) {
  const std::size_t n = before.size(), all = n + after.size();
  std::vector<std::size_t> root(all);
  std::iota(root.begin(), root.end(), std::size_t{0});
  const auto find = [&](std::size_t x) {
    while (root[x] != x) x = root[x] = root[root[x]];
    return x;
  };
  std::vector<double> best(all, 0);
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < after.size(); ++b) {
      const std::size_t both = shared_ids(before[a], after[b]);
      if (both == 0 || 2 * both < std::min(before[a].size(), after[b].size())) continue;
      const double overlap = static_cast<double>(both) /
                             static_cast<double>(before[a].size() + after[b].size() - both);
      const std::size_t x = find(a), y = find(n + b);
      const double most = std::max({overlap, best[x], best[y]});
      root[std::max(x, y)] = std::min(x, y);
      best[std::min(x, y)] = most;
    }
  std::vector<Change> changes;
  for (std::size_t first = 0; first < all; ++first) {
    if (find(first) != first) continue;
    Change change;
    for (std::size_t x = first; x < all; ++x) {
      if (find(x) != first) continue;
      if (x < n) {
        change.before.push_back(static_cast<std::uint32_t>(x));
      } else {
        change.after.push_back(static_cast<std::uint32_t>(x - n));
      }
    }
    change.jaccard = best[first];
    if (change.before.empty()) {
      change.kind = ChangeKind::Birth;
    } else if (change.after.empty()) {
      change.kind = ChangeKind::Death;
    } else if (change.before.size() == 1 && change.after.size() == 1) {
      change.kind = ChangeKind::Continues;
    } else if (change.before.size() == 1) {
      change.kind = ChangeKind::Split;
    } else {
      change.kind = change.after.size() == 1 ? ChangeKind::Merge : ChangeKind::Reshuffle;
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace palermo::network
