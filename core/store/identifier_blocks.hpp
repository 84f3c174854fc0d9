// Identifiers by the hundred thousand: packed blocks of one kind, in the order of their values.
// docs/formats/segments.md has the bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "core/store/packed.hpp"
#include "core/store/record_row.hpp"

namespace palermo::store {

/// Identifiers of one kind that a file brings at once become blocks from this number on; fewer stay
/// rows of the table `identifier`.
inline constexpr std::size_t kFewestInBlocks = 1'024;
/// Size of a new block. To name one identifier is to inflate its block, so blocks are small.
inline constexpr std::size_t kBlockIdentifiers = 1'024;
/// Largest block that is read.
inline constexpr std::size_t kMaxBlockIdentifiers = 4'096;

/// One block, decoded.
struct IdentifierBlock {
  std::int64_t first = 0;  // id of the first
  std::string kind;
  TextList values;
  std::vector<v1::IdentifierTraits> traits;
  std::vector<std::uint32_t> trait;  // position in traits, one for each value

  /// @param i  0 … values.size() - 1
  [[nodiscard]] ObservedIdentifier at(std::size_t i) const;
  /// Whether at(i).raw is this text, without making it.
  [[nodiscard]] bool raw_is(std::size_t i, std::string_view text) const;
  /// Position of a value. O(log n).
  [[nodiscard]] std::optional<std::size_t> find(std::string_view value) const;
};

/// @param identifiers  1 to kBlockIdentifiers of one kind, their values strictly ascending by bytes
[[nodiscard]] std::string encode_identifiers(std::span<const IdentifierView> identifiers);
/// @param count  what the row beside it says
/// @error Integrity  the bytes are no such block (reason ALTERED)
[[nodiscard]] core::Result<IdentifierBlock> decode_identifiers(std::string_view blob,
                                                               std::int64_t first, std::string kind,
                                                               std::size_t count);

/// One block of which a few identifiers are wanted.
struct PackedIdentifiers {
  std::int64_t first = 0;
  std::string kind;
  SharedTexts values;
  std::vector<v1::IdentifierTraits> traits;
  std::vector<std::uint32_t> trait;

  /// @param i  0 … values.size() - 1
  [[nodiscard]] ObservedIdentifier at(std::size_t i) const;
};

/// @param count, @error  as decode_identifiers; the order of the values is not looked at
[[nodiscard]] core::Result<PackedIdentifiers> open_identifiers(std::string_view blob,
                                                               std::int64_t first, std::string kind,
                                                               std::size_t count);

/// Looks identifiers up in the case's blocks; keeps the blocks it read last. id_of does not see
/// blocks that are written during its life.
class IdentifierBlocks {
 public:
  explicit IdentifierBlocks(Database& db) : db_{&db} {}

  /// Id of (kind, value); 0: no block has it. @cost 10 µs, 50 more for a block not read lately
  [[nodiscard]] core::Result<std::int64_t> id_of(std::string_view kind, std::string_view value);
  /// The identifier with this id; nullopt: it is in no block.
  [[nodiscard]] core::Result<std::optional<ObservedIdentifier>> find(std::int64_t id);
  /// Those of many ids that stand in blocks. The blocks are inflated by all cores, and not kept.
  /// @param ids   ascending, none twice
  /// @param put   called in the order of ids
  [[nodiscard]] core::Status find_all(
      std::span<const std::int64_t> ids,
      const std::function<void(std::int64_t, ObservedIdentifier)>& put);
  /// Ids of the identifiers with this value, of whatever kind, ascending.
  [[nodiscard]] core::Result<std::vector<std::int64_t>> ids_of(std::string_view value);
  /// Every block in the order of its ids.
  [[nodiscard]] core::Status each(const std::function<core::Status(const IdentifierBlock&)>& visit);
  /// Whether the case has any.
  [[nodiscard]] core::Result<bool> any();

 private:
  struct Entry {
    std::int64_t first = 0;
    std::string low;
    std::string high;
    std::string highest;  // of all entries up to this one, in the order of low
  };
  struct Directory {
    std::map<std::string, std::vector<Entry>, std::less<>> kinds;  // by low
  };
  [[nodiscard]] core::Result<const Directory*> directory();
  struct Kept;
  /// Stands at the row of the block with the highest first id up to this one, if there is one.
  [[nodiscard]] core::Result<bool> seek(std::int64_t id);
  /// The block that holds `id`; nullptr: none does.
  [[nodiscard]] core::Result<Kept*> kept(std::int64_t id);
  [[nodiscard]] core::Result<const IdentifierBlock*> block(std::int64_t first);
  [[nodiscard]] core::Status collect(const std::vector<Entry>& entries, std::string_view value,
                                     std::vector<std::int64_t>& ids);

  Database* db_;
  std::optional<Statement> read_;
  std::optional<Directory> directory_;
  /// A block as it was read: packed while only a few of its identifiers are asked for by id.
  struct Kept {
    std::int64_t count = 0;
    std::unique_ptr<PackedIdentifiers> packed;
    std::unique_ptr<IdentifierBlock> block;
    std::uint32_t asked = 0;
    std::uint64_t used = 0;
  };
  std::map<std::int64_t, Kept> kept_;  // by first
  std::uint64_t clock_ = 0;
};

}  // namespace palermo::store
