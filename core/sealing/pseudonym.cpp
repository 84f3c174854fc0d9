#include "core/sealing/pseudonym.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace palermo::sealing {
namespace {

// 29 characters, a prime: see check_character.
constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKMNPQRSTVWXY";
constexpr Category kCategories[] = {
    {"undercover_officer", "UCO"}, {"informant", "INF"}, {"witness", "WIT"},
    {"relative", "REL"},           {"victim", "VIC"},    {"smuggled_migrant", "MIG"},
    {"trafficked_person", "TRP"},  {"minor", "MIN"},
};

/// Sum of value times position, modulo 29: being prime, it changes with any one character and with
/// any two neighbours exchanged.
char check_character(std::string_view six) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < six.size(); ++i) sum += (i + 1) * kAlphabet.find(six[i]);
  return kAlphabet[sum % kAlphabet.size()];
}

}  // namespace

std::span<const Category> categories() { return kCategories; }

const Category* category_of(std::string_view name) {
  const auto found = std::find_if(std::begin(kCategories), std::end(kCategories),
                                  [name](const Category& each) { return each.name == name; });
  return found == std::end(kCategories) ? nullptr : found;
}

std::string new_pseudonym(std::string_view prefix) {
  std::string six;
  for (int i = 0; i < 6; ++i) six += kAlphabet[randombytes_uniform(kAlphabet.size())];
  return fmt::format("{}-{}-{}{}", prefix, six.substr(0, 4), six.substr(4), check_character(six));
}

bool check_fits(std::string_view pseudonym) {
  if (pseudonym.size() < 9 || pseudonym[pseudonym.size() - 4] != '-' ||
      pseudonym[pseudonym.size() - 9] != '-')
    return false;
  std::string six{pseudonym.substr(pseudonym.size() - 8, 4)};
  six += pseudonym.substr(pseudonym.size() - 3, 2);
  return std::all_of(six.begin(), six.end(),
                     [](char c) { return kAlphabet.find(c) != std::string_view::npos; }) &&
         check_character(six) == pseudonym.back();
}

core::Status check_pseudonym(std::string_view pseudonym) {
  const bool fine = pseudonym.size() >= 4 && pseudonym.size() <= 40 && pseudonym.front() != '-' &&
                    std::all_of(pseudonym.begin(), pseudonym.end(), [](char c) {
                      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
                    });
  if (fine) return core::ok();
  return core::Error{core::ErrorCode::Usage,
                     fmt::format("'{}' is no pseudonym", core::printable(pseudonym, 40)),
                     std::nullopt, "capital letters, digits and hyphens, e.g. UCO-7Q4K-2MX"};
}

}  // namespace palermo::sealing
