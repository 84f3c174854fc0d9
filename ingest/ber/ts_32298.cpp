#include "ingest/ber/ts_32298.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/text.hpp"
#include "ingest/ber/charging_file.hpp"
#include "ingest/ber/charging_record.hpp"
#include "ingest/ber/partial_calls.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using core::Result;
using core::Status;

constexpr std::string_view kUnknownParty = "unknown";  // nobody's number to the reader of calls
constexpr std::size_t kMostNamed = 20;

// CauseForTerm
constexpr std::int64_t kPartialRecord = 1;
constexpr std::int64_t kPartialReestablished = 2;
constexpr std::int64_t kUnsuccessful = 3;

bool is_partial(const ChargingRecord& record) {
  return record.cause == kPartialRecord || record.cause == kPartialReestablished;
}

const std::string& start_of(const ChargingRecord& record) {
  for (const std::string* text : {&record.answer, &record.seizure, &record.event, &record.release})
    if (!text->empty()) return *text;
  return record.answer;
}

bool is_call(const ChargingRecord& record) { return record.type->kind == "call"; }

bool has_party(const ChargingRecord& record) {
  return !record.served.empty() || !record.calling.empty() || !record.called.empty() ||
         !record.imsi.empty() || !record.imei.empty();
}

std::string list_of(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  std::size_t named = 0;
  for (const auto& [name, count] : counts) {
    if (++named > kMostNamed) return text + ", …";
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  }
  return text;
}

class Reader {
 public:
  explicit Reader(bool keep_going) : keep_going_{keep_going} {}

  /// First way through the file: which records are parts of one call.
  void look(const BerElement& element) {
    ++number_;
    const auto record = read_charging_record(element);
    if (!record || record->type == nullptr || record->type->kind != "call") return;
    if (!record->sequence || record->reference.empty() || !has_party(*record)) return;
    CallPart part;
    part.number = number_;
    part.call =
        fmt::format("{}/{}/{}/{}/{}/{}/{}", record->choice, record->entity, record->reference,
                    record->imsi, record->served, record->calling, record->called);
    part.sequence = *record->sequence;
    part.goes_on = is_partial(*record);
    part.start = start_of(*record);
    part.duration_s = record->duration_s.value_or(0);
    part.answered = !record->answer.empty();
    part.last_cell = record->last_cell.empty() ? record->cell : record->last_cell;
    parts_.add(std::move(part));
  }

  void looked() {
    parts_.join();
    number_ = 0;
  }

  /// Second way: rows and rejects.
  void take(const BerElement& element) {
    ++number_;
    auto read = read_charging_record(element);
    if (!read) return out.reject(number_, "BROKEN_RECORD", read.error().message);
    const ChargingRecord& record = *read;
    if (record.type == nullptr) {
      return out.reject(
          number_, "UNKNOWN_RECORD",
          fmt::format("tag [{}] with recordType {}: no record of the published module; a vendor's "
                      "own is not guessed at (octet {})",
                      record.choice, *record.record_type, element.at));
    }
    if (record.type->kind.empty()) {
      recognised_ = true;
      return out.reject(number_, "OTHER_RECORD",
                        fmt::format("{}: no call, message, data session or location (octet {})",
                                    record.type->name, element.at));
    }
    recognised_ = true;
    count(record);
    if (!has_party(record))
      return out.reject(number_, "MISSING_A_NUMBER",
                        fmt::format("{}: neither a number nor an IMSI nor an IMEI (octet {})",
                                    record.type->name, element.at));
    if (start_of(record).empty())
      return out.reject(
          number_, "MISSING_TIME",
          fmt::format("{}: no time that can be read (octet {})", record.type->name, element.at));
    if (const auto first = parts_.joined_into(number_))
      return out.reject(
          number_, "PARTIAL_RECORD",
          fmt::format("a later part of the call of record {}, whose row has its seconds (octet {})",
                      *first, element.at));
    add(record);
  }

  void other_encoding(std::size_t at, std::string_view encoding) {
    out.reject(++number_, "OTHER_ENCODING",
               fmt::format("a record in {}, not in BER (octet {})", encoding, at));
  }

  void broken(const core::Error& error) {
    out.reject(++number_, "BROKEN_RECORD", error.message + "; what follows was not read");
  }

  void finish() {
    out.certain = recognised_;
    if (!types_.empty()) out.notices.push_back("records: " + list_of(types_));
    std::uint64_t joined = 0;
    for (const auto& [first, call] : parts_.calls()) joined += call.parts.size();
    if (joined > 0)
      out.notices.push_back(fmt::format(
          "{} partial records are parts of {} long calls and became one row each, at the first "
          "part, with the seconds of all: each part's duration is its own (TS 32.250)",
          joined, parts_.calls().size()));
    note(parts_.late_beginnings(),
         "calls begin with a later part: what came before is in no record of this file");
    note(parts_.open_ends(), "calls end with a partial record: they went on after it");
    note(partial_alone_,
         "partial records of calls name no sequence number or no call reference; they were kept "
         "apart, so one call may stand in several rows");
    note(partial_data_,
         "records are parts of longer data sessions (closed for volume, time, a change of node or "
         "radio); they were kept apart, each with its own place: count sessions elsewhere");
    note(gateways_,
         "records are of gateways, transit and rerouting: the same call stands in the records of "
         "the two ends as well, where the file has them");
    note(forwarded_,
         "records are of forwarded calls; the caller, the forwarding party and the "
         "number forwarded to are one row");
    note(holding_,
         "calls were not answered; the seconds they rang are no duration and were left out");
    note(no_originator_, "messages received name no sender: the record of the other end has it");
    note(unnamed_,
         "rows have no number of the party whose record it is; IMSI or IMEI alone say "
         "who it is");
    note(restricted_, "callers withheld their number from the called party; the network knew it");
    note(connected_elsewhere_,
         "calls were answered by another number than the one dialled; the dialled one was kept");
    note(no_network_,
         "cells are named by location area and cell alone: the record does not say of which "
         "network");
    note(areas_, "places name an area of many cells, not a cell");
    note(cells_between_,
         "changes of cell lie between the first and the last cell of a call and "
         "were left alone");
    note(extensions_, "records carry extensions of the vendor, left alone");
    if (!unknown_.empty())
      out.notices.push_back(
          "fields with tags that the published module does not have (a vendor's, "
          "or a later release's), left alone: " +
          list_of(unknown_));
    if (!unreadable_.empty())
      out.notices.push_back("fields whose octets could not be read, left out: " +
                            list_of(unreadable_));
  }

  [[nodiscard]] Status walk(std::string_view bytes) {
    ChargingVisitor first;
    first.record = [this](const BerElement& element) { look(element); };
    first.other_encoding = [this](std::size_t, std::string_view) { ++number_; };
    if (keep_going_) first.broken = [](const core::Error&) {};
    PALERMO_CHECK_OK(for_each_charging_record(bytes, first));
    looked();
    ChargingVisitor second;
    second.record = [this](const BerElement& element) { take(element); };
    second.other_encoding = [this](std::size_t at, std::string_view name) {
      other_encoding(at, name);
    };
    if (keep_going_) second.broken = [this](const core::Error& error) { broken(error); };
    second.notices = &out.notices;
    return for_each_charging_record(bytes, second);
  }

  CallText out;

 private:
  void note(std::uint64_t count, const char* text) {
    if (count > 0) out.notices.push_back(fmt::format("{} {}", count, text));
  }

  void count(const ChargingRecord& record) {
    ++types_[std::string{record.type->name}];
    if (record.has_extensions) ++extensions_;
    for (const auto& [tag, times] : record.unknown_tags)
      unknown_[fmt::format("{} [{}]", record.type->name, tag)] += times;
    for (const auto& [tag, times] : record.unreadable_tags)
      unreadable_[fmt::format("{} [{}]", record.type->name, tag)] += times;
  }

  void add(const ChargingRecord& record) {
    const ChargingRecordType& type = *record.type;
    const JoinedCall* joined = parts_.first_part(number_);
    CallTextRow row;
    row.position = number_;
    row.kind = type.kind;
    row.start = start_of(record);
    row.imsi = record.imsi;
    row.imei = record.imei;
    row.cell = record.cell;
    row.last_cell = joined != nullptr ? joined->last_cell : record.last_cell;
    if (row.last_cell == row.cell) row.last_cell = {};
    put_parties(record, row);
    const std::string duration = put_duration(record, joined, row);
    row.duration_s = duration;
    note_places(record);
    out.add(row);
  }

  void put_parties(const ChargingRecord& record, CallTextRow& row) {
    row.forwarded = record.forwarded;
    if (record.calling_restricted) ++restricted_;
    switch (record.type->owner) {
      case ChargingOwner::Caller:
        if (record.forwarded && is_call(record) && !record.calling.empty()) {
          // The record of the party who forwards: somebody else called, and it called on.
          ++forwarded_;
          row.a = record.calling;
          row.b = record.served;
          row.forwarded_to = record.called;
          row.direction = "in";
          break;
        }
        row.a = record.served.empty() ? record.calling : record.served;
        row.b = record.called;
        row.direction = "out";
        if (row.a.empty()) ++unnamed_;
        break;
      case ChargingOwner::Called:
        row.a = record.calling;
        row.b = record.served.empty() ? record.called : record.served;
        row.direction = "in";
        if (row.b.empty()) ++unnamed_;
        if (row.a.empty() && record.type->kind == "sms") ++no_originator_;
        break;
      case ChargingOwner::Nobody:
        row.a = record.calling;
        row.b = record.called;
        break;
    }
    if (row.a.empty()) row.a = kUnknownParty;
    if (record.type->kind == "call" && record.choice >= 2) ++gateways_;
    if (!record.connected.empty() && !record.called.empty() && record.connected != record.called)
      ++connected_elsewhere_;
  }

  std::string put_duration(const ChargingRecord& record, const JoinedCall* joined,
                           CallTextRow& row) {
    if (record.type->kind == "sms") {
      row.not_answered = record.not_delivered;
      return {};
    }
    if (is_call(record)) {
      const bool answered = joined != nullptr ? joined->answered : !record.answer.empty();
      row.not_answered = !answered || record.cause == kUnsuccessful;
      if (row.not_answered) {
        if (record.duration_s.value_or(0) > 0) ++holding_;
        return {};
      }
      if (joined != nullptr) return std::to_string(joined->duration_s);
      if (is_partial(record) && (!record.sequence || record.reference.empty())) ++partial_alone_;
    } else if (record.type->kind == "data") {
      constexpr std::int64_t kFirstLimit = 16;  // CauseForRecClosing: volumeLimit …
      constexpr std::int64_t kLastLimit = 27;
      if (record.cause == kPartialRecord ||
          (record.cause && *record.cause >= kFirstLimit && *record.cause <= kLastLimit))
        ++partial_data_;
    }
    return record.duration_s ? std::to_string(*record.duration_s) : std::string{};
  }

  void note_places(const ChargingRecord& record) {
    if (record.area_only) ++areas_;
    cells_between_ += record.cells_between;
    if (!record.area_only && std::count(record.cell.begin(), record.cell.end(), '-') == 1)
      ++no_network_;
  }

  bool keep_going_ = false;
  bool recognised_ = false;
  std::uint64_t number_ = 0;
  PartialCalls parts_;
  std::map<std::string, std::uint64_t> types_, unknown_, unreadable_;
  std::uint64_t partial_alone_ = 0, partial_data_ = 0, gateways_ = 0, forwarded_ = 0, holding_ = 0,
                no_originator_ = 0, unnamed_ = 0, restricted_ = 0, connected_elsewhere_ = 0,
                no_network_ = 0, areas_ = 0, cells_between_ = 0, extensions_ = 0;
};

Detection detect(std::string_view bytes, std::string_view) {
  // Text begins with no tag of these records: the first octet of most is above 0x7F, and a file
  // header begins with a length whose first octets are 0.
  if (bytes.size() < 4) return {};
  constexpr std::size_t kLook = 20;
  std::size_t good = 0;
  std::size_t others = 0;
  std::set<std::string> names;
  ChargingVisitor visitor;
  visitor.at_most = kLook;
  visitor.record = [&](const BerElement& element) {
    const auto record = read_charging_record(element);
    if (record && record->type != nullptr) {
      ++good;
      names.insert(std::string{record->type->name});
    } else {
      ++others;
    }
  };
  visitor.other_encoding = [&others](std::size_t, std::string_view) { ++others; };
  visitor.broken = [](const core::Error&) {};
  if (!for_each_charging_record(bytes, visitor)) return {};
  const bool headed = charging_form(bytes) == ChargingForm::Headed;
  if (good == 0) {
    if (headed)
      return {0.6, "the file header of 3GPP TS 32.297, and no record of a published type"};
    return {};
  }
  std::string kinds;
  for (const std::string& name : names) kinds += (kinds.empty() ? "" : ", ") + name;
  return {others > good ? 0.7 : 0.97,
          fmt::format("{}BER records of 3GPP TS 32.298: {} of the first {} are {}",
                      headed ? "the file header of 3GPP TS 32.297 and " : "", good, good + others,
                      kinds)};
}

Result<CallText> read(const AdapterInput& input) {
  Reader reader{input.options.keep_going};
  PALERMO_CHECK_OK(reader.walk(input.bytes));
  reader.finish();
  if (reader.out.rows == 0 && reader.out.rejects.empty() &&
      charging_form(input.bytes) != ChargingForm::Headed)
    return bad_input(0, "no charging record in this file", "try --format auto");
  return std::move(reader.out);
}

}  // namespace

CallAdapter ts_32298_adapter() {
  return {"ts_32298", "1",  "charging records of exchanges and gateways, 3GPP TS 32.298 in BER",
          detect,     read, true};
}

}  // namespace palermo::ingest
