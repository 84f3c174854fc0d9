#include "ingest/records/flat_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "ingest/decimal.hpp"
#include "ingest/records/delimited.hpp"
#include "ingest/records/relation_text.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

namespace pb = google::protobuf;

bool is_nested(const pb::FieldDescriptor& field) {
  return field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE;
}

std::vector<std::string> column_names(const pb::Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i)
    if (!is_nested(*type.field(i))) names.push_back(type.field(i)->name());
  return names;
}

/// One cell as the JSON value its field expects; nullopt when it is none.
std::optional<core::Json> cell_value(const std::string& cell, const pb::FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_BOOL: {
      const std::string word = detail::folded(cell);
      if (word == "true" || word == "yes" || word == "1") return core::Json(true);
      if (word == "false" || word == "no" || word == "0") return core::Json(false);
      return std::nullopt;
    }
    case pb::FieldDescriptor::CPPTYPE_DOUBLE: {
      const auto number = detail::read_weight(cell, false);
      if (!number) return std::nullopt;
      return core::Json(*number);
    }
    default:
      return core::Json(cell);
  }
}

core::Json cell_list(const std::string& cell) {
  core::Json list = core::Json::array();
  std::size_t at = 0;
  while (at <= cell.size()) {
    const std::size_t end = std::min(cell.find_first_of(";|", at), cell.size());
    std::string_view part = std::string_view{cell}.substr(at, end - at);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) list.push_back(std::string{part});
    at = end + 1;
  }
  return list;
}

/// Lists are cut at ; and |, so such a file may be separated by commas or tabs only, unless its
/// header itself is cut by semicolons.
char separator_of(std::string_view text) {
  const std::string_view header = text.substr(0, std::min(text.find('\n'), text.size()));
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char separator : {',', '\t', ';', '|'}) {
    const auto count = std::count(header.begin(), header.end(), separator);
    if (count > most) {
      most = count;
      best = separator;
    }
  }
  return best;
}

}  // namespace

std::vector<std::string> csv_column_names(std::string_view text) {
  const std::string_view sample = text.substr(0, std::size_t{64} << 10);
  DelimitedReader reader{sample, separator_of(sample)};
  Row row;
  const auto more = reader.next(row);
  if (!more || !*more) return {};
  for (std::string& cell : row.cells) cell = detail::folded(cell);
  return std::move(row.cells);
}

core::Result<std::vector<JsonItem>> read_flat_csv(std::string_view text, const pb::Descriptor& type,
                                                  const AdapterOptions& options,
                                                  std::vector<v1::Reject>& broken) {
  DelimitedReader reader{text, separator_of(text)};
  Row row;
  PALERMO_TRY(const bool any, reader.next(row));
  if (!any) return bad_input(0, "no header line");
  std::vector<const pb::FieldDescriptor*> fields;
  std::set<const pb::FieldDescriptor*> seen;
  const std::vector<std::string> known = column_names(type);
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const std::string name = detail::folded(row.cells[i]);
    const pb::FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr) {
      const std::string near = core::nearest_word(name, known);
      return bad_input(
          row.line,
          fmt::format("line {}: unknown column '{}'{}", row.line, core::printable(row.cells[i], 60),
                      near.empty() ? fmt::format("; known: {}", fmt::join(known, ", "))
                                   : fmt::format("; did you mean '{}'?", near)),
          "rename the column or take it out; nothing is left out silently");
    }
    if (is_nested(*field))
      return bad_input(row.line,
                       fmt::format("line {}: column '{}' holds nested data", row.line, name),
                       "write the file as JSON or JSON lines to state it");
    if (!seen.insert(field).second)
      return bad_input(row.line, fmt::format("line {}: column '{}' stands twice", row.line, name));
    fields.push_back(field);
  }

  std::vector<JsonItem> items;
  while (true) {
    PALERMO_TRY(const bool more, reader.next(row));
    if (!more) break;
    std::string problem = row.problem;
    if (problem.empty() && row.cells.size() != fields.size())
      problem = fmt::format("{} columns, expected {}", row.cells.size(), fields.size());
    if (!problem.empty()) {
      if (!options.keep_going)
        return bad_input(row.line, fmt::format("line {}: {}", row.line, problem),
                         "a separator inside a cell needs quotation marks around the cell");
      v1::Reject reject;
      reject.set_line(row.line);
      reject.set_code(row.problem.empty() ? "COLUMN_COUNT" : "BAD_QUOTE");
      reject.set_message(problem);
      broken.push_back(std::move(reject));
      continue;
    }
    core::Json object = core::Json::object();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::string& cell = row.cells[i];
      if (cell.empty()) continue;
      if (fields[i]->is_repeated()) {
        object[fields[i]->name()] = cell_list(cell);
        continue;
      }
      auto value = cell_value(cell, *fields[i]);
      if (!value)
        return bad_input(
            row.line,
            fmt::format("line {}: column '{}' is no {}", row.line, fields[i]->name(),
                        fields[i]->cpp_type() == pb::FieldDescriptor::CPPTYPE_BOOL ? "yes or no"
                                                                                   : "number"));
      // A field with a text beside it keeps what a binary number does not hold.
      if (type.FindFieldByName(fields[i]->name() + "_text") != nullptr)
        if (const auto exact = Decimal::parse(cell); exact && !exact->held_by_double())
          object[fields[i]->name() + "_text"] = exact->text();
      object[fields[i]->name()] = *std::move(value);
    }
    items.push_back({std::move(object), row.line, "", {}});
  }
  if (items.empty() && broken.empty())
    return bad_input(0, "a header and no row below it",
                     "check that the file was exported completely");
  return items;
}

}  // namespace palermo::ingest
