// The case's identifiers, each (kind, value) once: a row, or a place in a packed block.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "core/store/identifier_blocks.hpp"
#include "core/store/record_row.hpp"
#include "core/store/row_bytes.hpp"

namespace palermo::v1 {
class Source;
}

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
  IdentifierWriter(Statement find, Statement insert, Database* db, std::int64_t last)
      : find_{std::move(find)}, insert_{std::move(insert)}, db_{db}, blocks_{*db}, last_{last} {}
  Statement find_;
  Statement insert_;
  Database* db_;
  IdentifierBlocks blocks_;
  std::int64_t last_;
  std::uint32_t added_ = 0;
};

/// Highest id given so far; 0 in a case without identifiers.
[[nodiscard]] Result<std::int64_t> last_identifier(Database& db);

/// Numbers for a whole file's identifiers at once, so that segments can be encoded before the
/// identifiers are written. Lives for one transaction.
class BulkIdentifiers {
 public:
  /// @param identifiers  distinct by (kind, value); they and their texts must outlive this
  /// @cost one look-up each, none in a case that has no identifiers yet
  [[nodiscard]] static Result<BulkIdentifiers> look_up(Database& db,
                                                       std::span<const IdentifierView> identifiers);
  /// Id of each identifier the case knows already, 0 for the others.
  [[nodiscard]] const std::vector<std::uint32_t>& ids() const { return ids_; }
  /// Notes in the source how it spells those of `used` that the case knows in another spelling.
  /// Before assign().
  [[nodiscard]] Status spellings(const std::vector<bool>& used, v1::Source& source) const;
  /// Gives ids to those of `used` that have none.
  void assign(const std::vector<bool>& used);
  /// Inserts those that assign() numbered: as blocks where kFewestInBlocks or more of one kind
  /// stand in the order of their values, else as rows.
  /// @return the bytes under their commitment, as identifier_bytes() would read them back; empty
  /// when there were none
  [[nodiscard]] Result<std::string> insert();

 private:
  [[nodiscard]] Status insert_blocks(std::span<const std::uint32_t> positions,
                                     IdentifierBytes& bytes);
  /// Where the stretch of added_ that begins there ends: one kind, in the order of the values.
  [[nodiscard]] std::size_t end_of_stretch(std::size_t begin) const;
  BulkIdentifiers(Database& db, std::span<const IdentifierView> identifiers)
      : db_{&db}, identifiers_{identifiers}, ids_(identifiers.size(), 0) {}
  Database* db_;
  std::span<const IdentifierView> identifiers_;
  std::vector<std::uint32_t> ids_;
  std::vector<std::uint32_t> added_;  // positions
  std::uint32_t last_id_ = 0;
};

struct StoredIdentifier {
  std::int64_t id = 0;
  ObservedIdentifier identifier;
};

/// One identifier by its number. @error NotFound  no such number
[[nodiscard]] Result<StoredIdentifier> find_identifier(Database& db, std::int64_t id);
/// The same for many: `blocks` keeps what it read.
[[nodiscard]] Result<StoredIdentifier> find_identifier(Database& db, IdentifierBlocks& blocks,
                                                       std::int64_t id);
/// All identifiers whose value (or raw text) is exactly `text`, any kind, in order of id.
/// @cost reads every identifier of the case
[[nodiscard]] Result<std::vector<StoredIdentifier>> find_identifiers(Database& db,
                                                                     std::string_view text);
/// Those whose normalized value is exactly `value`. @cost one index look-up for each kind
[[nodiscard]] Result<std::vector<StoredIdentifier>> find_identifiers_by_value(
    Database& db, std::string_view value);
/// Every identifier of the case, in order of id.
[[nodiscard]] Result<std::vector<StoredIdentifier>> all_identifiers(Database& db);

}  // namespace palermo::store
