// Shared by the parts of whole-log verification; no other room includes this.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/text.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/audit.pb.h"
#include "palermo/v1/ledger.pb.h"

namespace palermo::ledger::detail {

/// Problems found so far. The first 200 are listed, all are counted.
class Findings {
 public:
  explicit Findings(v1::VerifyResult& result) : result_{result} {}
  void add(const char* code, std::string where, std::string text, std::string expected = {},
           std::string found = {});

 private:
  v1::VerifyResult& result_;
};

/// Entries that speak for a row of another table, by leaf index. Others are not kept.
using Spoken = std::map<std::uint64_t, v1::LedgerEntry>;

using Body = v1::LedgerEntry::BodyCase;

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

/// Reports a hash in an entry that is not the one computed from the row; hex in either case.
void expect_hash(Findings& findings, const std::string& place, const char* what,
                 const std::string& logged, const std::string& computed);
/// Reports a text in an entry that is not the one of the row.
void expect_same(Findings& findings, const std::string& place, const char* what,
                 std::string_view logged, std::string_view stored);

/// Decisions on elements, decisions on who is whom, and findings.
[[nodiscard]] core::Status check_decisions(store::Database& db, const Spoken& entries,
                                           v1::VerifyResult& result, Findings& findings);

/// Calls that several files hold, against the rows of those files and the counts of their entries.
[[nodiscard]] core::Status check_shared_calls(store::Database& db, Findings& findings);

/// Time stamps by third parties, against the checkpoints they stamp.
[[nodiscard]] core::Status check_timestamps(store::Database& db, const Spoken& entries,
                                            Findings& findings);

/// Every row against its leaf, and every leaf against its row.
[[nodiscard]] core::Status check_rows(store::Database& db, const Spoken& entries,
                                      v1::VerifyResult& result, Findings& findings);

}  // namespace palermo::ledger::detail
