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

Result<std::string> identifier_bytes(Database& db, std::int64_t first, std::int64_t count) {
  PALERMO_TRY(Statement query,
              db.prepare("SELECT id, kind, value, valid, country, raw FROM identifier "
                         "WHERE id >= ?1 AND id < ?2 ORDER BY id"));
  PALERMO_CHECK_OK(query.bind_all(first, first + count));
  std::string bytes = joined_bytes({"palermo/identifiers/v1"});
  std::int64_t next = first;
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    if (query.integer(0) != next) break;
    ++next;
    append(bytes, query.text(0));
    for (int column = 1; column < 6; ++column) append(bytes, query.text(column));
  }
  if (next != first + count)
    return core::Error{core::ErrorCode::Integrity,
                       fmt::format("identifier {} is gone from the case", next), std::nullopt,
                       "run `palermo audit verify`; restore the case from a copy", "ALTERED"};
  return bytes;
}

}  // namespace palermo::store
