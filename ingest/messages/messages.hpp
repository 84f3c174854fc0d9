// Exports of chats and text messages: docs/formats/messages.md.
#pragma once

#include "ingest/batch.hpp"
#include "ingest/calls/call_adapter.hpp"

namespace palermo::ingest {

/// How a chat text writes its dates.
enum class DateOrder {
  FromValues,  // decided over the whole file, or refused
  DayMonthYear,
  MonthDayYear,
  YearMonthDay,
  YearDayMonth,
};

/// "Export chat" of WhatsApp: `[15/04/2016, 15:04:11] Name: text` or `15.04.2016, 15:04 - Name:
/// text`. One record for each line with a header; positions are lines.
[[nodiscard]] Adapter whatsapp_adapter(DateOrder order);
/// `[2019-12-24, 12:23] Name: text`.
[[nodiscard]] Adapter signal_adapter();
/// result.json of Telegram Desktop: one chat, or a whole account. Positions are records.
[[nodiscard]] Adapter telegram_adapter();
/// message_1.json of Instagram and Facebook. Positions are records.
[[nodiscard]] Adapter instagram_adapter();
/// `<smses>` of Android backups: SMS and MMS. Positions are records.
[[nodiscard]] Adapter sms_backup_adapter();
/// `<calls>` of the same backups. Positions are records.
[[nodiscard]] CallAdapter calls_backup_adapter();
/// Microblogs and dispatch messages of the VAST Challenge 2014. Positions are lines.
[[nodiscard]] Adapter vast2014_adapter();

}  // namespace palermo::ingest
