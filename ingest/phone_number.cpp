#include "ingest/phone_number.hpp"

#include <phonenumbers/phonemetadata.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <array>

namespace i18n::phonenumbers {
// The library's own tables (PhoneMetadataCollection, serialized). Exported, declared in no
// installed header.
int metadata_size();
const void* metadata_get();
}  // namespace i18n::phonenumbers

namespace palermo::ingest {
namespace {

using i18n::phonenumbers::PhoneNumberUtil;
using Parsed = i18n::phonenumbers::PhoneNumber;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// Calling codes whose numbers need no parser when they are written +<code><number>: what a parser
/// would take off such a number is a national prefix, and here that is a fixed row of digits or
/// nothing.
class PlainCodes {
 public:
  PlainCodes() {
    i18n::phonenumbers::PhoneMetadataCollection all;
    if (!all.ParseFromArray(i18n::phonenumbers::metadata_get(),
                            i18n::phonenumbers::metadata_size()))
      return;
    for (const auto& region : all.metadata()) {
      const int code = region.country_code();
      const bool main =
          region.id() == "001" || region.main_country_for_code() ||
          std::count_if(all.metadata().begin(), all.metadata().end(),
                        [code](const auto& other) { return other.country_code() == code; }) == 1;
      if (!main || code <= 0 || code >= static_cast<int>(rules_.size())) continue;
      const std::string& prefix = region.national_prefix_for_parsing();
      if (!prefix.empty() && !all_digits(prefix)) continue;
      rules_[static_cast<std::size_t>(code)] = {true, prefix};
    }
  }

  /// Splits "+<code><number>"; false where the parser must look.
  bool split(std::string_view text, Parsed& number) const {
    if (text.size() < 8 || text.size() > 16 || text[0] != '+' || !all_digits(text.substr(1)))
      return false;
    int code = 0;
    // No calling code is the beginning of another.
    for (std::size_t digits = 1; digits <= 3; ++digits) {
      code = code * 10 + (text[digits] - '0');
      const Rule& rule = rules_[static_cast<std::size_t>(code)];
      if (!rule.plain) continue;
      const std::string_view national = text.substr(digits + 1);
      // Leading zeros may belong to the number (Italy) and are counted by the parser.
      if (national[0] == '0' || (!rule.prefix.empty() && national.starts_with(rule.prefix)))
        return false;
      std::uint64_t value = 0;
      for (const char c : national) value = value * 10 + static_cast<std::uint64_t>(c - '0');
      number.set_country_code(code);
      number.set_national_number(value);
      return true;
    }
    return false;
  }

 private:
  struct Rule {
    bool plain = false;
    std::string prefix;
  };
  std::array<Rule, 1000> rules_;
};

std::optional<PhoneNumber> judged(const PhoneNumberUtil& util, const Parsed& number) {
  PhoneNumber phone;
  // Finding the region first and asking once for its rule costs half of IsValidNumber after it.
  util.GetRegionCodeForNumber(number, &phone.country);
  if (phone.country == "ZZ" || !util.IsValidNumberForRegion(number, phone.country))
    return std::nullopt;
  util.Format(number, PhoneNumberUtil::E164, &phone.e164);
  if (phone.country == "001") phone.country.clear();  // international networks have no country
  return phone;
}

}  // namespace

std::optional<PhoneNumber> read_phone_number(std::string_view text, std::string_view country) {
  static const PlainCodes kPlainCodes;
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  Parsed plain;
  if (kPlainCodes.split(text, plain))
    if (auto phone = judged(util, plain)) return phone;
  const auto read = [&](const std::string& candidate,
                        const std::string& region) -> std::optional<PhoneNumber> {
    Parsed number;
    if (util.Parse(candidate, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR)
      return std::nullopt;
    return judged(util, number);
  };
  const std::string region = country.empty() ? "ZZ" : std::string{country};
  if (auto phone = read(std::string{text}, region)) return phone;
  // 00 stands for + in most of the world, also where the default country dials another prefix.
  if (text.starts_with("00") && text.size() >= 10)
    if (auto phone = read("+" + std::string{text.substr(2)}, "ZZ")) return phone;
  return std::nullopt;
}

}  // namespace palermo::ingest
