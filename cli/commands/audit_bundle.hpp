// Shared by making and checking an inspection bundle.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/ledger/exported.hpp"
#include "palermo/v1/compliance.pb.h"
#include "palermo/v1/intrusion.pb.h"
#include "palermo/v1/reconcile.pb.h"
#include "palermo/v1/statistics.pb.h"

namespace palermo::cli {

/// Files of a bundle by their path in it; the log is none of them.
using BundleFiles = std::map<std::string, std::string>;

inline constexpr std::string_view kContentsFile = "contents.sha256";
inline constexpr std::string_view kInspectionProfile = "inspection";

/// One line a file, in the order of paths, as sha256sum writes and checks it.
[[nodiscard]] std::string contents_of(const BundleFiles& files);

/// What can be derived from the log alone, so that whoever checks derives it again: keys.json,
/// authorizations.json, and each time stamp as a file of its own.
/// @error Integrity  a time stamp that is not base64
[[nodiscard]] core::Result<BundleFiles> derived_files(std::span<const v1::LedgerEntry> entries);

/// The page for whoever opens the bundle.
[[nodiscard]] std::string bundle_readme(std::string_view case_id, std::string_view vkey,
                                        std::uint64_t size, const BundleFiles& files);

// Text of other `audit` commands, as they print it.
[[nodiscard]] std::string rules_text(const v1::ComplianceResult& result);
[[nodiscard]] std::string reconcile_text(const v1::ReconcileResult& result);
[[nodiscard]] std::string intrusion_text(const v1::IntrusionResult& result);
[[nodiscard]] std::string gaps_text(const v1::GapsResult& result);
[[nodiscard]] std::string statistics_text(const v1::StatisticsResult& result);

}  // namespace palermo::cli
