#include "analysis/location/mobile_country.hpp"

#include <map>

namespace palermo::embedded {
extern const std::string_view mcc_tsv;
}

namespace palermo::analysis {
namespace {

std::string_view cut(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

std::map<std::string, MobileCountry, std::less<>> read_table() {
  std::map<std::string, MobileCountry, std::less<>> table;
  std::string_view text = embedded::mcc_tsv;
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    if (line.empty() || line.front() == '#') continue;
    const std::string code{cut(line, '\t')};
    std::string_view states = cut(line, '\t');
    MobileCountry country;
    while (!states.empty()) country.states.emplace_back(cut(states, ','));
    country.remark = line;
    table.emplace(code, std::move(country));
  }
  return table;
}

}  // namespace

const MobileCountry* mobile_country(std::string_view mcc) {
  static const auto kTable = read_table();
  const auto found = kTable.find(mcc);
  return found == kTable.end() ? nullptr : &found->second;
}

}  // namespace palermo::analysis
