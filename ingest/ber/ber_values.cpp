#include "ingest/ber/ber_values.hpp"

#include <fmt/format.h>

#include <array>

namespace palermo::ingest {
namespace {

constexpr std::uint8_t kFiller = 0xF;

std::uint8_t octet(char c) { return static_cast<std::uint8_t>(c); }

/// Letters of the GSM alphabet that ASCII has at the same place; anything else becomes "?".
std::string seven_bit_text(std::string_view octets) {
  std::string text;
  unsigned held = 0;
  unsigned bits = 0;
  const auto put = [&text](unsigned code) {
    const bool same = code == ' ' || (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') ||
                      (code >= 'a' && code <= 'z') || code == '-' || code == '.' || code == '&' ||
                      code == '\'' || code == '/' || code == '+' || code == '!' || code == '*';
    text += same ? static_cast<char>(code) : '?';
  };
  for (const char c : octets) {
    held |= static_cast<unsigned>(octet(c)) << bits;
    bits += 8;
    while (bits >= 7) {
      put(held & 0x7F);
      held >>= 7;
      bits -= 7;
    }
  }
  // Seven spare bits behind the last letter read as one more.
  while (!text.empty() && text.back() == '?') text.pop_back();
  return text;
}

enum class NumberType : std::uint8_t { Unknown = 0, International = 1, Alphanumeric = 5 };

std::optional<AddressText> typed(std::uint8_t type_and_plan, std::string_view value) {
  const auto type = static_cast<NumberType>((type_and_plan >> 4) & 0x7);
  AddressText address;
  if (type == NumberType::Alphanumeric) {
    address.text = seven_bit_text(value);
  } else {
    const auto digits = swapped_digits(value);
    if (!digits) return std::nullopt;
    address.text = *digits;
    if (type == NumberType::International && !digits->empty() &&
        digits->find_first_not_of("0123456789") == std::string::npos)
      address.text.insert(0, "+");
  }
  if (address.text.empty()) return std::nullopt;
  return address;
}

}  // namespace

std::optional<std::int64_t> ber_integer(std::string_view octets) {
  if (octets.empty() || octets.size() > 8) return std::nullopt;
  std::uint64_t value = (octet(octets.front()) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char c : octets) value = value << 8 | octet(c);
  return static_cast<std::int64_t>(value);
}

std::optional<std::string> swapped_digits(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789*#abc";
  std::string digits;
  bool ended = false;
  for (const char c : octets) {
    for (const auto half : {octet(c) & 0xF, octet(c) >> 4}) {
      if (half == kFiller) {
        ended = true;
      } else if (ended) {
        return std::nullopt;
      } else {
        digits += kDigits[static_cast<std::size_t>(half)];
      }
    }
  }
  return digits;
}

std::optional<std::string> straight_digits(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcde";
  std::string digits;
  bool ended = false;
  for (const char c : octets) {
    for (const auto half : {octet(c) >> 4, octet(c) & 0xF}) {
      if (ended) return std::nullopt;
      if (half == kFiller) {
        ended = true;
      } else {
        digits += kDigits[static_cast<std::size_t>(half)];
      }
    }
  }
  return digits;
}

std::optional<AddressText> read_address(std::string_view octets) {
  if (octets.size() < 2) return std::nullopt;
  const std::uint8_t first = octet(octets.front());
  octets.remove_prefix(1);
  bool restricted = false;
  if ((first & 0x80) == 0) {
    restricted = (octet(octets.front()) & 0x60) == 0x20;
    octets.remove_prefix(1);
  }
  auto address = typed(first, octets);
  if (address) address->restricted = restricted;
  return address;
}

std::optional<AddressText> read_sms_address(std::string_view octets) {
  if (octets.size() < 2) return std::nullopt;
  if ((octet(octets.front()) & 0x80) == 0) {
    const std::size_t halves = octet(octets.front());
    octets.remove_prefix(1);
    if ((octet(octets.front()) & 0x80) == 0 || (halves + 1) / 2 != octets.size() - 1)
      return std::nullopt;
  }
  return typed(octet(octets.front()), octets.substr(1));
}

std::optional<std::string> read_time_stamp(std::string_view octets) {
  constexpr std::size_t kSize = 9;
  constexpr std::size_t kSign = 6;
  if (octets.size() != kSize || (octets[kSign] != '+' && octets[kSign] != '-')) return std::nullopt;
  std::array<int, kSize> pairs{};
  for (std::size_t i = 0; i < kSize; ++i) {
    if (i == kSign) continue;
    const int high = octet(octets[i]) >> 4;
    const int low = octet(octets[i]) & 0xF;
    if (high > 9 || low > 9) return std::nullopt;
    pairs[i] = high * 10 + low;
  }
  const int year = pairs[0] + (pairs[0] >= 90 ? 1900 : 2000);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}", year, pairs[1], pairs[2],
                     pairs[3], pairs[4], pairs[5], octets[kSign], pairs[7], pairs[8]);
}

}  // namespace palermo::ingest
