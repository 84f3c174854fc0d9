#include "ingest/messages/chat_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/time.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest::detail {
namespace {

constexpr std::array<DateOrder, 4> kOrders = {DateOrder::DayMonthYear, DateOrder::MonthDayYear,
                                              DateOrder::YearMonthDay, DateOrder::YearDayMonth};
constexpr std::string_view kMarks[] = {"\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAA",
                                       "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x81\xA8",
                                       "\xE2\x81\xA9", "\xEF\xBB\xBF"};
constexpr std::string_view kBlanks[] = {" ", "\t", "\xC2\xA0", "\xE2\x80\xAF"};

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_{text} {}
  [[nodiscard]] std::string_view rest() const { return text_; }
  bool take(std::string_view token) {
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  template <typename Tokens>
  std::size_t take_all(const Tokens& tokens) {
    std::size_t taken = 0;
    bool again = true;
    while (again) {
      again = false;
      for (const std::string_view token : tokens)
        while (take(token)) {
          again = true;
          ++taken;
        }
    }
    return taken;
  }
  std::size_t blanks() { return take_all(kBlanks); }
  void marks() { take_all(kMarks); }
  /// 1 to `most` digits, and no digit behind them. @return how many; 0: none or too many
  std::size_t number(std::size_t most, int& value) {
    std::size_t digits = 0;
    value = 0;
    while (digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9') {
      if (++digits > most) return 0;
      value = value * 10 + (text_[digits - 1] - '0');
    }
    text_.remove_prefix(digits);
    return digits;
  }

 private:
  std::string_view text_;
};

/// AM, p.m., "a. m." with any blank: the letter a or p, then an m. 0 where none stands there.
char take_half_of_day(Cursor& at) {
  Cursor ahead = at;
  ahead.blanks();
  char half = 0;
  for (const auto& [word, letter] :
       {std::pair{"a", 'a'}, std::pair{"A", 'a'}, std::pair{"p", 'p'}, std::pair{"P", 'p'}})
    if (ahead.take(word)) {
      half = letter;
      break;
    }
  if (half == 0) return 0;
  ahead.take(".");
  ahead.blanks();
  if (!ahead.take("m") && !ahead.take("M")) return 0;
  ahead.take(".");
  at = ahead;
  return half;
}

struct Day {
  int year = 0, month = 0, day = 0;
};

/// nullopt where the order asks for a year of another number of digits, or there is no such day.
std::optional<Day> day_in(const ChatHeader& header, DateOrder order) {
  const auto& [x, y, z] = header.date;
  const bool year_first = order == DateOrder::YearMonthDay || order == DateOrder::YearDayMonth;
  const std::size_t year_digits = header.digits[year_first ? 0 : 2];
  if ((year_digits != 2 && year_digits != 4) || header.digits[year_first ? 2 : 0] > 2)
    return std::nullopt;
  Day day;
  switch (order) {
    case DateOrder::DayMonthYear:
      day = {z, y, x};
      break;
    case DateOrder::MonthDayYear:
      day = {z, x, y};
      break;
    case DateOrder::YearMonthDay:
      day = {x, y, z};
      break;
    case DateOrder::YearDayMonth:
      day = {x, z, y};
      break;
    case DateOrder::FromValues:
      return std::nullopt;
  }
  if (year_digits == 2) day.year += 2000;
  if (day.month < 1 || day.day < 1 ||
      !core::valid_day(day.year, static_cast<unsigned>(day.month), static_cast<unsigned>(day.day)))
    return std::nullopt;
  return day;
}

std::int64_t number_of(const Day& day) {
  return core::civil_to_us(day.year, static_cast<unsigned>(day.month),
                           static_cast<unsigned>(day.day), 0, 0, 0) /
         core::kUsPerDay;
}

/// Days of all entries, in order; empty where one of them is no day.
std::vector<std::int64_t> days_in(const std::vector<const ChatEntry*>& entries, DateOrder order,
                                  int first_year) {
  std::vector<std::int64_t> days;
  for (const ChatEntry* entry : entries) {
    const auto day = day_in(entry->header, order);
    if (!day || day->year < first_year) return {};
    days.push_back(number_of(*day));
  }
  return days;
}

bool runs_forward(const std::vector<std::int64_t>& days) {
  // Clocks are set and messages arrive late, but not by more than a day.
  for (std::size_t i = 1; i < days.size(); ++i)
    if (days[i] < days[i - 1] - 1) return false;
  return true;
}

struct Reading {
  DateOrder order;
  std::vector<std::int64_t> days;
};

std::string names_of(const std::vector<Reading>& readings) {
  std::string names;
  for (std::size_t i = 0; i < readings.size(); ++i)
    names += fmt::format("{}{}",
                         i == 0                     ? ""
                         : i + 1 == readings.size() ? " and "
                                                    : ", ",
                         name_of(readings[i].order));
  return names;
}

}  // namespace

std::string_view name_of(DateOrder order) {
  switch (order) {
    case DateOrder::DayMonthYear:
      return "day-month-year";
    case DateOrder::MonthDayYear:
      return "month-day-year";
    case DateOrder::YearMonthDay:
      return "year-month-day";
    case DateOrder::YearDayMonth:
      return "year-day-month";
    case DateOrder::FromValues:
      break;
  }
  return "undecided";
}

std::string_view without_marks(std::string_view text) {
  bool again = true;
  while (again) {
    again = false;
    for (const auto& tokens :
         {std::vector<std::string_view>(std::begin(kMarks), std::end(kMarks)),
          std::vector<std::string_view>(std::begin(kBlanks), std::end(kBlanks))})
      for (const std::string_view token : tokens) {
        if (text.starts_with(token)) {
          text.remove_prefix(token.size());
          again = true;
        }
        if (text.ends_with(token)) {
          text.remove_suffix(token.size());
          again = true;
        }
      }
  }
  return text;
}

std::optional<ChatHeader> read_chat_header(std::string_view line) {
  ChatHeader header;
  Cursor at{line};
  at.marks();
  header.bracket = at.take("[");
  header.digits[0] = at.number(4, header.date[0]);
  if (header.digits[0] == 0 || header.digits[0] == 3 || at.rest().empty()) return std::nullopt;
  header.separator = at.rest().front();
  if (header.separator != '-' && header.separator != '/' && header.separator != '.')
    return std::nullopt;
  const std::string_view separator{&header.separator, 1};
  for (std::size_t i = 1; i < 3; ++i) {
    if (!at.take(separator)) return std::nullopt;
    at.blanks();
    header.digits[i] = at.number(i == 1 ? 2 : 4, header.date[i]);
    if (header.digits[i] == 0 || header.digits[i] == 3) return std::nullopt;
  }
  if (header.digits[0] == 4 && header.digits[2] == 4) return std::nullopt;
  header.comma = at.take(",");
  if (at.blanks() == 0) return std::nullopt;
  if (at.number(2, header.hour) == 0) return std::nullopt;
  const std::string_view colon = at.rest().starts_with('.') ? "." : ":";
  if (!at.take(colon) || at.number(2, header.minute) != 2) return std::nullopt;
  if (Cursor ahead = at; ahead.take(colon)) {
    if (ahead.number(2, header.second) != 2) return std::nullopt;
    at = ahead;
  }
  header.half_of_day = take_half_of_day(at);
  if (header.bracket) {
    if (!at.take("]") || (at.blanks() == 0 && !at.rest().empty())) return std::nullopt;
  } else {
    if (at.blanks() == 0 || (!at.take("-") && !at.take("\xE2\x80\x93"))) return std::nullopt;
    if (at.blanks() == 0 && !at.rest().empty()) return std::nullopt;
  }
  header.rest = at.rest();
  return header;
}

ChatText split_chat(std::string_view text) {
  ChatText chat;
  const char end_of_line = text.find('\n') == std::string_view::npos ? '\r' : '\n';
  std::uint32_t number = 0;
  bool orphan = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(end_of_line), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    const auto header = read_chat_header(line);
    if (header && (chat.entries.empty() || header->same_layout(chat.entries.front().header))) {
      chat.entries.push_back({number, *header, std::string{header->rest}});
      continue;
    }
    if (header) ++chat.other_layout;
    if (!chat.entries.empty()) {
      chat.entries.back().text += '\n';
      chat.entries.back().text += line;
    } else if (line.find_first_not_of(" \t") != std::string_view::npos) {
      // Lines before the first header are one text that nobody is named for.
      if (!orphan) chat.orphans.push_back(number);
      orphan = true;
    }
  }
  if (!chat.entries.empty()) {
    std::string& last = chat.entries.back().text;
    while (last.ends_with('\n')) last.pop_back();
  }
  return chat;
}

core::Result<DecidedOrder> decide_order(const std::vector<ChatEntry>& entries, int first_year) {
  std::vector<const ChatEntry*> datable;
  for (const ChatEntry& entry : entries)
    if (std::any_of(kOrders.begin(), kOrders.end(), [&](DateOrder order) {
          const auto day = day_in(entry.header, order);
          return day && day->year >= first_year;
        }))
      datable.push_back(&entry);
  if (datable.empty())
    return bad_input(entries.empty() ? 0 : entries.front().line,
                     "no line begins with a date that exists",
                     "check what the file is, and name its format with --format");
  const auto distinct = [](std::vector<Reading> readings) {
    std::vector<Reading> kept;
    for (Reading& reading : readings)
      if (std::none_of(kept.begin(), kept.end(),
                       [&](const Reading& other) { return other.days == reading.days; }))
        kept.push_back(std::move(reading));
    return kept;
  };
  std::vector<Reading> possible;
  for (const DateOrder order : kOrders)
    if (auto days = days_in(datable, order, first_year); !days.empty())
      possible.push_back({order, std::move(days)});
  possible = distinct(std::move(possible));
  const auto say = [](const std::vector<Reading>& readings) {
    std::string next;
    for (const Reading& reading : readings)
      next += fmt::format("{}--format whatsapp_{}", next.empty() ? "say which, with " : " or ",
                          reading.order == DateOrder::DayMonthYear   ? "dmy"
                          : reading.order == DateOrder::MonthDayYear ? "mdy"
                          : reading.order == DateOrder::YearMonthDay ? "ymd"
                                                                     : "ydm");
    return next;
  };
  if (possible.empty())
    return bad_input(datable.front()->line,
                     "no one order of day, month and year fits all the dates",
                     "the file may hold two exports; cut it in two");
  if (possible.size() == 1)
    return DecidedOrder{possible.front().order,
                        "any other order gives the same days, or days that cannot be"};
  std::vector<Reading> forward;
  for (const Reading& reading : possible)
    if (runs_forward(reading.days)) forward.push_back(reading);
  if (forward.size() == 1)
    return DecidedOrder{forward.front().order, "with any other order the dates run back"};
  const std::vector<Reading>& left = forward.empty() ? possible : forward;
  return bad_input(
      datable.front()->line,
      fmt::format("the order of day, month and year is not to be told from the {} dates: {} are "
                  "possible",
                  datable.size(), names_of(left)),
      say(left));
}

std::string local_time(const ChatHeader& header, DateOrder order) {
  const auto day = day_in(header, order);
  if (!day) return {};
  int hour = header.hour;
  // Phones write 00:08 a. m. and 13:05 p. m. too; both have one meaning.
  if (header.half_of_day == 'p' && hour < 12) hour += 12;
  if (header.half_of_day == 'a' && hour == 12) hour = 0;
  if (hour > 23 || header.minute > 59 || header.second > 59 ||
      (header.half_of_day == 'a' && hour > 12))
    return {};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}", day->year, day->month, day->day,
                                 hour, header.minute);
  if (header.second >= 0) text += fmt::format(":{:02}", header.second);
  return text;
}

}  // namespace palermo::ingest::detail
