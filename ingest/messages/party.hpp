// Who a message names: numbers, accounts, and displayed names that are nobody in particular.
#pragma once

#include <string>
#include <string_view>

#include "core/store/record_row.hpp"
#include "palermo/v1/record.pb.h"

namespace palermo::ingest {

/// Names of applications as Message.application holds them.
inline constexpr std::string_view kWhatsApp = "WhatsApp";
inline constexpr std::string_view kTelegram = "Telegram";
inline constexpr std::string_view kSignal = "Signal";
inline constexpr std::string_view kInstagram = "Instagram/Facebook";
inline constexpr std::string_view kSms = "SMS";
inline constexpr std::string_view kMms = "MMS";
inline constexpr std::string_view kMicroblog = "microblog";

/// The identifier behind a sender or recipient, a function of the message and that text alone:
/// - a text of digits behind a plus sign, and every address of SMS and MMS: a number, read by
///   read_number;
/// - `user123`, `channel123`, `chat123` and bare digits of Telegram: the account
/// "telegram:user123",
///   which is one over all exports;
/// - an author of microblogs: the account "microblog:NAME";
/// - a displayed name: the account "NAME@CONVERSATION". It was saved on one phone or chosen by its
///   bearer, so the same name in another conversation is another identifier until somebody states
///   that both are one person;
/// - of any other application: read_identifier.
/// The raw text is as received, so that a search for the bare name finds it in every conversation.
/// @param country  ISO 3166-1 alpha-2 that national numbers are read with
[[nodiscard]] store::ObservedIdentifier read_party(const v1::Message& message,
                                                   std::string_view text, std::string_view country);

/// Whether a displayed name is a number: digits behind a plus sign, with nothing else than blanks,
/// dots, hyphens, parentheses and invisible marks.
[[nodiscard]] bool is_number_text(std::string_view text);

/// Whether an SMS or MMS was written and never sent: it is outgoing and has no time of sending.
[[nodiscard]] bool is_unsent(const v1::Message& message);

/// Whether a message ties its sender to those who received it: somebody's words (or a call) that
/// were sent, with a sender. Lines of the application, dispatches and drafts do not.
[[nodiscard]] bool ties_sender(const v1::Message& message);

}  // namespace palermo::ingest
