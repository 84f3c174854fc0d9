#include "ingest/messages/lenient_xml.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace palermo::ingest::detail {
namespace {

constexpr std::string_view kReplacement = "&#65533;";

struct Reference {
  std::uint32_t code = 0;
  std::size_t size = 0;  // bytes from & to ;
};

std::optional<Reference> reference_at(std::string_view text) {
  if (!text.starts_with("&#")) return std::nullopt;
  const std::size_t end = text.substr(0, 16).find(';');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view digits = text.substr(2, end - 2);
  int base = 10;
  if (digits.starts_with('x') || digits.starts_with('X')) {
    digits.remove_prefix(1);
    base = 16;
  }
  Reference found;
  found.size = end + 1;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), found.code, base);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return std::nullopt;
  return found;
}

bool is_high(std::uint32_t code) { return code >= 0xD800 && code < 0xDC00; }
bool is_low(std::uint32_t code) { return code >= 0xDC00 && code < 0xE000; }
bool is_legal(std::uint32_t code) {
  return code == 9 || code == 10 || code == 13 || (code >= 0x20 && code < 0xD800) ||
         (code >= 0xE000 && code <= 0x10FFFF && code != 0xFFFE && code != 0xFFFF);
}

}  // namespace

LegalXml make_legal(std::string_view bytes) {
  LegalXml out;
  out.text.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto c = static_cast<unsigned char>(bytes.front());
    if (c == '&') {
      if (const auto one = reference_at(bytes)) {
        std::size_t size = one->size;
        const auto two = reference_at(bytes.substr(size));
        if (is_high(one->code) && two && is_low(two->code)) {
          size += two->size;
          ++out.pairs;
          out.text +=
              fmt::format("&#{};", 0x10000 + ((one->code - 0xD800) << 10) + (two->code - 0xDC00));
        } else if (is_legal(one->code)) {
          out.text += bytes.substr(0, size);
        } else {
          ++out.replaced;
          out.text += kReplacement;
        }
        bytes.remove_prefix(size);
        continue;
      }
    } else if (c < 0x20 && !is_legal(c)) {
      ++out.replaced;
      out.text += kReplacement;
      bytes.remove_prefix(1);
      continue;
    }
    out.text += bytes.front();
    bytes.remove_prefix(1);
  }
  return out;
}

std::string first_attribute(std::string_view bytes, std::string_view element,
                            std::string_view attribute) {
  bytes = bytes.substr(0, std::size_t{64} << 10);
  const std::size_t begin = bytes.find(fmt::format("<{}", element));
  if (begin == std::string_view::npos) return {};
  const std::string_view tag = bytes.substr(begin, bytes.find('>', begin) - begin);
  for (const char quote : {'"', '\''}) {
    const std::size_t at = tag.find(fmt::format(" {}={}", attribute, quote));
    if (at == std::string_view::npos) continue;
    const std::size_t from = at + attribute.size() + 3;
    const std::size_t to = tag.find(quote, from);
    if (to != std::string_view::npos) return std::string{tag.substr(from, to - from)};
  }
  return {};
}

}  // namespace palermo::ingest::detail
