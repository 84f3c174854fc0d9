#include "ingest/ber/partial_calls.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "core/base/time.hpp"

namespace palermo::ingest {
namespace {

/// Whether `next` carries on where `last` ended.
bool follows(const CallPart& first, const CallPart& last, const CallPart& next) {
  constexpr std::int64_t kNear = 120 * core::kUsPerSecond;
  if (!last.goes_on || next.sequence != last.sequence + 1) return false;
  if (next.start == first.start) return true;
  const auto from = core::parse_instant(last.start);
  const auto to = core::parse_instant(next.start);
  if (!from || !to) return false;
  return std::llabs(to->us - (from->us + last.duration_s * core::kUsPerSecond)) <= kNear;
}

}  // namespace

void PartialCalls::join() {
  std::stable_sort(parts_.begin(), parts_.end(), [](const CallPart& x, const CallPart& y) {
    return std::tie(x.call, x.sequence, x.number) < std::tie(y.call, y.sequence, y.number);
  });
  using Run = std::vector<const CallPart*>;
  std::vector<Run> runs;
  std::size_t of_this_call = 0;  // where the runs of the call at hand begin
  const std::string* call = nullptr;
  for (const CallPart& part : parts_) {
    if (call == nullptr || *call != part.call) of_this_call = runs.size();
    call = &part.call;
    const auto begin = runs.begin() + static_cast<std::ptrdiff_t>(of_this_call);
    const auto run = std::find_if(begin, runs.end(), [&part](const Run& open) {
      return follows(*open.front(), *open.back(), part);
    });
    if (run == runs.end()) {
      runs.push_back({&part});
    } else {
      run->push_back(&part);
    }
  }
  for (const Run& run : runs) {
    const bool late = run.front()->sequence > 1;
    const bool open = run.back()->goes_on;
    if (late) ++late_beginnings_;
    if (open) ++open_ends_;
    if (run.size() == 1) continue;
    JoinedCall joined;
    joined.begins_late = late;
    joined.open_end = open;
    // The row stands where the first part stands.
    const std::uint64_t first = run.front()->number;
    for (const CallPart* part : run) {
      joined.parts.push_back(part->number);
      joined.duration_s += part->duration_s;
      joined.answered = joined.answered || part->answered;
      if (!part->last_cell.empty()) joined.last_cell = part->last_cell;
      if (part->number != first) followers_[part->number] = first;
    }
    calls_[first] = std::move(joined);
  }
}

const JoinedCall* PartialCalls::first_part(std::uint64_t number) const {
  const auto found = calls_.find(number);
  return found == calls_.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> PartialCalls::joined_into(std::uint64_t number) const {
  const auto found = followers_.find(number);
  if (found == followers_.end()) return std::nullopt;
  return found->second;
}

}  // namespace palermo::ingest
