#include <fmt/format.h>

#include <optional>
#include <set>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/ledger/merkle.hpp"
#include "core/ledger/verify_detail.hpp"

namespace palermo::ledger::detail {
namespace {

using core::Status;
using store::Statement;

using Body = v1::LedgerEntry::BodyCase;

std::string lower_hex(std::string_view text) {
  const auto bytes = core::from_hex(text);
  return bytes ? core::to_hex(*bytes) : std::string{text};
}

/// Pairs the rows of one table with the entries of one kind.
class Pairing {
 public:
  Pairing(const Spoken& entries, Body kind, Findings& findings)
      : entries_{entries}, kind_{kind}, findings_{findings} {}

  /// The entry behind a row, or null after reporting why there is none.
  const v1::LedgerEntry* entry_of(const std::string& place, std::int64_t leaf) {
    const auto found = leaf < 0 ? entries_.end() : entries_.find(static_cast<std::uint64_t>(leaf));
    if (found == entries_.end() || found->second.body_case() != kind_) {
      findings_.add("ALTERED", place,
                    fmt::format("the row names leaf {}, which is no entry about such a row", leaf));
      return nullptr;
    }
    if (!used_.insert(found->first).second) {
      findings_.add("ALTERED", place, fmt::format("a second row names leaf {}", leaf));
      return nullptr;
    }
    return &found->second;
  }

  /// Reports entries that no row named. `speaks` filters entries that never have a row of their
  /// own.
  template <typename Filter>
  void report_missing(const char* what, Filter&& speaks) {
    for (const auto& [index, entry] : entries_) {
      if (entry.body_case() != kind_ || used_.contains(index) || !speaks(entry)) continue;
      findings_.add("ALTERED", fmt::format("leaf {}", index),
                    fmt::format("the {} it speaks of ({}) is gone from the case", what,
                                core::printable(entry.id(), 60)));
    }
  }
  void report_missing(const char* what) {
    report_missing(what, [](const v1::LedgerEntry&) { return true; });
  }

 private:
  const Spoken& entries_;
  Body kind_;
  Findings& findings_;
  std::set<std::uint64_t> used_;
};

void expect_hash(Findings& findings, const std::string& place, const char* what,
                 const std::string& logged, const std::string& computed) {
  if (lower_hex(logged) != computed)
    findings.add("ALTERED", place, fmt::format("{} differs from what the ledger says", what),
                 logged, computed);
}

void expect_same(Findings& findings, const std::string& place, const char* what,
                 std::string_view logged, std::string_view stored) {
  if (logged != stored)
    findings.add("ALTERED", place, fmt::format("{} differs from what the ledger says", what),
                 core::printable(logged, 100), core::printable(stored, 100));
}

Status check_operators(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                       Findings& findings) {
  Pairing pairs{entries, Body::kOperatorAdded, findings};
  PALERMO_TRY(Statement query,
              db.prepare("SELECT name, roles, vkey, leaf FROM operator ORDER BY leaf"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place = fmt::format("operator {}", core::printable(query.text(0), 60));
    const auto* entry = pairs.entry_of(place, query.integer(3));
    if (entry == nullptr) continue;
    const v1::OperatorAdded& body = entry->operator_added();
    expect_same(findings, place, "the name", body.name(), query.text(0));
    expect_same(findings, place, "the role", fmt::format("{}", fmt::join(body.roles(), ",")),
                query.text(1));
    expect_same(findings, place, "the key", body.vkey(), query.text(2));
  }
  pairs.report_missing("operator");
  return core::ok();
}

/// Rows (id, rev, payload, salt, leaf) whose entry holds a salted commitment to the payload.
Status check_authorizations(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                            Findings& findings) {
  Pairing pairs{entries, Body::kAuthorization, findings};
  PALERMO_TRY(Statement query, db.prepare("SELECT id, rev, payload, salt, leaf FROM authorization "
                                          "ORDER BY leaf"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place = fmt::format("authorization {} revision {}",
                                          core::printable(query.text(0), 60), query.integer(1));
    const auto* entry = pairs.entry_of(place, query.integer(4));
    if (entry == nullptr) continue;
    expect_same(findings, place, "the id", entry->id(), query.text(0));
    expect_same(findings, place, "the revision", std::to_string(entry->rev()),
                std::to_string(query.integer(1)));
    expect_hash(findings, place, "the commitment", entry->authorization().commit(),
                core::to_hex(core::commitment(query.blob(3), query.blob(2))));
  }
  pairs.report_missing("authorization");
  return core::ok();
}

struct SourceRow {
  std::string id;
  const v1::LedgerEntry* entry = nullptr;
  std::uint64_t segments = 0;
  CompactTree records;  // over commitments, in order of seq
};

Status check_records(store::Database& db, std::map<std::int64_t, SourceRow>& sources,
                     v1::VerifyResult& result, Findings& findings) {
  PALERMO_TRY(Statement query,
              db.prepare("SELECT seq, source, payload, salt FROM record ORDER BY seq"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const auto source = sources.find(query.integer(1));
    if (source == sources.end()) {
      findings.add("ALTERED", fmt::format("record {}", query.integer(0)),
                   fmt::format("the row names source {}, which is not there", query.integer(1)));
      continue;
    }
    const Digest commit = core::commitment(query.blob(3), query.blob(2));
    source->second.records.push(leaf_hash(core::bytes_of(commit)));
  }
  for (const auto& [seq, source] : sources) {
    if (source.entry == nullptr) continue;
    const std::string place = fmt::format("records of source {}", core::printable(source.id, 60));
    const v1::SourceEntry& body = source.entry->source();
    expect_same(findings, place, "the number of records", std::to_string(body.records()),
                std::to_string(source.records.size()));
    expect_same(findings, place, "the number of segments", std::to_string(body.segments()),
                std::to_string(source.segments));
    if (source.records.size() > 0 || !body.records_root().empty())
      expect_hash(findings, place, "the root over their commitments", body.records_root(),
                  core::to_hex(source.records.root()));
  }
  return core::ok();
}

Status check_segments(store::Database& db, const Spoken& entries,
                      std::map<std::int64_t, SourceRow>& sources, v1::VerifyResult& result,
                      Findings& findings) {
  Pairing pairs{entries, Body::kSegment, findings};
  PALERMO_TRY(Statement query,
              db.prepare("SELECT id, source, records, blob, sha256, leaf FROM segment "
                         "ORDER BY id"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_segments_checked(result.segments_checked() + 1);
    const std::string place =
        fmt::format("segment {} (leaf {})", query.integer(0), query.integer(5));
    const std::string computed = core::to_hex(core::sha256(query.blob(3)));
    if (core::to_hex(query.blob(4)) != computed)
      findings.add("ALTERED", place, "the call records differ from the hash stored beside them",
                   core::to_hex(query.blob(4)), computed);
    const auto source = sources.find(query.integer(1));
    if (source == sources.end()) {
      findings.add("ALTERED", place,
                   fmt::format("the row names source {}, which is not there", query.integer(1)));
    } else {
      ++source->second.segments;
    }
    const auto* entry = pairs.entry_of(place, query.integer(5));
    if (entry == nullptr) continue;
    expect_hash(findings, place, "the hash of the call records", entry->segment().sha256(),
                computed);
    expect_same(findings, place, "the number of call records",
                std::to_string(entry->segment().records()), std::to_string(query.integer(2)));
    if (source != sources.end())
      expect_same(findings, place, "the source", entry->segment().source_id(), source->second.id);
  }
  pairs.report_missing("segment of call records");
  return core::ok();
}

Status check_sources(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                     Findings& findings) {
  Pairing pairs{entries, Body::kSource, findings};
  std::map<std::int64_t, SourceRow> sources;
  PALERMO_TRY(Statement query,
              db.prepare("SELECT seq, id, sha256, payload, salt, leaf FROM source ORDER BY seq"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place = fmt::format("source {}", core::printable(query.text(1), 60));
    const auto* entry = pairs.entry_of(place, query.integer(5));
    sources[query.integer(0)] = SourceRow{std::string{query.text(1)}, entry, 0, {}};
    if (entry == nullptr) continue;
    expect_same(findings, place, "the id", entry->id(), query.text(1));
    expect_hash(findings, place, "the file's SHA-256", entry->source().sha256(),
                std::string{query.text(2)});
    expect_hash(findings, place, "the commitment", entry->source().commit(),
                core::to_hex(core::commitment(query.blob(4), query.blob(3))));
  }
  pairs.report_missing("source");
  PALERMO_CHECK_OK(check_segments(db, entries, sources, result, findings));
  return check_records(db, sources, result, findings);
}

bool is_hold(const v1::LedgerEntry& entry) {
  const std::string& action = entry.quarantine().action();
  return action.empty() || action == "hold";
}

/// Hold entries have a row each. A row that is no longer held needs a later entry that says so.
Status check_quarantine(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                        Findings& findings) {
  Pairing pairs{entries, Body::kQuarantine, findings};
  std::set<std::string> lifted;  // hashes of sealed blobs that a later entry released or destroyed
  for (const auto& [index, entry] : entries)
    if (entry.body_case() == Body::kQuarantine && !is_hold(entry))
      lifted.insert(lower_hex(entry.quarantine().sha256()));
  PALERMO_TRY(Statement query, db.prepare("SELECT seq, reason, count, sealed, sha256, status, leaf "
                                          "FROM quarantine ORDER BY seq"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place =
        fmt::format("quarantine {} (leaf {})", query.integer(0), query.integer(6));
    const auto* entry = pairs.entry_of(place, query.integer(6));
    if (entry == nullptr) continue;
    const v1::QuarantineEntry& body = entry->quarantine();
    const std::string stored = core::to_hex(query.blob(4));
    expect_hash(findings, place, "the hash of the sealed product", body.sha256(), stored);
    expect_same(findings, place, "the reason", body.reason(), query.text(1));
    expect_same(findings, place, "the number of records", std::to_string(body.count()),
                std::to_string(query.integer(2)));
    const std::string_view status = query.text(5);
    const bool held = status == "held" || status == "hold";
    if (!held && !lifted.contains(stored))
      findings.add("ALTERED", place,
                   fmt::format("the row says '{}', but no entry released or destroyed it",
                               core::printable(status, 40)));
    // Destroyed product is overwritten; its entry and hash stay.
    if (held || !query.blob(3).empty())
      expect_hash(findings, place, "the sealed product", body.sha256(),
                  core::to_hex(core::sha256(query.blob(3))));
  }
  pairs.report_missing("quarantined product", is_hold);
  return core::ok();
}

Status check_decisions(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                       Findings& findings) {
  Pairing pairs{entries, Body::kDecision, findings};
  PALERMO_TRY(Statement query,
              db.prepare("SELECT seq, payload, salt, leaf FROM decision ORDER BY seq"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place =
        fmt::format("decision {} (leaf {})", query.integer(0), query.integer(3));
    const auto* entry = pairs.entry_of(place, query.integer(3));
    if (entry == nullptr) continue;
    expect_hash(findings, place, "the commitment", entry->decision().reason_commit(),
                core::to_hex(core::commitment(query.blob(2), query.blob(1))));
  }
  pairs.report_missing("decision");
  return core::ok();
}

Status check_findings(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                      Findings& findings) {
  Pairing pairs{entries, Body::kFinding, findings};
  PALERMO_TRY(Statement query, db.prepare("SELECT id, payload, leaf FROM finding ORDER BY leaf"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place = fmt::format("finding {}", core::printable(query.text(0), 60));
    const auto* entry = pairs.entry_of(place, query.integer(2));
    if (entry == nullptr) continue;
    expect_same(findings, place, "the id", entry->id(), query.text(0));
    expect_hash(findings, place, "the SHA-256", entry->finding().sha256(),
                core::to_hex(core::sha256(query.blob(1))));
  }
  pairs.report_missing("finding");
  return core::ok();
}

}  // namespace

Status check_rows(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                  Findings& findings) {
  PALERMO_CHECK_OK(check_operators(db, entries, result, findings));
  PALERMO_CHECK_OK(check_authorizations(db, entries, result, findings));
  PALERMO_CHECK_OK(check_sources(db, entries, result, findings));
  PALERMO_CHECK_OK(check_quarantine(db, entries, result, findings));
  PALERMO_CHECK_OK(check_decisions(db, entries, result, findings));
  return check_findings(db, entries, result, findings);
}

}  // namespace palermo::ledger::detail
