#include "analysis/compliance/gaps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "core/base/json_message.hpp"
#include "core/base/time.hpp"
#include "core/ledger/clock.hpp"
#include "core/store/segment_store.hpp"

namespace palermo::compliance {
namespace {

using core::Result;
using core::Status;

constexpr std::int64_t kLongestStrip_days = 40 * 366;  // beyond it a date is a mistake
constexpr std::size_t kListedRuns = 5;
constexpr double kUnordered =
    0.05;  // share of steps back above which a file is in no order of time

std::int64_t day_of(std::int64_t us) { return core::date_of(us).days; }
std::string text_of(std::int64_t day) {
  return core::format_date(core::Date{static_cast<std::int32_t>(day)});
}

struct Product {
  std::set<std::int64_t> days;
  std::uint32_t undated = 0;
};
using Products = std::map<std::string, Product>;  // by authorization

struct Walk {
  std::int64_t last_us = 0;
  std::uint32_t records = 0;
  std::uint32_t steps_back = 0;
  std::uint64_t largest_s = 0;
  std::uint32_t line = 0;
};

void step(Walk& walk, std::int64_t at_us, std::uint32_t line) {
  if (walk.records++ > 0 && at_us + core::kUsPerMinute < walk.last_us) {
    ++walk.steps_back;
    const auto by_s = static_cast<std::uint64_t>((walk.last_us - at_us) / core::kUsPerSecond);
    if (by_s > walk.largest_s) {
      walk.largest_s = by_s;
      walk.line = line;
    }
  }
  walk.last_us = at_us;
}

Status take_calls(store::Database& db, const Facts& facts, Products& products,
                  std::map<std::string, Walk>& walks) {
  std::unordered_map<std::string, std::string> authorization;
  for (const StoredProduct& product : facts.products)
    if (product.ends_only) authorization[product.id] = product.authorization_id;
  store::SegmentQuery query;
  query.columns = store::kColTime | store::kColLine;
  // Segments of a source hold its lines in parts that need not follow one another.
  std::map<std::string, std::vector<std::pair<std::uint32_t, std::int64_t>>> lines;
  PALERMO_CHECK_OK(store::for_each_segment(db, query, [&](const store::CallColumns& calls) {
    const auto found = authorization.find(fmt::format("segment {}", calls.segment_id));
    Product* product = found == authorization.end() ? nullptr : &products[found->second];
    auto& of_source = lines[calls.source_id];
    for (std::size_t i = 0; i < calls.started_at_us.size(); ++i) {
      if (product != nullptr) product->days.insert(day_of(calls.started_at_us[i]));
      if (i < calls.line.size()) of_source.emplace_back(calls.line[i], calls.started_at_us[i]);
    }
    return core::ok();
  }));
  for (auto& [source, of_source] : lines) {
    std::sort(of_source.begin(), of_source.end());
    for (const auto& [line, at_us] : of_source) step(walks[source], at_us, line);
  }
  return core::ok();
}

void take_records(const Facts& facts, Products& products) {
  for (const StoredProduct& each : facts.products) {
    if (each.ends_only || each.authorization_id.empty()) continue;
    Product& product = products[each.authorization_id];
    if (!each.from_us) {
      product.undated += each.records;
      continue;
    }
    const std::int64_t first = day_of(*each.from_us);
    const std::int64_t last = day_of(each.to_us.value_or(*each.from_us));
    for (std::int64_t day = first; day <= std::min(last, first + kLongestStrip_days); ++day)
      product.days.insert(day);
  }
}

/// Days on which an authorization was in force, up to today.
std::set<std::int64_t> days_in_force(const AuthorizationFact& authorization,
                                     std::int64_t as_of_us) {
  std::set<std::int64_t> days;
  for (const auto& period : authorization.coverage.periods()) {
    const std::int64_t first = day_of(period.from_us);
    const std::int64_t last = day_of(std::min(period.to_us, as_of_us));
    for (std::int64_t day = first; day <= std::min(last, first + kLongestStrip_days); ++day)
      days.insert(day);
  }
  return days;
}

std::vector<v1::GapsResult::Run> silent_runs(const std::set<std::int64_t>& in_force,
                                             const std::set<std::int64_t>& product) {
  std::vector<v1::GapsResult::Run> runs;
  std::int64_t first = 0;
  std::int64_t last = -1;
  const auto close = [&] {
    if (last < first) return;
    v1::GapsResult::Run& run = runs.emplace_back();
    run.set_from(text_of(first));
    run.set_to(text_of(last));
    run.set_days(static_cast<std::uint32_t>(last - first + 1));
    last = first - 1;
  };
  for (const std::int64_t day : in_force) {
    if (product.contains(day)) {
      close();
    } else if (last >= first && day == last + 1) {
      last = day;
    } else {
      close();
      first = last = day;
    }
  }
  close();
  std::stable_sort(runs.begin(), runs.end(),
                   [](const auto& x, const auto& y) { return x.days() > y.days(); });
  if (runs.size() > kListedRuns) runs.resize(kListedRuns);
  return runs;
}

void draw(const std::set<std::int64_t>& in_force, const std::set<std::int64_t>& product,
          v1::GapsResult::Strip& strip) {
  std::set<std::int64_t> all = in_force;
  all.insert(product.begin(), product.end());
  if (all.empty()) return;
  const std::int64_t first = *all.begin();
  const std::int64_t days = *all.rbegin() - first + 1;
  strip.set_from(text_of(first));
  strip.set_to(text_of(*all.rbegin()));
  const std::int64_t a_sign = (days + kStripWidth - 1) / kStripWidth;
  strip.set_days_a_sign(static_cast<std::uint32_t>(a_sign));
  std::string signs(static_cast<std::size_t>((days + a_sign - 1) / a_sign), ' ');
  const auto put = [&](std::int64_t day, char sign) {
    char& at = signs[static_cast<std::size_t>((day - first) / a_sign)];
    static constexpr std::string_view kOrder = " .#!";
    if (kOrder.find(sign) > kOrder.find(at)) at = sign;
  };
  for (const std::int64_t day : in_force) put(day, product.contains(day) ? '#' : '.');
  for (const std::int64_t day : product)
    if (!in_force.contains(day)) put(day, '!');
  strip.set_strip(signs);
}

Status take_log(store::Database& db, v1::GapsResult& result) {
  PALERMO_TRY(store::Statement query, db.prepare("SELECT idx, bytes FROM leaf ORDER BY idx"));
  std::optional<std::int64_t> last_us;
  std::vector<v1::GapsResult::Silence> silences;
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    v1::LedgerEntry entry;
    const auto json = core::parse_json(query.blob(1));
    if (!json || !core::fill_message(*json, entry)) continue;  // `audit verify` tells it
    const auto at = core::parse_instant(entry.recorded_at());
    if (!at) continue;
    const auto index = static_cast<std::uint32_t>(query.integer(0));
    if (last_us && at->us - *last_us > ledger::kHeartbeatEvery_us) {
      v1::GapsResult::Silence& silence = silences.emplace_back();
      silence.set_before_entry(index);
      silence.set_from(core::format_utc(*last_us));
      silence.set_to(core::format_utc(at->us));
      silence.set_seconds(static_cast<std::uint32_t>((at->us - *last_us) / core::kUsPerSecond));
    }
    last_us = at->us;
    const auto told = ledger::clock_jump_of(entry);
    if (!told) continue;
    v1::GapsResult::ClockEntry& jump = *result.add_clock();
    jump.set_entry(index);
    jump.set_direction(told->direction());
    jump.set_seconds(
        static_cast<std::uint32_t>(told->by_us() / static_cast<std::uint64_t>(core::kUsPerSecond)));
    jump.set_shown_at(told->shown_at());
  }
  std::stable_sort(silences.begin(), silences.end(),
                   [](const auto& x, const auto& y) { return x.seconds() > y.seconds(); });
  if (silences.size() > 20) {
    result.add_notices(fmt::format("{} silences of the log above a day; the 20 longest are listed",
                                   silences.size()));
    silences.resize(20);
  }
  for (auto& silence : silences) *result.add_silences() = std::move(silence);
  return core::ok();
}

}  // namespace

Result<v1::GapsResult> find_gaps(store::Database& db, const Facts& facts) {
  Products products;
  std::map<std::string, Walk> walks;
  PALERMO_CHECK_OK(take_calls(db, facts, products, walks));
  take_records(facts, products);
  v1::GapsResult result;
  for (const auto& [id, authorization] : facts.authorizations) {
    const Product& product = products[id];
    const std::set<std::int64_t> in_force = days_in_force(authorization, facts.as_of_us);
    v1::GapsResult::Strip& strip = *result.add_strips();
    strip.set_authorization_id(id);
    strip.set_kind(authorization.data.kind());
    strip.set_days_in_force(static_cast<std::uint32_t>(in_force.size()));
    strip.set_undated(product.undated);
    std::uint32_t inside = 0;
    for (const std::int64_t day : product.days) inside += in_force.contains(day) ? 1 : 0;
    strip.set_days_with_product(inside);
    strip.set_days_outside(static_cast<std::uint32_t>(product.days.size()) - inside);
    std::set<std::int64_t> used;
    for (const UseFact& use : facts.uses) {
      if (use.data.authorization_id() != id || !use.from_us) continue;
      const std::int64_t first = day_of(*use.from_us);
      const std::int64_t last = day_of(use.to_us.value_or(*use.from_us));
      for (std::int64_t day = first; day <= std::min(last, first + kLongestStrip_days); ++day)
        if (in_force.contains(day)) used.insert(day);
    }
    strip.set_days_of_use(static_cast<std::uint32_t>(used.size()));
    for (const HeldFact& held : facts.held)
      if (held.authorization_id == id && held.status == "held")
        strip.set_held(strip.held() + held.count);
    for (auto& run : silent_runs(in_force, product.days)) *strip.add_silent() = std::move(run);
    draw(in_force, product.days, strip);
  }
  for (const auto& [source, walk] : walks) {
    v1::GapsResult::SourceClock& clock = *result.add_sources();
    clock.set_source_id(source);
    clock.set_records(walk.records);
    clock.set_steps_back(walk.steps_back);
    clock.set_largest_s(static_cast<std::uint32_t>(walk.largest_s));
    clock.set_line(walk.line);
    clock.set_in_order(static_cast<double>(walk.steps_back) <= kUnordered * walk.records);
  }
  PALERMO_CHECK_OK(take_log(db, result));
  return result;
}

}  // namespace palermo::compliance
