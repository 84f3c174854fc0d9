#include "core/ledger/clock.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <utility>

#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/ledger/canonical.hpp"

namespace palermo::ledger {
namespace {

constexpr std::int64_t kRunTolerance_us = core::kUsPerMinute;
constexpr std::int64_t kDriftParts = 2000;  // 500 in a million: what a poor quartz may lose

/// What the clock showed at an entry: `recorded_at` never goes back, the clock may.
std::optional<std::int64_t> shown_at(const v1::LedgerEntry& entry) {
  const auto at =
      core::parse_instant(entry.occurred_at().empty() ? entry.recorded_at() : entry.occurred_at());
  return at ? std::optional{at->us} : std::nullopt;
}

v1::ClockJump jump(std::int64_t expected_us, std::int64_t shown_us) {
  v1::ClockJump made;
  made.set_direction(shown_us < expected_us ? "back" : "forward");
  made.set_expected_at(core::format_utc_us(expected_us));
  made.set_shown_at(core::format_utc_us(shown_us));
  made.set_by_us(static_cast<std::uint64_t>(std::abs(shown_us - expected_us)));
  return made;
}

/// The note of an entry about time, read as what its id says it is.
template <typename Message>
std::optional<Message> note_of(const v1::LedgerEntry& entry, std::string_view id) {
  if (!entry.has_heartbeat() || entry.id() != id) return std::nullopt;
  Message message;
  const auto json = core::parse_json(entry.heartbeat().note());
  if (!json || !core::fill_message(*json, message)) return std::nullopt;
  return message;
}

core::Status set_note(v1::LedgerEntry& entry, const google::protobuf::Message& message) {
  PALERMO_TRY(*entry.mutable_heartbeat()->mutable_note(), canonical_json(message));
  return core::ok();
}

}  // namespace

std::optional<v1::HeartbeatNote> heartbeat_of(const v1::LedgerEntry& entry) {
  return note_of<v1::HeartbeatNote>(entry, kHeartbeatId);
}

std::optional<v1::ClockJump> clock_jump_of(const v1::LedgerEntry& entry) {
  return note_of<v1::ClockJump>(entry, kClockId);
}

v1::LedgerEntry heartbeat_entry(std::string why) {
  v1::HeartbeatNote note;
  note.set_why(std::move(why));
  v1::LedgerEntry entry;
  entry.set_id(std::string{kHeartbeatId});
  // Words of this program: they have a canonical form.
  entry.mutable_heartbeat()->set_note(canonical_json(note).ok() ? *canonical_json(note) : "{}");
  return entry;
}

core::Status stamp_heartbeat(v1::LedgerEntry& entry, std::string_view salt) {
  v1::HeartbeatNote note = heartbeat_of(entry).value_or(v1::HeartbeatNote{});
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string boot;
  timespec running{};
  // A system that tells neither gives a heartbeat that is compared with no other.
  if (std::getline(file, boot) && clock_gettime(CLOCK_BOOTTIME, &running) == 0) {
    const core::Digest digest = core::sha256(fmt::format("palermo/boot/v1\n{}\n{}", salt, boot));
    note.set_boot(core::to_hex(core::bytes_of(digest)).substr(0, 16));
    note.set_running_us(static_cast<std::uint64_t>(running.tv_sec) * core::kUsPerSecond +
                        static_cast<std::uint64_t>(running.tv_nsec) / 1000);
  }
  return set_note(entry, note);
}

core::Result<v1::LedgerEntry> clock_jump_entry(const v1::ClockJump& jump) {
  v1::LedgerEntry entry;
  entry.set_id(std::string{kClockId});
  PALERMO_CHECK_OK(set_note(entry, jump));
  return entry;
}

std::optional<v1::ClockJump> jump_between(const v1::LedgerEntry& before,
                                          const v1::LedgerEntry& after) {
  const auto x = heartbeat_of(before);
  const auto y = heartbeat_of(after);
  if (!x || !y || x->boot().empty() || x->boot() != y->boot() || y->running_us() < x->running_us())
    return std::nullopt;
  const auto from = shown_at(before);
  const auto to = shown_at(after);
  const std::uint64_t ran_us = y->running_us() - x->running_us();
  // A made-up running time must not overflow what is computed from it.
  if (!from || !to || ran_us > static_cast<std::uint64_t>(10'000 * core::kUsPerDay))
    return std::nullopt;
  const auto ran = static_cast<std::int64_t>(ran_us);
  if (std::abs(*to - *from - ran) <= kRunTolerance_us + ran / kDriftParts) return std::nullopt;
  return jump(*from + ran, *to);
}

v1::ClockJump jump_back(std::int64_t last_us, std::int64_t shown_us) {
  return jump(last_us, shown_us);
}

std::optional<std::string> late_mark(std::int64_t occurred_us, std::int64_t recorded_us,
                                     std::optional<std::int64_t> witnessed_us) {
  const std::int64_t days = (recorded_us - occurred_us) / core::kUsPerDay;
  if (recorded_us - occurred_us > kLateAfter_us)
    return fmt::format("entered {} days after it happened; no reason was given", days);
  if (witnessed_us && occurred_us + kClockTolerance_us < *witnessed_us)
    return std::string{"entered after a witness had seen the log; no reason was given"};
  return std::nullopt;
}

std::optional<std::int64_t> witnessed_at(const v1::LedgerEntry& entry) {
  if (!entry.has_review()) return std::nullopt;
  const std::string& kind = entry.review().kind();
  if (kind != "WITNESS" && kind != "TIMESTAMP") return std::nullopt;
  const auto at = core::parse_instant(entry.occurred_at());
  return at ? std::optional{at->us} : std::nullopt;
}

}  // namespace palermo::ledger
