// The virtual table `calls`: plain SQL over packed call segments.

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/base/time.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/segment_store.hpp"
#include "core/store/virtual_tables.hpp"

namespace palermo::store::detail {
namespace {

enum Column {
  kRecordId,
  kSource,
  kLine,
  kA,
  kB,
  kStartedAt,
  kStartedAtUs,
  kLocalTime,
  kDuration,
  kKind,
  kDirection,
  kCell,
  kImei,
  kImsi,
  kForwardedTo,
  kAuthorization,
  kFlags,
};
constexpr const char* kDeclaration =
    "CREATE TABLE x(record_id TEXT, source TEXT, line INTEGER, a TEXT, b TEXT, started_at TEXT, "
    "started_at_us INTEGER, local_time TEXT, duration_s INTEGER, kind TEXT, direction TEXT, cell "
    "TEXT, "
    "imei TEXT, imsi TEXT, forwarded_to TEXT, authorization_id TEXT, flags TEXT)";

/// Which groups of a segment a statement needs, from the columns it names.
unsigned groups_of(sqlite3_uint64 used) {
  unsigned groups = kColTime | kColParties;  // both filter rows
  const auto uses = [used](Column column) { return (used >> column & 1U) != 0; };
  if (uses(kRecordId) || uses(kLine)) groups |= kColLine;
  if (uses(kDuration) || uses(kKind) || uses(kDirection) || uses(kFlags)) groups |= kColUse;
  if (uses(kCell)) groups |= kColPlaces;
  if (uses(kImei) || uses(kImsi) || uses(kForwardedTo)) groups |= kColDevices;
  if (uses(kAuthorization)) groups |= kColAuthorization;
  return groups;
}

struct Table : sqlite3_vtab {
  TableContext* context;
};

struct Cursor : sqlite3_vtab_cursor {
  TableContext* context = nullptr;
  unsigned groups = kColAll;
  std::vector<std::int64_t> segments;
  SharedCalls shared;
  std::size_t next_segment = 0;
  CallColumns columns;
  std::size_t row = 0;
  bool done = true;
  std::optional<std::unordered_set<std::uint32_t>> a;
  std::optional<std::unordered_set<std::uint32_t>> b;
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
  std::unordered_map<std::uint32_t, std::string> names;
  std::optional<IdentifierBlocks> blocks;

  [[nodiscard]] bool passes() const {
    if (a && !a->contains(columns.a[row])) return false;
    if (b && !b->contains(columns.b[row])) return false;
    if (from_us && columns.started_at_us[row] < *from_us) return false;
    return !to_us || columns.started_at_us[row] <= *to_us;
  }

  /// Goes on to the next row that passes.
  core::Status settle() {
    while (true) {
      for (; row < columns.records; ++row)
        if (passes()) return core::ok();
      if (next_segment >= segments.size()) {
        done = true;
        return core::ok();
      }
      const Inside inside{*context};
      PALERMO_TRY(columns, load_segment(*context->db, segments[next_segment++], groups, true, shared));
      row = 0;
    }
  }

  core::Result<const std::string*> name(std::uint32_t identifier) {
    auto [at, fresh] = names.try_emplace(identifier);
    if (fresh && identifier != 0) {
      const Inside inside{*context};
      if (!blocks) blocks.emplace(*context->db);
      PALERMO_TRY(StoredIdentifier found, find_identifier(*context->db, *blocks, identifier));
      at->second = std::move(found.identifier.value);
    }
    return &at->second;
  }
};

int connect(sqlite3* db, void* aux, int, const char* const*, sqlite3_vtab** out, char**) noexcept {
  // Declaring the columns asks the allow-list as CREATE TABLE would.
  const Inside inside{*static_cast<TableContext*>(aux)};
  const int code = sqlite3_declare_vtab(db, kDeclaration);
  if (code != SQLITE_OK) return code;
  auto* table = new (std::nothrow) Table{};
  if (table == nullptr) return SQLITE_NOMEM;
  table->context = static_cast<TableContext*>(aux);
  *out = table;
  return SQLITE_OK;
}
int disconnect(sqlite3_vtab* table) noexcept {
  delete static_cast<Table*>(table);
  return SQLITE_OK;
}

/// What xFilter is told about each argument: one letter in idxStr.
constexpr char kAEquals = 'a';
constexpr char kBEquals = 'b';
constexpr char kSourceEquals = 's';
constexpr char kTimeFrom = 'f';
constexpr char kTimeTo = 't';
constexpr char kMicrosFrom = 'F';
constexpr char kMicrosTo = 'T';
constexpr char kMicrosEquals = 'E';

int best_index(sqlite3_vtab*, sqlite3_index_info* info) noexcept {
  char plan[16] = {};
  int arguments = 0;
  double share = 1;
  for (int i = 0; i < info->nConstraint && arguments < 15; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (constraint.usable == 0) continue;
    const bool equals = constraint.op == SQLITE_INDEX_CONSTRAINT_EQ;
    const bool from =
        constraint.op == SQLITE_INDEX_CONSTRAINT_GE || constraint.op == SQLITE_INDEX_CONSTRAINT_GT;
    const bool to =
        constraint.op == SQLITE_INDEX_CONSTRAINT_LE || constraint.op == SQLITE_INDEX_CONSTRAINT_LT;
    char word = 0;
    switch (constraint.iColumn) {
      case kA:
        if (equals) word = kAEquals;
        break;
      case kB:
        if (equals) word = kBEquals;
        break;
      case kSource:
        if (equals) word = kSourceEquals;
        break;
      case kStartedAt:
        if (from) word = kTimeFrom;
        if (to) word = kTimeTo;
        break;
      case kStartedAtUs:
        if (from) word = kMicrosFrom;
        if (to) word = kMicrosTo;
        if (equals) word = kMicrosEquals;
        break;
      default:
        break;
    }
    if (word == 0) continue;
    // Another collation would find rows that the identifier index does not know.
    const char* collation = sqlite3_vtab_collation(info, i);
    if (constraint.iColumn != kStartedAtUs && collation != nullptr &&
        sqlite3_stricmp(collation, "BINARY") != 0)
      continue;
    info->aConstraintUsage[i].argvIndex = arguments + 1;
    info->aConstraintUsage[i].omit = 0;  // SQLite tests again: a plan only saves reading
    plan[arguments++] = word;
    share *= word == kAEquals || word == kBEquals ? 0.001 : (word == kSourceEquals ? 0.1 : 0.4);
  }
  info->idxNum = static_cast<int>(groups_of(info->colUsed));
  if (arguments > 0) {
    info->idxStr = sqlite3_mprintf("%s", plan);
    if (info->idxStr == nullptr) return SQLITE_NOMEM;
    info->needToFreeIdxStr = 1;
  }
  info->estimatedCost = 1e7 * share;
  info->estimatedRows = static_cast<sqlite3_int64>(1e7 * share) + 1;
  return SQLITE_OK;
}

int open(sqlite3_vtab* table, sqlite3_vtab_cursor** out) noexcept {
  auto* cursor = new (std::nothrow) Cursor{};
  if (cursor == nullptr) return SQLITE_NOMEM;
  cursor->context = static_cast<Table*>(table)->context;
  *out = cursor;
  return SQLITE_OK;
}
int close(sqlite3_vtab_cursor* cursor) noexcept {
  delete static_cast<Cursor*>(cursor);
  return SQLITE_OK;
}

/// First or last microsecond of the day that a text begins with; text comparison with such a bound
/// is then settled by SQLite itself.
std::optional<std::int64_t> day_bound(std::string_view text, bool end) {
  if (text.size() < 10) return std::nullopt;
  const auto day = core::parse_date_or_instant(text.substr(0, 10), end);
  if (!day) return std::nullopt;
  return day->us;
}

template <typename T>
void narrow(std::optional<T>& bound, T value, bool upper) {
  if (!bound || (upper ? value < *bound : value > *bound)) bound = value;
}

core::Status begin(Cursor& cursor, std::string_view plan, sqlite3_value** values) {
  cursor.segments.clear();
  cursor.next_segment = 0;
  cursor.columns = {};
  cursor.row = 0;
  cursor.done = false;
  cursor.a.reset();
  cursor.b.reset();
  cursor.from_us.reset();
  cursor.to_us.reset();
  const Inside inside{*cursor.context};
  SegmentQuery query;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    sqlite3_value* value = values[i];
    const int type = sqlite3_value_type(value);
    if (type == SQLITE_NULL) {  // nothing compares with NULL
      cursor.done = true;
      return core::ok();
    }
    std::string text;
    if (const unsigned char* bytes = sqlite3_value_text(value); bytes != nullptr)
      text.assign(reinterpret_cast<const char*>(bytes),
                  static_cast<std::size_t>(sqlite3_value_bytes(value)));
    switch (plan[i]) {
      case kAEquals:
      case kBEquals: {
        PALERMO_TRY(const auto found, find_identifiers_by_value(*cursor.context->db, text));
        std::unordered_set<std::uint32_t> ids;
        for (const StoredIdentifier& identifier : found)
          ids.insert(static_cast<std::uint32_t>(identifier.id));
        if (text.empty()) ids.insert(0);  // a withheld number is an empty text
        auto& wanted = plan[i] == kAEquals ? cursor.a : cursor.b;
        if (wanted) {
          std::erase_if(ids, [&](std::uint32_t id) { return !wanted->contains(id); });
        }
        wanted = std::move(ids);
        break;
      }
      case kSourceEquals:
        query.source_id = text;
        break;
      case kTimeFrom:
        if (const auto bound = day_bound(text, false); bound && type == SQLITE_TEXT)
          narrow(cursor.from_us, *bound, false);
        break;
      case kTimeTo:
        if (const auto bound = day_bound(text, true); bound && type == SQLITE_TEXT)
          narrow(cursor.to_us, *bound, true);
        break;
      case kMicrosFrom:
        if (type == SQLITE_INTEGER)
          narrow<std::int64_t>(cursor.from_us, sqlite3_value_int64(value), false);
        break;
      case kMicrosTo:
        if (type == SQLITE_INTEGER)
          narrow<std::int64_t>(cursor.to_us, sqlite3_value_int64(value), true);
        break;
      case kMicrosEquals:
        if (type == SQLITE_INTEGER) {
          narrow<std::int64_t>(cursor.from_us, sqlite3_value_int64(value), false);
          narrow<std::int64_t>(cursor.to_us, sqlite3_value_int64(value), true);
        }
        break;
      default:
        break;
    }
  }
  query.from_us = cursor.from_us;
  query.to_us = cursor.to_us;
  const auto* narrowest = cursor.a ? &cursor.a : (cursor.b ? &cursor.b : nullptr);
  if (narrowest != nullptr) {
    if ((*narrowest)->empty()) {
      cursor.done = true;
      return core::ok();
    }
    // 0 stands for "none" and is in no index.
    if (!(*narrowest)->contains(0))
      query.identifiers.assign((*narrowest)->begin(), (*narrowest)->end());
  }
  PALERMO_TRY(cursor.segments, segment_ids(*cursor.context->db, query));
  PALERMO_TRY(cursor.shared, SharedCalls::load(*cursor.context->db));
  return cursor.settle();
}

int filter(sqlite3_vtab_cursor* base, int groups, const char* plan, int arguments,
           sqlite3_value** values) noexcept {
  auto* cursor = static_cast<Cursor*>(base);
  cursor->groups = static_cast<unsigned>(groups);
  try {
    const std::string_view words{plan != nullptr ? plan : "", static_cast<std::size_t>(arguments)};
    if (auto status = begin(*cursor, words, values); !status)
      return cursor->context->fail(std::move(status).error());
  } catch (const std::exception&) {
    return SQLITE_NOMEM;
  }
  return SQLITE_OK;
}
int next(sqlite3_vtab_cursor* base) noexcept {
  auto* cursor = static_cast<Cursor*>(base);
  ++cursor->row;
  try {
    if (auto status = cursor->settle(); !status)
      return cursor->context->fail(std::move(status).error());
  } catch (const std::exception&) {
    return SQLITE_NOMEM;
  }
  return SQLITE_OK;
}
int eof(sqlite3_vtab_cursor* cursor) noexcept { return static_cast<Cursor*>(cursor)->done ? 1 : 0; }

void put(sqlite3_context* out, std::string_view text) {
  sqlite3_result_text64(out, text.data() != nullptr ? text.data() : "", text.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
}

core::Status put_column(Cursor& cursor, sqlite3_context* out, int index) {
  const CallColumns& columns = cursor.columns;
  const std::size_t row = cursor.row;
  const auto put_name = [&](std::uint32_t identifier) -> core::Status {
    PALERMO_TRY(const std::string* name, cursor.name(identifier));
    put(out, *name);
    return core::ok();
  };
  switch (index) {
    case kRecordId:
      put(out, fmt::format("{}:{}", columns.source_id, columns.line[row]));
      break;
    case kSource:
      put(out, columns.source_id);
      break;
    case kLine:
      sqlite3_result_int64(out, columns.line[row]);
      break;
    case kA:
      return put_name(columns.a[row]);
    case kB:
      return put_name(columns.b[row]);
    case kStartedAt:
      put(out, core::format_utc(columns.started_at_us[row]));
      break;
    case kStartedAtUs:
      sqlite3_result_int64(out, columns.started_at_us[row]);
      break;
    case kLocalTime:
      put(out, core::format_local({columns.started_at_us[row], columns.utc_offset_min[row]}));
      break;
    case kDuration:
      if ((columns.flags[row] & v1::DURATION_ABSENT) != 0) {
        sqlite3_result_null(out);
      } else {
        sqlite3_result_int64(out, columns.duration_s[row]);
      }
      break;
    case kKind:
      put(out, kind_name(columns.kind[row]));
      break;
    case kDirection:
      put(out, direction_name(columns.flags[row]));
      break;
    case kCell:
      put(out, columns.text(columns.cell, row));
      break;
    case kImei:
      return put_name(CallColumns::at(columns.imei, row));
    case kImsi:
      return put_name(CallColumns::at(columns.imsi, row));
    case kForwardedTo:
      return put_name(CallColumns::at(columns.forwarded_to, row));
    case kAuthorization:
      put(out, columns.text(columns.authorization, row));
      break;
    case kFlags:
      put(out, fmt::format("{}", fmt::join(flag_names(columns.flags[row]), ",")));
      break;
    default:
      sqlite3_result_null(out);
  }
  return core::ok();
}

int column(sqlite3_vtab_cursor* base, sqlite3_context* out, int index) noexcept {
  auto* cursor = static_cast<Cursor*>(base);
  try {
    if (auto status = put_column(*cursor, out, index); !status)
      return cursor->context->fail(std::move(status).error());
  } catch (const std::exception&) {
    return SQLITE_NOMEM;
  }
  return SQLITE_OK;
}
int rowid(sqlite3_vtab_cursor* base, sqlite3_int64* out) noexcept {
  const auto* cursor = static_cast<Cursor*>(base);
  // Stable, so that a statement with OR can tell rows it has seen.
  *out = cursor->columns.segment_id * static_cast<sqlite3_int64>(kMaxSegmentRecords) +
         static_cast<sqlite3_int64>(cursor->row);
  return SQLITE_OK;
}

}  // namespace

int register_calls_table(sqlite3* connection, TableContext* context) {
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
  return sqlite3_create_module_v2(connection, "calls", &kMethods, context, nullptr);
}

}  // namespace palermo::store::detail
