// Legs that exchanges record: how their words become one row of calls.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/calls/call_adapter.hpp"

namespace palermo::ingest {

/// What an exchange wrote about one leg of a call. Texts are decoded; empty: not given.
struct PbxLeg {
  std::string uuid;
  std::vector<std::string> partners;  // uuids of the legs it was bridged with
  std::string caller;
  std::string dialled;  // the number first called
  std::string reached;  // where the leg ended up; empty or like `dialled`: not forwarded
  std::optional<std::int64_t> start_us;  // UTC microseconds; wins over start_local
  std::string start_local;               // "2031-03-04T08:15[:53]", without a zone
  std::string talk_s;                    // seconds from answer to end
  std::optional<bool> answered;          // by the time of the answer
  std::string cause;                     // why it ended: a name, or a Q.850 number
};

/// Whether a cause says that the call was never answered. Names as FreeSWITCH spells them (with or
/// without the prefix SWITCH_CAUSE_), or numbers of ITU-T Q.850 and the switch's own above 127. An
/// unknown one says nothing.
/// @source  ITU-T Q.850 (10/2018) table 1; release causes of FreeSWITCH
[[nodiscard]] bool cause_of_unanswered(std::string_view cause);

/// "%41" becomes "A"; a plus sign stays.
/// @return nullopt: a percent sign without two hexadecimal digits, or the result is no UTF-8, or
///         holds a NUL
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

/// A wall-clock time as exchanges and spreadsheets write it.
struct Stamp {
  /// Which of the first two numbers of "4/3/2031" is the day.
  enum class Order { YearFirst, DayFirst, MonthFirst };
  int first = 0, second = 0, year = 0;  // year-first texts: first = month, second = day
  bool year_first = true;
  int hour = 0, minute = 0;
  std::optional<int> second_of_minute;

  /// Reads "2031-03-04 08:15:53", "2031/3/4 8:15", "4/3/2031 8:15", "4.3.2031 08:15:53".
  [[nodiscard]] static std::optional<Stamp> read(std::string_view text);
  /// "2031-03-04T08:15[:53]"; empty when there is no such day or hour, or the order is not known.
  [[nodiscard]] std::string text(Order order) const;
};

/// Writes legs as rows and counts what a reader of the case has to know about them.
class PbxLegWriter {
 public:
  explicit PbxLegWriter(CallText& out) : out_{out} {}
  /// One leg becomes one row, or one reject (MISSING_A_NUMBER) when it names neither party.
  void add(std::uint64_t position, const PbxLeg& leg);
  /// Appends the notices.
  void finish();

 private:
  CallText& out_;
  std::set<std::string, std::less<>> uuids_;
  std::map<std::string, std::string, std::less<>> seen_;  // digest of a row -> uuid of its leg
  std::vector<std::vector<std::string>> partners_;        // of legs that name any
  std::uint64_t no_caller_ = 0;
  std::uint64_t alike_ = 0;
  std::uint64_t contradicted_ = 0;
  std::uint64_t offset_unknown_ = 0;
  std::uint64_t forwarded_ = 0;
};

/// Adapters of ingest/calls/call_adapters.cpp.
[[nodiscard]] CallAdapter freeswitch_xml_adapter();
[[nodiscard]] CallAdapter freeswitch_json_adapter();
[[nodiscard]] CallAdapter freeswitch_csv_adapter();
[[nodiscard]] CallAdapter cdr_stats_text_adapter();

}  // namespace palermo::ingest
