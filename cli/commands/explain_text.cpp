#include "cli/commands/explain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kLabel = 16;

std::string choice(const v1::FormatChoice& choice) {
  std::string text = core::printable(choice.format(), 80);
  if (!choice.confidence().empty()) text += " (" + choice.confidence() + ")";
  if (!choice.because().empty()) text += ": " + core::printable(choice.because(), 300);
  return text;
}

}  // namespace

std::string explanation_text(const v1::Explanation& e) {
  std::string text = core::printable(e.file(), 120) + "\n";
  const auto line = [&text](std::string_view label, const std::string& value) {
    if (value.empty()) return;
    // wrapped() takes blanks in front off.
    text += "  " +
            core::wrapped(fmt::format("{:<{}}{}", label, kLabel - 2, value), kWidth - 2, kLabel) +
            "\n";
  };
  line("format", choice(e.chosen()));
  line("next guess", e.has_runner_up() ? choice(e.runner_up()) : "none");
  if (!e.already_known().empty())
    line("known", fmt::format("the case holds these bytes as {}; an ingest would change nothing",
                              e.already_known()));
  std::string form = core::printable(e.encoding(), 40);
  for (const std::string& sheet : e.sheets())
    form += ", sheet '" + core::printable(sheet, 60) + "'";
  if (!e.separator().empty() && e.sheets().empty())
    form += ", " + e.separator() + " between columns";
  if (e.header_line() > 0) form += fmt::format(", header in line {}", e.header_line());
  if (e.title_lines() > 0) form += fmt::format(" behind {} title lines", e.title_lines());
  line("text", form);
  if (!e.columns().empty() || !e.timezone().empty() || !e.first_time().empty()) {
    line("time zone", e.timezone().empty()
                          ? "not known: the times do not say it, and it was not given"
                          : core::printable(e.timezone(), 80) +
                                (e.timezone_because().empty()
                                     ? ""
                                     : ": " + core::printable(e.timezone_because(), 200)));
    if (!e.first_time().empty())
      line(
          "first time",
          core::printable(e.first_time(), 60) +
              (e.first_time_utc().empty() ? "" : " is " + core::printable(e.first_time_utc(), 60)));
  }
  if (!e.country_because().empty())
    line("numbers of", (e.country().empty() ? "no country" : core::printable(e.country(), 10)) +
                           ", " + core::printable(e.country_because(), 200));
  line("rows", fmt::format("{} read, {} can be stored, {} would be rejected", e.rows_read(),
                           e.readable(), e.rows_read() - e.readable()));
  for (const v1::ExplainedReject& reject : e.rejects())
    line("reject", fmt::format("{} {}; the first in line {}: {}", reject.count(),
                               core::printable(reject.code(), 40), reject.first_line(),
                               core::printable(reject.message(), 300)));
  for (const std::string& notice : e.notices()) line("note", core::printable(notice, 600));
  if (!e.columns().empty()) {
    std::vector<std::vector<std::string>> rows{{"column", "header", "is read as", "first value"}};
    for (const v1::ExplainedColumn& column : e.columns())
      rows.push_back({column.position() == 0 ? "-" : std::to_string(column.position()),
                      core::printable(column.name(), 30),
                      column.role().empty() ? "left alone" : column.role(),
                      core::printable(column.first_value(), 34)});
    text += "\n" + core::table(rows);
  }
  const bool by_columns = std::any_of(e.rows().begin(), e.rows().end(),
                                      [](const auto& row) { return row.values_size() > 0; });
  if (by_columns) {
    std::vector<std::vector<std::string>> rows{
        {"line", "read as", "in the file", "would be stored"}};
    for (const v1::ExplainedRow& row : e.rows()) {
      bool first = true;
      for (const v1::ExplainedValue& value : row.values()) {
        rows.push_back({first ? std::to_string(row.line()) : "", value.role(),
                        core::printable(value.raw(), 34), core::printable(value.read(), 38)});
        first = false;
      }
    }
    text += "\n" + core::table(rows);
  } else if (!e.rows().empty()) {
    text += "\n  first records\n";
    for (const v1::ExplainedRow& row : e.rows())
      text += fmt::format("  {:>6}  {}\n", row.line(), core::printable(row.record(), 400));
  }
  if (!e.problem().empty()) {
    text += "\n";
    line("REFUSED", "an ingest would refuse the file: " + core::printable(e.problem(), 400));
    line("next", core::printable(e.next(), 300));
  }
  return text;
}

}  // namespace palermo::cli
