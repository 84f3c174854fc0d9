#include "ingest/messages/party.hpp"

#include <algorithm>

#include "ingest/identifiers.hpp"

namespace palermo::ingest {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_telegram_id(std::string_view text) {
  for (const std::string_view prefix : {"user", "channel", "chat"})
    if (text.starts_with(prefix)) {
      text.remove_prefix(prefix.size());
      break;
    }
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

store::ObservedIdentifier account(std::string value, std::string_view raw) {
  return {"account", std::move(value), std::string{raw}, true, {}};
}

}  // namespace

bool is_number_text(std::string_view text) {
  std::size_t digits = 0;
  bool plus = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      if (!plus) return false;
      ++digits;
    } else if (c == '+') {
      if (plus) return false;
      plus = true;
    } else if (text.substr(i).starts_with("\xC2\xA0")) {
      ++i;
    } else if (text.substr(i).starts_with("\xE2\x80") || text.substr(i).starts_with("\xE2\x81") ||
               text.substr(i).starts_with("\xEF\xBB\xBF")) {
      i += 2;  // spaces, hyphens and direction marks
    } else if (c != ' ' && c != '-' && c != '.' && c != '(' && c != ')') {
      return false;
    }
  }
  return digits >= 5;
}

store::ObservedIdentifier read_party(const v1::Message& message, std::string_view text,
                                     std::string_view country) {
  const std::string_view application = message.application();
  if (application == kSms || application == kMms || is_number_text(text))
    return read_number(text, country);
  if (application == kTelegram && is_telegram_id(text))
    return account("telegram:" + std::string{text}, text);
  if (application == kMicroblog) return account("microblog:" + std::string{text}, text);
  if (application == kWhatsApp || application == kTelegram || application == kSignal ||
      application == kInstagram)
    return account(std::string{text} + "@" + message.conversation(), text);
  return read_identifier(text, country);
}

bool is_unsent(const v1::Message& message) {
  return (message.application() == kSms || message.application() == kMms) &&
         message.direction() == v1::Message::out && message.sent_at().empty();
}

bool ties_sender(const v1::Message& message) {
  return !message.sender().empty() && !is_unsent(message) &&
         (message.kind() == v1::Message::message || message.kind() == v1::Message::call ||
          message.kind() == v1::Message::kind_unspecified);
}

}  // namespace palermo::ingest
