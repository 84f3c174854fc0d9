// The calls of a case as events between numbers: what every call-pattern analysis reads.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace palermo::calls {

inline constexpr std::uint32_t kNobody = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::int32_t kNoDuration = -1;

/// One record. Parties, handset and SIM are indexes into Log::parties, kNobody where absent.
struct Event {
  std::int64_t at_us = 0;     // UTC
  std::uint32_t a = kNobody;  // caller, sender
  std::uint32_t b = kNobody;  // called, recipient
  std::uint32_t imei = kNobody;
  std::uint32_t imsi = kNobody;
  std::uint32_t cell = 0;                          // index into Log::cells + 1, 0 = none
  std::int32_t duration_s = kNoDuration;           // absent and negative durations are unknown
  std::int32_t latitude_e7 = 0, longitude_e7 = 0;  // where has_position
  std::uint32_t source = 0;                        // index into Log::sources
  std::uint32_t line = 0;           // of the source's file; with `named`, index into Log::names
  std::uint32_t authorization = 0;  // index into Log::authorizations
  std::int16_t offset_min = 0;      // local time = UTC + offset, where zone_known
  std::uint8_t kind = 0;            // v1::CallKind; a chat message counts as SMS
  bool named = false;
  bool zone_known = false;
  bool missed = false;       // the record says that nobody answered
  bool minute_only = false;  // the source gives no seconds
  bool has_position = false;
  bool of_b = false;  // handset, SIM and cell are those of b
  bool twin = false;  // the other side's record of a call that stands in the log already

  /// Whose handset, SIM and cell the record names.
  [[nodiscard]] std::uint32_t owner() const { return of_b ? b : a; }
  /// A contact between two: neither a location nor data use, nor a call counted already.
  [[nodiscard]] bool is_contact() const;
  [[nodiscard]] bool is_call() const;
  [[nodiscard]] bool has(std::uint32_t party) const { return a == party || b == party; }
  [[nodiscard]] std::int64_t end_us() const;
};

/// An identifier of the case that a record names.
struct Party {
  std::int64_t id = 0;  // in the case
  std::string name;     // its value, "kind:value" where the case holds the value under two kinds
  std::string kind;
};

struct SourceInfo {
  std::string id;    // SRC-1
  std::string zone;  // rule that made its times UTC
};

/// Several numbers taken for one user, because the analyst says so.
struct Same {
  std::string name;      // the one that stands for all
  std::string replaced;  // the one that is read as it
};

struct Log {
  std::vector<Event> events;  // by time, source, line
  std::vector<Party> parties;
  std::vector<std::string> cells;
  std::vector<SourceInfo> sources;
  std::vector<std::string> names;               // ids of records that a line alone does not name
  std::vector<std::string> authorizations{""};  // entry 0: open material
  std::string zone;                             // how local time is known, in words
  std::vector<std::string> notices;
  std::uint64_t used = 0;
  std::uint64_t quarantined = 0;
  std::vector<std::pair<std::string, std::uint64_t>> quarantine_reasons;
  std::optional<std::int64_t> from_us, to_us;

  [[nodiscard]] std::string record(const Event& event) const;
  [[nodiscard]] const std::string& name_of(std::uint32_t party) const {
    return parties[party].name;
  }
  /// Index of the party with this name.
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const;
};

struct LoadOptions {
  std::optional<std::int64_t> from_us;  // both ends belong to the period
  std::optional<std::int64_t> to_us;
  bool intercepts = false;  // sessions of voice and messages, beside the call records
  bool messages = false;    // messages with named recipients
  std::string zone;         // IANA name or offset; empty: each record's own
};

/// Reads the call records (and, when asked, intercepts and messages) of a case. Intercepts are left
/// out unless asked for because a session is mostly the content of a call that stands among the
/// call records too.
///
/// A call that two sources recorded, one from each side (same parties and kind, starts at most 10 s
/// apart, or in the same minute where a source gives no seconds), is one contact; the second record
/// is marked `twin` and keeps its handset, SIM and cell.
///
/// Local time is that of `zone`; without one, each record's own offset. A record written in UTC
/// says nothing of local time.
/// @error InvalidArgument  no such zone. Integrity  a segment or record does not hold
/// @cost about 100 ns a call
[[nodiscard]] core::Result<Log> load(store::Database& db, const LoadOptions& options);

/// Sorts, marks twins. For logs built by hand.
void put_in_order(Log& log);

/// Reads one number as another. @error NotFound  a number is not in the log
[[nodiscard]] core::Status merge(Log& log, const std::vector<Same>& same);

/// Keeps the events that `may` allows. @return contacts left out
std::uint64_t keep(Log& log, const std::function<bool(const Event&)>& may);

/// Local wall-clock microseconds; absent where the zone is not known.
[[nodiscard]] std::optional<std::int64_t> local_us(const Event& event);

/// Floor division: day number of a microsecond count, also before 1970.
[[nodiscard]] std::int64_t day_of(std::int64_t us);

/// Offset in minutes that a zone has at a UTC instant.
class ZoneClock {
 public:
  /// @error InvalidArgument  no such zone
  [[nodiscard]] static core::Result<ZoneClock> make(std::string_view name);
  ZoneClock(ZoneClock&&) noexcept;
  ZoneClock& operator=(ZoneClock&&) noexcept;
  ~ZoneClock();
  [[nodiscard]] std::int16_t offset_min(std::int64_t us);

 private:
  struct State;
  explicit ZoneClock(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace palermo::calls
