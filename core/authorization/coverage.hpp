// Whether an authorization covers a product: time, data type, target. What it does not cover goes
// to quarantine with the code of the compliance rule (LEGAL section 3) that says why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.hpp"
#include "palermo/v1/authorization.pb.h"

namespace palermo::authorization {

/// What a product consists of.
enum class DataType {
  Traffic,     // who called whom, when, from which cell
  Content,     // words, transcript or summary
  Location,    // where a device was
  Undercover,  // what an officer or informant reports
  Delivery,    // a controlled delivery
  Financial,   // payments and accounts
  Statement,   // statements about persons; bound to the authorization's time, not to a data type
};

/// Both ends belong to the period. UTC microseconds.
struct Period {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
  [[nodiscard]] bool contains(std::int64_t at_us) const {
    return from_us <= at_us && at_us <= to_us;
  }
  friend bool operator==(const Period&, const Period&) = default;
};

/// Rule codes, as they stand in quarantine.
inline constexpr std::string_view kCovered = "";
inline constexpr std::string_view kNoAuthorization = "AU01";
inline constexpr std::string_view kOutsideTime = "AU02";
inline constexpr std::string_view kRenewalGap = "AU04";
inline constexpr std::string_view kRefusedEmergency = "AU06";
inline constexpr std::string_view kNotATarget = "SC01";
inline constexpr std::string_view kOtherDataType = "SC04";

/// The rule in words, for people: "captured before effect or after expiry or cancellation".
[[nodiscard]] std::string_view rule_text(std::string_view code);

/// Form in which identifiers are compared with targets: phone numbers with "+" and digits only,
/// IMEI by its first 14 digits (the rest is check digit or software version), everything else
/// trimmed.
/// @param kind  kind of the identifier when known ("imei"), else empty
[[nodiscard]] std::string comparable(std::string_view kind, std::string_view value);

/// One authorization made ready for millions of checks. Immutable; safe to share between threads.
class Coverage {
 public:
  /// @error BadInput  a date of the authorization cannot be read
  [[nodiscard]] static core::Result<Coverage> compile(const v1::Authorization& authorization);

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] bool covers_type(DataType type) const;
  /// kCovered, AU02, AU04 (between expiry and a late renewal) or AU06 (emergency refused, or not
  /// confirmed when it was due).
  [[nodiscard]] std::string_view check_time(std::int64_t at_us) const;
  /// Periods in which the identifier is a target, cut to the authorization's own; empty = not a
  /// target. For hot loops: ask once per distinct identifier, then test times.
  [[nodiscard]] std::vector<Period> target_periods(std::string_view kind,
                                                   std::string_view value) const;
  /// Whether cells or premises are targets, as in a tower dump.
  [[nodiscard]] bool has_place_targets() const { return has_place_targets_; }

  /// The whole check. Order of the answer: time, then data type, then target.
  /// @param identifiers  those of the product that may make it the target's; empty = no target
  /// check
  [[nodiscard]] std::string_view check(DataType type, std::int64_t from_us, std::int64_t to_us,
                                       const std::vector<std::string>& identifiers) const;

  /// Periods in force, in order; after renewals and cancellation.
  [[nodiscard]] const std::vector<Period>& periods() const { return periods_; }

 private:
  std::string id_;
  std::vector<Period> periods_;
  std::vector<Period> gaps_;
  std::vector<Period> lapsed_;
  bool refused_ = false;
  std::int64_t refused_from_us_ = 0;
  unsigned types_ = 0;  // bit per DataType
  bool has_place_targets_ = false;
  std::unordered_map<std::string, std::vector<Period>> targets_;
};

/// Status at a time, derived from dates, renewals and cancellation; never stored.
struct DerivedStatus {
  std::string status;  // pending, active, expired, cancelled, refused, unconfirmed, invalid
  std::string reason;
  std::string effective_from;  // UTC
  std::string effective_to;    // UTC
};
[[nodiscard]] core::Result<DerivedStatus> status_at(const v1::Authorization& authorization,
                                                    std::int64_t at_us);

/// Hours within which an oral or urgent grant must be confirmed: 72 for GB-RIPA, 48 for US-2518, 36
/// for CA-185; three working days elsewhere (Saturdays and Sundays do not count; public holidays
/// are not known here). LEGAL section 3, regime parameters.
/// @param offset_min  offset of the place where it was granted: days end at its midnight
[[nodiscard]] std::int64_t confirmation_deadline_us(std::string_view regime, std::int64_t oral_us,
                                                    int offset_min = 0);

}  // namespace palermo::authorization
