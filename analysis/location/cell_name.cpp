#include "analysis/location/cell_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace palermo::analysis {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint64_t> number(std::string_view text) {
  constexpr std::size_t kMostDigits = 12;
  std::uint64_t value = 0;
  if (!all_digits(text) || text.size() > kMostDigits) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::optional<CellName> read_cell_name(std::string_view text) {
  enum class Form { Cell, NumberAlone, PlaceArea, AreaAlone } form = Form::Cell;
  struct Prefix {
    std::string_view word;
    Form form;
  };
  constexpr Prefix kPrefixes[] = {{"CGI ", Form::Cell},         {"ECGI ", Form::NumberAlone},
                                  {"NCGI ", Form::NumberAlone}, {"SAI ", Form::PlaceArea},
                                  {"RAI ", Form::PlaceArea},    {"TAI ", Form::AreaAlone},
                                  {"LAI ", Form::AreaAlone}};
  for (const Prefix& prefix : kPrefixes) {
    if (!text.starts_with(prefix.word)) continue;
    form = prefix.form;
    text.remove_prefix(prefix.word.size());
    break;
  }
  std::vector<std::string_view> parts;
  while (parts.size() <= 4) {
    const std::size_t end = text.find_first_of("-: ");
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  const std::size_t wanted = form == Form::NumberAlone || form == Form::AreaAlone ? 3 : 4;
  if (parts.size() != wanted || parts[0].size() != 3 || !all_digits(parts[0]) ||
      parts[1].size() < 2 || parts[1].size() > 3 || !all_digits(parts[1]))
    return std::nullopt;
  CellName name;
  name.mcc = parts[0];
  name.mnc = parts[1];
  const auto third = number(parts[2]);
  const auto fourth = wanted == 4 ? number(parts[3]) : third;
  if (!third || !fourth) return std::nullopt;
  if (form != Form::NumberAlone) name.area = third;
  if (form == Form::Cell || form == Form::NumberAlone) name.identity = fourth;
  return name;
}

std::vector<std::string> cell_keys(const CellName& name, std::string_view radio) {
  constexpr std::uint64_t kLargestShort = 65'535;
  if (!name.identity) return {};
  const std::uint64_t network = number(name.mnc).value_or(0);
  const auto with_area = [&](std::uint64_t identity) {
    return fmt::format("{}/{}/{}/{}", name.mcc, network, *name.area, identity);
  };
  std::vector<std::string> keys;
  if (name.area) keys.push_back(with_area(*name.identity));
  if (*name.identity <= kLargestShort) return keys;
  std::string word{radio};
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (word == "umts") {
    if (name.area) keys.push_back(with_area(*name.identity & kLargestShort));
  } else {
    keys.push_back(fmt::format("{}/{}/{}", name.mcc, network, *name.identity));
  }
  return keys;
}

}  // namespace palermo::analysis
