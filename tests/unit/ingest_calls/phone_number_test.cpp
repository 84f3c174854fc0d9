#include "ingest/phone_number.hpp"

#include <phonenumbers/phonenumberutil.h>

#include <random>
#include <set>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

using i18n::phonenumbers::PhoneNumberUtil;
using palermo::ingest::read_phone_number;
using Parsed = i18n::phonenumbers::PhoneNumber;

/// What libphonenumber's own parser says of a number in international form.
std::pair<std::string, std::string> by_the_parser(const std::string& text) {
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  Parsed number;
  if (util.Parse(text, "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR ||
      !util.IsValidNumber(number))
    return {};
  std::string e164;
  std::string region;
  util.Format(number, PhoneNumberUtil::E164, &e164);
  util.GetRegionCodeForNumber(number, &region);
  return {e164, region == "001" ? "" : region};
}

std::pair<std::string, std::string> by_us(const std::string& text) {
  const auto phone = read_phone_number(text, "");
  return phone ? std::pair{phone->e164, phone->country} : std::pair<std::string, std::string>{};
}

}  // namespace

TEST_CASE("A number behind a + is read as libphonenumber's parser reads it, in every country",
          "[ingest][phone]") {
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  std::set<std::string> regions;
  util.GetSupportedRegions(&regions);
  REQUIRE(regions.size() > 200);
  std::mt19937 random{7};
  std::size_t valid = 0;
  for (const std::string& region : regions) {
    std::vector<std::string> texts;
    for (int type = 0; type < 11; ++type) {
      Parsed example;
      if (!util.GetExampleNumberForType(region, static_cast<PhoneNumberUtil::PhoneNumberType>(type),
                                        &example))
        continue;
      std::string text;
      util.Format(example, PhoneNumberUtil::E164, &text);
      texts.push_back(text);
    }
    REQUIRE(!texts.empty());
    const std::size_t examples = texts.size();
    const std::string code = "+" + std::to_string(util.GetCountryCodeForRegion(region));
    // Every beginning of up to two digits, other digits behind, one digit more, one less, and the
    // national prefix written where it does not belong.
    for (std::size_t i = 0; i < examples; ++i) {
      for (int step = 0; step < 12; ++step) {
        std::string changed = texts[i];
        for (std::size_t at = code.size() + 1; at < changed.size(); ++at)
          if (random() % 3 == 0) changed[at] = static_cast<char>('0' + random() % 10);
        texts.push_back(changed);
        texts.push_back(changed + static_cast<char>('0' + random() % 10));
        texts.push_back(changed.substr(0, changed.size() - 1));
      }
      for (const char* prefix : {"0", "1", "8", "06"})
        texts.push_back(code + prefix + texts[i].substr(code.size()));
      for (int begin = 0; begin < 100; begin += 7) {
        std::string changed = texts[i];
        changed[code.size()] = static_cast<char>('0' + begin / 10);
        changed[code.size() + 1] = static_cast<char>('0' + begin % 10);
        texts.push_back(changed);
      }
    }
    for (const std::string& text : texts) {
      INFO(region << " " << text);
      const auto expected = by_the_parser(text);
      CHECK(by_us(text) == expected);
      valid += expected.first.empty() ? 0 : 1;
    }
  }
  CHECK(valid > 10'000);  // the comparison was not about refusals alone
}

TEST_CASE("A national number needs its country, and 00 stands for +", "[ingest][phone]") {
  // 020 7946 0000-0999 is kept for fiction, and valid.
  CHECK(by_us("02079460123").first.empty());
  CHECK(by_us("+442079460123").first == "+442079460123");
  for (const auto& [text, country] :
       std::vector<std::pair<const char*, const char*>>{{"020 7946 0123", "GB"},
                                                        {"00442079460123", ""},
                                                        {"00442079460123", "US"},
                                                        {"+44 (0)20 7946 0123", ""},
                                                        {"+4402079460123", ""}}) {
    INFO(text);
    const auto phone = read_phone_number(text, country);
    REQUIRE(phone);
    CHECK(phone->e164 == "+442079460123");
    CHECK(phone->country == "GB");
  }
  CHECK_FALSE(read_phone_number("+", "GB"));
  CHECK_FALSE(read_phone_number("+4477009001234567890", "GB"));
  CHECK_FALSE(read_phone_number("", "GB"));
}
