// The case's identifiers: one row for each (kind, value).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "core/store/record_row.hpp"

namespace palermo::store {

/// Gives identifiers their numbers in the case, inserting those that are new. Lives for one
/// transaction.
class IdentifierWriter {
 public:
  [[nodiscard]] static Result<IdentifierWriter> open(Database& db);
  /// @return the identifier's id, 1 or more
  [[nodiscard]] Result<std::int64_t> intern(const ObservedIdentifier& identifier);
  /// The same with borrowed texts, for millions of calls' worth of numbers.
  [[nodiscard]] Result<std::int64_t> intern(std::string_view kind, std::string_view value,
                                            std::string_view raw, bool valid,
                                            std::string_view country);
  [[nodiscard]] std::uint32_t added() const { return added_; }

 private:
  IdentifierWriter(Statement find, Statement insert, Database* db)
      : find_{std::move(find)}, insert_{std::move(insert)}, db_{db} {}
  Statement find_;
  Statement insert_;
  Database* db_;
  std::uint32_t added_ = 0;
};

struct StoredIdentifier {
  std::int64_t id = 0;
  ObservedIdentifier identifier;
};

/// One identifier by its number. @error NotFound  no such number
[[nodiscard]] Result<StoredIdentifier> find_identifier(Database& db, std::int64_t id);
/// All identifiers whose value (or raw text) is exactly `text`, any kind, in order of id.
[[nodiscard]] Result<std::vector<StoredIdentifier>> find_identifiers(Database& db,
                                                                     std::string_view text);
/// Every identifier of the case, in order of id.
[[nodiscard]] Result<std::vector<StoredIdentifier>> all_identifiers(Database& db);

}  // namespace palermo::store
