#include "analysis/entity/devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "analysis/entity/model.hpp"
#include "core/base/time.hpp"
#include "core/store/segment_store.hpp"

namespace palermo::entity {
namespace {

/// A record of one identifier that names another.
struct Seen {
  std::int64_t at_us = 0;
  std::uint32_t other = 0;
  std::uint32_t line = 0;
  std::uint32_t source = 0;
};

std::string record_name(const std::vector<std::string>& sources, const Seen& seen) {
  return fmt::format("{}:{}", sources[seen.source], seen.line);
}

}  // namespace

core::Status for_each_device_use(store::Database& db, std::vector<std::uint32_t> identifiers,
                                 const std::function<void(const DeviceUse&)>& visit) {
  store::SegmentQuery query;
  query.columns =
      store::kColParties | store::kColTime | store::kColUse | store::kColLine | store::kColDevices;
  query.identifiers = std::move(identifiers);
  return store::for_each_segment(db, query, [&](const store::CallColumns& columns) -> core::Status {
    if (columns.imei.empty() && columns.imsi.empty()) return core::ok();
    for (std::size_t row = 0; row < columns.records; ++row) {
      DeviceUse use;
      use.imei = store::CallColumns::at(columns.imei, row);
      use.imsi = store::CallColumns::at(columns.imsi, row);
      if (use.imei == 0 && use.imsi == 0) continue;
      const bool of_b = (columns.flags[row] & static_cast<unsigned>(v1::OWNER_IS_B)) != 0;
      use.owner = of_b ? columns.b[row] : columns.a[row];
      // A record of a handset alone names it as its party.
      if (use.owner == use.imei || use.owner == use.imsi) use.owner = 0;
      use.at_us = columns.started_at_us[row];
      use.line = columns.line[row];
      use.source_id = &columns.source_id;
      visit(use);
    }
    return core::ok();
  });
}

core::Result<DeviceHistory> device_history(store::Database& db,
                                           std::span<const store::StoredIdentifier* const> wanted,
                                           std::span<const store::StoredIdentifier> all) {
  DeviceHistory out;
  std::unordered_map<std::uint32_t, const store::StoredIdentifier*> by_number;
  for (const store::StoredIdentifier& each : all)
    by_number.emplace(static_cast<std::uint32_t>(each.id), &each);
  std::map<std::uint32_t, std::string> kinds;  // of those wanted
  std::vector<std::uint32_t> ids;
  for (const store::StoredIdentifier* each : wanted) {
    kinds.emplace(static_cast<std::uint32_t>(each->id), each->identifier.kind);
    ids.push_back(static_cast<std::uint32_t>(each->id));
  }
  if (ids.empty()) return out;
  std::vector<std::string> sources;
  std::map<std::pair<std::uint32_t, std::string>, std::vector<Seen>> seen;  // wanted, kind of other
  PALERMO_CHECK_OK(for_each_device_use(db, ids, [&](const DeviceUse& use) {
    if (sources.empty() || sources.back() != *use.source_id) sources.push_back(*use.source_id);
    const auto source = static_cast<std::uint32_t>(sources.size() - 1);
    const auto note = [&](std::uint32_t self, std::uint32_t other, const char* kind) {
      if (self == 0 || other == 0 || !kinds.contains(self)) return;
      seen[{self, kind}].push_back({use.at_us, other, use.line, source});
    };
    note(use.owner, use.imei, "imei");
    note(use.owner, use.imsi, "imsi");
    note(use.imei, use.owner, "msisdn");
    note(use.imei, use.imsi, "imsi");
    note(use.imsi, use.owner, "msisdn");
    note(use.imsi, use.imei, "imei");
  }));
  for (auto& [key, list] : seen) {
    std::stable_sort(list.begin(), list.end(), [&](const Seen& x, const Seen& y) {
      return std::tie(x.at_us, x.source, x.line) < std::tie(y.at_us, y.source, y.line);
    });
    const auto self = by_number.find(key.first);
    if (self == by_number.end()) continue;
    for (std::size_t from = 0; from < list.size();) {
      std::size_t to = from;
      while (to + 1 < list.size() && list[to + 1].other == list[from].other) ++to;
      if (out.strips.size() == kMostStrips) {
        out.notices.push_back(
            fmt::format("the device history goes on: {} stretches are shown", kMostStrips));
        return out;
      }
      v1::DeviceStrip& strip = out.strips.emplace_back();
      strip.set_identifier(id_of(self->second->identifier));
      strip.set_kind(key.second);
      if (const auto other = by_number.find(list[from].other); other != by_number.end()) {
        const store::ObservedIdentifier& identifier = other->second->identifier;
        strip.set_other(id_of(identifier));
        strip.add_forms(identifier.value);
        if (identifier.raw != identifier.value) strip.add_forms(identifier.raw);
      }
      strip.set_first_seen(core::format_utc(list[from].at_us));
      strip.set_last_seen(core::format_utc(list[to].at_us));
      strip.set_records(static_cast<std::uint32_t>(to - from + 1));
      strip.set_first_record(record_name(sources, list[from]));
      strip.set_last_record(record_name(sources, list[to]));
      from = to + 1;
    }
  }
  return out;
}

}  // namespace palermo::entity
