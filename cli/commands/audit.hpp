// Parts of `palermo audit`, one function each file.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "core/ledger/keys.hpp"
#include "palermo/v1/audit.pb.h"

namespace palermo::cli {

/// checkpoint, verify, prove, consistency, export: they need a case.
[[nodiscard]] std::vector<Command> add_audit_case(CLI::App& audit);
/// check-note, check-proof, check-consistency: files alone.
[[nodiscard]] std::vector<Command> add_audit_check(CLI::App& audit);
/// sheet: a checkpoint on paper.
[[nodiscard]] Command add_audit_sheet(CLI::App& audit);
/// statistics: the oversight tables of a State.
[[nodiscard]] Command add_audit_statistics(CLI::App& audit);
/// timestamp-request, timestamp, check-timestamp.
[[nodiscard]] std::vector<Command> add_audit_timestamp(CLI::App& audit);
/// witness, witness-key, cosign.
[[nodiscard]] std::vector<Command> add_audit_witness(CLI::App& audit);
/// heartbeat, rotate-key.
[[nodiscard]] std::vector<Command> add_audit_time(CLI::App& audit);
/// bundle, check-bundle: what an inspector takes away.
[[nodiscard]] std::vector<Command> add_audit_bundle(CLI::App& audit);
[[nodiscard]] Command add_audit_check_bundle(CLI::App& audit);
/// intrusion, gaps.
[[nodiscard]] std::vector<Command> add_audit_intrusion(CLI::App& audit);
/// rules: the compliance rules over a case.
[[nodiscard]] std::vector<Command> add_audit_rules(CLI::App& audit);

/// Keys as given: the text of a verifier key, or a file that holds one.
/// @error BadInput  neither
[[nodiscard]] core::Result<std::vector<ledger::VerifierKey>> read_keys(
    const std::vector<std::string>& given);

/// A signed checkpoint over everything, made now where this user holds the keys; else the newest
/// stored, with a notice.
/// @error Refused  there is none and this user makes none
[[nodiscard]] core::Result<std::string> present_checkpoint(const Context& context);

/// Prints a verdict and turns a failed one into exit code 5.
[[nodiscard]] core::Status answer_verdict(const Context& context, const v1::ProofResult& result);

/// The root as an inspector copies it by hand: sixteen groups of four hexadecimal digits.
[[nodiscard]] std::string grouped_hex(std::string_view bytes);

}  // namespace palermo::cli
