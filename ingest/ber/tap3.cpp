#include "ingest/ber/tap3.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/text.hpp"
#include "ingest/ber/ber_reader.hpp"
#include "ingest/ber/ber_values.hpp"
#include "ingest/ber/tap3_header.hpp"
#include "ingest/calls/adapter_table.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using core::Result;
using core::Status;

constexpr std::string_view kUnknownParty = "unknown";  // nobody's number to the reader of calls

enum class EventKind { Originated, Terminated, Data, Other };

struct EventType {
  TapTag tag;
  EventKind kind;
  const char* name;
};
constexpr EventType kEvents[] = {
    {TapTag::MobileOriginatedCall, EventKind::Originated, "MobileOriginatedCall"},
    {TapTag::MobileTerminatedCall, EventKind::Terminated, "MobileTerminatedCall"},
    {TapTag::GprsCall, EventKind::Data, "GprsCall"},
    {TapTag::SupplServiceEvent, EventKind::Other, "SupplServiceEvent"},
    {TapTag::ServiceCentreUsage, EventKind::Other, "ServiceCentreUsage"},
    {TapTag::ContentTransaction, EventKind::Other, "ContentTransaction"},
    {TapTag::LocationService, EventKind::Other, "LocationService"},
    {TapTag::MessagingEvent, EventKind::Other, "MessagingEvent"},
    {TapTag::MobileSession, EventKind::Other, "MobileSession"}};

/// The only element of the file, with nothing but padding behind it.
Result<BerElement> batch_of(std::string_view bytes) {
  BerReader reader{bytes};
  PALERMO_TRY(const auto batch, reader.next());
  if (!batch || !(is_tap(*batch, TapTag::TransferBatch) || is_tap(*batch, TapTag::Notification)))
    return bad_input(0, "no TransferBatch and no Notification of TAP3", "try --format auto");
  const std::string_view rest = reader.rest();
  const bool padding =
      std::all_of(rest.begin(), rest.end(), [](char c) { return c == '\0' || c == '\xFF'; });
  if (!padding)
    return bad_input(0, fmt::format("octet {}: something behind the batch", reader.position()),
                     "two files may have been joined; cut them apart");
  return *batch;
}

class Reader {
 public:
  explicit Reader(const BerElement& batch) : header_{batch}, batch_{batch} {}

  Status read() {
    BerReader parts = BerReader::inside(batch_);
    while (true) {
      PALERMO_TRY(const auto part, parts.next());
      if (!part) break;
      if (!is_tap(*part, TapTag::CallEventDetails)) continue;
      BerReader events = BerReader::inside(*part);
      while (true) {
        PALERMO_TRY(const auto event, events.next());
        if (!event) break;
        read_event(*event);
      }
    }
    finish();
    return core::ok();
  }

  CallText out;

 private:
  void finish() {
    out.certain = true;
    out.notices = header_.sentences();
    if (header_.events() && static_cast<std::uint64_t>(*header_.events()) != number_)
      out.notices.push_back(fmt::format("the audit part counts {} call events, {} are there",
                                        *header_.events(), number_));
    std::string kinds;
    for (const auto& [name, count] : types_)
      kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count, name);
    if (!kinds.empty()) out.notices.push_back("call events: " + kinds);
    note(unnamed_,
         "rows have no number of the roaming subscriber; IMSI or IMEI alone say who it is");
    note(no_offset_,
         "times name an offset that the file's table does not have: they are local times and need "
         "--timezone of the visited network");
    note(no_network_,
         "cells are named by location area and cell alone: the file names the visited network by "
         "the sender, not by country and network code");
    note(
        partial_,
        "data events are parts of longer sessions; they were kept apart: count sessions elsewhere");
    note(forwarded_,
         "calls were forwarded by the roaming subscriber; the caller, the subscriber "
         "and the number forwarded to are one row");
    note(unsure_numbers_,
         "numbers are too short or too long for international numbers, or begin with 0: kept as "
         "digits");
  }

  void note(std::uint64_t count, const char* text) {
    if (count > 0) out.notices.push_back(fmt::format("{} {}", count, text));
  }

  /// Numbers of TAP3 are international and without a sign. What cannot be one keeps its digits.
  std::string number_of(const BerElement& event, TapTag tag) {
    const auto found = find_tap(event, tag);
    if (!found) return {};
    const auto octets = ber_octets(*found);
    if (!octets) return {};
    return international(straight_digits(*octets).value_or(std::string{}));
  }

  std::string international(const std::string& digits) {
    constexpr std::size_t kShortest = 8;  // with its country code
    constexpr std::size_t kLongest = 15;  // ITU-T E.164
    if (digits.empty()) return {};
    if (digits.size() >= kShortest && digits.size() <= kLongest && digits.front() != '0' &&
        is_digits(digits))
      return "+" + digits;
    ++unsure_numbers_;
    return digits;
  }

  /// Numbers of short messages stand there as text.
  std::string text_number(const BerElement& event, TapTag tag) {
    std::string text = tap_text(event, tag);
    if (!core::is_valid_utf8(text)) return {};
    return is_digits(text) ? international(text) : text;
  }

  static std::string digits_of(const BerElement& event, TapTag tag) {
    const auto found = find_tap(event, tag);
    const auto octets = found ? ber_octets(*found) : std::nullopt;
    return octets ? straight_digits(*octets).value_or(std::string{}) : std::string{};
  }

  std::string start_of(const BerElement& event) {
    const auto stamp = find_tap(event, TapTag::CallEventStartTimeStamp);
    if (!stamp) return {};
    const auto code = tap_integer(*stamp, TapTag::UtcTimeOffsetCode);
    const std::string offset = code ? header_.offset(*code) : std::string{};
    std::string time = tap_time(tap_text(*stamp, TapTag::LocalTimeStamp), offset);
    if (!time.empty() && time.find_first_of("+", 11) == std::string::npos &&
        time.find('-', 11) == std::string::npos)
      ++no_offset_;
    return time;
  }

  /// The parts that an event without party or time does have, by name: places, not values.
  static std::string held(const BerElement& event) {
    struct Part {
      TapTag tag;
      const char* name;
    };
    constexpr Part kParts[] = {
        {TapTag::CallEventStartTimeStamp, "time"},   {TapTag::TotalCallEventDuration, "duration"},
        {TapTag::RecEntityCode, "recording entity"}, {TapTag::CallReference, "call reference"},
        {TapTag::LocationArea, "location area"},     {TapTag::CellId, "cell"}};
    std::string text;
    for (const Part& part : kParts)
      if (find_tap(event, part.tag)) text += (text.empty() ? "" : ", ") + std::string{part.name};
    return text.empty() ? "it is empty" : "it holds: " + text;
  }

  void read_event(const BerElement& event) {
    ++number_;
    const auto* type =
        std::find_if(std::begin(kEvents), std::end(kEvents),
                     [&](const EventType& known) { return is_tap(event, known.tag); });
    if (type == std::end(kEvents)) {
      ++types_["of an unknown kind"];
      return out.reject(
          number_, "UNKNOWN_RECORD",
          fmt::format("tag {}: no call event of TAP3 (octet {})", event.tag, event.at));
    }
    ++types_[type->name];
    if (type->kind == EventKind::Other)
      return out.reject(
          number_, "OTHER_RECORD",
          fmt::format("{}: no call, message or data session (octet {})", type->name, event.at));
    const std::string imsi = digits_of(event, TapTag::Imsi);
    const std::string imei = digits_of(event, TapTag::Imei);
    const std::string served = number_of(event, TapTag::Msisdn);
    std::string called = number_of(event, TapTag::CalledNumber);
    if (called.empty()) called = text_number(event, TapTag::DialledDigits);
    std::string calling = number_of(event, TapTag::CallingNumber);
    const std::string sms_to = text_number(event, TapTag::SmsDestinationNumber);
    const std::string sms_from = text_number(event, TapTag::SmsOriginator);
    const std::string start = start_of(event);
    const bool nobody = imsi.empty() && imei.empty() && served.empty() && called.empty() &&
                        calling.empty() && sms_to.empty() && sms_from.empty();
    if (nobody && start.empty())
      return out.reject(number_, "EMPTY_EVENT",
                        fmt::format("{} without party and time; {} (octet {})", type->name,
                                    held(event), event.at));
    if (nobody)
      return out.reject(number_, "MISSING_A_NUMBER",
                        fmt::format("{} without a number, an IMSI or an IMEI; {} (octet {})",
                                    type->name, held(event), event.at));
    if (start.empty())
      return out.reject(number_, "MISSING_TIME",
                        fmt::format("{} without a time that can be read; {} (octet {})", type->name,
                                    held(event), event.at));
    CallTextRow row;
    row.position = number_;
    row.start = start;
    row.imsi = imsi;
    row.imei = imei;
    row.roaming = header_.sender();
    const std::string cell = cell_of(event);
    row.cell = cell;
    const bool sms = is_sms(event) || !sms_to.empty() || !sms_from.empty();
    row.kind = type->kind == EventKind::Data ? "data" : sms ? "sms" : "call";
    const auto duration = tap_integer(event, TapTag::TotalCallEventDuration);
    const std::string seconds = duration && !sms ? std::to_string(*duration) : std::string{};
    row.duration_s = seconds;
    if (find_tap(event, TapTag::PartialTypeIndicator)) ++partial_;
    if (!sms_to.empty()) called = sms_to;
    if (!sms_from.empty()) calling = sms_from;
    const std::string third = number_of(event, TapTag::ThirdPartyNumber);
    put_parties(type->kind, served, called, calling, third, row);
    out.add(row);
  }

  void put_parties(EventKind kind, const std::string& served, const std::string& called,
                   const std::string& calling, const std::string& third, CallTextRow& row) {
    if (served.empty()) ++unnamed_;
    if (kind == EventKind::Terminated) {
      row.a = calling;
      row.b = served;
      row.direction = "in";
    } else if (kind == EventKind::Originated && !third.empty()) {
      // A third party called, and the subscriber's network called on.
      ++forwarded_;
      row.a = third;
      row.b = served;
      row.forwarded = true;
      row.forwarded_to = called;
      row.direction = "in";
    } else {
      row.a = served;
      row.b = called;
      row.direction = "out";
    }
    if (row.a.empty()) row.a = kUnknownParty;
  }

  /// Teleservices 21 and 22 (3GPP TS 29.002): short message received, sent.
  static bool is_sms(const BerElement& event) {
    const std::string code = tap_text(event, TapTag::TeleServiceCode);
    return code == "21" || code == "22";
  }

  std::string cell_of(const BerElement& event) {
    const auto area = tap_integer(event, TapTag::LocationArea);
    const auto cell = tap_integer(event, TapTag::CellId);
    if (!area && !cell) return {};
    if (!cell) return fmt::format("LAC {}", *area);
    ++no_network_;
    return area ? fmt::format("{}-{}", *area, *cell) : std::to_string(*cell);
  }

  TapHeader header_;
  BerElement batch_;
  std::uint64_t number_ = 0;
  std::map<std::string, std::uint64_t> types_;
  std::uint64_t unnamed_ = 0, no_offset_ = 0, no_network_ = 0, partial_ = 0, forwarded_ = 0,
                unsure_numbers_ = 0;
};

Detection detect(std::string_view bytes, std::string_view) {
  BerReader reader{bytes};
  const auto batch = reader.next();
  if (!batch || !*batch || !(*batch)->constructed) return {};
  const bool notification = is_tap(**batch, TapTag::Notification);
  if (!notification && !is_tap(**batch, TapTag::TransferBatch)) return {};
  if (!find_tap(**batch, TapTag::Sender) || !find_tap(**batch, TapTag::FileSequenceNumber))
    return {};
  return {0.98, fmt::format("BER whose outer tag is that of a {} of TAP3, with sender and file "
                            "sequence number",
                            notification ? "Notification" : "TransferBatch")};
}

Result<CallText> read(const AdapterInput& input) {
  PALERMO_TRY(const BerElement batch, batch_of(input.bytes));
  Reader reader{batch};
  PALERMO_CHECK_OK(reader.read());
  return std::move(reader.out);
}

}  // namespace

CallAdapter tap3_adapter() {
  return {"tap3", "1", "roaming records between operators, GSMA TAP3", detect, read, true};
}

}  // namespace palermo::ingest
