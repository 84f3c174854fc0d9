#include "analysis/statistics/release.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "core/base/encoding.hpp"
#include "core/store/row_bytes.hpp"

namespace palermo::statistics {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

using Key = std::tuple<std::string, std::string, std::string>;  // section, row, column
using Row = v1::StatisticsResult::Row;

constexpr const char* kTotal = "total";

/// Keys of a table's counts, in the order of counts_of.
std::vector<std::pair<Key, bool>> keys_of(const Table& table) {
  std::vector<std::pair<Key, bool>> keys;
  for (const std::string& row : table.rows)
    for (const std::string& column : table.columns)
      keys.push_back({Key{table.section, row, column}, false});
  for (std::size_t r = 0; r < table.row_totals.size(); ++r)
    keys.push_back({Key{table.section, table.rows[r], kTotal}, true});
  for (std::size_t c = 0; c < table.column_totals.size(); ++c)
    keys.push_back({Key{table.section, kTotal, table.columns[c]}, true});
  if (table.total) keys.push_back({Key{table.section, kTotal, kTotal}, true});
  return keys;
}

std::map<Key, const Row*> rows_of(const v1::StatisticsResult& earlier) {
  std::map<Key, const Row*> rows;
  for (const Row& row : earlier.rows()) rows[Key{row.section(), row.row(), row.column()}] = &row;
  return rows;
}

std::uint32_t distance(std::uint32_t a, std::uint32_t b) { return a > b ? a - b : b - a; }

/// What an earlier release fixes: withheld then is withheld now, printed then hides nothing now,
/// and a count that changed by a little is withheld, since the difference would tell who was added.
void mark_earlier(Table& table, const ReleaseOptions& options) {
  const auto keys = keys_of(table);
  const std::vector<Count*> counts = counts_of(table);
  for (const v1::StatisticsResult& earlier : options.earlier) {
    const auto rows = rows_of(earlier);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto found = rows.find(keys[i].first);
      Count& count = *counts[i];
      // A row that was not there stood for zero.
      const bool was_printed = found == rows.end() || found->second->status() == "published";
      const std::uint32_t before = found == rows.end() ? 0 : found->second->value();
      if (!was_printed) count.withheld = count.withheld || count.value > 0;
      const std::uint32_t change = was_printed ? distance(count.value, before) : 0;
      if (change > 0 && change < options.rule.threshold) count.withheld = count.value > 0;
      if (was_printed && !count.withheld && count.value >= options.rule.threshold && change == 0)
        count.known = true;
    }
  }
}

/// Whether subtracting an earlier release gives away a small change.
bool difference_tells(Table& table, const ReleaseOptions& options) {
  const auto keys = keys_of(table);
  const std::vector<Count*> counts = counts_of(table);
  for (const v1::StatisticsResult& earlier : options.earlier) {
    const auto rows = rows_of(earlier);
    std::vector<bool> known(keys.size());
    bool moved = false;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto found = rows.find(keys[i].first);
      const bool was_printed = found == rows.end() || found->second->status() == "published";
      known[i] = was_printed && !counts[i]->withheld;
      const std::uint32_t before = found == rows.end() ? 0 : found->second->value();
      const std::uint32_t change = distance(counts[i]->value, before);
      if (known[i] && change > 0 && change < options.rule.threshold) return true;
      moved = moved || (known[i] && change > 0);
    }
    if (!moved) continue;  // what can be computed is that nothing changed
    const std::vector<bool> told = determined(table, known);
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (told[i] && !known[i]) return true;
  }
  return false;
}

void add_rows(const Table& table, v1::StatisticsResult& out) {
  Table copy = table;
  const auto keys = keys_of(table);
  const std::vector<Count*> counts = counts_of(copy);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Row& row = *out.add_rows();
    row.set_section(std::get<0>(keys[i].first));
    row.set_row(std::get<1>(keys[i].first));
    row.set_column(std::get<2>(keys[i].first));
    row.set_total(keys[i].second);
    row.set_status(counts[i]->withheld ? "withheld" : "published");
    if (counts[i]->withheld)
      out.set_withheld(out.withheld() + 1);
    else
      row.set_value(counts[i]->value);
  }
}

std::string rule_in_words(const ReleaseOptions& options) {
  if (options.exact)
    return "Exact counts, for the authority that the law names. Not for publication.";
  return fmt::format(
      "Counts from 1 to {} are withheld, and so many others that none of those withheld can be "
      "computed from what is printed to less than {} between least and most. Zeros are printed. "
      "Sums over fewer than {} orders are withheld.",
      options.rule.threshold - 1, options.rule.width, options.rule.threshold);
}

}  // namespace

std::string hash_of(const v1::StatisticsResult& result) {
  std::string bytes =
      store::joined_bytes({"palermo/statistics/v1", result.table(), std::to_string(result.year()),
                           result.exact() ? "exact" : "withheld"});
  for (const Row& row : result.rows())
    bytes += store::joined_bytes({row.section(), row.row(), row.column(), row.status(),
                                  row.has_value() ? std::to_string(row.value()) : ""});
  return core::to_hex(core::sha256(bytes));
}

Result<v1::StatisticsResult> release(const std::vector<CaseFacts>& cases,
                                     const ReleaseOptions& options) {
  PALERMO_TRY(Sheet sheet, sheet_of(options.table, options.year, cases));
  v1::StatisticsResult out;
  out.set_table(options.table);
  out.set_title(sheet.title);
  out.set_source(sheet.source);
  out.set_year(static_cast<std::uint32_t>(options.year));
  out.set_cases(static_cast<std::uint32_t>(cases.size()));
  out.set_exact(options.exact);
  out.set_rule(rule_in_words(options));
  if (!options.exact) {
    out.set_threshold(options.rule.threshold);
    out.set_width(options.rule.width);
  }
  for (Table& table : sheet.tables) {
    if (!options.exact) {
      mark_earlier(table, options);
      (void)suppress(table, options.rule);
      if (difference_tells(table, options))
        return Error{ErrorCode::Refused,
                     fmt::format("{}: less an earlier release, the table tells a change of fewer "
                                 "than {}",
                                 table.section, options.rule.threshold),
                     std::nullopt, "release it when more has changed, or when nothing has",
                     "DIFFERENCE"};
    }
    add_rows(table, out);
  }
  for (const Sum& sum : sheet.sums) {
    Row& row = *out.add_rows();
    row.set_section(sum.section);
    row.set_row(sum.row);
    row.set_column(sum.column);
    const bool withheld = !options.exact && (sum.over > 0 && sum.over < options.rule.threshold);
    // A sum changes with one order; nobody could tell which earlier ones it gives away.
    const bool again = !options.exact && !options.earlier.empty();
    row.set_status(withheld || again ? "withheld" : "published");
    if (row.status() == "published")
      row.set_value(static_cast<std::uint32_t>(sum.value));
    else
      out.set_withheld(out.withheld() + 1);
  }
  for (const auto& [section, name] : sheet.not_recorded) {
    Row& row = *out.add_rows();
    row.set_section(section);
    row.set_row(name);
    row.set_status("not_recorded");
  }
  out.set_sha256(hash_of(out));
  return out;
}

}  // namespace palermo::statistics
