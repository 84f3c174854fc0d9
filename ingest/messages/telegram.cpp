// result.json of Telegram Desktop.
#include <fmt/format.h>

#include <charconv>
#include <map>

#include "core/base/text.hpp"
#include "ingest/messages/json_fields.hpp"
#include "ingest/messages/message_builder.hpp"
#include "ingest/messages/messages.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using core::Json;
using detail::array_of;
using detail::object_of;
using detail::text_of;

std::string seconds_to_milliseconds(const std::string& seconds) {
  return seconds.empty() ? seconds : seconds + "000";
}

bool ends_blank(std::string_view text) {
  return text.empty() || text.ends_with(' ') || text.ends_with('\n') || text.ends_with('\t');
}

class TelegramReader {
 public:
  explicit TelegramReader(detail::MessageBuilder builder) : builder_{std::move(builder)} {}

  core::Result<RecordBatch> read(const AdapterInput& input) {
    PALERMO_TRY(const Json root, detail::read_json_object(input.bytes));
    find_owner(root, input.options.country);
    std::uint32_t chats = 0;
    if (root.contains("messages")) {
      PALERMO_CHECK_OK(read_chat(root));
      ++chats;
    }
    for (const char* list : {"chats", "left_chats"})
      if (const Json* section = object_of(root, list))
        if (const Json* all = array_of(*section, "list"))
          for (const Json& chat : *all) {
            PALERMO_CHECK_OK(read_chat(chat));
            ++chats;
          }
    if (chats == 0)
      return bad_input(1, "neither messages nor chats.list stands in the file",
                       "export the chats as JSON and ingest result.json");
    describe(root);
    return builder_.finish(fmt::format("{} chats", chats));
  }

 private:
  void find_owner(const Json& root, const std::string& country) {
    const Json* person = object_of(root, "personal_information");
    if (person == nullptr) return;
    if (const std::string id = text_of(*person, "user_id"); !id.empty()) {
      owner_ = "user" + id;
      v1::Message any;
      any.set_application(std::string{kTelegram});
      builder_.own(read_party(any, owner_, country));
    }
    if (const std::string number = text_of(*person, "phone_number"); !number.empty()) {
      v1::Message any;
      any.set_application(std::string{kSms});
      builder_.own(read_party(any, number, country));
    }
  }

  /// A text is a string, or a list of strings and styled pieces.
  std::string join(const Json& value) {
    if (!value.is_array()) return text_of(value);
    std::string text;
    bool styled = false;
    for (const Json& piece : value) {
      const bool is_styled = piece.is_object();
      const std::string words = is_styled ? text_of(piece, "text") : text_of(piece);
      // A link is recognized behind a blank only; an export that wrote none cut it off.
      if (styled && is_styled && !ends_blank(text) && text_of(piece, "type") == "link") {
        text += ' ';
        ++seams_;
      }
      text += words;
      styled = is_styled;
    }
    return text;
  }

  core::Status read_chat(const Json& chat) {
    const Json* messages = array_of(chat, "messages");
    if (messages == nullptr) return core::ok();
    const std::string id = text_of(chat, "id");
    const std::string name = text_of(chat, "name");
    const std::string type = text_of(chat, "type");
    const bool two = (type == "personal_chat" || type == "bot_chat") && !id.empty();
    const std::string partner = two ? "user" + id : std::string{};
    std::string owner = owner_;
    // Whoever is not the partner of a chat of two is the account's owner.
    if (two && owner.empty())
      for (const Json& message : *messages)
        for (const char* member : {"from_id", "actor_id"})
          if (const std::string from = text_of(message, member);
              from.starts_with("user") && from != partner)
            owner = from;

    struct Read {
      v1::Message message;
      std::uint32_t position = 0;
      std::optional<std::int64_t> at_us;
    };
    std::vector<Read> all;
    detail::ConversationName unnamed{"telegram"};
    for (const Json& each : *messages) {
      const std::uint32_t position = ++position_;
      if (!each.is_object()) {
        builder_.reject(position, "BAD_MESSAGE", "an element of 'messages' is no object");
        continue;
      }
      Read read{message_of(each), position, std::nullopt};
      PALERMO_TRY(const bool good, take_time(each, position, read.message, read.at_us));
      if (!good) continue;
      // Every export of two names both: the one who did not send it received it.
      const std::string& sender = read.message.sender();
      if (two && !sender.empty() && read.message.kind() != v1::Message::service) {
        if (sender == owner)
          read.message.add_recipients(partner);
        else if (sender == partner && !owner.empty())
          read.message.add_recipients(owner);
      }
      if (!owner.empty() && !sender.empty())
        read.message.set_direction(sender == owner ? v1::Message::out : v1::Message::in);
      unnamed.take(read.message, read.at_us);
      all.push_back(std::move(read));
    }
    // A name is what somebody called the chat; its id, else how it begins, says which it is.
    const std::string which = id.empty() ? unnamed.text() : fmt::format("telegram-{}", id);
    const std::string conversation = name.empty() ? which : fmt::format("{} ({})", name, which);
    for (Read& read : all) {
      read.message.set_conversation(conversation);
      builder_.add(std::move(read.message), read.position, read.at_us);
    }
    return core::ok();
  }

  core::Result<bool> take_time(const Json& each, std::uint32_t position, v1::Message& message,
                               std::optional<std::int64_t>& at_us) {
    if (const std::string seconds = text_of(each, "date_unixtime"); !seconds.empty()) {
      if (builder_.take_milliseconds(seconds_to_milliseconds(seconds), message.mutable_sent_at(),
                                     &at_us))
        return true;
      builder_.reject(position, "BAD_TIME", "'date_unixtime': no seconds since 1970");
      return false;
    }
    return builder_.take_time(position, "date", text_of(each, "date"), message.mutable_sent_at(),
                              &at_us);
  }

  v1::Message message_of(const Json& each) {
    v1::Message message;
    message.set_application(std::string{kTelegram});
    message.set_message_id(text_of(each, "id"));
    const bool service = text_of(each, "type") == "service";
    const char* name = service ? "actor" : "from";
    const char* id = service ? "actor_id" : "from_id";
    message.set_sender(text_of(each, id));
    if (message.sender().empty())
      message.set_sender(text_of(each, name));
    else
      message.set_sender_name(text_of(each, name));
    if (const auto text = each.find("text"); text != each.end()) message.set_text(join(*text));
    message.set_kind(service ? v1::Message::service : v1::Message::message);
    if (service) describe_service(each, message);
    message.set_reply_to(text_of(each, "reply_to_message_id"));
    message.set_forwarded_from(text_of(each, "forwarded_from"));
    if (each.contains("edited") || each.contains("edited_unixtime")) message.set_edited(true);
    take_seconds(each, message);
    for (const char* member : {"photo", "file", "thumbnail"}) {
      if (std::string_view{member} == "thumbnail" && message.attachments_size() > 0) continue;
      if (std::string path = text_of(each, member); !path.empty())
        message.add_attachments(std::move(path));
    }
    if (const Json* contact = object_of(each, "contact_information"))
      message.add_attachments(fmt::format("contact: {} {} {}", text_of(*contact, "first_name"),
                                          text_of(*contact, "last_name"),
                                          text_of(*contact, "phone_number")));
    if (const Json* place = object_of(each, "location_information")) {
      const auto latitude = place->find("latitude");
      const auto longitude = place->find("longitude");
      if (latitude != place->end() && longitude != place->end() && latitude->is_number() &&
          longitude->is_number()) {
        message.set_latitude(latitude->get<double>());
        message.set_longitude(longitude->get<double>());
      }
    }
    const std::string address = text_of(each, "address");
    message.set_place(text_of(each, "place_name"));
    if (message.place().empty()) message.set_place(address);
    return message;
  }

  static void take_seconds(const Json& each, v1::Message& message) {
    const std::string text = text_of(each, "duration_seconds");
    std::int64_t seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec == std::errc{} && read.ptr == text.data() + text.size() && seconds >= 0)
      message.set_duration_s(seconds);
  }

  static void describe_service(const Json& each, v1::Message& message) {
    const std::string action = text_of(each, "action");
    if (action == "phone_call") message.set_kind(v1::Message::call);
    std::string text = action;
    for (const char* member : {"title", "inviter", "discard_reason", "score"})
      if (const std::string value = text_of(each, member); !value.empty())
        text += fmt::format("; {}: {}", member, value);
    if (const Json* members = array_of(each, "members")) {
      std::string names;
      for (const Json& member : *members) {
        const std::string name = text_of(member);
        if (!name.empty()) names += (names.empty() ? "" : ", ") + name;
      }
      if (!names.empty()) text += "; members: " + names;
    }
    message.set_text(message.text().empty() ? std::move(text) : text + "; " + message.text());
  }

  void describe(const Json& root) {
    if (seams_ > 0)
      builder_.note(fmt::format(
          "{} links stand directly behind another styled piece of text; a blank was put between",
          seams_));
    std::string left;
    for (const char* section : {"contacts", "frequent_contacts", "sessions", "web_sessions",
                                "stories", "profile_pictures", "other_data"})
      if (root.contains(section)) left += (left.empty() ? "" : ", ") + std::string{section};
    if (!left.empty()) builder_.note("parts of the export left alone: " + left);
  }

  detail::MessageBuilder builder_;
  std::string owner_;
  std::uint32_t position_ = 0;
  std::uint32_t seams_ = 0;
};

Detection detect_telegram(std::string_view bytes, std::string_view) {
  const auto names = detail::member_names(bytes);
  if (!names.contains("messages") || !names.contains("text") || !names.contains("type")) return {};
  if (names.contains("date_unixtime"))
    return {0.95, "JSON with messages whose time is date_unixtime, as Telegram exports it"};
  if (names.contains("date") && (names.contains("from_id") || names.contains("actor_id")))
    return {0.93, "JSON with messages that have date and from_id, as Telegram exports them"};
  return {};
}

}  // namespace

Adapter telegram_adapter() {
  return {"telegram", "1", "Telegram export as JSON: one chat or a whole account", detect_telegram,
          [](const AdapterInput& input) -> core::Result<RecordBatch> {
            PALERMO_TRY(detail::MessageBuilder builder,
                        detail::MessageBuilder::make(input, "records"));
            return TelegramReader{std::move(builder)}.read(input);
          }};
}

}  // namespace palermo::ingest
