#include "analysis/calls/events.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/stopwatch.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/record_store.hpp"
#include "core/store/segment_store.hpp"
#include "core/store/source_id.hpp"
#include "ingest/identifiers.hpp"
#include "ingest/messages/party.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::calls {
namespace {

constexpr std::int64_t kTwinUs = 10 * core::kUsPerSecond;

core::Error altered(const std::string& what, const char* reason) {
  return core::Error{core::ErrorCode::Integrity, what, std::nullopt, "run `palermo audit verify`",
                     reason};
}

class Loader {
 public:
  Loader(store::Database& db, const LoadOptions& options) : db_{&db}, options_{&options} {}

  core::Result<Log> run() {
    log_.from_us = options_->from_us;
    log_.to_us = options_->to_us;
    if (!options_->zone.empty()) {
      PALERMO_TRY(ZoneClock clock, ZoneClock::make(options_->zone));
      clock_.emplace(std::move(clock));
    }
    PALERMO_CHECK_OK(read_sources());
    PALERMO_TRY(const std::vector<store::StoredIdentifier> all, store::all_identifiers(*db_));
    for (const store::StoredIdentifier& stored : all) {
      ++values_[stored.identifier.value];
      by_key_.emplace(std::pair{stored.identifier.kind, stored.identifier.value}, stored.id);
    }
    PALERMO_CHECK_OK(read_calls());
    PALERMO_CHECK_OK(read_kind("message"));
    if (options_->intercepts) PALERMO_CHECK_OK(read_kind("intercept"));
    std::unordered_map<std::int64_t, const store::ObservedIdentifier*> known;
    for (const store::StoredIdentifier& stored : all) known.emplace(stored.id, &stored.identifier);
    for (Party& party : log_.parties) {
      const auto found = known.find(party.id);
      if (found == known.end())
        return altered(fmt::format("identifier {} is not in the case", party.id),
                       "DANGLING_IDENTIFIER");
      party.kind = found->second->kind;
      const std::string& value = found->second->value;
      party.name = values_[value] > 1 ? party.kind + ":" + value : value;
    }
    put_in_order(log_);
    PALERMO_CHECK_OK(read_quarantine());
    say_what_was_read();
    return std::move(log_);
  }

 private:
  core::Status read_sources() {
    PALERMO_TRY(store::Statement query,
                db_->prepare(fmt::format("SELECT id, payload FROM source ORDER BY {}",
                                         store::kSourceOrder)));
    while (true) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) return core::ok();
      v1::Source source;
      const std::string_view payload = query.blob(1);
      if (!source.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
        return altered(fmt::format("source {} cannot be read", query.text(0)), "ALTERED");
      source_of_.emplace(std::string{query.text(0)},
                         static_cast<std::uint32_t>(log_.sources.size()));
      log_.sources.push_back({std::string{query.text(0)}, source.timezone()});
      authorization_of_.push_back(source.authorization_id());
      country_of_.push_back(source.country());
    }
  }

  std::uint32_t party(std::int64_t identifier) {
    if (identifier == 0) return kNobody;
    const auto id = static_cast<std::size_t>(identifier);
    if (id >= party_of_.size()) party_of_.resize(id + id / 2 + 16, kNobody);
    if (party_of_[id] == kNobody) {
      party_of_[id] = static_cast<std::uint32_t>(log_.parties.size());
      log_.parties.push_back({identifier, {}, {}});
    }
    return party_of_[id];
  }

  std::uint32_t authorization(std::string_view id) {
    auto& known = log_.authorizations;
    const auto found = std::find(known.begin(), known.end(), id);
    if (found != known.end()) return static_cast<std::uint32_t>(found - known.begin());
    known.emplace_back(id);
    return static_cast<std::uint32_t>(known.size() - 1);
  }

  void put_zone(Event& event) {
    if (clock_) {
      event.offset_min = clock_->offset_min(event.at_us);
      event.zone_known = true;
      return;
    }
    const std::string& rule = log_.sources[event.source].zone;
    const bool by_place = rule.find('/') != std::string::npos;  // an IANA zone of a place
    event.zone_known = event.offset_min != 0 || by_place;
  }

  [[nodiscard]] bool in_period(std::int64_t us) const {
    return !(options_->from_us && us < *options_->from_us) &&
           !(options_->to_us && us > *options_->to_us);
  }

  core::Status read_calls() {
    store::SegmentQuery query;
    query.from_us = options_->from_us;
    query.to_us = options_->to_us;
    return store::for_each_segment(
        *db_, query, [this](const store::CallColumns& columns) { return add_calls(columns); });
  }

  core::Status add_calls(const store::CallColumns& c) {
    const auto source = source_of_.find(c.source_id);
    if (source == source_of_.end())
      return altered(fmt::format("a call segment names {}, which is not in the case",
                                 core::printable(c.source_id, 40)),
                     "DANGLING_SOURCE");
    const std::uint32_t of_source = authorization(authorization_of_[source->second]);
    std::vector<std::uint32_t> cell_of(c.texts.size() + 1, kNobody);
    std::vector<std::uint32_t> authorization_of(c.texts.size() + 1, kNobody);
    for (std::size_t row = 0; row < c.records; ++row) {
      if (!in_period(c.started_at_us[row])) continue;
      const unsigned flags = c.flags[row];
      const auto has = [flags](v1::CallFlag flag) {
        return (flags & static_cast<unsigned>(flag)) != 0;
      };
      Event event;
      event.at_us = c.started_at_us[row];
      event.offset_min = c.utc_offset_min[row];
      event.kind = c.kind[row];
      event.source = source->second;
      event.line = c.line[row];
      event.a = party(c.a[row]);
      event.b = party(c.b[row]);
      event.imei = party(store::CallColumns::at(c.imei, row));
      event.imsi = party(store::CallColumns::at(c.imsi, row));
      event.of_b = has(v1::OWNER_IS_B);
      event.missed = has(v1::NOT_ANSWERED);
      event.minute_only = has(v1::MINUTE_PRECISION);
      if (!has(v1::DURATION_ABSENT) && !has(v1::NEGATIVE_DURATION))
        event.duration_s = std::max(c.duration_s[row], 0);
      negative_ += has(v1::NEGATIVE_DURATION) ? 1 : 0;
      if (has(v1::HAS_POSITION)) {
        event.has_position = true;
        event.latitude_e7 = store::CallColumns::at(c.latitude_e7, row);
        event.longitude_e7 = store::CallColumns::at(c.longitude_e7, row);
      }
      std::uint32_t text = store::CallColumns::at(c.cell, row);
      if (text == 0) text = store::CallColumns::at(c.last_cell, row);
      if (text != 0 && text < cell_of.size()) {
        if (cell_of[text] == kNobody) cell_of[text] = cell(c.texts[text - 1]);
        event.cell = cell_of[text];
      }
      const std::uint32_t own = store::CallColumns::at(c.authorization, row);
      event.authorization = of_source;
      if (own != 0 && own < authorization_of.size()) {
        if (authorization_of[own] == kNobody)
          authorization_of[own] = authorization(c.texts[own - 1]);
        event.authorization = authorization_of[own];
      }
      put_zone(event);
      log_.events.push_back(event);
    }
    return core::ok();
  }

  std::uint32_t cell(const std::string& text) {
    const auto [at, fresh] =
        cells_.emplace(text, static_cast<std::uint32_t>(log_.cells.size() + 1));
    if (fresh) log_.cells.push_back(text);
    return at->second;
  }

  core::Status read_kind(const char* kind) {
    store::RecordQuery query;
    query.kind = kind;
    return store::for_each_record(
        *db_, query, [this](store::StoredRecord& stored) { return add_record(stored); });
  }

  core::Status add_record(const store::StoredRecord& stored) {
    const v1::Record& record = stored.record;
    const bool noted_call = record.has_message() && record.message().kind() == v1::Message::call &&
                            !record.message().recipients().empty();
    if (record.has_message() && !noted_call) {
      if (!options_->messages) {
        ++messages_not_read_;
        return core::ok();
      }
      if (!ingest::ties_sender(record.message()) || record.message().recipients().empty())
        return core::ok();
    }
    const auto source = source_of_.find(record.source_id());
    if (source == source_of_.end())
      return altered(fmt::format("record {} names a source that is not in the case",
                                 core::printable(record.record_id(), 40)),
                     "DANGLING_SOURCE");
    const std::string& at =
        record.has_message() ? (record.message().sent_at().empty() ? record.message().received_at()
                                                                   : record.message().sent_at())
                             : record.intercept().start();
    const core::Result<core::Instant> instant = core::parse_instant(at);
    if (!instant) {
      ++without_time_;
      return core::ok();
    }
    if (!in_period(instant->us)) return core::ok();
    Event event;
    event.at_us = instant->us;
    event.offset_min = static_cast<std::int16_t>(instant->utc_offset_min);
    event.source = source->second;
    event.named = true;
    event.line = static_cast<std::uint32_t>(log_.names.size());
    const std::string& own = record.authorization_id();
    event.authorization = authorization(own.empty() ? authorization_of_[event.source] : own);
    put_zone(event);
    log_.names.push_back(record.record_id());
    if (record.has_message()) {
      const v1::Message& message = record.message();
      event.kind = noted_call ? v1::CALL : v1::SMS;
      if (message.has_duration_s() && noted_call)
        event.duration_s =
            static_cast<std::int32_t>(std::max<std::int64_t>(message.duration_s(), 0));
      event.a = read(message, message.sender(), event.source);
      std::set<std::uint32_t> seen{event.a};
      for (const std::string& recipient : message.recipients()) {
        event.b = read(message, recipient, event.source);
        if (event.b != kNobody && event.a != kNobody && seen.insert(event.b).second)
          log_.events.push_back(event);
      }
      return core::ok();
    }
    using Session = v1::InterceptSession;
    const Session& session = record.intercept();
    if (session.kind() == Session::room) return core::ok();
    event.kind = session.kind() == Session::voice  ? v1::CALL
                 : session.kind() == Session::data ? v1::DATA
                                                   : v1::SMS;
    if (event.kind == v1::CALL && stored.to_us && *stored.to_us >= event.at_us)
      event.duration_s =
          static_cast<std::int32_t>((*stored.to_us - event.at_us) / core::kUsPerSecond);
    const std::uint32_t line = read(session.line(), event.source);
    const bool incoming = session.direction() == Session::in;
    event.of_b = incoming;
    std::set<std::uint32_t> seen{line};
    for (const std::string& text : session.parties()) {
      const std::uint32_t party = read(text, event.source);
      if (line == kNobody || party == kNobody || !seen.insert(party).second) continue;
      event.a = incoming ? party : line;
      event.b = incoming ? line : party;
      log_.events.push_back(event);
    }
    return core::ok();
  }

  std::uint32_t read(const v1::Message& message, const std::string& text, std::uint32_t source) {
    return text.empty() ? kNobody
                        : of_observed(ingest::read_party(message, text, country_of_[source]));
  }

  std::uint32_t read(const std::string& text, std::uint32_t source) {
    return text.empty() ? kNobody : of_observed(ingest::read_identifier(text, country_of_[source]));
  }

  std::uint32_t of_observed(const store::ObservedIdentifier& observed) {
    const auto found = by_key_.find({observed.kind, observed.value});
    if (found == by_key_.end()) {
      ++not_matched_;
      return kNobody;
    }
    return party(found->second);
  }

  core::Status read_quarantine() {
    PALERMO_TRY(store::Statement query,
                db_->prepare("SELECT reason, sum(count) FROM quarantine WHERE status = 'held' "
                             "GROUP BY reason ORDER BY sum(count) DESC, reason"));
    while (true) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) return core::ok();
      const auto count = static_cast<std::uint64_t>(query.integer(1));
      log_.quarantined += count;
      log_.quarantine_reasons.emplace_back(std::string{query.text(0)}, count);
    }
  }

  void say_what_was_read() {
    log_.used = log_.events.size();
    std::set<std::string> rules;
    std::size_t unknown = 0;
    for (const Event& event : log_.events) {
      if (!event.zone_known) ++unknown;
      if (rules.size() < 20) rules.insert(log_.sources[event.source].zone);
    }
    if (clock_) {
      log_.zone = options_->zone + " (--zone)";
    } else {
      log_.zone = "each record's own";
      std::string list;
      for (const std::string& rule : rules)
        if (!rule.empty()) list += (list.empty() ? "" : ", ") + core::printable(rule, 40);
      if (!list.empty()) log_.zone += " (" + list + ")";
      if (unknown > 0)
        log_.zone += fmt::format(
            "; {} records are written in UTC, which says nothing of local time: --zone states one",
            unknown);
    }
    const auto note = [this](std::uint64_t count, const char* text) {
      if (count > 0) log_.notices.push_back(fmt::format("{} {}", count, text));
    };
    std::uint64_t twins = 0, one_party = 0;
    for (const Event& event : log_.events) {
      twins += event.twin ? 1 : 0;
      one_party += event.a == kNobody || event.b == kNobody ? 1 : 0;
    }
    note(twins, "calls are recorded from both sides and counted once");
    note(one_party, "records name one party only (locations, data use): no contact");
    note(negative_, "records have a negative duration, which counts as unknown");
    note(without_time_, "records carry no readable time and are left out");
    note(not_matched_, "names in messages or intercepts could not be matched and are left out");
    if (messages_not_read_ > 0)
      note(messages_not_read_, "messages of chats are not read; --with messages reads them");
  }

  store::Database* db_;
  const LoadOptions* options_;
  Log log_;
  std::optional<ZoneClock> clock_;
  std::map<std::string, std::uint32_t> source_of_;
  std::vector<std::string> authorization_of_, country_of_;  // by source
  std::vector<std::uint32_t> party_of_;                     // by identifier id
  std::unordered_map<std::string, std::uint32_t> cells_;
  std::map<std::string, std::uint32_t> values_;
  std::map<std::pair<std::string, std::string>, std::int64_t> by_key_;
  std::uint64_t negative_ = 0;
  std::uint64_t without_time_ = 0;
  std::uint64_t not_matched_ = 0;
  std::uint64_t messages_not_read_ = 0;
};

}  // namespace

bool Event::is_contact() const {
  return a != kNobody && b != kNobody && a != b && !twin && kind != v1::LOCATION &&
         kind != v1::DATA;
}

bool Event::is_call() const { return kind == v1::CALL; }

std::int64_t Event::end_us() const {
  return at_us + (duration_s > 0 ? duration_s * core::kUsPerSecond : 0);
}

std::string Log::record(const Event& event) const {
  if (event.named) return event.line < names.size() ? names[event.line] : "?";
  return (event.source < sources.size() ? sources[event.source].id : std::string{"?"}) + ":" +
         std::to_string(event.line);
}

std::optional<std::uint32_t> Log::find(std::string_view name) const {
  for (std::uint32_t p = 0; p < parties.size(); ++p)
    if (parties[p].name == name) return p;
  return std::nullopt;
}

core::Result<Log> load(store::Database& db, const LoadOptions& options) {
  const spdlog::stopwatch watch;
  PALERMO_TRY(Log log, (Loader{db, options}.run()));
  core::log(core::Room::Analysis)
      .info("{:.3f} s: {} call events of {} identifiers read", watch.elapsed().count(),
            log.events.size(), log.parties.size());
  return log;
}

void put_in_order(Log& log) {
  std::sort(log.events.begin(), log.events.end(), [](const Event& x, const Event& y) {
    return std::tie(x.at_us, x.source, x.named, x.line, x.a, x.b) <
           std::tie(y.at_us, y.source, y.named, y.line, y.a, y.b);
  });
  // The same call from the other side: another source, same parties and kind, about the same time.
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint8_t>, std::vector<std::size_t>> open;
  if (log.sources.size() < 2) return;
  for (std::size_t i = 0; i < log.events.size(); ++i) {
    Event& event = log.events[i];
    if (event.a == kNobody || event.b == kNobody || event.named) continue;
    std::vector<std::size_t>& recent = open[{event.a, event.b, event.kind}];
    recent.erase(std::remove_if(recent.begin(), recent.end(),
                                [&](std::size_t other) {
                                  return event.at_us - log.events[other].at_us >
                                         core::kUsPerMinute + kTwinUs;
                                }),
                 recent.end());
    const auto same = std::find_if(recent.begin(), recent.end(), [&](std::size_t index) {
      const Event& other = log.events[index];
      const std::int64_t apart = event.at_us - other.at_us;
      return other.source != event.source &&
             (apart <= kTwinUs ||
              ((event.minute_only || other.minute_only) &&
               event.at_us / core::kUsPerMinute == other.at_us / core::kUsPerMinute));
    });
    if (same != recent.end()) {
      event.twin = true;
      recent.erase(same);
    } else {
      recent.push_back(i);
    }
  }
}

core::Status merge(Log& log, const std::vector<Same>& same) {
  std::vector<std::uint32_t> to(log.parties.size());
  for (std::uint32_t p = 0; p < to.size(); ++p) to[p] = p;
  for (const Same& pair : same) {
    const auto name = log.find(pair.name);
    const auto replaced = log.find(pair.replaced);
    for (const auto& [found, text] :
         {std::pair{name, pair.name}, std::pair{replaced, pair.replaced}})
      if (!found)
        return core::Error{
            core::ErrorCode::NotFound,
            fmt::format("no record of this selection names \"{}\"", core::printable(text, 60)),
            std::nullopt, "--same takes two identifiers of the case, e.g. A=B"};
    const std::uint32_t old = to[*replaced];
    for (std::uint32_t& p : to)
      if (p == old) p = to[*name];
  }
  for (Event& event : log.events) {
    if (event.a != kNobody) event.a = to[event.a];
    if (event.b != kNobody) event.b = to[event.b];
  }
  return core::ok();
}

std::uint64_t keep(Log& log, const std::function<bool(const Event&)>& may) {
  std::uint64_t left_out = 0;
  log.events.erase(std::remove_if(log.events.begin(), log.events.end(),
                                  [&](const Event& event) {
                                    if (event.a == kNobody || event.b == kNobody || may(event))
                                      return false;
                                    ++left_out;
                                    return true;
                                  }),
                   log.events.end());
  return left_out;
}

std::optional<std::int64_t> local_us(const Event& event) {
  if (!event.zone_known) return std::nullopt;
  return event.at_us + event.offset_min * core::kUsPerMinute;
}

std::int64_t day_of(std::int64_t us) {
  return us >= 0 ? us / core::kUsPerDay : -((-us + core::kUsPerDay - 1) / core::kUsPerDay);
}

struct ZoneClock::State {
  core::TimeZone zone;
  std::map<std::int64_t, std::int16_t> known;  // by quarter of an hour
};

ZoneClock::ZoneClock(std::unique_ptr<State> state) : state_{std::move(state)} {}
ZoneClock::ZoneClock(ZoneClock&&) noexcept = default;
ZoneClock& ZoneClock::operator=(ZoneClock&&) noexcept = default;
ZoneClock::~ZoneClock() = default;

core::Result<ZoneClock> ZoneClock::make(std::string_view name) {
  PALERMO_TRY(core::TimeZone zone, core::TimeZone::find(name));
  return ZoneClock{std::make_unique<State>(State{std::move(zone), {}})};
}

std::int16_t ZoneClock::offset_min(std::int64_t us) {
  const std::int64_t quarter = us / (15 * core::kUsPerMinute) - (us < 0 ? 1 : 0);
  if (const auto found = state_->known.find(quarter); found != state_->known.end())
    return found->second;
  // The rule goes from local time to UTC; near a clock change two offsets are possible, and the one
  // that leads back to the instant is right. In the hour that exists twice the rule takes the first
  // reading, so an instant that neither leads to is in the second.
  const auto around = [&](std::int64_t days) {
    return state_->zone.to_utc(us + days * core::kUsPerDay).instant.utc_offset_min;
  };
  const std::int32_t before = around(-1), after = around(1);
  std::int32_t offset = after;
  if (before != after) {
    const core::ZonedTime back = state_->zone.to_utc(us + before * core::kUsPerMinute);
    if (back.instant.us == us && back.kind != core::LocalTimeKind::Nonexistent) offset = before;
  }
  return state_->known[quarter] = static_cast<std::int16_t>(offset);
}

}  // namespace palermo::calls
