// Steps that ingesting records and releasing quarantined records share; no other room includes
// this.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/authorization/coverage.hpp"
#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "core/store/record_row.hpp"
#include "palermo/v1/segment.pb.h"

namespace palermo::ingest::detail {

/// Authorizations that the records of a file name, compiled once each.
class Coverages {
 public:
  explicit Coverages(store::Database& db) : db_{&db} {}
  /// nullptr: the case has no such authorization.
  [[nodiscard]] core::Result<const authorization::Coverage*> find(const std::string& id);

 private:
  store::Database* db_;
  std::map<std::string, std::optional<authorization::Coverage>> coverages_;
};

/// Rule code that keeps a record back; empty when it is covered, or when nothing needs to cover it.
/// @param undated  counts records whose time could not be checked
[[nodiscard]] core::Result<std::string> rule_against(const store::RecordRow& row,
                                                     bool open_material, Coverages& coverages,
                                                     std::uint32_t& undated);

/// A record on its way into quarantine, and back.
[[nodiscard]] v1::QuarantinedRecord sealed_form(store::RecordRow row);
[[nodiscard]] store::RecordRow opened_form(v1::QuarantinedRecord sealed);

}  // namespace palermo::ingest::detail
