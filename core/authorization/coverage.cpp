#include "core/authorization/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "core/authorization/regime.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::authorization {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

constexpr unsigned bit(DataType type) { return 1U << static_cast<unsigned>(type); }

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Data types that a word of `scope.data_types` or `kind` names; 0 for a word of another
/// vocabulary. An order for content covers the traffic data that come with it; the reverse never
/// holds.
unsigned types_of_word(const std::string& raw) {
  const std::string word = lower(raw);
  if (any_of(word, {"content", "content_interception", "voice", "sms", "message", "messages",
                    "audio", "audio_bug", "room", "speech", "internet_content", "transcript"}))
    return bit(DataType::Content) | bit(DataType::Traffic);
  if (any_of(word,
             {"traffic", "traffic_data", "cdr", "call_records", "call_data", "calls", "metadata",
              "communications_data", "retained_data", "connection_data", "subscriber_traffic"}))
    return bit(DataType::Traffic);
  if (any_of(word, {"location", "location_data", "cell", "cell_site", "geolocation", "tracking"}))
    return bit(DataType::Location);
  if (word == "tower_dump") return bit(DataType::Traffic) | bit(DataType::Location);
  if (any_of(word, {"equipment_interference", "device", "device_data", "data"}))
    return bit(DataType::Content) | bit(DataType::Traffic) | bit(DataType::Location);
  if (any_of(word,
             {"undercover", "undercover_report", "undercover_reports", "informant", "observation",
              "conversation", "conversations", "report", "reports", "surveillance_report", "chis"}))
    return bit(DataType::Undercover);
  if (any_of(word, {"controlled_delivery", "delivery"})) return bit(DataType::Delivery);
  if (any_of(word, {"financial", "payments", "payment", "bank", "bank_data", "account_data",
                    "transactions", "financial_data"}))
    return bit(DataType::Financial);
  return 0;
}

unsigned types_of(const v1::Authorization& authorization) {
  unsigned base = types_of_word(authorization.kind());
  if (base == 0) {
    switch (authorization.technique()) {
      case v1::Authorization::ELECTRONIC_SURVEILLANCE:
        base = bit(DataType::Content) | bit(DataType::Traffic) | bit(DataType::Location);
        break;
      case v1::Authorization::UNDERCOVER_OPERATION:
        base = bit(DataType::Undercover);
        break;
      case v1::Authorization::CONTROLLED_DELIVERY:
        base = bit(DataType::Delivery);
        break;
      default:
        // Only what the scope names; a technique of no known kind implies nothing.
        base = ~0U;
        break;
    }
    if (base == ~0U && authorization.scope().data_types_size() == 0)
      return bit(DataType::Statement);
  }
  if (authorization.scope().data_types_size() == 0) return base | bit(DataType::Statement);
  unsigned named = 0;
  for (const std::string& word : authorization.scope().data_types()) named |= types_of_word(word);
  unsigned types = base & named;
  // The scope of an undercover authorization describes conduct in words of its own.
  if ((base & bit(DataType::Undercover)) != 0 && base != ~0U) types |= bit(DataType::Undercover);
  return types | bit(DataType::Statement);
}

Result<std::int64_t> read_time(const std::string& text, bool end, std::string_view id,
                               std::string_view field) {
  auto instant = core::parse_date_or_instant(text, end);
  if (!instant)
    return Error{ErrorCode::BadInput,
                 fmt::format("authorization {}: {}: {}", core::printable(id, 60), field,
                             instant.error().message),
                 std::nullopt, "write times as 2024-03-01T09:00:00+01:00"};
  return instant->us;
}

constexpr std::int64_t kForever = 253'402'300'799'999'999;  // 9999-12-31

struct Dates {
  std::vector<Period> periods;
  std::vector<Period> gaps;
  std::vector<Period> lapsed;  // an urgent grant, after its confirmation was due and did not come
  bool refused = false;
  std::int64_t refused_from_us = 0;
  bool has_start = false;
  bool has_end = false;
  bool cancelled = false;
  std::int64_t cancelled_us = 0;
  bool unconfirmed = false;
  bool renewed = false;
  std::int64_t confirm_by_us = 0;
};

Result<Dates> dates_of(const v1::Authorization& a) {
  Dates dates;
  std::int64_t from = 0;
  const bool urgent = a.has_urgent() && !a.urgent().oral_at().empty();
  const std::string& start = !a.effective_from().empty() ? a.effective_from()
                             : urgent                    ? a.urgent().oral_at()
                                                         : a.granted_at();
  if (!start.empty()) {
    PALERMO_TRY(from, read_time(start, false, a.id(), "effective_from"));
    dates.has_start = true;
  }
  if (!a.granted_at().empty() && !urgent) {
    // Nothing takes effect before it is decided.
    PALERMO_TRY(const std::int64_t granted, read_time(a.granted_at(), false, a.id(), "granted_at"));
    from = std::max(from, granted);
  }
  std::int64_t to = kForever;
  if (!a.expires_at().empty()) {
    PALERMO_TRY(to, read_time(a.expires_at(), true, a.id(), "expires_at"));
    dates.has_end = true;
  }
  if (dates.has_start && dates.has_end && from <= to) dates.periods.push_back({from, to});

  struct Extension {
    std::int64_t granted_us;
    std::int64_t expires_us;
  };
  std::vector<Extension> extensions;
  for (const auto& renewal : a.renewals()) {
    if (renewal.granted_at().empty() || renewal.expires_at().empty()) continue;
    Extension extension{};
    PALERMO_TRY(extension.granted_us,
                read_time(renewal.granted_at(), false, a.id(), "renewals.granted_at"));
    PALERMO_TRY(extension.expires_us,
                read_time(renewal.expires_at(), true, a.id(), "renewals.expires_at"));
    extensions.push_back(extension);
  }
  std::sort(extensions.begin(), extensions.end(),
            [](const Extension& x, const Extension& y) { return x.granted_us < y.granted_us; });
  for (const Extension& extension : extensions) {
    if (dates.periods.empty() || extension.expires_us <= dates.periods.back().to_us) continue;
    dates.renewed = true;
    Period& last = dates.periods.back();
    if (extension.granted_us <= last.to_us) {
      last.to_us = extension.expires_us;
    } else {
      // Decided after expiry: what was captured in between is not cured by it (rule AU04).
      dates.gaps.push_back({last.to_us + 1, extension.granted_us - 1});
      dates.periods.push_back({extension.granted_us, extension.expires_us});
    }
  }
  if (!a.cancelled_at().empty()) {
    PALERMO_TRY(dates.cancelled_us, read_time(a.cancelled_at(), false, a.id(), "cancelled_at"));
    dates.cancelled = true;
  }
  std::int64_t cut = dates.cancelled ? dates.cancelled_us : kForever;
  if (a.has_urgent()) {
    if (!a.urgent().refused_at().empty()) {
      PALERMO_TRY(dates.refused_from_us,
                  read_time(a.urgent().refused_at(), false, a.id(), "urgent.refused_at"));
      dates.refused = true;
    } else if (urgent) {
      auto oral = core::parse_date_or_instant(a.urgent().oral_at(), false);
      if (!oral) return std::move(oral).error();
      dates.confirm_by_us = confirm_by(a.regime(), a.state(), *oral).us;
      const auto lapse_until = [&dates](std::int64_t until_us) {
        for (const Period& period : dates.periods) {
          const Period lapsed{std::max(period.from_us, dates.confirm_by_us + 1),
                              std::min(period.to_us, until_us)};
          if (lapsed.from_us <= lapsed.to_us) dates.lapsed.push_back(lapsed);
        }
      };
      if (a.urgent().confirmed_at().empty()) {
        dates.unconfirmed = true;
        lapse_until(cut);
        std::erase_if(dates.periods, [&dates](const Period& period) {
          return period.from_us > dates.confirm_by_us;
        });
        for (Period& period : dates.periods)
          period.to_us = std::min(period.to_us, dates.confirm_by_us);
      } else {
        PALERMO_TRY(const std::int64_t confirmed,
                    read_time(a.urgent().confirmed_at(), false, a.id(), "urgent.confirmed_at"));
        if (confirmed > dates.confirm_by_us) {
          // Confirmed too late: the grant lapsed at the deadline and lives again from the
          // confirmation.
          lapse_until(confirmed - 1);
          std::vector<Period> split;
          for (const Period& period : dates.periods) {
            if (period.from_us <= dates.confirm_by_us)
              split.push_back({period.from_us, std::min(period.to_us, dates.confirm_by_us)});
            if (period.to_us >= confirmed)
              split.push_back({std::max(period.from_us, confirmed), period.to_us});
          }
          dates.periods = std::move(split);
        }
      }
    }
  }
  const auto shorten = [cut](std::vector<Period>& periods) {
    for (Period& period : periods) period.to_us = std::min(period.to_us, cut);
    std::erase_if(periods, [](const Period& period) { return period.from_us > period.to_us; });
  };
  shorten(dates.periods);
  shorten(dates.gaps);
  shorten(dates.lapsed);
  if (!a.invalid_reason().empty()) {
    // Recorded so that it can be seen and completed; until then it permits nothing.
    dates.periods.clear();
    dates.gaps.clear();
    dates.lapsed.clear();
  }
  return dates;
}

bool is_place(std::string_view kind) {
  return any_of(kind, {"cell", "premises", "cgi", "tower", "address", "area"});
}

}  // namespace

std::string_view rule_text(std::string_view code) {
  if (code == kNoAuthorization) return "no authorization covers the product";
  if (code == kOutsideTime) return "captured before effect or after expiry or cancellation";
  if (code == kRenewalGap) return "captured between expiry and a renewal granted too late";
  if (code == kRefusedEmergency) return "the urgent grant was refused or not confirmed in time";
  if (code == kNotATarget) return "no party was a named target at that time";
  if (code == kOtherDataType) return "data type beyond the scope";
  if (code == "DT02") return "to be destroyed by order";
  if (code == "SC02") return "contact chaining beyond the authorized hops";
  return "";
}

std::string comparable(std::string_view kind, std::string_view value) {
  std::string_view trimmed = value;
  while (!trimmed.empty() && (trimmed.front() == ' ' || trimmed.front() == '\t'))
    trimmed.remove_prefix(1);
  while (!trimmed.empty() && (trimmed.back() == ' ' || trimmed.back() == '\t'))
    trimmed.remove_suffix(1);
  if (trimmed.starts_with("tel:")) trimmed.remove_prefix(4);
  const bool phone_like =
      !trimmed.empty() && trimmed.find_first_not_of("+0123456789 -()/.") == std::string_view::npos;
  if (!phone_like) return std::string{trimmed};
  std::string digits;
  for (const char c : trimmed)
    if (c >= '0' && c <= '9') digits += c;
  if (kind == "imei" && digits.size() >= 14) return digits.substr(0, 14);
  if (trimmed.front() == '+') return "+" + digits;
  if (digits.starts_with("00") && digits.size() > 4) return "+" + digits.substr(2);
  return digits;
}

std::int64_t confirmation_deadline_us(std::string_view regime, std::int64_t oral_us,
                                      int offset_min) {
  const v1::Regime* known = regime_of(regime);
  if (known != nullptr && known->confirmation().within().hours() > 0)
    return confirm_by(regime, {}, {oral_us, offset_min}).us;
  // The offset given decides where the day ends, whatever the regime's zone.
  const v1::WorkingCalendar* calendar = known != nullptr ? calendar_of(known->state()) : nullptr;
  std::int32_t day = local_day(oral_us, {}, offset_min);
  for (int counted = 0; counted < 3;)
    if (is_working_day(calendar, ++day)) ++counted;
  return (std::int64_t{day} + 1) * core::kUsPerDay - 1 -
         std::int64_t{offset_min} * core::kUsPerMinute;
}

Result<Coverage> Coverage::compile(const v1::Authorization& authorization) {
  Coverage coverage;
  coverage.id_ = authorization.id();
  PALERMO_TRY(Dates dates, dates_of(authorization));
  coverage.periods_ = std::move(dates.periods);
  coverage.gaps_ = std::move(dates.gaps);
  coverage.lapsed_ = std::move(dates.lapsed);
  coverage.refused_ = dates.refused;
  coverage.refused_from_us_ = dates.refused_from_us;
  coverage.types_ = types_of(authorization);
  for (const auto& target : authorization.targets()) {
    Period period{std::numeric_limits<std::int64_t>::min(),
                  std::numeric_limits<std::int64_t>::max()};
    if (!target.from().empty()) {
      PALERMO_TRY(period.from_us,
                  read_time(target.from(), false, authorization.id(), "targets.from"));
    }
    if (!target.to().empty()) {
      PALERMO_TRY(period.to_us, read_time(target.to(), true, authorization.id(), "targets.to"));
    }
    const std::string kind = lower(target.kind());
    if (is_place(kind)) coverage.has_place_targets_ = true;
    if (!target.value().empty())
      coverage.targets_[comparable(kind, target.value())].push_back(period);
    if (!target.person_id().empty()) coverage.targets_[target.person_id()].push_back(period);
  }
  return coverage;
}

bool Coverage::covers_type(DataType type) const { return (types_ & bit(type)) != 0; }

std::string_view Coverage::check_time(std::int64_t at_us) const {
  if (refused_) return kRefusedEmergency;
  for (const Period& period : periods_)
    if (period.contains(at_us)) return kCovered;
  for (const Period& gap : gaps_)
    if (gap.contains(at_us)) return kRenewalGap;
  for (const Period& lapsed : lapsed_)
    if (lapsed.contains(at_us)) return kRefusedEmergency;
  return kOutsideTime;
}

std::vector<Period> Coverage::target_periods(std::string_view kind, std::string_view value) const {
  const auto found = targets_.find(comparable(kind, value));
  if (found == targets_.end()) return {};
  return found->second;
}

std::string_view Coverage::check(DataType type, std::int64_t from_us, std::int64_t to_us,
                                 const std::vector<std::string>& identifiers) const {
  if (const auto code = check_time(from_us); !code.empty()) return code;
  if (to_us > from_us) {
    if (const auto code = check_time(to_us); !code.empty()) return code;
    // Both ends may lie in force with a gap between them.
    const auto spanned = [&](const std::vector<Period>& outside) {
      return std::any_of(outside.begin(), outside.end(), [&](const Period& each) {
        return each.from_us <= to_us && each.to_us >= from_us;
      });
    };
    if (spanned(gaps_)) return kRenewalGap;
    if (spanned(lapsed_)) return kRefusedEmergency;
  }
  if (!covers_type(type)) return kOtherDataType;
  if (identifiers.empty()) return kCovered;
  for (const std::string& identifier : identifiers)
    for (const std::string_view kind : {std::string_view{}, std::string_view{"imei"}})
      for (const Period& period : target_periods(kind, identifier))
        if (period.contains(from_us) && period.contains(std::max(from_us, to_us))) return kCovered;
  return kNotATarget;
}

Result<DerivedStatus> status_at(const v1::Authorization& authorization, std::int64_t at_us) {
  PALERMO_TRY(const Dates dates, dates_of(authorization));
  DerivedStatus status;
  if (!dates.periods.empty()) {
    status.effective_from = core::format_utc(dates.periods.front().from_us);
    status.effective_to = core::format_utc(dates.periods.back().to_us);
  }
  if (!authorization.invalid_reason().empty()) {
    status.status = "invalid";
    status.reason = authorization.invalid_reason();
  } else if (dates.refused) {
    status.status = "refused";
    status.reason = "the urgent grant was refused";
  } else if (!dates.has_start || !dates.has_end) {
    status.status = "invalid";
    status.reason = dates.has_start ? "no expiry: an authorization without end covers nothing"
                                    : "no date of effect";
  } else if (dates.cancelled && at_us >= dates.cancelled_us) {
    status.status = "cancelled";
    status.reason = "cancelled at " + core::format_utc(dates.cancelled_us);
  } else if (dates.periods.empty()) {
    status.status = "invalid";
    status.reason = "expires before it takes effect";
  } else if (at_us < dates.periods.front().from_us) {
    status.status = "pending";
    status.reason = "takes effect later";
  } else if (dates.unconfirmed) {
    status.status = at_us > dates.periods.back().to_us ? "expired" : "unconfirmed";
    status.reason =
        (at_us > dates.confirm_by_us ? "lapsed: the urgent grant was to be confirmed by "
                                     : "urgent grant to be confirmed by ") +
        core::format_utc(dates.confirm_by_us);
  } else {
    status.status = "expired";
    for (const Period& period : dates.periods)
      if (period.contains(at_us)) status.status = "active";
    if (!dates.gaps.empty()) {
      status.reason = "a renewal was granted after expiry; the gap is not covered";
    } else if (!dates.lapsed.empty()) {
      status.reason = fmt::format("the urgent grant lapsed at {} and was confirmed later",
                                  core::format_utc(dates.confirm_by_us));
    } else if (dates.renewed) {
      status.reason = "renewed";
    }
  }
  return status;
}

}  // namespace palermo::authorization
