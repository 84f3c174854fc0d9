// The element-by-element assessment: every element with its outcome, what supports it, what speaks
// against it and what is missing. Never a verdict on guilt, never a score of a person.
#pragma once

#include <string>
#include <vector>

#include "analysis/criteria/facts.hpp"
#include "analysis/criteria/instrument.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/finding.pb.h"

namespace palermo::criteria {

struct AssessOptions {
  std::string instrument =
      "untoc";        // untoc prints the Protocol's elements too; som prints them alone
  std::string group;  // empty: the only one, or the one with most members
  Lens lens = Lens::All;
  std::string standard;  // recorded as the reader's; never computed with
  std::string as_of;     // empty: the file's
  bool count_legal_persons = false;
  std::uint32_t ledger_size = 0;     // entries when derived; 0 without a case store
  std::vector<std::string> without;  // authorizations: what if they fell; each must be known
  std::string known_at;              // the facts are those on record at this instant
  std::uint32_t known_entries = 0;   // ledger entries then; 0 without a case store
  /// With known_at: the facts on record now, to compare with. Null: nothing is compared.
  const v1::FactsFile* now = nullptr;
  bool explain = true;  // minimum evidence, single points of failure, what would change an outcome
};

/// Assesses a facts file under one lens and says which elements differ under the others.
///
/// The same file, options and versions give the same finding; the order of statements does not
/// matter.
/// @error InvalidArgument  no such instrument or group, as_of is no date, or no statement was
/// obtained
///                         under an authorization of `without`
/// @cost O(n log n) for n statements, and what minimum_evidence.hpp says
[[nodiscard]] core::Result<v1::Finding> assess(const v1::FactsFile& facts,
                                               const AssessOptions& options);

/// SHA-256 (hex) over the file's header, offences and statements in natural order of their ids.
[[nodiscard]] std::string facts_sha256(const v1::FactsFile& facts);

}  // namespace palermo::criteria
