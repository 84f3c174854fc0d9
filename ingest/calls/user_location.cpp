#include "ingest/calls/user_location.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

namespace palermo::ingest {
namespace {

using Octets = std::vector<std::uint8_t>;

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<Octets> octets_of(std::string_view hex) {
  constexpr std::size_t kMaxOctets = 256;
  if (hex.starts_with("0x") || hex.starts_with("0X")) hex.remove_prefix(2);
  Octets octets;
  int high = -1;
  for (const char c : hex) {
    if (c == ' ' || c == ':' || c == '\n' || c == '\r' || c == '\t') continue;
    const int value = nibble(c);
    if (value < 0 || octets.size() == kMaxOctets) return std::nullopt;
    if (high < 0) {
      high = value;
    } else {
      octets.push_back(static_cast<std::uint8_t>(high << 4 | value));
      high = -1;
    }
  }
  if (high >= 0) return std::nullopt;
  return octets;
}

/// Goes through octets; `good` turns false at the first thing that cannot be.
class Octet {
 public:
  Octet(const Octets& octets, std::size_t begin, std::size_t end)
      : octets_{octets}, at_{begin}, end_{end} {}
  std::uint32_t number(std::size_t bytes) {
    std::uint32_t value = 0;
    if (end_ - at_ < bytes) good = false;
    for (std::size_t i = 0; i < bytes && good; ++i) value = value << 8 | octets_[at_++];
    return value;
  }
  /// "262-01" out of three octets.
  std::string network() {
    const std::uint32_t bcd = number(3);
    const auto digit = [bcd](unsigned shift) { return (bcd >> shift) & 0xF; };
    const std::uint32_t mcc[] = {digit(16), digit(20), digit(8)};
    const std::uint32_t mnc[] = {digit(0), digit(4), digit(12)};
    std::string text;
    for (const std::uint32_t d : mcc) put(text, d);
    text += '-';
    put(text, mnc[0]);
    put(text, mnc[1]);
    if (mnc[2] != 0xF) put(text, mnc[2]);
    return text;
  }
  [[nodiscard]] std::size_t left() const { return end_ - at_; }
  bool good = true;

 private:
  void put(std::string& text, std::uint32_t digit) {
    if (digit > 9) good = false;
    text += static_cast<char>('0' + digit % 10);
  }
  const Octets& octets_;
  std::size_t at_;
  std::size_t end_;
};

std::string pair_of(Octet& in) {
  const std::string network = in.network();
  const std::uint32_t area = in.number(2);
  const std::uint32_t cell = in.number(2);
  return fmt::format("{}-{}-{}", network, area, cell);
}

/// GTPv1: geographic type and one place.
std::optional<UserLocation> read_typed(Octet in) {
  const std::uint32_t type = in.number(1);
  if (!in.good || type > 2) return std::nullopt;
  const std::string text = pair_of(in);
  if (!in.good || in.left() != 0) return std::nullopt;
  if (type == 0) return UserLocation{text, true};
  return UserLocation{(type == 1 ? "SAI " : "RAI ") + text, false};
}

/// GTPv2: flags and the places they name, in the order of the flags.
std::optional<UserLocation> read_flagged(Octet in) {
  const std::uint32_t flags = in.number(1);
  std::string cgi;
  std::string sai;
  std::string rai;
  std::string tai_network;
  std::uint32_t tac = 0;
  std::string ecgi_network;
  std::uint32_t eci = 0;
  std::string lai;
  if ((flags & 0x01) != 0) cgi = pair_of(in);
  if ((flags & 0x02) != 0) sai = pair_of(in);
  if ((flags & 0x04) != 0) rai = pair_of(in);
  if ((flags & 0x08) != 0) {
    tai_network = in.network();
    tac = in.number(2);
  }
  if ((flags & 0x10) != 0) {
    ecgi_network = in.network();
    eci = in.number(4) & 0x0FFFFFFF;
  }
  if ((flags & 0x20) != 0) {
    const std::string network = in.network();
    lai = fmt::format("{}-{}", network, in.number(2));
  }
  // Identities of base stations (0x40, 0x80) may follow; nothing else may.
  if (!in.good || ((flags & 0xC0) == 0 && in.left() != 0)) return std::nullopt;
  if (!ecgi_network.empty() && ecgi_network == tai_network)
    return UserLocation{fmt::format("{}-{}-{}", ecgi_network, tac, eci), true};
  if (!ecgi_network.empty())
    return UserLocation{fmt::format("ECGI {}-{}", ecgi_network, eci), true};
  if (!cgi.empty()) return UserLocation{cgi, true};
  if (!sai.empty()) return UserLocation{"SAI " + sai, false};
  if (!rai.empty()) return UserLocation{"RAI " + rai, false};
  if (!tai_network.empty()) return UserLocation{fmt::format("TAI {}-{}", tai_network, tac), false};
  if (!lai.empty()) return UserLocation{"LAI " + lai, false};
  return std::nullopt;
}

}  // namespace

std::optional<UserLocation> read_user_location(std::string_view hex) {
  const auto octets = octets_of(hex);
  if (!octets || octets->size() < 2) return std::nullopt;
  const std::size_t size = octets->size();
  const std::uint8_t first = octets->front();
  // A whole element: the length says whether an instance octet stands between it and the place.
  if ((first == 0x56 || first == 0x98) && size > 4) {
    const std::size_t length = static_cast<std::size_t>((*octets)[1]) << 8 | (*octets)[2];
    if (size == length + 3) return read_typed(Octet{*octets, 3, size});
    if (first == 0x56 && size == length + 4) return read_flagged(Octet{*octets, 4, size});
    if (first == 0x98) return std::nullopt;
  }
  return read_flagged(Octet{*octets, 0, size});
}

std::optional<UserLocation> read_global_cell(std::string_view hex) {
  const auto octets = octets_of(hex);
  if (!octets || octets->size() != 7) return std::nullopt;
  Octet in{*octets, 0, octets->size()};
  const std::string text = pair_of(in);
  if (!in.good) return std::nullopt;
  return UserLocation{text, true};
}

std::optional<std::string> read_lettered_degrees(std::string_view text, bool longitude) {
  bool negative = false;
  if (!text.empty() &&
      (text.front() == 'N' || text.front() == 'S' || text.front() == 'E' || text.front() == 'W')) {
    const char letter = text.front();
    if ((letter == 'E' || letter == 'W') != longitude) return std::nullopt;
    negative = letter == 'S' || letter == 'W';
    text.remove_prefix(1);
  } else if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const std::size_t whole = std::min(text.find('.'), text.size());
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (whole == 0 || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (text.front() < '0' || text.front() > '9') return std::nullopt;
  double degrees = value;
  if (whole == 6 || (longitude && whole == 7)) {
    const double seconds = std::fmod(value, 100);
    const double minutes = std::fmod(std::floor(value / 100), 100);
    if (seconds >= 60 || minutes >= 60) return std::nullopt;
    degrees = std::floor(value / 10000) + minutes / 60 + seconds / 3600;
  } else if (whole > 3) {
    return std::nullopt;
  }
  if (degrees > (longitude ? 180 : 90)) return std::nullopt;
  return fmt::format("{:.7f}", negative ? -degrees : degrees);
}

}  // namespace palermo::ingest
