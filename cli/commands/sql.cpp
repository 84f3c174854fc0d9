// palermo sql
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>

#include "cli/commands/all.hpp"
#include "core/base/text.hpp"
#include "core/store/read_back.hpp"
#include "core/store/sql_reader.hpp"

namespace palermo::cli {
namespace {

struct SqlArguments {
  std::string query;
  store::SqlLimits limits;
};

std::string cell_text(const store::SqlValue& value) {
  struct Text {
    std::string operator()(std::monostate) const { return "-"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return core::printable(text, 120); }
  };
  return std::visit(Text{}, value);
}

void put(const store::SqlValue& value, google::protobuf::Value& out) {
  // JSON numbers are doubles in many readers: larger integers go as text.
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    if (*number > -kExact && *number < kExact) {
      out.set_number_value(static_cast<double>(*number));
    } else {
      out.set_string_value(std::to_string(*number));
    }
  } else if (const auto* real = std::get_if<double>(&value)) {
    if (std::isfinite(*real)) {
      out.set_number_value(*real);
    } else {
      out.set_null_value(google::protobuf::NULL_VALUE);
    }
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    out.set_string_value(*text);
  } else {
    out.set_null_value(google::protobuf::NULL_VALUE);
  }
}

core::Status run_sql(const Context& context, const SqlArguments& arguments) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadRecords));
  PALERMO_TRY(store::SqlReader reader, store::SqlReader::open(context.case_path));
  v1::Access access;
  access.set_command("sql");
  access.set_operation("SEARCH");
  access.set_query_commit(session.query_commit(arguments.query));
  auto rows = reader.run(arguments.query, arguments.limits);
  if (!rows) {
    if (rows.error().code != core::ErrorCode::Refused) return std::move(rows).error();
    return session.refuse(access, rows.error().reason, rows.error().message, rows.error().next);
  }
  v1::SqlResult result;
  for (const std::string& column : rows->columns) result.add_columns(column);
  for (const auto& row : rows->rows) {
    google::protobuf::ListValue& out = *result.add_rows();
    for (const store::SqlValue& value : row) put(value, *out.add_values());
  }
  result.set_row_count(static_cast<std::uint32_t>(rows->rows.size()));
  result.set_truncated(rows->truncated);
  PALERMO_TRY(const std::int64_t held, store::count_quarantined(session.db()));
  result.set_quarantined(static_cast<std::uint32_t>(held));
  access.set_result_count(result.row_count());
  PALERMO_CHECK_OK(session.log_access(access));
  context.answer(result, [&] {
    std::vector<std::vector<std::string>> cells{rows->columns};
    for (const auto& row : rows->rows) {
      auto& line = cells.emplace_back();
      for (const store::SqlValue& value : row) line.push_back(cell_text(value));
    }
    std::string text = core::table(cells);
    text += fmt::format("{} row{}{}.", result.row_count(), result.row_count() == 1 ? "" : "s",
                        rows->truncated ? " and more; --rows 0 shows all" : "");
    if (held > 0) text += fmt::format(" {} records in quarantine stand in no table.", held);
    return text + "\n";
  });
  return core::ok();
}

std::string footer() {
  std::string text = "Tables:\n";
  for (const store::SqlTable& table : store::SqlReader::tables())
    text += fmt::format("  {}({})\n", table.name, table.columns);
  return text +
         "\nRead-only: SELECT over these tables and functions that compute. Product in quarantine "
         "stands in none of them.";
}

}  // namespace

Command add_sql(CLI::App& app) {
  auto arguments = std::make_shared<SqlArguments>();
  CLI::App* sql = app.add_subcommand("sql", "Read the case with SQL");
  sql->add_option("query", arguments->query, "One SELECT statement")->required();
  sql->add_option("--rows", arguments->limits.rows, "Most rows returned; 0 = all")
      ->capture_default_str();
  sql->add_option("--timeout", arguments->limits.seconds, "Most seconds of work")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 86'400.0));
  sql->footer(footer());
  return {sql, [arguments](const Context& context) { return run_sql(context, *arguments); }};
}

}  // namespace palermo::cli
