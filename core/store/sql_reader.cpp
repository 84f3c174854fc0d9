#include "core/store/sql_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <set>

#include "core/base/text.hpp"
#include "core/store/virtual_tables.hpp"

namespace palermo::store {
namespace {

using core::Error;
using core::ErrorCode;
using Clock = std::chrono::steady_clock;

/// Functions that compute from their arguments alone and cannot be made to write or to reach
/// outside.
constexpr std::string_view kFunctions[] = {
    "abs",       "avg",       "ceil",      "ceiling",      "char",       "coalesce",
    "count",     "cume_dist", "date",      "datetime",     "dense_rank", "first_value",
    "floor",     "format",    "glob",      "group_concat", "hex",        "ifnull",
    "iif",       "instr",     "julianday", "lag",          "last_value", "lead",
    "length",    "like",      "lower",     "ltrim",        "max",        "min",
    "nth_value", "ntile",     "nullif",    "percent_rank", "printf",     "quote",
    "rank",      "replace",   "round",     "row_number",   "rtrim",      "sign",
    "strftime",  "substr",    "substring", "sum",          "time",       "total",
    "trim",      "typeof",    "unicode",   "unixepoch",    "upper"};

bool is_function(std::string_view name) {
  return std::any_of(std::begin(kFunctions), std::end(kFunctions), [&](std::string_view known) {
    return known.size() == name.size() &&
           sqlite3_strnicmp(known.data(), name.data(), static_cast<int>(name.size())) == 0;
  });
}

bool is_table(std::string_view name) {
  return std::any_of(SqlReader::tables().begin(), SqlReader::tables().end(),
                     [&](const SqlTable& table) { return table.name == name; });
}

std::string table_list() {
  std::string list;
  for (const SqlTable& table : SqlReader::tables()) list += (list.empty() ? "" : ", ") + table.name;
  return list;
}

Error refused(std::string message) {
  return Error{ErrorCode::Refused, std::move(message), std::nullopt,
               "`palermo sql` only reads: SELECT from " + table_list(), "SQL_REFUSED"};
}

std::string_view action_name(int action) {
  switch (action) {
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_REINDEX:
    case SQLITE_ANALYZE:
    case SQLITE_ALTER_TABLE:
      return "the statement would write to the case";
    case SQLITE_PRAGMA:
      return "PRAGMA is not allowed";
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
      return "ATTACH and DETACH are not allowed";
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      return "transactions are not allowed";
    default:
      return "the statement would change the case";
  }
}

}  // namespace

struct SqlReader::State {
  explicit State(Database database) : db{std::move(database)} { context.db = &db; }

  static int authorize(void* self, int action, const char* first, const char* second, const char*,
                       const char*) noexcept {
    auto& state = *static_cast<State*>(self);
    if (state.context.inside) return SQLITE_OK;
    const auto deny = [&state](std::string why) {
      if (!state.denied) state.denied = std::move(why);
      return SQLITE_DENY;
    };
    try {
      switch (action) {
        case SQLITE_SELECT:
        case SQLITE_RECURSIVE:
          return SQLITE_OK;
        case SQLITE_READ:
          if (first != nullptr && is_table(first)) return SQLITE_OK;
          if (first != nullptr && second != nullptr && *second == '\0' &&
              state.is_of_statement(first))
            return SQLITE_OK;
          return deny(fmt::format("the table '{}' is not readable here",
                                  core::printable(first != nullptr ? first : "", 60)));
        case SQLITE_FUNCTION:
          if (second != nullptr && is_function(second)) return SQLITE_OK;
          return deny(fmt::format("the function '{}' is not allowed",
                                  core::printable(second != nullptr ? second : "", 60)));
        default:
          return deny(std::string{action_name(action)});
      }
    } catch (const std::exception&) {
      return SQLITE_DENY;
    }
  }

  /// SQLite asks for tables of which no column is read too, and those may be the statement's own
  /// (WITH …): a name that neither the case nor a module of SQLite's has.
  [[nodiscard]] bool is_of_statement(std::string_view name) const {
    std::string folded{name};
    for (char& c : folded)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return !folded.starts_with("sqlite_") && !folded.starts_with("pragma_") &&
           !taken_names.contains(folded);
  }
  core::Status read_taken_names() {
    PALERMO_TRY(Statement query, db.prepare("SELECT lower(name) FROM sqlite_master UNION SELECT "
                                            "lower(name) FROM pragma_module_list"));
    while (true) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) return core::ok();
      taken_names.emplace(query.text(0));
    }
  }

  static int watch(void* self) noexcept {
    const auto& state = *static_cast<const State*>(self);
    return Clock::now() > state.deadline ? 1 : 0;
  }

  Database db;
  detail::TableContext context;
  std::optional<std::string> denied;
  std::set<std::string, std::less<>> taken_names;
  Clock::time_point deadline = Clock::time_point::max();
};

SqlReader::SqlReader(std::unique_ptr<State> state) : state_{std::move(state)} {}
SqlReader::SqlReader(SqlReader&&) noexcept = default;
SqlReader::~SqlReader() = default;

const std::vector<SqlTable>& SqlReader::tables() {
  static const std::vector<SqlTable> kTables = [] {
    std::vector<SqlTable> tables{{"calls",
                                  "record_id, source, line, a, b, started_at, started_at_us, "
                                  "local_time, duration_s, kind, direction, "
                                  "cell, imei, imsi, forwarded_to, authorization_id, flags"}};
    for (const detail::MemoryTable& table : detail::case_tables())
      tables.push_back({table.name, table.columns});
    return tables;
  }();
  return kTables;
}

Result<SqlReader> SqlReader::open(const std::string& path) {
  PALERMO_TRY(Database db, Database::open(path, Database::Mode::ReadOnly));
  return over(std::move(db));
}

Result<SqlReader> SqlReader::over(Database database) {
  auto state = std::make_unique<State>(std::move(database));
  PALERMO_CHECK_OK(state->db.exec("PRAGMA query_only=ON"));
  PALERMO_CHECK_OK(state->read_taken_names());
  sqlite3* handle = state->db.handle();
  int code = detail::register_calls_table(handle, &state->context);
  for (detail::MemoryTable& table : detail::case_tables())
    if (code == SQLITE_OK)
      code = detail::register_memory_table(handle, &state->context, std::move(table));
  if (code != SQLITE_OK) return Error{ErrorCode::Internal, "the tables of `sql` could not be made"};
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 64 << 20);  // a segment must still fit
  sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, 100'000);
  sqlite3_limit(handle, SQLITE_LIMIT_COLUMN, 200);
  sqlite3_limit(handle, SQLITE_LIMIT_EXPR_DEPTH, 100);
  sqlite3_limit(handle, SQLITE_LIMIT_COMPOUND_SELECT, 20);
  sqlite3_limit(handle, SQLITE_LIMIT_FUNCTION_ARG, 20);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1'000);
  sqlite3_limit(handle, SQLITE_LIMIT_WORKER_THREADS, 0);
  sqlite3_set_authorizer(handle, State::authorize, state.get());
  sqlite3_progress_handler(handle, 1'000, State::watch, state.get());
  return SqlReader{std::move(state)};
}

Result<SqlRows> SqlReader::run(const std::string& sql, const SqlLimits& limits) {
  State& state = *state_;
  sqlite3* handle = state.db.handle();
  state.denied.reset();
  state.context.error.reset();
  state.deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(limits.seconds));
  if (sql.find('\0') != std::string::npos)
    return Error{ErrorCode::Usage, "a NUL byte in the statement"};

  const auto failure = [&](int code) -> Error {
    if (state.context.error) return *state.context.error;
    if (state.denied) return refused(*state.denied);
    switch (code & 0xff) {
      case SQLITE_INTERRUPT:
        return Error{
            ErrorCode::Usage,
            fmt::format("the statement ran longer than {} seconds and was stopped", limits.seconds),
            std::nullopt,
            "narrow it with a =, b = or started_at, or allow more time with --timeout"};
      case SQLITE_READONLY:
        return refused("the statement would write to the case");
      case SQLITE_AUTH:
        return refused("the statement is not allowed");
      default:
        // What SQLite says of DELETE, INSERT and UPDATE on a virtual table without xUpdate.
        if (std::string_view{sqlite3_errmsg(handle)}.ends_with("may not be modified"))
          return refused("the statement would write to the case");
        return Error{ErrorCode::Usage,
                     fmt::format("SQL: {}", core::printable(sqlite3_errmsg(handle))), std::nullopt,
                     "tables: " + table_list() + "; docs/sql.md names their columns"};
    }
  };

  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int prepared =
      sqlite3_prepare_v2(handle, sql.c_str(), static_cast<int>(sql.size()) + 1, &raw, &tail);
  if (prepared != SQLITE_OK) return failure(prepared);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{raw, sqlite3_finalize};
  if (raw == nullptr) return Error{ErrorCode::Usage, "no statement"};
  if (tail != nullptr && std::strspn(tail, " \t\r\n;") != std::strlen(tail))
    return Error{ErrorCode::Usage, "more than one statement; one at a time"};
  if (sqlite3_stmt_readonly(raw) == 0) return refused("the statement would write");
  if (sqlite3_stmt_isexplain(raw) != 0 || sqlite3_column_count(raw) == 0)
    return refused("the statement is no SELECT");
  if (sqlite3_bind_parameter_count(raw) > 0)
    return Error{ErrorCode::Usage, "the statement has parameters; write the values into it"};

  SqlRows result;
  for (int i = 0; i < sqlite3_column_count(raw); ++i)
    result.columns.emplace_back(sqlite3_column_name(raw, i));
  while (true) {
    const int code = sqlite3_step(raw);
    if (code == SQLITE_DONE) return result;
    if (code != SQLITE_ROW) return failure(code);
    if (limits.rows > 0 && result.rows.size() == limits.rows) {
      result.truncated = true;
      return result;
    }
    std::vector<SqlValue> row;
    for (int i = 0; i < sqlite3_column_count(raw); ++i) {
      switch (sqlite3_column_type(raw, i)) {
        case SQLITE_INTEGER:
          row.emplace_back(std::int64_t{sqlite3_column_int64(raw, i)});
          break;
        case SQLITE_FLOAT:
          row.emplace_back(sqlite3_column_double(raw, i));
          break;
        case SQLITE_NULL:
          row.emplace_back(std::monostate{});
          break;
        default: {
          const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, i));
          row.emplace_back(std::string{text != nullptr ? text : "",
                                       static_cast<std::size_t>(sqlite3_column_bytes(raw, i))});
        }
      }
    }
    result.rows.push_back(std::move(row));
  }
}

}  // namespace palermo::store
