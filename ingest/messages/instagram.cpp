// message_1.json of Instagram and Facebook.
#include <fmt/format.h>

#include <algorithm>

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

/// The UTF-8 that somebody read as Latin-1; nullopt where the text was none.
std::optional<std::string> undo_latin_1(std::string_view text) {
  std::string bytes;
  bool high = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      bytes += text[i];
      continue;
    }
    // U+0080 to U+00FF are C2 or C3 and one byte more.
    if ((c != 0xC2 && c != 0xC3) || i + 1 >= text.size()) return std::nullopt;
    bytes += static_cast<char>(((c & 0x03) << 6) | (static_cast<unsigned char>(text[++i]) & 0x3F));
    high = true;
  }
  if (!high || !core::is_valid_utf8(bytes)) return std::nullopt;
  return bytes;
}

class InstagramReader {
 public:
  explicit InstagramReader(detail::MessageBuilder builder) : builder_{std::move(builder)} {}

  core::Result<RecordBatch> read(const AdapterInput& input) {
    PALERMO_TRY(const Json root, detail::read_json_object(input.bytes));
    const Json* messages = array_of(root, "messages");
    if (messages == nullptr)
      return bad_input(1, "no messages stand in the file",
                       "ingest message_1.json of a conversation");
    std::vector<std::string> participants;
    if (const Json* all = array_of(root, "participants"))
      for (const Json& each : *all)
        if (std::string name = words(text_of(each, "name")); !name.empty())
          participants.push_back(std::move(name));
    const std::string title = words(text_of(root, "title"));
    std::string thread = text_of(root, "thread_path");

    struct Read {
      v1::Message message;
      std::uint32_t position = 0;
      std::optional<std::int64_t> at_us;
    };
    std::vector<Read> all;
    std::uint32_t position = 0;
    for (const Json& each : *messages) {
      ++position;
      if (!each.is_object()) {
        builder_.reject(position, "BAD_MESSAGE", "an element of 'messages' is no object");
        continue;
      }
      Read read{message_of(each), position, std::nullopt};
      if (!builder_.take_milliseconds(text_of(each, "timestamp_ms"), read.message.mutable_sent_at(),
                                      &read.at_us)) {
        builder_.reject(position, "BAD_TIME", "'timestamp_ms': no milliseconds since 1970");
        continue;
      }
      if (!read.message.sender().empty() && read.message.kind() != v1::Message::service)
        for (const std::string& name : participants)
          if (name != read.message.sender()) read.message.add_recipients(name);
      all.push_back(std::move(read));
    }
    // A title is a displayed name; the thread says which of that name it is.
    if (thread.empty()) thread = name_by_begin(all);
    const std::string conversation = title.empty() ? thread : fmt::format("{} ({})", title, thread);
    for (Read& read : all) {
      read.message.set_conversation(conversation);
      builder_.add(std::move(read.message), read.position, read.at_us);
    }
    describe(participants.size());
    return builder_.finish("newest first, as in the file");
  }

 private:
  /// Text as it was written: repaired only where all of it decodes.
  std::string words(std::string text) {
    if (auto repaired = undo_latin_1(text)) {
      ++repaired_;
      return *std::move(repaired);
    }
    return text;
  }

  template <typename Reads>
  static std::string name_by_begin(const Reads& all) {
    detail::ConversationName name{"instagram"};
    for (auto each = all.rbegin(); each != all.rend(); ++each)
      name.take(each->message, each->at_us);
    return name.text();
  }

  v1::Message message_of(const Json& each) {
    v1::Message message;
    message.set_application(std::string{kInstagram});
    message.set_kind(v1::Message::message);
    message.set_sender(words(text_of(each, "sender_name")));
    message.set_text(words(text_of(each, "content")));
    const std::string type = text_of(each, "type");
    if (type == "Subscribe" || type == "Unsubscribe") message.set_kind(v1::Message::service);
    if (const auto seconds = each.find("call_duration"); seconds != each.end() &&
                                                         seconds->is_number_integer() &&
                                                         seconds->get<std::int64_t>() >= 0) {
      message.set_kind(v1::Message::call);
      message.set_duration_s(seconds->get<std::int64_t>());
    }
    if (const auto unsent = each.find("is_unsent");
        unsent != each.end() && unsent->is_boolean() && unsent->get<bool>())
      message.set_deleted(true);
    for (const char* member : {"photos", "videos", "audio_files", "gifs", "files"})
      if (const Json* files = array_of(each, member))
        for (const Json& file : *files)
          if (std::string path = text_of(file, "uri"); !path.empty())
            message.add_attachments(std::move(path));
    if (const Json* sticker = object_of(each, "sticker"))
      message.add_attachments(text_of(*sticker, "uri"));
    if (const Json* share = object_of(each, "share"))
      if (std::string link = text_of(*share, "link"); !link.empty())
        message.add_attachments(std::move(link));
    if (array_of(each, "reactions") != nullptr) ++reactions_;
    return message;
  }

  void describe(std::size_t participants) {
    if (repaired_ > 0)
      builder_.note(
          fmt::format("{} texts were UTF-8 read as Latin-1; they were put right, because "
                      "all of each decodes",
                      repaired_));
    if (reactions_ > 0)
      builder_.note(fmt::format("{} messages have reactions, which are left alone", reactions_));
    if (participants > 0)
      builder_.note(
          fmt::format("the export lists {} participants: each message is taken as received "
                      "by all others, though some may have joined or left since",
                      participants));
  }

  detail::MessageBuilder builder_;
  std::uint32_t repaired_ = 0;
  std::uint32_t reactions_ = 0;
};

Detection detect_instagram(std::string_view bytes, std::string_view) {
  const auto names = detail::member_names(bytes);
  if (!names.contains("messages") || !names.contains("sender_name") ||
      !names.contains("timestamp_ms"))
    return {};
  return {0.95,
          "JSON with messages that have sender_name and timestamp_ms, as Instagram and "
          "Facebook export them"};
}

}  // namespace

Adapter instagram_adapter() {
  return {"instagram", "1", "Instagram or Facebook conversation as JSON", detect_instagram,
          [](const AdapterInput& input) -> core::Result<RecordBatch> {
            PALERMO_TRY(detail::MessageBuilder builder,
                        detail::MessageBuilder::make(input, "records"));
            return InstagramReader{std::move(builder)}.read(input);
          }};
}

}  // namespace palermo::ingest
