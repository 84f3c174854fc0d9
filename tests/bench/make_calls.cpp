// Writes a call table as an operator exports one: by time, skewed towards a few busy numbers, one
// handset a number. Numbers lie in +888, a country code that is assigned to nobody today; all else
// is invented too. The same arguments give the same bytes.
//
// usage: make_calls ROWS FILE [SEED]
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <random>
#include <vector>

#include "core/base/time.hpp"

namespace {

struct Line {
  std::uint64_t number;  // eleven digits behind +888
  std::uint64_t imei;
  std::uint32_t home_cell;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: make_calls ROWS FILE [SEED]\n", stderr);
    return 2;
  }
  const auto rows = std::strtoull(argv[1], nullptr, 10);
  const auto seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out{std::fopen(argv[2], "wb"), std::fclose};
  if (!out || rows == 0) {
    std::fputs("make_calls: cannot write, or no rows\n", stderr);
    return 1;
  }
  std::mt19937_64 random{seed};
  // Plain arithmetic instead of std::*_distribution, whose results differ between libraries.
  const auto below = [&random](std::uint64_t n) { return random() % n; };
  const auto unit = [&random] { return static_cast<double>(random() >> 11) * 0x1.0p-53; };

  std::vector<Line> lines(rows / 10 + 2);
  for (std::size_t i = 0; i < lines.size(); ++i)
    lines[i] = {10'000'000'000ULL + i * 37 + below(37),
                350'000'000'000'000ULL + below(1'000'000'000),
                static_cast<std::uint32_t>(below(20'000))};
  // A line's share of the calls falls with the square of its rank.
  const auto pick = [&]() -> std::size_t {
    const double u = unit();
    return static_cast<std::size_t>(u * u * static_cast<double>(lines.size() - 1));
  };

  constexpr std::int64_t kSpanUs = 90 * palermo::core::kUsPerDay;
  std::int64_t at_us = palermo::core::civil_to_us(2031, 3, 1, 0, 0, 0);
  const double step = static_cast<double>(kSpanUs) / static_cast<double>(rows);
  double left = 0;
  fmt::memory_buffer buffer;
  fmt::format_to(std::back_inserter(buffer), "a,b,start,duration_s,kind,cell,imei\n");
  for (std::uint64_t row = 0; row < rows; ++row) {
    left += -std::log(1 - unit()) * step;
    const double whole = std::floor(left / 1e6);
    at_us += static_cast<std::int64_t>(whole) * palermo::core::kUsPerSecond;
    left -= whole * 1e6;
    const Line& a = lines[pick()];
    // Most calls go to a few steady contacts.
    const Line* b =
        &lines[(static_cast<std::size_t>(&a - lines.data()) * 7 + below(8) * below(8) * 131 + 1) %
               lines.size()];
    if (b == &a) b = &lines[b == &lines.front() ? 1 : 0];
    const bool sms = below(10) < 3;
    const std::uint64_t seconds =
        sms ? 0 : 5 + static_cast<std::uint64_t>(-std::log(1 - unit()) * 90);
    const std::uint64_t cell = below(4) == 0 ? below(20'000) : a.home_cell;
    std::string start = palermo::core::format_utc(at_us);
    start.replace(start.size() - 1, 1, "+00:00");
    fmt::format_to(std::back_inserter(buffer),
                   "+888{:011},+888{:011},{},{},{},901-70-{:05}-{:05},{:015}\n", a.number,
                   b->number, start, seconds, sms ? "sms" : "call", cell / 64, cell, a.imei);
    if (buffer.size() > (1U << 20)) {
      if (std::fwrite(buffer.data(), 1, buffer.size(), out.get()) != buffer.size()) return 1;
      buffer.clear();
    }
  }
  if (std::fwrite(buffer.data(), 1, buffer.size(), out.get()) != buffer.size()) return 1;
  return std::fflush(out.get()) == 0 ? 0 : 1;
}
