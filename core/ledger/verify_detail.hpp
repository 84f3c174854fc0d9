// Shared by the parts of whole-log verification; no other room includes this.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/base/result.hpp"
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

/// Every row against its leaf, and every leaf against its row.
[[nodiscard]] core::Status check_rows(store::Database& db, const Spoken& entries,
                                      v1::VerifyResult& result, Findings& findings);

}  // namespace palermo::ledger::detail
