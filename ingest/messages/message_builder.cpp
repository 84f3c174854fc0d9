#include "ingest/messages/message_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/time.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest::detail {
namespace {

/// About the year 5000: what lies beyond is no time of a message.
constexpr std::int64_t kMaxMilliseconds = 100'000'000'000'000;

}  // namespace

core::Result<MessageBuilder> MessageBuilder::make(const AdapterInput& input,
                                                  std::string positions) {
  PALERMO_TRY(TimeReader times, TimeReader::make(input.options));
  return MessageBuilder{input, std::move(positions), std::move(times)};
}

core::Result<bool> MessageBuilder::take_time(std::uint32_t position, std::string_view field,
                                             std::string_view raw, std::string* text,
                                             std::optional<std::int64_t>* us) {
  ReadTime time = times_.read(raw, false);
  switch (time.state) {
    case ReadTime::State::Absent:
      reject(position, "MISSING_TIME", fmt::format("'{}' is missing", field));
      return false;
    case ReadTime::State::NoZone: {
      core::Error error = no_zone_error(position, field);
      if (batch_.positions == "records") {
        error.message =
            fmt::format("record {}: '{}' is a local time without offset", position, field);
        error.where->line = 0;
      }
      return error;
    }
    case ReadTime::State::Bad:
      reject(position, "BAD_TIME", fmt::format("'{}': {}", field, time.why));
      return false;
    case ReadTime::State::Ok:
      break;
  }
  *text = std::move(time.text);
  *us = time.instant.us;
  return true;
}

bool MessageBuilder::take_milliseconds(std::string_view raw, std::string* text,
                                       std::optional<std::int64_t>* us) {
  std::int64_t milliseconds = 0;
  const auto read = std::from_chars(raw.data(), raw.data() + raw.size(), milliseconds);
  if (read.ec != std::errc{} || read.ptr != raw.data() + raw.size() || milliseconds <= 0 ||
      milliseconds > kMaxMilliseconds)
    return false;
  // Through the reader of times, which counts it as one that needs no zone.
  const ReadTime time = times_.read(core::format_utc(milliseconds * 1000), false);
  if (time.state != ReadTime::State::Ok) return false;
  *text = time.text;
  *us = time.instant.us;
  return true;
}

void MessageBuilder::mention(store::RecordRow& row, const std::string& text) {
  if (text.empty()) return;
  store::ObservedIdentifier found = read_party(row.record.message(), text, country_);
  if (found.kind == "msisdn" && !found.valid && invalid_.insert(found.value).second)
    ++batch_.invalid_numbers;
  if (std::find(row.identifiers.begin(), row.identifiers.end(), found) == row.identifiers.end())
    row.identifiers.push_back(std::move(found));
}

void MessageBuilder::add(v1::Message message, std::uint32_t position,
                         std::optional<std::int64_t> at_us) {
  if (message.message_id().empty()) {
    const std::uint32_t nth = ++alike_[core::sha256(message.SerializeAsString())];
    if (nth > 1) {
      message.set_message_id(fmt::format("repeat-{}", nth));
      ++repeats_;
    }
  }
  store::RecordRow row;
  row.kind = "message";
  row.data_type = authorization::DataType::Content;
  row.targets = owners_;
  row.from_us = row.to_us = at_us;
  row.record.set_line(position);
  *row.record.mutable_message() = std::move(message);
  mention(row, row.record.message().sender());
  for (const std::string& recipient : row.record.message().recipients()) mention(row, recipient);
  if (!row.record.message().conversation().empty())
    row.identifiers.push_back({"conversation",
                               row.record.message().conversation(),
                               row.record.message().conversation(),
                               true,
                               {}});
  batch_.rows.push_back(std::move(row));
}

void MessageBuilder::reject(std::uint32_t position, std::string code, std::string message) {
  v1::Reject& out = batch_.rejects.emplace_back();
  out.set_line(position);
  out.set_code(std::move(code));
  out.set_message(std::move(message));
}

core::Result<RecordBatch> MessageBuilder::finish(std::string mapping) {
  if (size() == 0) return bad_input(0, "not one message", "check that it was exported completely");
  if (batch_.rows.empty())
    return bad_input(batch_.rejects.front().line(),
                     fmt::format("every one of the {} messages is rejected; the first: {} ({})",
                                 batch_.rejects.size(), batch_.rejects.front().message(),
                                 batch_.rejects.front().code()),
                     "check what the file is, and name its format with --format");
  if (repeats_ > 0)
    batch_.notices.push_back(
        fmt::format("{} messages are alike in everything to an earlier one of the file; all are "
                    "kept, the later ones as repeat-2, repeat-3 …",
                    repeats_));
  if (owners_.empty())
    batch_.notices.emplace_back(
        "nothing in the file says whose device or account it came from: an authorization is "
        "compared by time and data type, not by target");
  batch_.rows_read = static_cast<std::uint32_t>(size());
  batch_.mapping = std::move(mapping);
  times_.report(batch_);
  return std::move(batch_);
}

void ConversationName::take(const v1::Message& message, std::optional<std::int64_t> at_us) {
  if (done_) return;
  begin_ += fmt::format("{}\n{}\n{}\n", at_us.value_or(0), message.sender(), message.text());
  done_ = !message.sender().empty();
}

std::string ConversationName::text() {
  return fmt::format("{}-{}", application_, core::to_hex(core::sha256(begin_)).substr(0, 12));
}

}  // namespace palermo::ingest::detail
