#include "core/store/source_id.hpp"

#include <fmt/format.h>

namespace palermo::store {
namespace {

constexpr std::string_view kPrefix = "SRC-";
constexpr std::size_t kDigits = 8;
constexpr std::size_t kMoreDigits = 4;

}  // namespace

Result<std::string> free_source_id(Database& db, std::string_view sha256) {
  PALERMO_TRY(Statement known, db.prepare("SELECT 1 FROM source WHERE id = ?1"));
  for (std::size_t digits = kDigits; digits <= sha256.size(); digits += kMoreDigits) {
    std::string id = fmt::format("{}{}", kPrefix, sha256.substr(0, digits));
    PALERMO_CHECK_OK(known.bind(1, id));
    PALERMO_TRY(const bool taken, known.step());
    known.reset();
    if (!taken) return id;
  }
  return core::Error{core::ErrorCode::Internal,
                     "a file that the case holds was to be stored again"};
}

bool is_id_of_source(std::string_view id, std::int64_t seq, std::string_view sha256) {
  if (!id.starts_with(kPrefix)) return false;
  id.remove_prefix(kPrefix.size());
  if (id == std::to_string(seq)) return true;
  return id.size() >= kDigits && (id.size() - kDigits) % kMoreDigits == 0 && sha256.starts_with(id);
}

Result<std::unordered_map<std::int64_t, std::int64_t>> source_ranks(Database& db) {
  PALERMO_TRY(Statement query,
              db.prepare(fmt::format("SELECT seq FROM source ORDER BY {}", kSourceOrder)));
  std::unordered_map<std::int64_t, std::int64_t> ranks;
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return ranks;
    ranks.emplace(query.integer(0), static_cast<std::int64_t>(ranks.size()));
  }
}

}  // namespace palermo::store
