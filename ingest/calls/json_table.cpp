#include "ingest/calls/json_table.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/text.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using v1::MappedColumn;
using v1::MappingProfile;

constexpr std::size_t kMaxDepth = 64;

/// Walks one object and keeps the values at wanted paths, with numbers as they are written.
class Members : public nlohmann::json_sax<nlohmann::json> {
 public:
  Members(const std::map<std::string, std::size_t, std::less<>>& wanted,
          std::vector<std::string>& cells)
      : wanted_{wanted}, cells_{cells} {}

  std::string problem;

  bool null() override { return put({}); }
  bool boolean(bool value) override { return put(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return put(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return put(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& written) override { return put(written); }
  bool string(string_t& value) override { return put(value); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return enter(false); }
  bool start_array(std::size_t) override { return enter(true); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    Level& level = levels_.back();
    if (!level.seen.insert(name).second) {
      problem = "a member stands twice in one object";
      return false;
    }
    level.name = name;
    return true;
  }
  bool parse_error(std::size_t at, const std::string&,
                   const nlohmann::detail::exception&) override {
    problem = fmt::format("no JSON, at byte {} of the line", at);
    return false;
  }

 private:
  struct Level {
    bool array = false;
    std::size_t next = 0;  // element of an array
    std::string name;
    std::set<std::string> seen;
  };

  bool enter(bool array) {
    if (levels_.empty() && array) {
      problem = "no object";
      return false;
    }
    if (levels_.size() == kMaxDepth) {
      problem = fmt::format("nested deeper than {}", kMaxDepth);
      return false;
    }
    levels_.push_back({array, 0, {}, {}});
    return true;
  }
  bool leave() {
    levels_.pop_back();
    if (!levels_.empty()) ++levels_.back().next;
    return true;
  }
  bool put(std::string_view value) {
    if (levels_.empty()) {
      problem = "no object";
      return false;
    }
    std::string path;
    for (const Level& level : levels_) {
      if (!path.empty()) path += '.';
      path += level.array ? std::to_string(level.next) : level.name;
    }
    ++levels_.back().next;
    const auto found = wanted_.find(path);
    if (found != wanted_.end()) cells_[found->second] = value;
    return true;
  }

  const std::map<std::string, std::size_t, std::less<>>& wanted_;
  std::vector<std::string>& cells_;
  std::vector<Level> levels_;
};

void put_cell(std::string& text, std::string_view cell, std::size_t& breaks) {
  const bool plain = cell.find_first_of(std::string_view{",\"\r\n\0", 5}) == std::string_view::npos;
  if (plain) {
    text += cell;
    return;
  }
  bool broken = false;
  text += '"';
  for (const char c : cell) {
    if (c == '"') text += '"';
    const bool control = c == '\n' || c == '\r' || c == '\0';
    broken = broken || control;
    text += control ? ' ' : c;
  }
  text += '"';
  if (broken) ++breaks;
}

}  // namespace

core::Result<JsonTable> table_of_json_lines(std::string_view text, const MappingProfile& layout,
                                            bool keep_going) {
  JsonTable table;
  table.layout = layout;
  table.layout.set_input(MappingProfile::TABLE);
  table.layout.set_delimiter(",");
  table.layout.clear_quote();
  table.layout.set_preamble_max(0);
  table.layout.clear_footer();
  table.layout.clear_no_records();
  table.layout.clear_count_label();
  MappedColumn& position = *table.layout.add_columns();
  position.set_role(MappedColumn::POSITION);
  position.add_names(std::string{kJsonPosition});

  std::map<std::string, std::size_t, std::less<>> wanted;
  std::vector<std::string> names;
  const auto want = [&](const std::string& name) {
    if (wanted.emplace(name, names.size()).second) names.push_back(name);
  };
  for (const MappedColumn& column : layout.columns()) {
    for (const std::string& name : column.names()) want(name);
    for (const std::string& name : column.join()) want(name);
  }
  std::size_t breaks = 0;
  table.text += kJsonPosition;
  for (const std::string& name : names) {
    table.text += ',';
    put_cell(table.text, name, breaks);
  }
  table.text += '\n';
  std::vector<std::string> cells(names.size());
  std::uint64_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = text.find('\n');
    std::string_view item = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (item.size() > kMaxLineBytes)
      return bad_input(line,
                       fmt::format("line {} is longer than {} MiB", line, kMaxLineBytes >> 20),
                       "no known export writes such lines; check what the file is");
    if (item.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    for (std::string& cell : cells) cell.clear();
    Members members{wanted, cells};
    if (!nlohmann::json::sax_parse(item.begin(), item.end(), &members)) {
      const std::string why = members.problem.empty() ? "no JSON object" : members.problem;
      if (!keep_going)
        return bad_input(line, fmt::format("line {}: {}", line, why),
                         "a layout with JSON_LINES has one object on each line; --keep-going takes "
                         "the other lines and counts this one as rejected");
      v1::Reject& reject = table.rejects.emplace_back();
      reject.set_line(static_cast<std::uint32_t>(line));
      reject.set_code("BAD_DOCUMENT");
      reject.set_message(why);
      continue;
    }
    table.text += std::to_string(line);
    for (const std::string& cell : cells) {
      table.text += ',';
      put_cell(table.text, cell, breaks);
    }
    table.text += '\n';
  }
  if (breaks > 0)
    table.notices.push_back(
        fmt::format("{} values hold a line break; it was read as a blank", breaks));
  return table;
}

}  // namespace palermo::ingest
