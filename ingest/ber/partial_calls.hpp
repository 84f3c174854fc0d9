// One call in several records: an exchange closes a record in the middle of a long call and goes on
// in the next.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace palermo::ingest {

/// A record that has a sequence number.
struct CallPart {
  std::uint64_t number = 0;  // of the record in the file
  std::string call;          // equal for all parts of one call
  std::int64_t sequence = 0;
  bool goes_on = false;  // closed as a partial record
  std::string start;     // instant, ISO 8601 with offset
  std::int64_t duration_s = 0;
  bool answered = false;
  std::string last_cell;
};

/// What the parts of one call add up to.
struct JoinedCall {
  std::vector<std::uint64_t> parts;  // record numbers, in order of the call
  std::int64_t duration_s = 0;
  bool answered = false;
  std::string last_cell;  // of the last part that names one
  bool begins_late = false;
  bool open_end = false;
};

/// Joins parts. Two follow each other when they are of one call, their sequence numbers follow, the
/// first was closed as partial, and the second begins with the end of the first (within two
/// minutes) or names the same beginning. What does not fit stays a record of its own.
///
/// Each part's duration is its own and not the sum so far (3GPP TS 32.250, call duration), so
/// durations are added.
class PartialCalls {
 public:
  void add(CallPart part) { parts_.push_back(std::move(part)); }
  /// Once, after the last add.
  void join();

  /// The call whose first part is this record; null for a record that stands alone.
  [[nodiscard]] const JoinedCall* first_part(std::uint64_t number) const;
  /// The first part of the call into which this record went; nullopt when it went into none.
  [[nodiscard]] std::optional<std::uint64_t> joined_into(std::uint64_t number) const;
  [[nodiscard]] const std::map<std::uint64_t, JoinedCall>& calls() const { return calls_; }
  /// Records closed as partial whose next part was not found.
  [[nodiscard]] std::uint64_t open_ends() const { return open_ends_; }
  /// Records in the middle of a call whose part before was not found.
  [[nodiscard]] std::uint64_t late_beginnings() const { return late_beginnings_; }

 private:
  std::vector<CallPart> parts_;
  std::map<std::uint64_t, JoinedCall> calls_;         // by their first part; two parts or more
  std::map<std::uint64_t, std::uint64_t> followers_;  // part to first part
  std::uint64_t open_ends_ = 0;
  std::uint64_t late_beginnings_ = 0;
};

}  // namespace palermo::ingest
