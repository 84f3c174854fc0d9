#include "ingest/records/relation_text.hpp"

#include <charconv>
#include <cmath>

#include "ingest/identifiers.hpp"

namespace palermo::ingest::detail {

std::optional<double> read_weight(std::string_view text, bool decimal_comma) {
  std::string copy;
  if (decimal_comma && text.find('.') == std::string_view::npos) {
    const std::size_t comma = text.find(',');
    if (comma != std::string_view::npos && text.find(',', comma + 1) == std::string_view::npos) {
      copy = text;
      copy[comma] = '.';
      text = copy;
    }
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

bool is_number(std::string_view text) { return read_weight(text, false).has_value(); }

std::string folded(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

store::ObservedIdentifier read_label(std::string_view text, std::string_view country) {
  if (text.starts_with('+')) return read_identifier(text, country);
  store::ObservedIdentifier label;
  label.kind = "label";
  label.value = text;
  label.raw = text;
  return label;
}

std::string stem_of(std::string_view file_name) {
  if (const auto slash = file_name.rfind('/'); slash != std::string_view::npos)
    file_name.remove_prefix(slash + 1);
  const auto dot = file_name.rfind('.');
  return std::string{dot == std::string_view::npos || dot == 0 ? file_name
                                                               : file_name.substr(0, dot)};
}

store::RecordRow relation_row(v1::Relation relation, std::uint32_t line,
                              const std::string& country) {
  store::RecordRow row;
  row.kind = "relation";
  row.layer = relation.layer();
  row.identifiers.push_back(read_label(relation.a(), country));
  if (!relation.b().empty() && relation.b() != relation.a())
    row.identifiers.push_back(read_label(relation.b(), country));
  row.record.set_line(line);
  *row.record.mutable_relation() = std::move(relation);
  return row;
}

}  // namespace palermo::ingest::detail
