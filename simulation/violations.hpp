// A synthetic case of technique uses in which chosen compliance rules are broken, a known number of
// times each, among uses that keep them all. Nobody in it exists.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "simulation/simulate.hpp"

namespace palermo::simulation {

/// Moment at which the case is to be judged (`audit rules --as-of`): all its dates lie before.
inline constexpr const char* kJudgedAt = "2026-01-01T00:00:00Z";

struct ViolationOptions {
  std::uint64_t seed = 1;
  std::vector<std::string> rules;  // ids; empty: all
  std::uint32_t each = 25;         // times each rule is broken
  std::uint32_t clean = 1000;      // uses that break none
  std::filesystem::path folder;
};

/// One planted violation, as `audit rules` must find it.
struct PlantedViolation {
  std::string rule;
  std::string authorization_id;
  std::string subject;
};

struct WrittenViolations {
  std::filesystem::path manifest;
  std::vector<CaseFile> files;
  std::vector<PlantedViolation> planted;
  std::uint32_t authorizations = 0;
  std::uint32_t uses = 0;
};

/// Rules that can be planted, in the order of LEGAL section 3.
[[nodiscard]] const std::vector<std::string>& plantable_rules();

/// Writes authorizations.json, uses.jsonl, undercover.jsonl, intercepts.jsonl, statements.json and,
/// last, manifest.json with the ground truth. The same options give the same bytes everywhere.
/// @error InvalidArgument  an unknown rule, or a number out of range
/// @error BadInput         the folder is not empty
[[nodiscard]] core::Result<WrittenViolations> write_violations(const ViolationOptions& options);

}  // namespace palermo::simulation
