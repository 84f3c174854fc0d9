#include "core/store/virtual_tables.hpp"

namespace palermo::store::detail {
namespace {

struct Module {
  TableContext* context;
  MemoryTable table;
  std::optional<std::vector<std::vector<Cell>>> rows;  // read once a connection
};

struct Table : sqlite3_vtab {
  Module* module;
};

struct Cursor : sqlite3_vtab_cursor {
  Module* module;
  std::size_t row;
};

int connect(sqlite3* db, void* aux, int, const char* const*, sqlite3_vtab** out, char**) noexcept {
  auto* module = static_cast<Module*>(aux);
  // Declaring the columns asks the allow-list as CREATE TABLE would.
  const Inside inside{*module->context};
  const int code =
      sqlite3_declare_vtab(db, ("CREATE TABLE x(" + module->table.columns + ")").c_str());
  if (code != SQLITE_OK) return code;
  auto* table = new (std::nothrow) Table{};
  if (table == nullptr) return SQLITE_NOMEM;
  table->module = module;
  *out = table;
  return SQLITE_OK;
}
int disconnect(sqlite3_vtab* table) noexcept {
  delete static_cast<Table*>(table);
  return SQLITE_OK;
}
int best_index(sqlite3_vtab*, sqlite3_index_info* info) noexcept {
  info->estimatedCost = 1e5;
  info->estimatedRows = 10'000;
  return SQLITE_OK;
}
int open(sqlite3_vtab* table, sqlite3_vtab_cursor** out) noexcept {
  auto* cursor = new (std::nothrow) Cursor{};
  if (cursor == nullptr) return SQLITE_NOMEM;
  cursor->module = static_cast<Table*>(table)->module;
  *out = cursor;
  return SQLITE_OK;
}
int close(sqlite3_vtab_cursor* cursor) noexcept {
  delete static_cast<Cursor*>(cursor);
  return SQLITE_OK;
}
int filter(sqlite3_vtab_cursor* base, int, const char*, int, sqlite3_value**) noexcept {
  auto* cursor = static_cast<Cursor*>(base);
  cursor->row = 0;
  Module& module = *cursor->module;
  if (module.rows) return SQLITE_OK;
  try {
    const Inside inside{*module.context};
    auto rows = module.table.load(*module.context->db);
    if (!rows) return module.context->fail(std::move(rows).error());
    module.rows = *std::move(rows);
  } catch (const std::exception&) {
    return SQLITE_NOMEM;
  }
  return SQLITE_OK;
}
int next(sqlite3_vtab_cursor* cursor) noexcept {
  ++static_cast<Cursor*>(cursor)->row;
  return SQLITE_OK;
}
int eof(sqlite3_vtab_cursor* base) noexcept {
  const auto* cursor = static_cast<Cursor*>(base);
  return !cursor->module->rows || cursor->row >= cursor->module->rows->size() ? 1 : 0;
}
int column(sqlite3_vtab_cursor* base, sqlite3_context* out, int index) noexcept {
  const auto* cursor = static_cast<Cursor*>(base);
  const Cell& cell = (*cursor->module->rows)[cursor->row][static_cast<std::size_t>(index)];
  if (const auto* text = std::get_if<std::string>(&cell)) {
    sqlite3_result_text64(out, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } else if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    sqlite3_result_int64(out, *whole);
  } else if (const auto* real = std::get_if<double>(&cell)) {
    sqlite3_result_double(out, *real);
  } else {
    sqlite3_result_null(out);
  }
  return SQLITE_OK;
}
int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* out) noexcept {
  *out = static_cast<sqlite3_int64>(static_cast<Cursor*>(cursor)->row) + 1;
  return SQLITE_OK;
}

const sqlite3_module& methods() {
  static const sqlite3_module kMethods = [] {
    sqlite3_module module{};  // no xCreate: the table exists by its name alone
    module.xConnect = connect;
    module.xBestIndex = best_index;
    module.xDisconnect = disconnect;
    module.xOpen = open;
    module.xClose = close;
    module.xFilter = filter;
    module.xNext = next;
    module.xEof = eof;
    module.xColumn = column;
    module.xRowid = rowid;
    return module;
  }();
  return kMethods;
}

}  // namespace

int register_memory_table(sqlite3* connection, TableContext* context, MemoryTable table) {
  const std::string name = table.name;
  auto* module = new Module{context, std::move(table), std::nullopt};
  return sqlite3_create_module_v2(connection, name.c_str(), &methods(), module,
                                  [](void* aux) { delete static_cast<Module*>(aux); });
}

}  // namespace palermo::store::detail
