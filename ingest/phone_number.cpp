#include "ingest/phone_number.hpp"

#include <phonenumbers/phonemetadata.pb.h>
#include <phonenumbers/phonenumberutil.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

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

using Metadata = i18n::phonenumbers::PhoneMetadata;
using Description = i18n::phonenumbers::PhoneNumberDesc;

/// One kind of number of a region: its lengths, and its digits as a regular expression.
class Rule {
 public:
  explicit Rule(const Description& description)
      : lengths_{description.possible_length().begin(), description.possible_length().end()} {
    if (description.national_number_pattern().empty()) return;
    RE2::Options options;
    options.set_never_capture(true);
    options.set_log_errors(false);
    pattern_ = std::make_unique<RE2>(description.national_number_pattern(), options);
  }
  [[nodiscard]] bool broken() const { return pattern_ && !pattern_->ok(); }
  [[nodiscard]] bool fits(std::string_view digits) const {
    if (!lengths_.empty() && std::find(lengths_.begin(), lengths_.end(),
                                       static_cast<int>(digits.size())) == lengths_.end())
      return false;
    return pattern_ && RE2::FullMatch({digits.data(), digits.size()}, *pattern_);
  }

 private:
  std::vector<int> lengths_;  // none: those of the general rule
  std::unique_ptr<RE2> pattern_;
};

/// What makes a number one of a region, as PhoneNumberUtil::GetNumberType and
/// GetRegionCodeForNumber ask it.
class Region {
 public:
  explicit Region(const Metadata& metadata)
      : id_{metadata.id()}, general_{metadata.general_desc()} {
    for (const Description* kind :
         {&metadata.premium_rate(), &metadata.toll_free(), &metadata.shared_cost(),
          &metadata.voip(), &metadata.personal_number(), &metadata.pager(), &metadata.uan(),
          &metadata.voicemail(), &metadata.fixed_line(), &metadata.mobile()})
      kinds_.emplace_back(*kind);
    if (metadata.has_leading_digits())
      leading_ = std::make_unique<RE2>(metadata.leading_digits(), RE2::Quiet);
  }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] bool broken() const {
    return general_.broken() || (leading_ && !leading_->ok()) ||
           std::any_of(kinds_.begin(), kinds_.end(),
                       [](const Rule& rule) { return rule.broken(); });
  }
  [[nodiscard]] bool valid(std::string_view digits) const {
    return general_.fits(digits) &&
           std::any_of(kinds_.begin(), kinds_.end(),
                       [digits](const Rule& rule) { return rule.fits(digits); });
  }
  /// Whether the number belongs to this region among those that share its calling code.
  [[nodiscard]] bool owns(std::string_view digits) const {
    if (!leading_) return valid(digits);
    re2::StringPiece rest{digits.data(), digits.size()};
    return RE2::Consume(&rest, *leading_);
  }

 private:
  std::string id_;
  Rule general_;
  std::vector<Rule> kinds_;
  std::unique_ptr<RE2> leading_;
};

/// Numbers written +<code><number> of calling codes where that needs no parser: what a parser would
/// take off such a number is a national prefix, and here that is a fixed row of digits or nothing.
/// The library judges them with ICU at 20 to 50 µs each; the same rules with RE2 cost one.
class PlainCodes {
 public:
  PlainCodes() {
    if (!metadata_.ParseFromArray(i18n::phonenumbers::metadata_get(),
                                  i18n::phonenumbers::metadata_size()))
      return;
    std::map<int, std::vector<const Metadata*>> by_code;
    for (const Metadata& region : metadata_.metadata()) {
      auto& regions = by_code[region.country_code()];
      regions.insert(region.main_country_for_code() ? regions.begin() : regions.end(), &region);
    }
    for (auto& [code, regions] : by_code) {
      if (code <= 0 || code >= static_cast<int>(codes_.size())) continue;
      const std::string& prefix = regions.front()->national_prefix_for_parsing();
      if (!prefix.empty() && !all_digits(prefix)) continue;
      codes_[static_cast<std::size_t>(code)] = std::make_unique<Code>(prefix, std::move(regions));
    }
  }

  /// @return nullopt where the parser must look; else whether the number is valid
  std::optional<bool> judge(std::string_view text, PhoneNumber& phone) const {
    if (text.size() < 5 || text.size() > 16 || text[0] != '+' || !all_digits(text.substr(1)))
      return std::nullopt;
    std::size_t number = 0;
    // No calling code is the beginning of another.
    for (std::size_t digits = 1; digits <= 3; ++digits) {
      number = number * 10 + static_cast<std::size_t>(text[digits] - '0');
      Code* code = codes_[number].get();
      if (code == nullptr) continue;
      const std::string_view national = text.substr(digits + 1);
      // Leading zeros may belong to the number (Italy) and are counted by the parser.
      if (national[0] == '0' || (!code->prefix.empty() && national.starts_with(code->prefix)))
        return std::nullopt;
      std::call_once(code->once, [code] {
        for (const Metadata* region : code->metadata) {
          code->regions.emplace_back(*region);
          code->broken = code->broken || code->regions.back().broken();
        }
      });
      if (code->broken) return std::nullopt;
      const auto owner = code->regions.size() == 1
                             ? code->regions.begin()
                             : std::find_if(code->regions.begin(), code->regions.end(),
                                            [&](const Region& r) { return r.owns(national); });
      if (owner == code->regions.end() || !owner->valid(national)) return false;
      phone.e164 = text;
      phone.country = owner->id() == "001" ? "" : owner->id();
      return true;
    }
    return std::nullopt;
  }

 private:
  struct Code {
    Code(std::string stripped, std::vector<const Metadata*> all)
        : prefix{std::move(stripped)}, metadata{std::move(all)} {}
    std::string prefix;
    std::vector<const Metadata*> metadata;  // the main region first
    std::once_flag once;                    // the rules are compiled when first needed
    std::vector<Region> regions;
    bool broken = false;
  };
  i18n::phonenumbers::PhoneMetadataCollection metadata_;
  std::array<std::unique_ptr<Code>, 1000> codes_;
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
  PhoneNumber plain;
  if (const std::optional<bool> valid = kPlainCodes.judge(text, plain))
    return *valid ? std::optional{std::move(plain)} : std::nullopt;
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
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
