#include "core/store/row_bytes.hpp"

#include <fmt/format.h>

namespace palermo::store {
namespace {

void append(std::string& bytes, std::string_view text) {
  const std::uint64_t size = text.size();
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<unsigned char>(size >> shift));
  bytes += text;
}

std::string number(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : std::string{};
}

}  // namespace

std::string joined_bytes(std::initializer_list<std::string_view> texts) {
  std::string bytes;
  for (const std::string_view text : texts) append(bytes, text);
  return bytes;
}

std::string record_bytes(std::string_view payload, const RecordColumns& columns,
                         const std::set<std::pair<std::string, std::string>>& identifiers) {
  std::string bytes = joined_bytes({"palermo/record/v1", payload, columns.kind, columns.layer,
                                    number(columns.from_us), number(columns.to_us)});
  for (const auto& [kind, value] : identifiers) {
    append(bytes, kind);
    append(bytes, value);
  }
  return bytes;
}

IdentifierBytes::IdentifierBytes(bool packed)
    : packed_{packed},
      bytes_{joined_bytes({packed ? "palermo/identifiers/v2" : "palermo/identifiers/v1"})} {}

void IdentifierBytes::row(std::int64_t id, std::string_view kind, std::string_view value,
                          bool valid, std::string_view country, std::string_view raw) {
  if (packed_) append(bytes_, "row");
  append(bytes_, std::to_string(id));
  append(bytes_, kind);
  append(bytes_, value);
  append(bytes_, valid ? "1" : "0");
  append(bytes_, country);
  append(bytes_, raw);
}

void IdentifierBytes::block(std::int64_t first, std::int64_t count, std::string_view kind,
                            std::string_view low, std::string_view high, std::string_view blob) {
  append(bytes_, "block");
  append(bytes_, std::to_string(first));
  append(bytes_, std::to_string(count));
  append(bytes_, kind);
  append(bytes_, low);
  append(bytes_, high);
  append(bytes_, blob);
}

Result<std::string> identifier_bytes(Database& db, std::int64_t first, std::int64_t count) {
  PALERMO_TRY(Statement rows,
              db.prepare("SELECT id, kind, value, valid, country, raw FROM identifier "
                         "WHERE id >= ?1 AND id < ?2 ORDER BY id"));
  PALERMO_CHECK_OK(rows.bind_all(first, first + count));
  PALERMO_TRY(Statement blocks,
              db.prepare("SELECT first, count, kind, low, high, blob FROM identifier_block "
                         "WHERE first >= ?1 AND first < ?2 ORDER BY first"));
  PALERMO_CHECK_OK(blocks.bind_all(first, first + count));
  PALERMO_TRY(bool row, rows.step());
  PALERMO_TRY(bool block, blocks.step());
  const bool packed = block;
  std::string bytes = joined_bytes({packed ? "palermo/identifiers/v2" : "palermo/identifiers/v1"});
  const std::int64_t end = first + count;
  std::int64_t next = first;
  while (next < end) {
    if (row && rows.integer(0) == next) {
      if (packed) append(bytes, "row");
      for (int column = 0; column < 6; ++column) append(bytes, rows.text(column));
      ++next;
      PALERMO_TRY(row, rows.step());
    } else if (block && blocks.integer(0) == next && blocks.integer(1) > 0 &&
               blocks.integer(1) <= end - next) {
      append(bytes, "block");
      for (int column = 0; column < 5; ++column) append(bytes, blocks.text(column));
      append(bytes, blocks.blob(5));
      next += blocks.integer(1);
      PALERMO_TRY(block, blocks.step());
    } else {
      break;
    }
  }
  if (next != end || row || block)
    return core::Error{core::ErrorCode::Integrity,
                       next != end ? fmt::format("identifier {} is gone from the case", next)
                                   : std::string{"an identifier stands in the case twice"},
                       std::nullopt, "run `palermo audit verify`; restore the case from a copy",
                       "ALTERED"};
  return bytes;
}

}  // namespace palermo::store
