#include "core/store/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <utility>

#include "core/base/text.hpp"
#include "core/store/schema.hpp"

namespace palermo::store {
namespace {

using core::Error;
using core::ErrorCode;

Error sqlite_error(sqlite3* db, std::string_view doing) {
  const int code = db != nullptr ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
  const char* text = db != nullptr ? sqlite3_errmsg(db) : "out of memory";
  Error error{ErrorCode::Io, fmt::format("{}: {}", doing, text)};
  switch (code & 0xff) {
    case SQLITE_FULL:
      error.next = "free space on the disk and run the command again; the case is as it was before";
      break;
    case SQLITE_IOERR:
      error.next = "see that the disk has room and can be written to; the case is as it was before";
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      error.next = "another program is writing to this case; run the command again when it is done";
      break;
    case SQLITE_READONLY:
      error.next = "make the case file and its folder writable";
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      error.code = ErrorCode::Integrity;
      error.reason = "ALTERED";
      error.next = "restore the case from a copy and compare it with a retained checkpoint";
      break;
    default:
      break;
  }
  return error;
}

}  // namespace

Statement::Statement(Statement&& other) noexcept : handle_{std::exchange(other.handle_, nullptr)} {}
Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}
Statement::~Statement() { sqlite3_finalize(handle_); }

namespace {
Status checked(sqlite3_stmt* handle, int code, std::string_view doing) {
  if (code == SQLITE_OK) return core::ok();
  return sqlite_error(sqlite3_db_handle(handle), doing);
}
}  // namespace

Status Statement::bind(int index, std::int64_t value) {
  return checked(handle_, sqlite3_bind_int64(handle_, index, value), "binding a parameter");
}
Status Statement::bind(int index, double value) {
  return checked(handle_, sqlite3_bind_double(handle_, index, value), "binding a parameter");
}
Status Statement::bind(int index, std::string_view text) {
  return checked(handle_,
                 sqlite3_bind_text64(handle_, index, text.data() != nullptr ? text.data() : "",
                                     text.size(), SQLITE_TRANSIENT, SQLITE_UTF8),
                 "binding a parameter");
}
Status Statement::bind_blob(int index, std::string_view bytes) {
  return checked(handle_,
                 sqlite3_bind_blob64(handle_, index, bytes.data() != nullptr ? bytes.data() : "",
                                     bytes.size(), SQLITE_STATIC),
                 "binding a parameter");
}
Status Statement::bind_null(int index) {
  return checked(handle_, sqlite3_bind_null(handle_, index), "binding a parameter");
}

Result<bool> Statement::step() {
  switch (sqlite3_step(handle_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return sqlite_error(sqlite3_db_handle(handle_), "reading or writing the case");
  }
}
Status Statement::run() {
  PALERMO_TRY(const bool row, step());
  reset();
  if (row) return Error{ErrorCode::Internal, "a statement without result returned a row"};
  return core::ok();
}
void Statement::reset() {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }
std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}
std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}
int Statement::columns() const { return sqlite3_column_count(handle_); }
std::string Statement::column_name(int column) const {
  return sqlite3_column_name(handle_, column);
}
Statement::Type Statement::type(int column) const {
  switch (sqlite3_column_type(handle_, column)) {
    case SQLITE_INTEGER:
      return Type::Integer;
    case SQLITE_FLOAT:
      return Type::Real;
    case SQLITE_TEXT:
      return Type::Text;
    case SQLITE_BLOB:
      return Type::Blob;
    default:
      return Type::Null;
  }
}

Transaction::Transaction(Database* db) : db_{db} {
  static std::atomic<std::uint64_t> begun{0};
  serial_ = ++begun;
}
Transaction::~Transaction() {
  if (db_ != nullptr && db_->in_transaction())
    sqlite3_exec(db_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}
Status Transaction::commit() {
  PALERMO_CHECK_OK(db_->exec("COMMIT"));
  db_ = nullptr;
  return core::ok();
}

Database::Database(Database&& other) noexcept
    : handle_{std::exchange(other.handle_, nullptr)}, path_{std::move(other.path_)} {}
Database& Database::operator=(Database&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(path_, other.path_);
  return *this;
}
Database::~Database() { sqlite3_close_v2(handle_); }

Status Database::configure(bool read_only) {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, 10'000);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  // A checkpoint of the ledger must survive power loss, so every commit is synced.
  return exec(read_only ? "PRAGMA query_only=ON; PRAGMA temp_store=MEMORY;"
                        // With less memory, an ingest writes the pages of its indexes again and again.
                        : "PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; "
                          "PRAGMA cache_size=-32768;");
}

namespace {

Result<sqlite3*> open_handle(const std::string& path, int flags) {
  sqlite3* handle = nullptr;
  if (sqlite3_open_v2(path.c_str(), &handle, flags, nullptr) != SQLITE_OK) {
    Error error = sqlite_error(handle, fmt::format("opening {}", core::printable(path)));
    sqlite3_close_v2(handle);
    return error;
  }
  return handle;
}

Error not_a_case(const std::string& path, std::string_view why) {
  return Error{ErrorCode::BadInput,
               fmt::format("{} is not a Palermo case: {}", core::printable(path), why),
               std::nullopt, "name the file that `palermo init` made, with --case or PALERMO_CASE"};
}

}  // namespace

Result<Database> Database::create(const std::string& path) {
  std::error_code ec;
  if (std::filesystem::exists(path, ec))
    return Error{ErrorCode::BadInput, fmt::format("{} exists already", core::printable(path)),
                 std::nullopt, "choose another path for the new case; nothing was overwritten"};
  PALERMO_TRY(sqlite3 * handle, open_handle(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  Database db{handle, path};
  PALERMO_CHECK_OK(db.configure(false));
  PALERMO_CHECK_OK(db.exec("PRAGMA page_size=16384; PRAGMA journal_mode=WAL;"));
  PALERMO_TRY(Transaction transaction, db.begin());
  for (const char* sql : migrations()) PALERMO_CHECK_OK(db.exec(sql));
  PALERMO_CHECK_OK(db.exec(fmt::format("PRAGMA application_id={}; PRAGMA user_version={};",
                                       kApplicationId, migrations().size())));
  PALERMO_CHECK_OK(transaction.commit());
  return db;
}

Result<Database> Database::in_memory() {
  PALERMO_TRY(sqlite3 * handle,
              open_handle(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  Database db{handle, ":memory:"};
  PALERMO_CHECK_OK(db.configure(false));
  for (const char* sql : migrations()) PALERMO_CHECK_OK(db.exec(sql));
  return db;
}

Result<Database> Database::open(const std::string& path, Mode mode) {
  std::error_code ec;
  if (!std::filesystem::exists(path, ec)) return not_a_case(path, "there is no such file");
  if (std::filesystem::is_directory(path, ec)) return not_a_case(path, "it is a folder");
  {  // SQLite would open an empty or foreign file without a word, so look first.
    std::ifstream file{path, std::ios::binary};
    char head[16] = {};
    if (!file.read(head, sizeof head) || std::string_view(head, 15) != "SQLite format 3")
      return not_a_case(path, "it does not begin like an SQLite file");
  }
  const bool read_only = mode == Mode::ReadOnly;
  PALERMO_TRY(sqlite3 * handle,
              open_handle(path, read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE));
  Database db{handle, path};
  PALERMO_CHECK_OK(db.configure(read_only));
  PALERMO_TRY(const std::int64_t application, db.scalar("PRAGMA application_id"));
  if (application != kApplicationId)
    return not_a_case(path, "another program made this SQLite file");
  PALERMO_TRY(const std::int64_t version, db.scalar("PRAGMA user_version"));
  const auto known = static_cast<std::int64_t>(migrations().size());
  if (version > known)
    return Error{ErrorCode::BadInput,
                 fmt::format("{} has schema {}, this program knows {}", core::printable(path),
                             version, known),
                 std::nullopt, "use the newer version of Palermo that made it"};
  if (version < known && read_only)
    return Error{ErrorCode::BadInput,
                 fmt::format("{} has the older schema {}", core::printable(path), version),
                 std::nullopt, "open it once with a command that writes, to migrate it"};
  if (version < known) {
    PALERMO_TRY(Transaction transaction, db.begin());
    for (std::int64_t i = version; i < known; ++i)
      PALERMO_CHECK_OK(db.exec(migrations()[static_cast<std::size_t>(i)]));
    PALERMO_CHECK_OK(db.exec(fmt::format("PRAGMA user_version={};", known)));
    PALERMO_CHECK_OK(transaction.commit());
  }
  return db;
}

Status Database::exec(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return core::ok();
  return sqlite_error(handle_, "writing the case");
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) !=
      SQLITE_OK)
    return sqlite_error(handle_, "preparing a query");
  return Statement{statement};
}

Result<Transaction> Database::begin() {
  PALERMO_CHECK_OK(exec("BEGIN IMMEDIATE"));
  return Transaction{this};
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
std::int64_t Database::last_insert_rowid() const { return sqlite3_last_insert_rowid(handle_); }
std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

Result<std::int64_t> Database::scalar(std::string_view sql) {
  PALERMO_TRY(Statement statement, prepare(sql));
  PALERMO_TRY(const bool row, statement.step());
  return row ? statement.integer(0) : std::int64_t{0};
}

Result<std::optional<std::string>> Database::meta(std::string_view key) {
  PALERMO_TRY(Statement query, prepare("SELECT value FROM meta WHERE key = ?1"));
  PALERMO_CHECK_OK(query.bind(1, key));
  PALERMO_TRY(const bool row, query.step());
  if (!row) return std::optional<std::string>{};
  return std::optional<std::string>{std::string{query.text(0)}};
}

Status Database::set_meta(std::string_view key, std::string_view value) {
  PALERMO_TRY(
      Statement insert,
      prepare("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2"));
  PALERMO_CHECK_OK(insert.bind_all(key, value));
  return insert.run();
}

}  // namespace palermo::store
