// What WhatsApp itself writes into a text, in the languages known here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace palermo::ingest::detail {

/// Name of the file that a text says is attached: "<attached: NAME>", "NAME (file attached)".
[[nodiscard]] std::optional<std::string> attached_file(std::string_view text);
/// Whether the text stands for a picture, a video or a voice message that was left out.
[[nodiscard]] bool is_media_omitted(std::string_view text);
/// Whether the text stands for a message that its author deleted.
[[nodiscard]] bool is_deleted(std::string_view text);
/// Whether the text ends with the mark of an edited message.
[[nodiscard]] bool is_edited(std::string_view text);
/// Whether it is the notice on encryption, which some phones write under the chat's own name.
[[nodiscard]] bool is_encryption_notice(std::string_view text);

}  // namespace palermo::ingest::detail
