// Chats as text: lines that begin with a date, and what follows them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/messages/messages.hpp"

namespace palermo::ingest::detail {

/// The date and time a line begins with, before anybody knows which number is the month.
struct ChatHeader {
  std::array<int, 3> date{};            // in the order of the text
  std::array<std::size_t, 3> digits{};  // of each; a year has 2 or 4
  char separator = '/';                 // of the date: - / .
  int hour = 0, minute = 0;
  int second = -1;        // -1: not written
  char half_of_day = 0;   // a, p; 0: 24 hours
  bool bracket = false;   // [date, time] text, else date, time - text
  bool comma = false;     // between date and time
  std::string_view rest;  // behind bracket or hyphen

  /// Whether both were written by one layout.
  [[nodiscard]] bool same_layout(const ChatHeader& other) const {
    return separator == other.separator && bracket == other.bracket && comma == other.comma &&
           (second < 0) == (other.second < 0) && (half_of_day == 0) == (other.half_of_day == 0) &&
           (digits[0] == 4) == (other.digits[0] == 4) && (digits[2] == 4) == (other.digits[2] == 4);
  }
};

/// nullopt where the line begins otherwise: it continues the message before it.
[[nodiscard]] std::optional<ChatHeader> read_chat_header(std::string_view line);

struct ChatEntry {
  std::uint32_t line = 0;  // of the header
  ChatHeader header;
  std::string text;  // behind the header, with the lines that continue it, joined by LF
};

struct ChatText {
  std::vector<ChatEntry> entries;
  std::vector<std::uint32_t> orphans;  // first lines of text that stands before any header
  std::uint32_t other_layout = 0;      // lines with a header of another layout, kept as text
};

/// Cuts a text. The first header sets the layout: a header of another layout inside is quoted text.
/// Blank lines at the end of the last message are cut.
[[nodiscard]] ChatText split_chat(std::string_view text);

struct DecidedOrder {
  DateOrder order = DateOrder::FromValues;
  std::string because;  // "only so is every date a day"
};

/// Which number is the day, the month and the year, over all entries: first what makes every date a
/// day that exists (of this century, not before `first_year`), then what makes dates run forward, a
/// day back allowed. Dates that no order makes a day do not count.
/// @error BadInput  several orders are left, or none; names the orders to choose from
[[nodiscard]] core::Result<DecidedOrder> decide_order(const std::vector<ChatEntry>& entries,
                                                      int first_year);

/// "2019-01-20T11:25" or with seconds; empty where there is no such day or hour.
[[nodiscard]] std::string local_time(const ChatHeader& header, DateOrder order);

/// "day-month-year"
[[nodiscard]] std::string_view name_of(DateOrder order);

/// Without direction marks, byte order marks and blanks around it.
[[nodiscard]] std::string_view without_marks(std::string_view text);

}  // namespace palermo::ingest::detail
