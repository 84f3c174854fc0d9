// SMS, MMS and calls of Android backups: <smses> and <calls>.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/identifiers.hpp"
#include "ingest/messages/lenient_xml.hpp"
#include "ingest/messages/message_builder.hpp"
#include "ingest/messages/messages.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/xml/xml_reader.hpp"

namespace palermo::ingest {
namespace {

constexpr std::size_t kSampleBytes = std::size_t{64} << 10;
constexpr std::string_view kOwnerToken = "insert-address-token";
constexpr std::string_view kNextOwner =
    "name the file after the owner's number, for example +447700900001.xml";

/// An attribute; "null" is how these backups write nothing.
std::string value_of(const XmlElement& element, std::string_view name) {
  const std::string_view value = element.attribute(name);
  return value == "null" ? std::string{} : std::string{value};
}

/// What the file's name says of whose phone it is: without folder, extension, and the exporter's
/// own first word.
std::string stem_of_backup(const std::string& file_name) {
  std::string stem = std::filesystem::path{file_name}.filename().string();
  if (stem.ends_with(".xml")) stem.resize(stem.size() - 4);
  for (const std::string_view word : {"sms-", "calls-"})
    if (stem.starts_with(word)) stem.erase(0, word.size());
  return core::is_valid_utf8(stem) ? stem : std::string{};
}

/// The owner's number where the file is named after it; else empty.
std::string owner_in_name(const std::string& file_name, const std::string& country) {
  const std::string stem = stem_of_backup(file_name);
  if (!stem.starts_with('+')) return {};
  const store::ObservedIdentifier number = read_number(stem, country);
  return number.kind == "msisdn" ? stem : std::string{};
}

std::vector<std::string> describe_repairs(const detail::LegalXml& legal) {
  std::vector<std::string> notices;
  if (legal.pairs > 0)
    notices.push_back(fmt::format(
        "{} characters are written as two halves, which is no legal XML; they were put together",
        legal.pairs));
  if (legal.replaced > 0)
    notices.push_back(
        fmt::format("{} references or bytes stand for no character (NUL, half of a pair); each "
                    "became U+FFFD",
                    legal.replaced));
  return notices;
}

std::string count_notice(std::string_view bytes, std::string_view root, std::uint64_t found) {
  const std::string count = detail::first_attribute(bytes, root, "count");
  if (count.empty() || count == std::to_string(found)) return {};
  return fmt::format("the backup says that it holds {} records; {} stand in it",
                     core::printable(count, 20), found);
}

class SmsReader {
 public:
  SmsReader(detail::MessageBuilder builder, std::string owner)
      : builder_{std::move(builder)}, owner_{std::move(owner)} {}

  core::Result<RecordBatch> read(const AdapterInput& input) {
    const detail::LegalXml legal = detail::make_legal(input.bytes);
    if (!owner_.empty()) {
      builder_.own(read_number(owner_, input.options.country));
      builder_.note(fmt::format("the owner is the file's name, '{}': nothing inside says who it is",
                                core::printable(owner_, 60)));
    }
    PALERMO_CHECK_OK(for_each_element(
        legal.text, [](std::string_view name) { return name == "sms" || name == "mms"; },
        [this](const XmlElement& element) {
          ++position_;
          element.name == "sms" ? take_sms(element) : take_mms(element);
          return core::ok();
        }));
    for (std::string& notice : describe_repairs(legal)) builder_.note(std::move(notice));
    if (std::string notice = count_notice(input.bytes, "smses", position_); !notice.empty())
      builder_.note(std::move(notice));
    if (owner_.empty())
      builder_.note(
          fmt::format("the owner's number is not in the file: messages name the other "
                      "party only and tie nobody; {}",
                      kNextOwner));
    if (unsent_ > 0)
      builder_.note(fmt::format(
          "{} messages are drafts, or waited or failed to be sent (no time of sending)", unsent_));
    if (parts_ > 0)
      builder_.note(
          fmt::format("{} attachments are in the file; the case holds their names and "
                      "types, not their content",
                      parts_));
    return builder_.finish("");
  }

 private:
  struct Way {
    bool known = false;
    bool out = false;
    bool unsent = false;
  };
  /// SMS type and MMS box: 1 received, 2 sent, 3 draft, 4 outbox, 5 failed, 6 queued.
  static Way way_of(std::string_view type) {
    if (type == "1") return {true, false, false};
    if (type == "2") return {true, true, false};
    if (type == "3" || type == "4" || type == "5" || type == "6") return {true, true, true};
    return {};
  }

  bool take_common(const XmlElement& element, std::string_view type_name, v1::Message& message,
                   std::optional<std::int64_t>& at_us) {
    const Way way = way_of(element.attribute(type_name));
    if (!way.known) {
      builder_.reject(position_, "UNKNOWN_DIRECTION",
                      fmt::format("'{}' is none of 1 to 6: whether it was sent or received is "
                                  "unknown",
                                  type_name));
      return false;
    }
    std::string unsent;  // when a draft was written is the record's time, not one of sending
    std::string* const time = way.unsent ? &unsent
                              : way.out  ? message.mutable_sent_at()
                                         : message.mutable_received_at();
    if (!builder_.take_milliseconds(value_of(element, "date"), time, &at_us)) {
      builder_.reject(position_, "BAD_TIME", "'date': no milliseconds since 1970");
      return false;
    }
    message.set_kind(v1::Message::message);
    message.set_direction(way.out ? v1::Message::out : v1::Message::in);
    if (way.unsent) ++unsent_;
    if (!way.out) {
      std::optional<std::int64_t> ignored;
      static_cast<void>(builder_.take_milliseconds(value_of(element, "date_sent"),
                                                   message.mutable_sent_at(), &ignored));
    }
    const std::string name = value_of(element, "contact_name");
    if (name != "(Unknown)") message.set_sender_name(way.out ? std::string{} : name);
    return true;
  }

  void take_sms(const XmlElement& element) {
    v1::Message message;
    message.set_application(std::string{kSms});
    std::optional<std::int64_t> at_us;
    if (!take_common(element, "type", message, at_us)) return;
    std::string address = value_of(element, "address");
    if (message.direction() == v1::Message::in) {
      message.set_sender(std::move(address));
      if (!owner_.empty()) message.add_recipients(owner_);
    } else {
      message.set_sender(owner_);
      if (!address.empty()) message.add_recipients(std::move(address));
    }
    message.set_text(value_of(element, "body"));
    builder_.add(std::move(message), position_, at_us);
  }

  void take_mms(const XmlElement& element) {
    v1::Message message;
    message.set_application(std::string{kMms});
    std::optional<std::int64_t> at_us;
    if (!take_common(element, "msg_box", message, at_us)) return;
    message.set_message_id(value_of(element, "m_id"));
    const bool out = message.direction() == v1::Message::out;
    std::string sender;
    std::vector<std::string> recipients;
    const auto named = [this](std::string address) {
      return address == kOwnerToken ? owner_ : std::move(address);
    };
    for (const XmlElement* address : element.child("addrs").all("addr")) {
      const std::string_view role = address->attribute("type");
      std::string text = named(value_of(*address, "address"));
      if (text.empty()) continue;
      if (role == "137")
        sender = std::move(text);
      else if (role == "151" || role == "130" || role == "129")
        recipients.push_back(std::move(text));
    }
    // Older backups have no list of addresses; several stand between tildes in one attribute.
    if (sender.empty() && recipients.empty()) {
      std::string_view all = element.attribute("address");
      if (all == "null") all = {};
      while (!all.empty()) {
        const std::size_t end = std::min(all.find('~'), all.size());
        if (end > 0) recipients.emplace_back(all.substr(0, end));
        all.remove_prefix(std::min(end + 1, all.size()));
      }
      if (!out && recipients.size() == 1) {
        sender = std::move(recipients.front());
        recipients.clear();
      }
    }
    if (sender.empty() && out) sender = owner_;
    if (!out && recipients.empty() && !owner_.empty()) recipients.push_back(owner_);
    message.set_sender(std::move(sender));
    for (std::string& recipient : recipients) {
      const auto& known = message.recipients();
      if (recipient != message.sender() &&
          std::find(known.begin(), known.end(), recipient) == known.end())
        message.add_recipients(std::move(recipient));
    }
    take_parts(element, message);
    builder_.add(std::move(message), position_, at_us);
  }

  void take_parts(const XmlElement& element, v1::Message& message) {
    std::string text = value_of(element, "sub");
    for (const XmlElement* part : element.child("parts").all("part")) {
      const std::string type = value_of(*part, "ct");
      if (type == "application/smil") continue;
      if (type == "text/plain") {
        const std::string words = value_of(*part, "text");
        if (!words.empty()) text += (text.empty() ? "" : "\n") + words;
        continue;
      }
      std::string name;
      for (const char* attribute : {"cl", "name", "fn"})
        if (name.empty()) name = value_of(*part, attribute);
      message.add_attachments(name.empty() ? type : fmt::format("{} ({})", name, type));
      ++parts_;
    }
    message.set_text(std::move(text));
  }

  detail::MessageBuilder builder_;
  std::string owner_;
  std::uint32_t position_ = 0;
  std::uint32_t unsent_ = 0;
  std::uint32_t parts_ = 0;
};

Detection detect_root(std::string_view bytes, std::string_view root, std::string_view child,
                      std::string_view what) {
  const std::size_t first = bytes.substr(0, 1024).find('<');
  if (first == std::string_view::npos) return {};
  const XmlHead head = xml_head(detail::make_legal(bytes.substr(0, kSampleBytes)).text);
  if (head.root != root || !head.space.empty()) return {};
  const bool has_child = std::find(head.names.begin(), head.names.end(), child) != head.names.end();
  return {has_child ? 0.96 : 0.8,
          fmt::format("its root element is {}, as Android backups of {} have it", root, what)};
}

Detection detect_sms(std::string_view bytes, std::string_view) {
  return detect_root(bytes, "smses", "sms", "messages");
}

Detection detect_calls(std::string_view bytes, std::string_view) {
  return detect_root(bytes, "calls", "call", "calls");
}

core::Result<CallText> read_calls_backup(const AdapterInput& input) {
  const std::string owner = stem_of_backup(input.file_name);
  if (owner.empty())
    return bad_input(0, "whose phone it is stands nowhere in the file, and its name is no text",
                     std::string{kNextOwner});
  const detail::LegalXml legal = detail::make_legal(input.bytes);
  CallText out;
  std::uint64_t position = 0;
  PALERMO_CHECK_OK(for_each_element(
      legal.text, [](std::string_view name) { return name == "call"; },
      [&](const XmlElement& element) {
        ++position;
        const std::string_view type = element.attribute("type");
        const bool in =
            type == "1" || type == "3" || type == "4" || type == "5" || type == "6" || type == "7";
        if (!in && type != "2") {
          out.reject(position, "UNKNOWN_DIRECTION",
                     "'type' is none of 1 to 7: who called whom is unknown");
          return core::ok();
        }
        const std::string date = value_of(element, "date");
        std::int64_t milliseconds = 0;
        const auto read = std::from_chars(date.data(), date.data() + date.size(), milliseconds);
        if (read.ec != std::errc{} || read.ptr != date.data() + date.size() || milliseconds <= 0 ||
            milliseconds > 100'000'000'000'000) {
          out.reject(position, "BAD_TIME", "'date': no milliseconds since 1970");
          return core::ok();
        }
        std::string number = value_of(element, "number");
        // Negative numbers and presentations other than 1 are withheld callers.
        const std::string presentation = value_of(element, "presentation");
        if (number.empty() || number.starts_with('-') ||
            (!presentation.empty() && presentation != "1"))
          number = "unknown";
        const std::string start = core::format_utc(milliseconds * 1000);
        const std::string duration = value_of(element, "duration");
        CallTextRow call;
        call.position = position;
        call.a = in ? number : owner;
        call.b = in ? owner : number;
        call.start = start;
        call.duration_s = duration;
        call.kind = "call";
        call.direction = in ? "in" : "out";
        // 3 missed, 4 voicemail, 5 rejected, 6 blocked, 7 answered on another device.
        call.not_answered = in && type != "1" && type != "7";
        out.add(call);
        return core::ok();
      }));
  if (position == 0)
    return bad_input(0, "not one call stands in the file", "check that it was exported completely");
  out.notices = describe_repairs(legal);
  if (std::string notice = count_notice(input.bytes, "calls", position); !notice.empty())
    out.notices.push_back(std::move(notice));
  out.notices.push_back(
      fmt::format("the owner is the file's name, '{}': nothing inside the file says who it is; {}",
                  core::printable(owner, 60), kNextOwner));
  return out;
}

}  // namespace

Adapter sms_backup_adapter() {
  return {
      "sms_backup", "1", "SMS and MMS of an Android backup (XML)", detect_sms,
      [](const AdapterInput& input) -> core::Result<RecordBatch> {
        PALERMO_TRY(detail::MessageBuilder builder, detail::MessageBuilder::make(input, "records"));
        return SmsReader{std::move(builder), owner_in_name(input.file_name, input.options.country)}
            .read(input);
      }};
}

CallAdapter calls_backup_adapter() {
  return {"calls_backup", "1", "calls of an Android backup (XML); the owner is the file's name",
          detect_calls, read_calls_backup};
}

}  // namespace palermo::ingest
