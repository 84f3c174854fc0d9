#include "ingest/ber/ber_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

constexpr std::size_t kMaxTagOctets = 4;
constexpr std::size_t kMaxLengthOctets = 8;
constexpr std::uint8_t kIndefinite = 0x80;

/// Tag and length, before anything is known of the contents.
struct Header {
  BerElement element;
  std::size_t octets = 0;  // of tag and length
  bool indefinite = false;
  std::uint64_t length = 0;
};

core::Error broken(std::size_t at, std::string_view what) {
  return bad_input(0, fmt::format("octet {}: {}", at, what),
                   "the file is damaged or cut off, or no BER; ask for it again");
}

/// @param at  where `bytes` begin in the file
core::Result<Header> read_header(std::string_view bytes, std::size_t at) {
  const auto octet = [bytes](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  Header header;
  BerElement& element = header.element;
  element.at = at;
  const std::uint8_t first = octet(0);
  element.tag_class = static_cast<BerClass>(first >> 6);
  element.constructed = (first & 0x20) != 0;
  element.tag = first & 0x1F;
  std::size_t used = 1;
  if (element.tag == 0x1F) {
    element.tag = 0;
    while (true) {
      if (used == bytes.size()) return broken(at, "the file ends inside a tag");
      if (used == kMaxTagOctets) return broken(at, "a tag of more than 4 octets");
      const std::uint8_t next = octet(used++);
      if (used == 2 && next == 0x80) return broken(at, "a tag number with leading zeros");
      element.tag = element.tag << 7 | (next & 0x7F);
      if ((next & 0x80) == 0) break;
    }
  }
  if (used == bytes.size()) return broken(at, "the file ends before a length");
  const std::uint8_t length = octet(used++);
  if (length == kIndefinite) {
    if (!element.constructed) return broken(at, "a primitive element of indefinite length");
    header.indefinite = true;
  } else if (length < 0x80) {
    header.length = length;
  } else {
    const std::size_t octets = length & 0x7F;
    if (octets > kMaxLengthOctets) return broken(at, "a length of more than 8 octets");
    if (octets > bytes.size() - used) return broken(at, "the file ends inside a length");
    for (std::size_t i = 0; i < octets; ++i) header.length = header.length << 8 | octet(used++);
  }
  header.octets = used;
  return header;
}

bool ends_contents(std::string_view bytes) {
  return bytes.starts_with(std::string_view{"\0\0", 2});
}

/// Octets up to the end of an indefinite form whose contents `bytes` begin with.
core::Result<std::size_t> indefinite_size(std::string_view bytes, std::size_t at, unsigned depth) {
  std::size_t used = 0;
  unsigned open = 1;
  while (true) {
    if (used >= bytes.size()) return broken(at, "an indefinite length has no end");
    if (ends_contents(bytes.substr(used))) {
      if (--open == 0) return used;
      used += 2;
      continue;
    }
    PALERMO_TRY(const Header header, read_header(bytes.substr(used), at + used));
    used += header.octets;
    if (header.indefinite) {
      if (depth + ++open > kMaxBerDepth) return broken(at, "elements nest too deeply");
      continue;
    }
    if (header.length > bytes.size() - used)
      return broken(at + used, "a length beyond the end of the file");
    used += static_cast<std::size_t>(header.length);
  }
}

bool is_string(const BerElement& element) {
  constexpr std::uint32_t kOctetString = 4;
  constexpr std::uint32_t kFirstCharacterString = 12;
  return element.tag_class == BerClass::Universal &&
         (element.tag == kOctetString || element.tag >= kFirstCharacterString);
}

}  // namespace

BerReader BerReader::inside(const BerElement& element) {
  return BerReader{element.constructed ? element.content : std::string_view{}, element.content_at,
                   element.depth + 1};
}

core::Result<std::optional<BerElement>> BerReader::next() {
  if (at_ >= bytes_.size()) return std::optional<BerElement>{};
  if (depth_ >= kMaxBerDepth) return broken(position(), "elements nest too deeply");
  const std::string_view left = bytes_.substr(at_);
  PALERMO_TRY(Header header, read_header(left, position()));
  BerElement& element = header.element;
  element.depth = depth_;
  element.content_at = position() + header.octets;
  const std::string_view behind = left.substr(header.octets);
  if (header.indefinite) {
    PALERMO_TRY(const std::size_t size, indefinite_size(behind, element.content_at, depth_));
    element.content = behind.substr(0, size);
    element.size = header.octets + size + 2;
  } else {
    if (header.length > behind.size())
      return broken(element.at, fmt::format("an element of {} octets, of which {} are there",
                                            header.length, behind.size()));
    element.content = behind.substr(0, static_cast<std::size_t>(header.length));
    element.size = header.octets + element.content.size();
  }
  at_ += element.size;
  return std::optional<BerElement>{element};
}

std::optional<std::string> ber_octets(const BerElement& element) {
  if (!element.constructed) return std::string{element.content};
  std::string joined;
  BerReader pieces = BerReader::inside(element);
  while (true) {
    const auto piece = pieces.next();
    if (!piece) return std::nullopt;
    if (!*piece) return joined;
    if (!is_string(**piece)) return std::nullopt;
    const auto octets = ber_octets(**piece);
    if (!octets) return std::nullopt;
    joined += *octets;
  }
}

std::optional<BerElement> find_inside(const BerElement& element, BerClass tag_class,
                                      std::uint32_t tag) {
  BerReader reader = BerReader::inside(element);
  while (true) {
    const auto child = reader.next();
    if (!child || !*child) return std::nullopt;
    if ((*child)->is(tag_class, tag)) return *child;
    if (auto found = find_inside(**child, tag_class, tag)) return found;
  }
}

}  // namespace palermo::ingest
