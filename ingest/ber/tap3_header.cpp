#include "ingest/ber/tap3_header.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "ingest/ber/ber_values.hpp"
#include "ingest/calls/adapter_table.hpp"

namespace palermo::ingest {
namespace {

constexpr std::size_t kMostNamed = 40;

/// Every element of one tag at the first level where it stands, in order.
template <typename Visit>
void for_each_tap(const BerElement& element, TapTag tag, Visit&& visit) {
  BerReader reader = BerReader::inside(element);
  while (true) {
    const auto child = reader.next();
    if (!child || !*child) return;
    if (is_tap(**child, tag)) {
      visit(**child);
    } else {
      for_each_tap(**child, tag, visit);
    }
  }
}

std::string shown(const BerElement& element, TapTag tag) {
  const std::string text = tap_text(element, tag);
  return text.empty() ? "(not given)" : core::printable(text, 40);
}

std::string shown_number(const BerElement& element, TapTag tag) {
  const auto number = tap_integer(element, tag);
  return number ? std::to_string(*number) : "(not given)";
}

/// A time with its offset beside it.
std::string shown_time(const BerElement& element, TapTag tag) {
  const auto stamp = find_tap(element, tag);
  if (!stamp) return "(not given)";
  const std::string time =
      tap_time(tap_text(*stamp, TapTag::LocalTimeStamp), tap_text(*stamp, TapTag::UtcTimeOffset));
  return time.empty() ? "(not readable)" : time;
}

/// A rate of 116203 with 5 places: "1.16203".
std::string decimal(std::int64_t value, std::int64_t places) {
  if (value < 0 || places <= 0 || places > 18) return std::to_string(value);
  std::string digits = fmt::format("{:0{}}", value, places + 1);
  digits.insert(digits.size() - static_cast<std::size_t>(places), ".");
  return digits;
}

}  // namespace

bool is_tap(const BerElement& element, TapTag tag) {
  return element.application(static_cast<std::uint32_t>(tag));
}

std::optional<BerElement> find_tap(const BerElement& element, TapTag tag) {
  return find_inside(element, BerClass::Application, static_cast<std::uint32_t>(tag));
}

std::string tap_text(const BerElement& element, TapTag tag) {
  const auto found = find_tap(element, tag);
  if (!found) return {};
  return ber_octets(*found).value_or(std::string{});
}

std::optional<std::int64_t> tap_integer(const BerElement& element, TapTag tag) {
  const auto found = find_tap(element, tag);
  if (!found) return std::nullopt;
  return ber_integer(found->content);
}

std::string tap_time(const std::string& local, const std::string& offset) {
  constexpr std::size_t kDigits = 14;
  if (local.size() != kDigits || !is_digits(local)) return {};
  const std::string_view text = local;
  std::string time =
      fmt::format("{}-{}-{}T{}:{}:{}", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2),
                  text.substr(8, 2), text.substr(10, 2), text.substr(12, 2));
  const std::string_view zone = offset;
  if (zone.size() == 5 && (zone[0] == '+' || zone[0] == '-') && is_digits(zone.substr(1)))
    time += fmt::format("{}:{}", zone.substr(0, 3), zone.substr(3));
  return time;
}

TapHeader::TapHeader(const BerElement& batch) {
  const bool notification = is_tap(batch, TapTag::Notification);
  if (notification) {
    read_control(batch, true);
    return;
  }
  BerReader reader = BerReader::inside(batch);
  while (true) {
    const auto part = reader.next();
    if (!part || !*part) return;
    if (is_tap(**part, TapTag::BatchControlInfo)) read_control(**part, false);
    if (is_tap(**part, TapTag::AccountingInfo)) read_accounting(**part);
    if (is_tap(**part, TapTag::NetworkInfo)) read_network(**part);
    if (is_tap(**part, TapTag::AuditControlInfo)) read_audit(**part);
  }
}

std::string TapHeader::offset(std::int64_t code) const {
  const auto found = offsets_.find(code);
  return found == offsets_.end() ? std::string{} : found->second;
}

void TapHeader::read_control(const BerElement& control, bool notification) {
  sender_ = core::printable(tap_text(control, TapTag::Sender), 20);
  sentences_.push_back(fmt::format(
      "TAP3 {}: sender {}, recipient {}, file sequence {}, specification version {}, release {}",
      notification ? "notification (a file without call events)" : "transfer batch",
      shown(control, TapTag::Sender), shown(control, TapTag::Recipient),
      shown(control, TapTag::FileSequenceNumber),
      shown_number(control, TapTag::SpecificationVersionNumber),
      shown_number(control, TapTag::ReleaseVersionNumber)));
  sentences_.push_back(fmt::format("file created {}, available {}, events up to {}",
                                   shown_time(control, TapTag::FileCreationTimeStamp),
                                   shown_time(control, TapTag::FileAvailableTimeStamp),
                                   shown_time(control, TapTag::TransferCutOffTimeStamp)));
  if (find_tap(control, TapTag::FileTypeIndicator))
    sentences_.push_back(fmt::format(
        "the file calls itself a file of type {}; T means a test, whose events are no evidence",
        shown(control, TapTag::FileTypeIndicator)));
}

void TapHeader::read_accounting(const BerElement& accounting) {
  std::string text =
      fmt::format("local currency {}, TAP currency {}, {} decimal places in amounts",
                  shown(accounting, TapTag::LocalCurrency), shown(accounting, TapTag::TapCurrency),
                  shown_number(accounting, TapTag::TapDecimalPlaces));
  std::size_t rates = 0;
  for_each_tap(accounting, TapTag::CurrencyConversion, [&](const BerElement& conversion) {
    const auto rate = tap_integer(conversion, TapTag::ExchangeRate);
    if (!rate || ++rates > kMostNamed) return;
    text += fmt::format(
        "; exchange rate code {} = {}", shown_number(conversion, TapTag::ExchangeRateCode),
        decimal(*rate, tap_integer(conversion, TapTag::NumberOfDecimalPlaces).value_or(0)));
  });
  sentences_.push_back(text + ": charges are not read");
}

void TapHeader::read_network(const BerElement& network) {
  std::string times;
  for_each_tap(network, TapTag::UtcTimeOffsetInfo, [&](const BerElement& info) {
    const auto code = tap_integer(info, TapTag::UtcTimeOffsetCode);
    const std::string offset = tap_text(info, TapTag::UtcTimeOffset);
    if (!code) return;
    if (offsets_.emplace(*code, offset).second && offsets_.size() <= kMostNamed)
      times += fmt::format("{}code {} = {}", times.empty() ? "" : ", ", *code,
                           core::printable(offset, 10));
  });
  sentences_.push_back(times.empty() ? std::string{"no table of time offsets"}
                                     : "time offsets of the events: " + times);
  std::string entities;
  std::size_t count = 0;
  for_each_tap(network, TapTag::RecEntityInformation, [&](const BerElement& info) {
    if (++count > kMostNamed) return;
    entities += fmt::format("{}code {} of type {}", entities.empty() ? "" : ", ",
                            shown_number(info, TapTag::RecEntityCode),
                            shown_number(info, TapTag::RecEntityType));
  });
  if (!entities.empty()) sentences_.push_back("recording entities: " + entities);
}

void TapHeader::read_audit(const BerElement& audit) {
  events_ = tap_integer(audit, TapTag::CallEventDetailsCount);
  sentences_.push_back(fmt::format("audit: earliest event {}, latest event {}",
                                   shown_time(audit, TapTag::EarliestCallTimeStamp),
                                   shown_time(audit, TapTag::LatestCallTimeStamp)));
}

}  // namespace palermo::ingest
