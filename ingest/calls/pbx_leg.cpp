#include "ingest/calls/pbx_leg.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::ingest {
namespace {

/// Number and name of release causes that end a call before anybody answers. What can end a
/// conversation as well (NORMAL_CLEARING, NORMAL_UNSPECIFIED, RECOVERY_ON_TIMER_EXPIRE, transfers,
/// …) is not here.
constexpr std::string_view kUnanswered =
    " "
    "1 UNALLOCATED_NUMBER "
    "2 NO_ROUTE_TRANSIT_NET "
    "3 NO_ROUTE_DESTINATION "
    "17 USER_BUSY "
    "18 NO_USER_RESPONSE "
    "19 NO_ANSWER "
    "20 SUBSCRIBER_ABSENT "
    "21 CALL_REJECTED "
    "22 NUMBER_CHANGED "
    "25 EXCHANGE_ROUTING_ERROR "
    "28 INVALID_NUMBER_FORMAT "
    "29 FACILITY_REJECTED "
    "34 NORMAL_CIRCUIT_CONGESTION "
    "42 SWITCH_CONGESTION "
    "44 REQUESTED_CHAN_UNAVAIL "
    "50 FACILITY_NOT_SUBSCRIBED "
    "52 OUTGOING_CALL_BARRED "
    "54 INCOMING_CALL_BARRED "
    "57 BEARERCAPABILITY_NOTAUTH "
    "58 BEARERCAPABILITY_NOTAVAIL "
    "65 BEARERCAPABILITY_NOTIMPL "
    "66 CHAN_NOT_IMPLEMENTED "
    "69 FACILITY_NOT_IMPLEMENTED "
    "79 SERVICE_NOT_IMPLEMENTED "
    "88 INCOMPATIBLE_DESTINATION "
    "487 ORIGINATOR_CANCEL "
    "502 LOSE_RACE "
    "603 USER_CHALLENGE "
    "605 PICKED_OFF "
    "606 USER_NOT_REGISTERED "
    "607 PROGRESS_TIMEOUT "
    "608 INVALID_GATEWAY "
    "609 GATEWAY_DOWN "
    "612 NO_PICKUP "
    "615 BUSY_EVERYWHERE "
    "616 DECLINE ";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Takes 1 to `most` digits off the front.
bool take_number(std::string_view& text, std::size_t most, int& value, std::size_t& digits) {
  digits = 0;
  value = 0;
  while (digits < text.size() && digits <= most && text[digits] >= '0' && text[digits] <= '9')
    value = value * 10 + (text[digits++] - '0');
  if (digits == 0 || digits > most) return false;
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// FreeSWITCH writes a row of zeros where a channel has no caller.
bool names_nobody(std::string_view party) {
  return trimmed(party).empty() || (party.size() > 1 && party.find_first_not_of('0') == party.npos);
}

/// The start with the offset in which the exchange lived, when its two readings agree on one.
std::string start_text(const PbxLeg& leg, bool& offset_unknown) {
  if (!leg.start_us) return leg.start_local;
  std::string utc = core::format_utc(*leg.start_us);
  if (leg.start_local.empty()) return utc;
  const auto local = core::parse_instant(leg.start_local + "Z");
  if (!local) return utc;
  constexpr std::int64_t kQuarter = 15 * core::kUsPerMinute;
  const bool seconds = leg.start_local.size() > 16;
  const std::int64_t unit = seconds ? core::kUsPerSecond : core::kUsPerMinute;
  const std::int64_t ahead = local->us - *leg.start_us / unit * unit;
  if (ahead % kQuarter != 0 || std::abs(ahead) > 14 * 4 * kQuarter) {
    offset_unknown = true;
    return utc;
  }
  const std::int64_t minutes = ahead / core::kUsPerMinute;
  std::string text = core::format_utc(*leg.start_us + ahead);
  text.pop_back();  // the Z
  return fmt::format("{}{}{:02}:{:02}", text, minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                     std::abs(minutes) % 60);
}

}  // namespace

bool cause_of_unanswered(std::string_view cause) {
  cause = trimmed(cause);
  constexpr std::string_view kPrefix = "SWITCH_CAUSE_";
  if (cause.starts_with(kPrefix)) cause.remove_prefix(kPrefix.size());
  if (cause.empty() || cause.find(' ') != std::string_view::npos) return false;
  return kUnanswered.find(fmt::format(" {} ", cause)) != std::string_view::npos;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!core::is_valid_utf8(out)) return std::nullopt;
  return out;
}

std::optional<Stamp> Stamp::read(std::string_view text) {
  text = trimmed(text);
  Stamp stamp;
  int a = 0;
  int b = 0;
  int c = 0;
  std::size_t digits = 0;
  if (!take_number(text, 4, a, digits)) return std::nullopt;
  stamp.year_first = digits == 4;
  if (digits == 3 || text.empty()) return std::nullopt;
  const char between = text.front();
  if (between != '-' && between != '/' && between != '.') return std::nullopt;
  if (!take(text, between) || !take_number(text, 2, b, digits) || !take(text, between) ||
      !take_number(text, 4, c, digits))
    return std::nullopt;
  if (stamp.year_first ? digits > 2 : digits != 4) return std::nullopt;
  stamp.year = stamp.year_first ? a : c;
  stamp.first = stamp.year_first ? b : a;
  stamp.second = stamp.year_first ? c : b;
  if (!take(text, ' ') && !take(text, 'T')) return std::nullopt;
  if (!take_number(text, 2, stamp.hour, digits) || !take(text, ':') ||
      !take_number(text, 2, stamp.minute, digits) || digits != 2)
    return std::nullopt;
  if (take(text, ':')) {
    int seconds = 0;
    if (!take_number(text, 2, seconds, digits) || digits != 2) return std::nullopt;
    stamp.second_of_minute = seconds;
  }
  if (!text.empty()) return std::nullopt;
  return stamp;
}

std::string Stamp::text(Order order) const {
  if (year_first != (order == Order::YearFirst)) return {};
  const int month = order == Order::DayFirst ? second : first;
  const int day = order == Order::DayFirst ? first : second;
  if (month < 1 || month > 12 || day < 1 ||
      !core::valid_day(year, static_cast<unsigned>(month), static_cast<unsigned>(day)))
    return {};
  if (hour > 23 || minute > 59 || second_of_minute.value_or(0) > 59) return {};
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}", year, month, day, hour, minute);
  if (second_of_minute) out += fmt::format(":{:02}", *second_of_minute);
  return out;
}

void PbxLegWriter::add(std::uint64_t position, const PbxLeg& leg) {
  if (!leg.uuid.empty()) uuids_.insert(leg.uuid);
  const bool no_caller = names_nobody(leg.caller);
  const std::string& dialled = leg.dialled.empty() ? leg.reached : leg.dialled;
  if (no_caller && trimmed(dialled).empty()) {
    out_.reject(position, "MISSING_A_NUMBER", "the leg names neither a caller nor a called number");
    return;
  }
  if (no_caller) ++no_caller_;
  std::vector<std::string> partners = leg.partners;
  std::erase_if(partners, [&leg](const std::string& uuid) { return uuid == leg.uuid; });
  if (!partners.empty()) partners_.push_back(std::move(partners));

  CallTextRow row;
  row.position = position;
  row.a = no_caller ? std::string_view{"withheld"} : std::string_view{leg.caller};
  row.b = dialled;
  if (!leg.reached.empty() && leg.reached != dialled) {
    row.forwarded = true;
    row.forwarded_to = leg.reached;
    ++forwarded_;
  }
  bool offset_unknown = false;
  const std::string start = start_text(leg, offset_unknown);
  if (offset_unknown) ++offset_unknown_;
  row.start = start;
  row.duration_s = leg.talk_s;
  // Seconds of talk and the time of the answer were measured; the cause is what was signalled last.
  const bool talked = leg.talk_s.find_first_of("123456789") != std::string::npos;
  const bool answered = talked || leg.answered.value_or(false);
  const bool unanswered_cause = cause_of_unanswered(leg.cause);
  if (answered && unanswered_cause) ++contradicted_;
  row.not_answered = !answered && (leg.answered.has_value() || unanswered_cause);
  const std::size_t before = out_.text.size();
  out_.add(row);
  if (leg.uuid.empty()) return;
  const std::string_view added = std::string_view{out_.text}.substr(before);
  const core::Digest digest = core::sha256(added.substr(added.find(',')));
  const auto [same, fresh] =
      seen_.try_emplace(std::string{core::bytes_of(digest)}.substr(0, 16), leg.uuid);
  if (!fresh && same->second != leg.uuid) ++alike_;
}

void PbxLegWriter::finish() {
  const auto note = [this](std::uint64_t count, std::string_view text) {
    if (count > 0) out_.notices.push_back(fmt::format("{} {}", count, text));
  };
  std::uint64_t both = 0;
  for (const auto& partners : partners_)
    if (std::any_of(partners.begin(), partners.end(),
                    [this](const std::string& uuid) { return uuids_.contains(uuid); }))
      ++both;
  if (!partners_.empty())
    out_.notices.push_back(fmt::format(
        "{} records name a partner leg, and for {} of them it stands in this file too: each leg is "
        "a record of its own, so one conversation can count twice",
        partners_.size(), both));
  note(alike_,
       "legs agree with another leg of this file in everything that a record holds, though their "
       "uuids differ; they count as duplicates");
  note(no_caller_, "records name no caller; kept as withheld");
  note(forwarded_,
       "records were called at one number and ended at another; both are kept, as forwarded");
  note(contradicted_,
       "records say that the call was answered and end with a cause of unanswered calls; kept as "
       "answered");
  note(offset_unknown_,
       "records have a local start that is no whole time zone away from their UTC start; the UTC "
       "one was taken");
}

}  // namespace palermo::ingest
