#include "ingest/identifiers.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "ingest/phone_number.hpp"

namespace palermo::ingest {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// Blanks and invisible format characters that spreadsheets and chats leave around a number.
constexpr std::array<std::string_view, 20> kInvisible = {" ",
                                                         "\t",
                                                         "\r",
                                                         "\n",
                                                         "\xC2\xA0",
                                                         "\xE2\x80\x8B",
                                                         "\xE2\x80\x8E",
                                                         "\xE2\x80\x8F",
                                                         "\xE2\x80\xAA",
                                                         "\xE2\x80\xAB",
                                                         "\xE2\x80\xAC",
                                                         "\xE2\x80\xAD",
                                                         "\xE2\x80\xAE",
                                                         "\xE2\x80\xAF",
                                                         "\xE2\x81\xA6",
                                                         "\xE2\x81\xA7",
                                                         "\xE2\x81\xA8",
                                                         "\xE2\x81\xA9",
                                                         "\xEF\xBB\xBF",
                                                         "\xE2\x80\x89"};

std::string_view strip(std::string_view text) {
  // No mark begins or ends with one of these, and nearly every cell does.
  const auto visible = [](char c) { return c > ' ' && c < '\x7f' && c != '\''; };
  if (!text.empty() && visible(text.front()) && visible(text.back())) return text;
  bool again = true;
  while (again && !text.empty()) {
    again = false;
    for (const std::string_view mark : kInvisible) {
      if (text.starts_with(mark)) {
        text.remove_prefix(mark.size());
        again = true;
      }
      if (text.ends_with(mark)) {
        text.remove_suffix(mark.size());
        again = true;
      }
    }
    // An apostrophe keeps a spreadsheet from turning the digits into a float.
    if (text.size() > 1 && text.front() == '\'') {
      text.remove_prefix(1);
      if (!text.empty() && text.back() == '\'') text.remove_suffix(1);
      again = true;
    }
  }
  return text;
}

/// Full-width digits and signs, as East Asian keyboards write them, as ASCII; anything else stays.
std::string narrow(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    // U+FF01 to U+FF5E stand for U+0021 to U+007E.
    if (text[i] == '\xEF' && i + 2 < text.size() &&
        (text[i + 1] == '\xBC' || text[i + 1] == '\xBD')) {
      const unsigned low = static_cast<unsigned char>(text[i + 2]) & 0x3FU;
      const unsigned point = (text[i + 1] == '\xBC' ? 0x00U : 0x40U) + low;
      if (point >= 0x01 && point <= 0x5E) {
        out += static_cast<char>(point + 0x20);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

/// Without the ".0" that a table library leaves behind a number.
std::string_view without_point_zero(std::string_view text) {
  if (text.ends_with(".0") && all_digits(text.substr(0, text.size() - 2))) text.remove_suffix(2);
  return text;
}

}  // namespace

std::string_view without_marks(std::string_view text) { return strip(text); }

bool is_scientific_number(std::string_view text) {
  text = strip(text);
  std::size_t i = 0;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  std::size_t digits = 0;
  while (i < text.size() && is_digit(text[i])) ++i, ++digits;
  if (i < text.size() && (text[i] == '.' || text[i] == ',')) {
    ++i;
    while (i < text.size() && is_digit(text[i])) ++i, ++digits;
  }
  if (digits == 0 || i >= text.size() || (text[i] != 'E' && text[i] != 'e')) return false;
  ++i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  const std::size_t exponent = i;
  while (i < text.size() && is_digit(text[i])) ++i;
  return i == text.size() && i > exponent && i - exponent <= 3;
}

store::ObservedIdentifier read_number(std::string_view raw, std::string_view country) {
  store::ObservedIdentifier result;
  result.raw = std::string{raw};
  std::string_view text = without_point_zero(strip(raw));
  std::string narrowed;
  if (text.size() <= 200 && text.find("\xEF\xBC") != std::string_view::npos) {
    narrowed = narrow(text);
    text = narrowed;
  }
  if (text.empty() || text.size() > 200) {
    result.kind = "label";
    result.value = std::string{text};
    result.valid = !text.empty();
    return result;
  }
  if (text.find('@') != std::string_view::npos) {
    result.kind = "account";
    if (text.starts_with("sip:") || text.starts_with("tel:")) text.remove_prefix(4);
    result.value = std::string{text};
    return result;
  }
  if (text.starts_with("tel:")) text.remove_prefix(4);
  std::size_t digits = 0;
  bool letters = false;
  bool other = false;
  for (const char c : text) {
    if (is_digit(c)) {
      ++digits;
    } else if (is_letter(c)) {
      letters = true;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      other = true;
    }
  }
  if (letters || (digits == 0 && !other)) {
    result.kind = "alphanumeric";
    result.value = std::string{text};
    return result;
  }
  const bool plain = all_digits(text);
  if (plain && digits <= 2) {
    result.kind = "label";
    result.value = std::string{text};
    return result;
  }
  if (!(plain && digits <= 4)) {
    if (auto phone = read_phone_number(text, country)) {
      result.kind = "msisdn";
      result.value = std::move(phone->e164);
      result.country = std::move(phone->country);
      return result;
    }
  }
  if (plain && digits <= 6) {
    result.kind = "short_code";
    result.value = std::string{text};
    return result;
  }
  result.kind = digits >= 5 || other ? "msisdn" : "label";
  result.value = std::string{text};
  result.valid = result.kind == "label";
  return result;
}

store::ObservedIdentifier read_imei(std::string_view raw) {
  const std::string_view text = without_point_zero(strip(raw));
  store::ObservedIdentifier result{"imei", std::string{text}, std::string{raw}, false, {}};
  if (all_digits(text) && text.size() >= 14 && text.size() <= 16) {
    result.value = std::string{text.substr(0, 14)};
    result.valid = true;
  }
  return result;
}

store::ObservedIdentifier read_imsi(std::string_view raw) {
  const std::string_view text = without_point_zero(strip(raw));
  return {"imsi", std::string{text}, std::string{raw}, all_digits(text) && text.size() == 15, {}};
}

store::ObservedIdentifier read_identifier(std::string_view raw, std::string_view country) {
  static constexpr std::string_view kPrefixes[] = {"msisdn", "imsi",     "imei",    "account",
                                                   "email",  "plate",    "iban",    "crypto",
                                                   "label",  "document", "premises"};
  std::string_view text = strip(raw);
  for (const std::string_view prefix : kPrefixes) {
    if (text.size() <= prefix.size() + 1 || !text.starts_with(prefix) || text[prefix.size()] != ':')
      continue;
    std::string_view rest = strip(text.substr(prefix.size() + 1));
    store::ObservedIdentifier result;
    if (prefix == "msisdn") {
      result = read_number(rest, country);
    } else if (prefix == "imei") {
      result = read_imei(rest);
    } else if (prefix == "imsi") {
      result = read_imsi(rest);
    } else {
      result = {std::string{prefix}, std::string{rest}, {}, true, {}};
    }
    result.raw = std::string{raw};
    return result;
  }
  store::ObservedIdentifier result;
  const bool number = std::none_of(text.begin(), text.end(), is_letter) &&
                      std::count_if(text.begin(), text.end(), is_digit) >= 5;
  if (number) {
    result = read_number(text, country);
  } else if (const std::size_t at = text.find('@');
             at != std::string_view::npos && text.find('.', at) != std::string_view::npos) {
    result = {"email", std::string{text}, {}, true, {}};
  } else if (at != std::string_view::npos) {
    result = {"account", std::string{text}, {}, true, {}};
  } else {
    result = {"label", std::string{text}, {}, true, {}};
  }
  result.raw = std::string{raw};
  return result;
}

}  // namespace palermo::ingest
