#include "ingest/calls/etsi_102657.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/calls/adapter_table.hpp"
#include "ingest/calls/user_location.hpp"
#include "ingest/profile/profile.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/xml/xml_reader.hpp"

namespace palermo::ingest {
namespace {

using core::Result;
using core::Status;

constexpr std::string_view kNamespace = "uri.etsi.org/02657/";
constexpr std::size_t kMostNamed = 40;

/// Lower case without the dashes that producers set and leave out.
std::string word_of(std::string_view text) {
  std::string word = folded(text);
  std::erase_if(word, [](char c) { return c == '-' || c == '_' || c == ' '; });
  return word;
}

/// What a choice element chose: the name of its child, or the text of a child `other`, or its own
/// text.
std::string choice_of(const XmlElement& element) {
  if (element.children.empty()) return word_of(element.text);
  const XmlElement& chosen = element.children.front();
  return word_of(chosen.name == "other" && !chosen.text.empty() ? chosen.text : chosen.name);
}

/// The first text that stands at a name anywhere inside.
std::string inner_text(const XmlElement& element, std::string_view name) {
  for (const XmlElement* found : element.descendants(name))
    if (!found->text.empty()) return found->text;
  return {};
}

/// "20310304081553+0200" as "2031-03-04T08:15:53+0200"; any other text as it is.
std::string iso_time(std::string_view text) {
  constexpr std::size_t kDigits = 14;
  if (text.size() < kDigits || !is_digits(text.substr(0, kDigits))) return std::string{text};
  return fmt::format("{}-{}-{}T{}:{}:{}{}", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2),
                     text.substr(8, 2), text.substr(10, 2), text.substr(12, 2),
                     text.substr(kDigits));
}

/// Whole seconds between two texts of iso_time.
std::optional<std::int64_t> seconds_between(std::string_view from, std::string_view to) {
  const auto readable = [](std::string_view text) {
    std::string out{text};
    const std::size_t n = out.size();
    // "+0200" is "+02:00" to the reader of instants.
    if (n > 5 && (out[n - 5] == '+' || out[n - 5] == '-') && is_digits(text.substr(n - 4)))
      out.insert(n - 2, ":");
    return core::parse_instant(out);
  };
  const auto begin = readable(from);
  const auto end = readable(to);
  if (!begin || !end || end->us < begin->us) return std::nullopt;
  return (end->us - begin->us) / core::kUsPerSecond;
}

enum class Role { Other, Caller, Called, ForwardedTo };

Role role_of(const std::string& word) {
  static const std::map<std::string, Role, std::less<>> kRoles = {
      {"originatingparty", Role::Caller},     {"smsoriginator", Role::Caller},
      {"mmsoriginator", Role::Caller},        {"terminatingparty", Role::Called},
      {"smsrecipient", Role::Called},         {"mmsrecipient", Role::Called},
      {"forwardedtoparty", Role::ForwardedTo}};
  const auto found = kRoles.find(word);
  return found == kRoles.end() ? Role::Other : found->second;
}

struct Times {
  std::string start, end, duration;
};

struct Place {
  std::string cell, latitude, longitude, azimuth;
  [[nodiscard]] bool empty() const { return cell.empty() && latitude.empty(); }
};

struct Party {
  Role role = Role::Other;
  std::string word;  // of its role
  std::string number, imsi, imei;
  Times times;
  Place place;
  [[nodiscard]] bool has_details() const {
    return !imsi.empty() || !imei.empty() || !place.empty();
  }
};

/// `"Key"="Value"` pairs of free text, keys as they are.
std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto quoted = [&text]() -> std::optional<std::string> {
    const std::size_t open = text.find('"');
    if (open == std::string_view::npos) return std::nullopt;
    const std::size_t close = text.find('"', open + 1);
    if (close == std::string_view::npos) return std::nullopt;
    std::string value{text.substr(open + 1, close - open - 1)};
    text.remove_prefix(close + 1);
    return value;
  };
  while (pairs.size() < 1000) {
    auto key = quoted();
    if (!key) break;
    const std::size_t next = text.find_first_not_of(" \t\r\n");
    if (next == std::string_view::npos || text[next] != '=') continue;
    auto value = quoted();
    if (!value) break;
    pairs.emplace_back(std::move(*key), std::move(*value));
  }
  return pairs;
}

class Reader {
 public:
  Status read_header(const XmlElement& header) {
    ++headers_;
    const std::string number = header.text_at("requestID/requestNumber");
    const std::string country = header.text_at("requestID/countryCode");
    const std::string authority = header.text_at("requestID/authorisedOrganisationID");
    const std::string& made = header.text_at("timeStamp");
    const std::string& csp = header.text_at("cSPID");
    std::string text = number.empty() ? std::string{"the answer names no request number"}
                                      : "the answer is to request " + core::printable(number, 100);
    if (!authority.empty()) text += ", asked by " + core::printable(authority, 100);
    if (!country.empty()) text += " (" + core::printable(country, 20) + ")";
    if (!csp.empty()) text += ", given by " + core::printable(csp, 100);
    if (!made.empty()) text += ", made " + core::printable(iso_time(made), 40);
    text += ": compare it with the authorization";
    if (std::find(out.notices.begin(), out.notices.end(), text) == out.notices.end() &&
        out.notices.size() < kMostNamed)
      out.notices.push_back(std::move(text));
    return core::ok();
  }

  Status read_record(const XmlElement& record) {
    ++records_;
    line_ = record.line;
    number_ = record.text_at("recordNumber");
    indicator_.clear();
    for (const XmlElement* other : record.descendants("otherInformation"))
      for (const auto& [key, value] : pairs_of(other->text)) {
        if (key == "Call Indikator") {
          indicator_ = word_of(value);
        } else if (left_alone_.size() < kMostNamed) {
          left_alone_.insert(key);
        }
      }
    std::vector<const XmlElement*> usages = record.descendants("telephonyServiceUsage");
    if (usages.empty()) {
      const XmlElement* held = &record.child("recordPayload");
      std::string what;
      for (int depth = 0; depth < 2 && !held->children.empty(); ++depth) {
        held = &held->children.front();
        what = held->name;
      }
      reject("NO_SERVICE_USAGE",
             what.empty() ? std::string{"no telephonyServiceUsage"}
                          : "no telephonyServiceUsage; it holds " + core::printable(what, 60));
      return core::ok();
    }
    for (const XmlElement* usage : usages) read_usage(*usage);
    return core::ok();
  }

  void finish() {
    if (records_ == 0) out.notices.emplace_back("the answer holds no records");
    note(both_ends_,
         "records give device or place of both ends and became two rows, one for each: two such "
         "rows are one call");
    note(hybrid_,
         "data sessions have device and identities in one element, time or place in another; both "
         "were read");
    note(computed_, "durations were not given and were computed from beginning and end");
    note(areas_,
         "places name an area of many cells (SAI, RAI, TAI, LAI), not a cell; kept as the cell's "
         "text with that word before it");
    note(unread_places_, "cells or coordinates could not be read and were left out");
    note(more_cells_, "parties have more than one cell; the first was taken");
    note(unnamed_,
         "rows have no number of the party whose record it is; IMSI or IMEI alone say who it is");
    if (!other_roles_.empty())
      out.notices.push_back("parties in other roles were left alone: " + list_of(other_roles_));
    if (!left_alone_.empty())
      out.notices.push_back("left alone in otherInformation: " + list_of(left_alone_));
    if (!access_points_.empty())
      out.notices.push_back("access points (left alone): " + list_of(access_points_));
  }

  /// Whether the document is an answer at all.
  [[nodiscard]] bool found_any() const { return headers_ > 0 || records_ > 0; }

  CallText out;

 private:
  static std::string list_of(const std::set<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return core::printable(text, 400);
  }

  void note(std::uint64_t count, const char* text) {
    if (count > 0) out.notices.push_back(fmt::format("{} {}", count, text));
  }

  void reject(const char* code, const std::string& message) {
    out.reject(++position_, code,
               fmt::format("{} (record number {}, line {} of the file)", message,
                           number_.empty() ? "not given" : core::printable(number_, 30), line_));
  }

  static Times times_of(const XmlElement& element) {
    return {iso_time(element.text_at("startTime")), iso_time(element.text_at("endTime")),
            element.text_at("durationTime")};
  }

  static void fill(std::string& target, const std::string& from) {
    if (target.empty()) target = from;
  }
  static void fill(Times& target, const Times& from) {
    fill(target.start, from.start);
    fill(target.end, from.end);
    fill(target.duration, from.duration);
  }

  Place place_of(const XmlElement& location) {
    Place place;
    const auto take = [&](std::string_view name, auto&& reader) {
      const std::string hex = inner_text(location, name);
      if (hex.empty() || !place.cell.empty()) return;
      if (const auto read = reader(hex)) {
        place.cell = read->text;
        if (!read->is_cell) ++areas_;
      } else {
        ++unread_places_;
      }
    };
    take("userLocationInformation", read_user_location);
    std::set<std::string_view> distinct;
    for (const XmlElement* found : location.descendants("userLocationInformation"))
      distinct.insert(found->text);
    if (distinct.size() > 1) ++more_cells_;
    take("globalCellID", read_global_cell);
    const auto coordinates = [&](const char* latitude_name, const char* longitude_name) {
      const std::string latitude = inner_text(location, latitude_name);
      const std::string longitude = inner_text(location, longitude_name);
      if (!place.latitude.empty() || (latitude.empty() && longitude.empty())) return;
      const auto lat = read_lettered_degrees(latitude, false);
      const auto lon = read_lettered_degrees(longitude, true);
      if (lat && lon) {
        place.latitude = *lat;
        place.longitude = *lon;
      } else {
        ++unread_places_;
      }
    };
    coordinates("latitude", "longitude");
    coordinates("latitudeDec", "longitudeDec");
    place.azimuth = inner_text(location, "azimuth");
    return place;
  }

  Party party_of(const XmlElement& element) {
    Party party;
    party.word = choice_of(element.child("partyRole"));
    party.role = role_of(party.word);
    party.number = element.text_at("partyNumber");
    party.imsi = element.text_at("iMSI");
    party.imei = element.text_at("iMEI");
    party.times = times_of(element.child("communicationTime"));
    const XmlElement& place = element.child("detailedLocation");
    if (!place.empty()) party.place = place_of(place);
    return party;
  }

  void read_usage(const XmlElement& usage) {
    std::vector<Party> parties;
    for (const XmlElement& information : usage.children) {
      if (information.name != "partyInformation") continue;
      for (const XmlElement& party : information.children)
        if (party.name == "TelephonyPartyInformation") parties.push_back(party_of(party));
    }
    const XmlElement& national = usage.child("nationalTelephonyServiceUsage");
    for (const XmlElement& branch : national.children)
      if (branch.name == "internetAccess") return read_session(usage, branch, parties);
    read_call(usage, parties);
  }

  /// A data session: one row of the device.
  void read_session(const XmlElement& usage, const XmlElement& access,
                    const std::vector<Party>& parties) {
    Party owner;
    owner.number = inner_text(access, "mSISDN");
    owner.imsi = inner_text(access, "iMSI");
    owner.imei = access.text_at("naDeviceId");
    owner.times = times_of(access.child("interval"));
    if (const XmlElement& place = access.child("location"); !place.empty())
      owner.place = place_of(place);
    if (const std::string point = inner_text(access, "aPN");
        !point.empty() && access_points_.size() < kMostNamed)
      access_points_.insert(point);
    if (!parties.empty()) {
      // The subscriber's party: the one that is no other end.
      const Party& party =
          *std::min_element(parties.begin(), parties.end(), [](const Party& x, const Party& y) {
            return (x.role == Role::Called) < (y.role == Role::Called);
          });
      if ((owner.times.start.empty() && !party.times.start.empty()) ||
          (owner.place.empty() && !party.place.empty()))
        ++hybrid_;
      fill(owner.times, party.times);
      fill(owner.number, party.number);
      fill(owner.imsi, party.imsi);
      fill(owner.imei, party.imei);
      if (owner.place.empty()) owner.place = party.place;
    }
    fill(owner.times, times_of(usage.child("communicationTime")));
    add(owner, Party{}, owner, "out", "data", {});
  }

  void read_call(const XmlElement& usage, std::vector<Party>& parties) {
    std::vector<const Party*> callers;
    std::vector<const Party*> called;
    std::string forwarded_to;
    std::string kind = "call";
    const bool out_record = indicator_ == "moc" || indicator_ == "mom";
    const bool in_record = indicator_ == "mtc" || indicator_ == "mtm";
    if (indicator_ == "mom" || indicator_ == "mtm") kind = "sms";
    if (indicator_ == "sgp") kind = "data";
    for (Party& party : parties) {
      if (party.word.starts_with("sms")) kind = "sms";
      if (party.word.starts_with("mms")) kind = "mms";
      if (party.role == Role::Other && parties.size() == 1) {
        // Alone and without a role: what the operator says about the record tells its end.
        if (out_record || kind == "data") party.role = Role::Caller;
        if (in_record) party.role = Role::Called;
      }
      if (party.role == Role::Caller) callers.push_back(&party);
      if (party.role == Role::Called) called.push_back(&party);
      if (party.role == Role::ForwardedTo) {
        fill(forwarded_to, party.number);
        if (party.has_details()) other_roles_.insert("forwardedtoparty (its device and place)");
      }
      if (party.role == Role::Other && other_roles_.size() < kMostNamed)
        other_roles_.insert(party.word.empty() ? "(no role)" : party.word);
    }
    if (callers.empty() && called.empty()) {
      if (parties.empty()) return reject("MISSING_A_NUMBER", "no party");
      return reject("UNKNOWN_DIRECTION",
                    "no party is the originating or the terminating one, so who called whom is "
                    "unknown");
    }
    const Party nobody;
    if (callers.empty()) callers.push_back(&nobody);
    if (called.empty()) called.push_back(&nobody);
    const Times common = times_of(usage.child("communicationTime"));
    for (const Party* a : callers)
      for (const Party* b : called) {
        const auto add_for = [&](const Party& owner, const Party& other, const char* direction) {
          Party timed = owner;
          fill(timed.times, other.times);
          fill(timed.times, common);
          add(*a, *b, timed, direction, kind, forwarded_to);
        };
        const bool both = a->has_details() && b->has_details();
        if (both) ++both_ends_;
        if (a->has_details()) add_for(*a, *b, "out");
        if (b->has_details()) add_for(*b, *a, "in");
        if (a->has_details() || b->has_details()) continue;
        if (in_record) {
          add_for(*b, *a, "in");
        } else {
          add_for(*a, *b, out_record ? "out" : "");
        }
      }
  }

  /// @param owner  whose device, place and times the row has
  void add(const Party& a, const Party& b, const Party& owner, std::string_view direction,
           const std::string& kind, const std::string& forwarded_to) {
    std::string caller = a.number;
    if (caller.empty() && (!b.number.empty() || owner.has_details())) {
      // Known to the reader of calls as nobody's number.
      caller = "unknown";
      if (direction == "out") ++unnamed_;
    }
    if (direction == "in" && b.number.empty()) ++unnamed_;
    std::string duration = owner.times.duration;
    if (duration.empty() && !owner.times.end.empty() && kind != "sms" && kind != "mms") {
      if (const auto seconds = seconds_between(owner.times.start, owner.times.end)) {
        duration = std::to_string(*seconds);
        ++computed_;
      }
    }
    CallTextRow row;
    row.position = ++position_;
    row.a = caller;
    row.b = b.number;
    row.start = owner.times.start;
    row.duration_s = duration;
    row.kind = kind;
    row.direction = direction;
    row.forwarded = !forwarded_to.empty();
    row.forwarded_to = forwarded_to;
    row.cell = owner.place.cell;
    row.imei = owner.imei;
    row.imsi = owner.imsi;
    row.latitude = owner.place.latitude;
    row.longitude = owner.place.longitude;
    row.azimuth = owner.place.azimuth;
    out.add(row);
  }

  std::uint64_t position_ = 0;
  std::uint64_t headers_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t line_ = 0;
  std::string number_;
  std::string indicator_;
  std::uint64_t both_ends_ = 0;
  std::uint64_t hybrid_ = 0;
  std::uint64_t computed_ = 0;
  std::uint64_t areas_ = 0;
  std::uint64_t unread_places_ = 0;
  std::uint64_t unnamed_ = 0;
  std::uint64_t more_cells_ = 0;
  std::set<std::string> other_roles_;
  std::set<std::string> left_alone_;
  std::set<std::string> access_points_;
};

Detection detect(std::string_view bytes, std::string_view) {
  const XmlHead head = xml_head(bytes);
  if (head.root.empty()) return {};
  if (head.space.find(kNamespace) != std::string::npos)
    return {0.98, "XML in a namespace of ETSI TS 102 657"};
  const auto names = [&head](std::string_view name) {
    return std::find(head.names.begin(), head.names.end(), name) != head.names.end();
  };
  if (names("retainedDataHeader") || (names("ResponseRecord") && names("recordPayload")))
    return {0.95, "XML with the elements of ETSI TS 102 657 (retained data)"};
  return {};
}

Result<CallText> read(const AdapterInput& input) {
  Reader reader;
  PALERMO_CHECK_OK(for_each_element(
      input.bytes,
      [](std::string_view name) {
        return name == "ResponseRecord" || name == "retainedDataHeader";
      },
      [&](const XmlElement& element) {
        return element.name == "ResponseRecord" ? reader.read_record(element)
                                                : reader.read_header(element);
      }));
  if (!reader.found_any())
    return bad_input(1, "this XML holds no retained data of ETSI TS 102 657",
                     "it has neither a retainedDataHeader nor a ResponseRecord; try --format auto");
  reader.finish();
  return std::move(reader.out);
}

}  // namespace

CallAdapter etsi_102657_adapter() {
  return {"etsi_102657", "1", "retained data of ETSI TS 102 657, XML of any version", detect, read};
}

}  // namespace palermo::ingest
