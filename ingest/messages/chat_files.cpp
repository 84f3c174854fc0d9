// WhatsApp and Signal: chats as text.
#include <fmt/format.h>

#include <set>

#include "core/base/text.hpp"
#include "ingest/messages/chat_text.hpp"
#include "ingest/messages/chat_words.hpp"
#include "ingest/messages/message_builder.hpp"
#include "ingest/messages/messages.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using detail::ChatEntry;
using detail::ChatHeader;
using detail::ChatText;
using detail::MessageBuilder;

constexpr std::size_t kLongestName = 300;  // bytes
/// WhatsApp began in 2009: an order of the date that leads before it is wrong.
constexpr int kFirstYear = 2009;
constexpr std::size_t kSampleBytes = std::size_t{64} << 10;

/// The colon behind which the message begins, and whether a blank or the line's end follows it.
struct Colon {
  std::size_t at = std::string_view::npos;
  bool plain = false;
};

/// No name holds a quotation mark, but lines of the application do: `Ann changed the subject to
/// "x"`.
bool may_be_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && text.find('"') == std::string_view::npos &&
         text.find("\xE2\x80\x9C") == std::string_view::npos &&
         text.find("\xE2\x80\x9D") == std::string_view::npos &&
         text.find("\xE2\x80\x9E") == std::string_view::npos;
}

Colon find_colon(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  Colon colon;
  colon.at = line.find(':');
  if (colon.at == std::string_view::npos ||
      !may_be_name(detail::without_marks(line.substr(0, colon.at))))
    return {};
  const std::string_view behind = line.substr(colon.at + 1);
  colon.plain = behind.empty() || behind.starts_with(' ') || behind.starts_with("\xC2\xA0") ||
                behind.starts_with("\xE2\x80\x8E");
  return colon;
}

struct Split {
  std::string sender;  // empty: a line of the application
  std::string text;
};

Split split_sender(const std::string& text, const std::set<std::string, std::less<>>& senders) {
  const Colon colon = find_colon(text);
  if (colon.at == std::string_view::npos) return {"", text};
  std::string name{detail::without_marks(std::string_view{text}.substr(0, colon.at))};
  // "at 12:30" and "https://": without a blank behind the colon only a known name counts.
  if (!colon.plain && !senders.contains(name)) return {"", text};
  std::string words = text.substr(colon.at + 1);
  if (words.starts_with(' ')) words.erase(0, 1);
  return {std::move(name), std::move(words)};
}

struct ChatSource {
  std::string_view application;
  std::string_view prefix;  // of names of conversations
  bool marks = false;       // whether the application's own words are looked for
};

struct Counts {
  std::uint32_t service = 0;
  std::uint32_t omitted = 0;
  std::uint32_t marked = 0;
};

v1::Message message_of(const ChatSource& source, Split split, Counts& counts) {
  v1::Message message;
  message.set_application(std::string{source.application});
  message.set_kind(split.sender.empty() ? v1::Message::service : v1::Message::message);
  if (source.marks && detail::is_encryption_notice(split.text))
    message.set_kind(v1::Message::service);
  if (message.kind() == v1::Message::service) {
    ++counts.service;
  } else if (source.marks) {
    if (auto file = detail::attached_file(split.text)) {
      message.add_attachments(*std::move(file));
    } else if (detail::is_media_omitted(split.text)) {
      message.add_attachments("not in the export");
      ++counts.omitted;
    } else if (detail::is_deleted(split.text)) {
      message.set_deleted(true);
    } else if (split.text.starts_with("\xE2\x80\x8E")) {
      ++counts.marked;
    }
    if (detail::is_edited(split.text)) message.set_edited(true);
  }
  message.set_sender(std::move(split.sender));
  message.set_text(std::move(split.text));
  return message;
}

core::Result<RecordBatch> read_chat(const AdapterInput& input, const ChatSource& source,
                                    const ChatText& chat, DateOrder order, std::string mapping) {
  PALERMO_TRY(MessageBuilder builder, MessageBuilder::make(input, "lines"));
  for (const std::uint32_t line : chat.orphans)
    builder.reject(line, "NO_HEADER", "text before the first line that begins with date and time");
  std::set<std::string, std::less<>> senders;
  for (const ChatEntry& entry : chat.entries)
    if (const Colon colon = find_colon(entry.text); colon.plain)
      senders.emplace(detail::without_marks(std::string_view{entry.text}.substr(0, colon.at)));

  struct Read {
    v1::Message message;
    std::uint32_t line = 0;
    std::optional<std::int64_t> at_us;
  };
  std::vector<Read> all;
  Counts counts;
  detail::ConversationName name{source.prefix};
  for (const ChatEntry& entry : chat.entries) {
    const std::string local = detail::local_time(entry.header, order);
    if (local.empty()) {
      builder.reject(entry.line, "BAD_TIME",
                     fmt::format("no such day or hour, read as {}", detail::name_of(order)));
      continue;
    }
    std::string sent_at;
    std::optional<std::int64_t> at_us;
    PALERMO_TRY(const bool good, builder.take_time(entry.line, "time", local, &sent_at, &at_us));
    if (!good) continue;
    Read read{message_of(source, split_sender(entry.text, senders), counts), entry.line, at_us};
    read.message.set_sent_at(std::move(sent_at));
    name.take(read.message, at_us);
    all.push_back(std::move(read));
  }
  const std::string conversation = name.text();
  for (Read& read : all) {
    read.message.set_conversation(conversation);
    builder.add(std::move(read.message), read.line, read.at_us);
  }
  if (!all.empty())
    builder.note(fmt::format(
        "the text does not name its conversation: it is called {} here, after how it begins; "
        "displayed names count as one account within it only",
        conversation));
  if (counts.service > 0)
    builder.note(
        fmt::format("{} lines of the application name no sender or are its notice on "
                    "encryption; they are nobody's words (kind service)",
                    counts.service));
  if (counts.omitted > 0)
    builder.note(
        fmt::format("{} messages stand for media that the export left out", counts.omitted));
  if (counts.marked > 0)
    builder.note(
        fmt::format("{} texts begin with an invisible left-to-right mark, as lines of the "
                    "application do on some phones; they are kept as messages of the sender named",
                    counts.marked));
  if (chat.other_layout > 0)
    builder.note(
        fmt::format("{} lines begin with date and time in another layout than the first; "
                    "they are kept as text of the message before them",
                    chat.other_layout));
  return builder.finish(std::move(mapping));
}

/// The first line that is not blank, from the first bytes.
std::string_view first_line(std::string_view bytes) {
  bytes = bytes.substr(0, kSampleBytes);
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    if (line.find_first_not_of(" \t") != std::string_view::npos) return line;
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return {};
}

/// `[2019-12-24, 12:23] Name: text`, as Signal's exports write it.
bool is_signal(const ChatHeader& header) {
  return header.bracket && header.comma && header.digits[0] == 4 && header.separator == '-' &&
         header.second < 0 && header.half_of_day == 0;
}

Detection detect_whatsapp(std::string_view bytes, std::string_view) {
  const auto header = detail::read_chat_header(first_line(bytes));
  if (!header) return {};
  if (is_signal(*header))
    return {0.6, "its first line begins with date and time in brackets, as a chat text"};
  // Logs of programs begin so too; most phones write a comma.
  if (!header->bracket && !header->comma)
    return {0.55, "its first line begins with date, time and a hyphen, as a chat text"};
  return {0.94, fmt::format("its first line begins with date and time {}, as a WhatsApp text",
                            header->bracket ? "in brackets" : "and a hyphen")};
}

Detection detect_signal(std::string_view bytes, std::string_view) {
  const auto header = detail::read_chat_header(first_line(bytes));
  if (!header || !is_signal(*header)) return {};
  return {0.92, "its first line begins with [YYYY-MM-DD, HH:MM], as a Signal text"};
}

core::Result<ChatText> cut(const AdapterInput& input) {
  PALERMO_TRY(const std::string_view text, check_text(input.bytes));
  ChatText chat = detail::split_chat(text);
  if (chat.entries.empty())
    return bad_input(1, "no line begins with date and time, as the lines of a chat text do",
                     "check what the file is, and name its format with --format");
  return chat;
}

core::Result<RecordBatch> read_whatsapp(const AdapterInput& input, DateOrder order) {
  PALERMO_TRY(const ChatText chat, cut(input));
  detail::DecidedOrder decided{order, "--format says so"};
  if (order == DateOrder::FromValues) {
    PALERMO_TRY(decided, detail::decide_order(chat.entries, kFirstYear));
  }
  return read_chat(
      input, {kWhatsApp, "whatsapp", true}, chat, decided.order,
      fmt::format("dates are {}: {}", detail::name_of(decided.order), decided.because));
}

core::Result<RecordBatch> read_signal(const AdapterInput& input) {
  PALERMO_TRY(const ChatText chat, cut(input));
  if (!is_signal(chat.entries.front().header))
    return bad_input(chat.entries.front().line,
                     "the first message does not begin with [YYYY-MM-DD, HH:MM]",
                     "try --format whatsapp, which reads other layouts");
  return read_chat(input, {kSignal, "signal", false}, chat, DateOrder::YearMonthDay,
                   "dates are year-month-day");
}

}  // namespace

Adapter whatsapp_adapter(DateOrder order) {
  Adapter adapter;
  adapter.version = "1";
  adapter.read = [order](const AdapterInput& input) { return read_whatsapp(input, order); };
  adapter.detect = [](std::string_view, std::string_view) { return Detection{}; };
  switch (order) {
    case DateOrder::FromValues:
      adapter.id = "whatsapp";
      adapter.summary = "WhatsApp chat as text";
      adapter.detect = detect_whatsapp;
      break;
    case DateOrder::DayMonthYear:
      adapter.id = "whatsapp_dmy";
      break;
    case DateOrder::MonthDayYear:
      adapter.id = "whatsapp_mdy";
      break;
    case DateOrder::YearMonthDay:
      adapter.id = "whatsapp_ymd";
      break;
    case DateOrder::YearDayMonth:
      adapter.id = "whatsapp_ydm";
      break;
  }
  if (adapter.summary.empty())
    adapter.summary =
        fmt::format("the same, where somebody knows that its dates are {}", detail::name_of(order));
  return adapter;
}

Adapter signal_adapter() {
  return {"signal", "1", "Signal chat as text: [YYYY-MM-DD, HH:MM] Name: text", detect_signal,
          read_signal};
}

}  // namespace palermo::ingest
