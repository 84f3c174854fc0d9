#include "analysis/network/load/calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "analysis/network/flat_map.hpp"
#include "core/base/parallel.hpp"
#include "core/base/text.hpp"
#include "core/store/segment_store.hpp"

namespace palermo::network::detail {
namespace {

/// Segments that one thread decodes before it asks for more.
constexpr std::size_t kSegmentsAtOnce = 8;

/// What all threads share.
struct Shared {
  store::Database* db = nullptr;
  const LoadOptions* options = nullptr;
  const Names* names = nullptr;
  const Sources* sources = nullptr;
  store::SharedCalls repeated;
  std::mutex mutex;  // for all that follows, and db
  std::vector<std::string> authorizations;
  std::vector<CallOrigin> origins;  // their authorization stands in `authorizations`
  core::Status status = core::ok();
};

/// One thread's stretch of the segments.
class Stretch {
 public:
  Stretch(Shared& shared, unsigned shift)
      : parts{shared.names->ranks(), shift}, used(shared.names->ranks()), shared_{&shared} {}

  void run(std::span<const std::int64_t> ids) {
    for (std::size_t begin = 0; begin < ids.size(); begin += kSegmentsAtOnce) {
      std::vector<store::SegmentBytes> bytes;
      {
        const std::scoped_lock lock{shared_->mutex};
        if (!shared_->status) return;
        auto loaded = store::load_bytes(
            *shared_->db, ids.subspan(begin, std::min(kSegmentsAtOnce, ids.size() - begin)));
        if (!loaded) {
          shared_->status = std::move(loaded).error();
          return;
        }
        bytes = *std::move(loaded);
      }
      for (store::SegmentBytes& one : bytes) {
        if (core::Status done = add(one); !done) {
          const std::scoped_lock lock{shared_->mutex};
          shared_->status = std::move(done);
          return;
        }
        one.blob = {};
      }
    }
  }

  CallParts parts;
  std::vector<char> used;  // by rank; bytes, so that no two threads share one
  std::vector<SeenDevice> devices;
  std::uint64_t records = 0;
  std::uint64_t one_party = 0;
  Coverage coverage;

 private:
  std::uint32_t origin_of(std::uint32_t source, std::string_view authorization) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<std::string>& known = shared_->authorizations;
    const auto found = std::find(known.begin(), known.end(), authorization);
    const auto number = static_cast<std::uint32_t>(found - known.begin());
    if (found == known.end()) known.emplace_back(authorization);
    for (std::uint32_t i = 0; i < shared_->origins.size(); ++i)
      if (shared_->origins[i].source == source && shared_->origins[i].authorization == number)
        return i;
    shared_->origins.push_back({source, number});
    return static_cast<std::uint32_t>(shared_->origins.size() - 1);
  }

  core::Status add(const store::SegmentBytes& bytes) {
    PALERMO_TRY(const v1::CallSegment segment, bytes.parse());
    const auto source = shared_->sources->find(segment.source_id());
    if (source == shared_->sources->end())
      return core::Error{core::ErrorCode::Integrity,
                         fmt::format("a call segment names {}, which is not in the case",
                                     core::printable(segment.source_id(), 40)),
                         std::nullopt, "run `palermo audit verify`", "DANGLING_SOURCE"};
    const SourceInfo& info = source->second;
    unsigned wanted = store::kColParties | store::kColTime | store::kColUse | store::kColLine |
                      store::kColForwarded | store::kColPositions;
    // Cells and networks share their list of texts, so it is unpacked only where it must be.
    if (segment.has_authorization()) wanted |= store::kColAuthorization;
    // Open material has no targets that a handset could lead to.
    if (segment.has_authorization() || !info.authorization.empty()) wanted |= store::kColDevices;
    PALERMO_TRY(const store::CallColumns columns, store::unpack_segment(segment, wanted));
    const std::uint32_t of_source = origin_of(info.number, info.authorization);
    std::vector<std::uint32_t> of_text(columns.texts.size() + 1, kNone);
    // Looked up once for each identifier and in ascending order: a row's ranks are found in cache.
    std::vector<std::uint32_t> ranks(columns.dictionary.size() + 1, kNone);
    for (std::size_t i = 0; i < columns.dictionary.size(); ++i)
      ranks[i + 1] = shared_->names->rank(columns.dictionary[i]);
    std::vector<char> met(ranks.size(), 0);
    const LoadOptions& options = *shared_->options;
    const std::vector<std::uint32_t>* repeats = shared_->repeated.repeats_of(segment.source_id());
    for (std::size_t row = 0; row < columns.records; ++row) {
      const std::int64_t at_us = columns.started_at_us[row];
      if (options.from_us && at_us < *options.from_us) continue;
      if (options.to_us && at_us > *options.to_us) continue;
      coverage.add(info.number, day_of(at_us));
      if (repeats != nullptr &&
          std::binary_search(repeats->begin(), repeats->end(), columns.line[row]))
        continue;
      const auto kind = static_cast<v1::CallKind>(columns.kind[row]);
      if (columns.a[row] == 0 || columns.b[row] == 0 || kind == v1::LOCATION || kind == v1::DATA) {
        ++one_party;
        continue;
      }
      const std::uint32_t text = store::CallColumns::at(columns.authorization, row);
      std::uint32_t origin = of_source;
      if (text != 0 && text < of_text.size()) {
        if (of_text[text] == kNone) of_text[text] = origin_of(info.number, columns.texts[text - 1]);
        origin = of_text[text];
      }
      const unsigned flags = columns.flags[row];
      const auto has = [flags](v1::CallFlag flag) {
        return (flags & static_cast<unsigned>(flag)) != 0;
      };
      const std::int32_t duration_s = columns.duration_s[row];
      const bool talked = kind == v1::CALL && duration_s > 0 && !has(v1::NOT_ANSWERED) &&
                          !has(v1::DURATION_ABSENT) && !has(v1::NEGATIVE_DURATION);
      CallSum call{};
      call.a = ranks[columns.a[row]];
      call.b = ranks[columns.b[row]];
      if (call.a == kNone || call.b == kNone)
        return core::Error{
            core::ErrorCode::Integrity,
            fmt::format(
                "identifier {} is not in the case",
                columns.dictionary[(call.a == kNone ? columns.a[row] : columns.b[row]) - 1]),
            std::nullopt, "run `palermo audit verify`", "DANGLING_IDENTIFIER"};
      call.set_time(at_us);
      call.talk = talked ? static_cast<std::uint32_t>(duration_s) : 0;
      // Who answered a forwarded call is not the party that was called.
      if (talked && !has(v1::FORWARDED) && store::CallColumns::at(columns.forwarded_to, row) == 0)
        call.talk |= CallSum::kSpoke;
      call.line = columns.line[row];
      call.origin = origin;
      parts.push(call);
      met[columns.a[row]] = met[columns.b[row]] = 1;
      if ((wanted & store::kColDevices) != 0) {
        const std::uint32_t owner = has(v1::OWNER_IS_B) ? call.b : call.a;
        for (const auto* device : {&columns.imei, &columns.imsi}) {
          const std::uint32_t position = store::CallColumns::at(*device, row);
          if (position != 0) see(owner, origin, columns.dictionary[position - 1]);
        }
      }
      ++records;
    }
    for (std::size_t i = 1; i < ranks.size(); ++i)
      if (met[i] != 0) used[ranks[i]] = 1;
    return core::ok();
  }

  void see(std::uint32_t owner, std::uint32_t origin, std::uint32_t identifier) {
    while (seen_.size() <= origin) seen_.emplace_back();
    const auto fresh = static_cast<std::uint32_t>(devices.size());
    if (seen_[origin].at(owner, identifier, fresh) != fresh) return;
    devices.push_back({origin, owner, identifier});
  }

  Shared* shared_;
  std::vector<PairMap> seen_;  // by origin
};

}  // namespace

core::Result<CallTies> read_calls(
    store::Database& db, const LoadOptions& options, std::optional<std::int64_t> before_leaf,
    const Names& names, const Sources& sources,
    const std::function<std::uint32_t(std::string_view)>& authorization) {
  CallTies out;
  store::SegmentQuery query;
  query.from_us = options.from_us;
  query.to_us = options.to_us;
  query.before_leaf = before_leaf;
  PALERMO_TRY(const std::vector<std::int64_t> ids, store::segment_ids(db, query));
  out.used.resize(names.ranks());
  if (ids.empty()) return out;
  Shared shared;
  shared.db = &db;
  shared.options = &options;
  shared.names = &names;
  shared.sources = &sources;
  PALERMO_TRY(shared.repeated, store::SharedCalls::load(db, before_leaf));
  const unsigned threads = options.threads != 0 ? options.threads : core::cores();
  const unsigned shift = CallParts::shift_for(names.ranks(), ids.size() * store::kSegmentRecords);
  // Neighbouring segments stay together, so that the stretches joined are the order of ingestion.
  const std::size_t stretches = std::min<std::size_t>(threads, ids.size());
  std::vector<Stretch> stretch;
  stretch.reserve(stretches);
  for (std::size_t i = 0; i < stretches; ++i) stretch.emplace_back(shared, shift);
  core::in_parallel(stretches, threads, [&](std::size_t i) {
    const std::size_t begin = ids.size() * i / stretches;
    const std::size_t end = ids.size() * (i + 1) / stretches;
    stretch[i].run(std::span{ids}.subspan(begin, end - begin));
  });
  PALERMO_CHECK_OK(shared.status);
  // Which thread met which authorization first must not show.
  std::vector<std::string> in_order = shared.authorizations;
  std::sort(in_order.begin(), in_order.end());
  for (const std::string& id : in_order) (void)authorization(id);
  for (CallOrigin& origin : shared.origins)
    origin.authorization = authorization(shared.authorizations[origin.authorization]);
  std::vector<CallParts> taken;
  for (Stretch& one : stretch) {
    for (std::size_t rank = 0; rank < out.used.size(); ++rank)
      if (one.used[rank] != 0) out.used[rank] = true;
    for (SeenDevice device : one.devices) {
      device.authorization = shared.origins[device.authorization].authorization;
      if (device.authorization != 0) out.devices.push_back(device);
    }
    out.records += one.records;
    out.one_party += one.one_party;
    out.coverage.add(one.coverage);
    taken.push_back(std::move(one.parts));
  }
  stretch.clear();
  std::sort(out.devices.begin(), out.devices.end());
  out.devices.erase(std::unique(out.devices.begin(), out.devices.end()), out.devices.end());
  out.sums = CallSums{std::move(taken), shared.origins, options.by_day, threads};
  return out;
}

}  // namespace palermo::network::detail
