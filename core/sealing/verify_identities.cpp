#include "core/sealing/verify_identities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/ledger/verify_detail.hpp"
#include "core/sealing/identity_detail.hpp"
#include "core/sealing/identity_log.hpp"
#include "core/sealing/identity_store.hpp"

namespace palermo::sealing {
namespace {

using core::Result;
using core::Status;
using ledger::detail::Findings;

/// Hash of each stored revision.
using Rows = std::map<std::pair<std::string, std::uint32_t>, std::string>;

/// @error any  the file is not one that this program made for this case
Result<Rows> read_rows(store::Database& db, const std::string& path) {
  // Attached under a connection that reads only: a verifier leaves no trace beside the file.
  PALERMO_TRY(store::Statement attach, db.prepare("ATTACH ?1 AS sealed"));
  PALERMO_CHECK_OK(attach.bind(1, path));
  PALERMO_CHECK_OK(attach.run());
  attach.reset();
  const auto read = [&db]() -> Result<Rows> {
    Rows rows;
    PALERMO_TRY(
        store::Statement query,
        db.prepare("SELECT pseudonym, revision, payload FROM sealed.identity ORDER BY 1, 2"));
    for (;;) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) return rows;
      v1::SealedIdentity identity;
      const std::string_view payload = query.blob(2);
      const std::pair<std::string, std::uint32_t> key{std::string{query.text(0)},
                                                      static_cast<std::uint32_t>(query.integer(1))};
      const bool fits = identity.ParseFromArray(payload.data(), static_cast<int>(payload.size())) &&
                        identity.pseudonym() == key.first && identity.revision() == key.second;
      rows[key] = fits ? core::to_hex(digest_of(identity)) : std::string{};
    }
  };
  Result<Rows> rows = read();
  PALERMO_CHECK_OK(db.exec("DETACH sealed"));
  return rows;
}

void compare(const IdentityLog& log, Rows rows, v1::VerifyResult& result, Findings& findings) {
  for (const auto& [pseudonym, entries] : log.sealed) {
    const bool destroyed = log.destroyed.contains(pseudonym);
    for (const SealedEntry& entry : entries) {
      const std::string place =
          fmt::format("sealed identity {} revision {} (leaf {})", core::printable(pseudonym, 40),
                      entry.body.revision(), entry.leaf);
      const auto row = rows.find({pseudonym, entry.body.revision()});
      if (row == rows.end()) {
        if (!destroyed)
          findings.add("ALTERED", place, "what it sealed is gone, and no order destroyed it");
        continue;
      }
      if (destroyed) {
        findings.add("ALTERED", place, "it was destroyed by order, and stands in the file");
      } else if (row->second != entry.body.sha256()) {
        findings.add("ALTERED", place, "the row is not the one that was sealed",
                     entry.body.sha256(), row->second);
      }
      rows.erase(row);
    }
  }
  // Two files commit one after the other: a crash between leaves a row that nobody is shown.
  if (!rows.empty())
    result.add_notices(
        fmt::format("{} in the file of sealed identities are in no entry; no command "
                    "shows them",
                    rows.size() == 1 ? "1 row" : fmt::format("{} rows", rows.size())));
}

}  // namespace

Status verify_identities(store::Database& db, v1::VerifyResult& result) {
  const auto log = IdentityLog::read(db);
  if (!log) return core::ok();  // the log itself does not hold, which is told already
  const std::string path = IdentityStore::path_of(db);
  std::error_code ec;
  const bool there = std::filesystem::exists(path, ec);
  const auto standing =
      std::count_if(log->sealed.begin(), log->sealed.end(),
                    [&log](const auto& each) { return !log->destroyed.contains(each.first); });
  if (!there) {
    if (standing > 0)
      result.add_notices(fmt::format(
          "{} sealed; the file beside the case that holds them is not "
          "here, so they were not compared",
          standing == 1 ? "1 identity is" : fmt::format("{} identities are", standing)));
    return core::ok();
  }
  Findings findings{result};
  const auto rows = read_rows(db, path);
  if (!rows && std::filesystem::file_size(path + "-journal", ec) > 0 && !ec) {
    // A verifier undoes nothing. As with a file that is absent, nothing is known of its rows.
    result.add_notices(
        "writing the file of sealed identities was interrupted, so it was not compared; the next "
        "`palermo identity` command undoes what was half done");
    return core::ok();
  }
  if (rows) {
    result.set_rows_checked(result.rows_checked() + static_cast<std::uint32_t>(rows->size()));
    compare(*log, *rows, result, findings);
  } else {
    findings.add("ALTERED", "file of sealed identities",
                 "it cannot be read: " + rows.error().message);
  }
  result.set_ok(result.problems_total() == 0);
  return core::ok();
}

}  // namespace palermo::sealing
