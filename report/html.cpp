#include "report/html.hpp"

#include <fmt/format.h>

#include <limits>

#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::report {
namespace {

/// Makes controls, bidirectional controls and broken UTF-8 visible; keeps line breaks as blanks.
std::string visible(std::string_view text) {
  std::string spaced{text};
  for (char& c : spaced)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  return core::printable(spaced, std::numeric_limits<std::size_t>::max());
}

}  // namespace

std::string plain(std::string_view text) { return core::html_escape(visible(text)); }

std::string shown(std::string_view text, const Names& names) {
  return "<bdi>" + plain(names.scrub(text)) + "</bdi>";
}

std::string anchor(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_';
    if (safe) {
      out += c;
    } else {
      out += fmt::format("_{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string css_string(std::string_view text) {
  std::string out;
  const std::string shown_text = visible(text);
  for (std::size_t i = 0; i < shown_text.size();) {
    const auto lead = static_cast<unsigned char>(shown_text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < shown_text.size(); ++k)
      code = (code << 6) | (static_cast<unsigned char>(shown_text[i + k]) & 0x3FU);
    const bool safe = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
                      (code >= '0' && code <= '9') || code == ' ';
    if (safe) {
      out += static_cast<char>(code);
    } else {
      out += fmt::format("\\{:06x} ", code);  // the blank ends the escape and is not shown
    }
    i += length;
  }
  return out;
}

std::string_view outcome_word(v1::Element::Outcome outcome) {
  switch (outcome) {
    case v1::Element::indicated:
      return "indicated";
    case v1::Element::not_indicated:
      return "not indicated";
    case v1::Element::undetermined:
      return "undetermined";
    default:
      return "not assessed";
  }
}

std::string outcome_badge(v1::Element::Outcome outcome) {
  std::string_view kind = "none";
  std::string_view fill;
  switch (outcome) {
    case v1::Element::indicated:
      kind = "yes";
      fill = "<circle class=\"f\" cx=\"6\" cy=\"6\" r=\"5\"/>";
      break;
    case v1::Element::not_indicated:
      kind = "no";
      fill = "<path class=\"s\" d=\"M2.6 9.4 9.4 2.6\"/>";
      break;
    case v1::Element::undetermined:
      kind = "open";
      fill = "<path class=\"f\" d=\"M6 1a5 5 0 0 0 0 10z\"/>";
      break;
    default:
      break;
  }
  return fmt::format(
      "<span class=\"o {}\"><svg viewBox=\"0 0 12 12\" width=\"11\" height=\"11\" "
      "aria-hidden=\"true\">{}"
      "<circle class=\"s\" cx=\"6\" cy=\"6\" r=\"5\"/></svg>{}</span>",
      kind, fill, outcome_word(outcome));
}

std::string_view reason_words(v1::Element::ReasonCode code) {
  switch (code) {
    case v1::Element::MISSING:
      return "evidence is missing";
    case v1::Element::CONFLICT:
      return "evidence conflicts";
    case v1::Element::IDENTITY:
      return "an identity is open";
    case v1::Element::LAW_UNKNOWN:
      return "the law is not known";
    case v1::Element::JUDGEMENT_TERM:
      return "a person must judge the term";
    case v1::Element::PROVENANCE:
      return "provenance is open";
    default:
      return "no reason given";
  }
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(number), number == 1 ? one : many);
}

std::string short_time(std::string_view iso) {
  if (const auto instant = core::parse_instant(iso)) {
    const std::string utc = core::format_utc(instant->us);
    return fmt::format("{} {} UTC", utc.substr(0, 10), utc.substr(11, 5));
  }
  return std::string{iso};
}

}  // namespace palermo::report
