// Writes BER for tests: a tree of elements, numbers and times as charging records hold them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace palermo::test::ber {

using Class = std::uint8_t;
inline constexpr Class kUniversal = 0x00;
inline constexpr Class kApplication = 0x40;
inline constexpr Class kContext = 0x80;

inline std::string tag(Class tag_class, bool constructed, std::uint32_t number) {
  std::string out;
  const auto first = static_cast<std::uint8_t>(tag_class | (constructed ? 0x20 : 0));
  if (number < 31) return {static_cast<char>(first | number)};
  out += static_cast<char>(first | 0x1F);
  std::string digits;
  for (std::uint32_t left = number; left > 0 || digits.empty(); left >>= 7)
    digits.insert(digits.begin(), static_cast<char>((left & 0x7F) | (digits.empty() ? 0 : 0x80)));
  return out + digits;
}

inline std::string length(std::size_t octets) {
  if (octets < 0x80) return {static_cast<char>(octets)};
  std::string digits;
  for (; octets > 0; octets >>= 8) digits.insert(digits.begin(), static_cast<char>(octets & 0xFF));
  return static_cast<char>(0x80 | digits.size()) + digits;
}

inline std::string join(std::initializer_list<std::string> parts) {
  std::string out;
  for (const std::string& part : parts) out += part;
  return out;
}

inline std::string primitive(Class tag_class, std::uint32_t number, std::string_view content) {
  return tag(tag_class, false, number) + length(content.size()) + std::string{content};
}
inline std::string constructed(Class tag_class, std::uint32_t number,
                               std::initializer_list<std::string> parts) {
  const std::string content = join(parts);
  return tag(tag_class, true, number) + length(content.size()) + content;
}
/// The same with an indefinite length.
inline std::string indefinite(Class tag_class, std::uint32_t number,
                              std::initializer_list<std::string> parts) {
  return tag(tag_class, true, number) + "\x80" + join(parts) + std::string(2, '\0');
}

/// [n] of a record of 3GPP.
inline std::string field(std::uint32_t number, std::string_view content) {
  return primitive(kContext, number, content);
}
inline std::string group(std::uint32_t number, std::initializer_list<std::string> parts) {
  return constructed(kContext, number, parts);
}
/// [APPLICATION n] of TAP3.
inline std::string item(std::uint32_t number, std::string_view content) {
  return primitive(kApplication, number, content);
}
inline std::string items(std::uint32_t number, std::initializer_list<std::string> parts) {
  return constructed(kApplication, number, parts);
}

inline std::string integer(std::uint64_t value) {
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>(value & 0xFF));
    value >>= 8;
  } while (value > 0);
  if ((static_cast<std::uint8_t>(out.front()) & 0x80) != 0) out.insert(out.begin(), '\0');
  return out;
}
inline std::string octets(std::initializer_list<unsigned> values) {
  std::string out;
  for (const unsigned value : values) out += static_cast<char>(value);
  return out;
}

/// Digits in half octets, lower half first, F behind an odd number.
inline std::string swapped(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const unsigned low = static_cast<unsigned>(digits[i] - '0');
    const unsigned high = i + 1 < digits.size() ? static_cast<unsigned>(digits[i + 1] - '0') : 0xFU;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}
/// Digits in half octets, upper half first (TAP3).
inline std::string straight(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const unsigned high = static_cast<unsigned>(digits[i] - '0');
    const unsigned low = i + 1 < digits.size() ? static_cast<unsigned>(digits[i + 1] - '0') : 0xFU;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}
/// An international number behind its octet of type and plan.
inline std::string international(std::string_view digits) { return "\x91" + swapped(digits); }

/// "310304081553" and "+0100" as a TimeStamp.
inline std::string time_stamp(std::string_view digits, std::string_view offset = "+0100") {
  const auto bcd = [](std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 2)
      out += static_cast<char>((text[i] - '0') << 4 | (text[i + 1] - '0'));
    return out;
  };
  return bcd(digits) + offset[0] + bcd(offset.substr(1));
}

/// A file of TS 32.297 around records that have their own record headers.
inline std::string file_297(std::string_view records, std::uint32_t count,
                            std::uint32_t file_octets = 0, std::uint8_t lost = 0) {
  const auto number = [](std::uint32_t value) {
    return octets({value >> 24 & 0xFF, value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF});
  };
  constexpr std::uint32_t kHeader = 52;
  const auto all = kHeader + static_cast<std::uint32_t>(records.size());
  const std::string when = octets({0x31, 0x11, 0xE0, 0x40});  // March
  std::string out = number(file_octets == 0 ? all : file_octets) + number(kHeader) +
                    octets({0x65, 0x65}) + when + when + number(count) + number(42) + octets({3});
  out += std::string(20, '\0');
  out += static_cast<char>(lost);
  out += std::string(4, '\0');
  return out + std::string{records};
}
/// A record behind its header: BER of TS 32.250 or 32.251.
inline std::string record_297(std::string_view record, bool newer = false) {
  std::string out =
      octets({static_cast<unsigned>(record.size()) >> 8,
              static_cast<unsigned>(record.size()) & 0xFF, newer ? 0xE5U : 0x65U, 0x26U});
  if (newer) out += '\x04';
  return out + std::string{record};
}

}  // namespace palermo::test::ber
