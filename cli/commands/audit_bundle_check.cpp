// `palermo audit check-bundle`: a bundle is taken whole or refused whole; no case needed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "cli/commands/audit.hpp"
#include "cli/commands/audit_bundle.hpp"
#include "cli/files.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "palermo/v1/audit.pb.h"
#include "palermo/v1/ingest.pb.h"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

namespace fs = std::filesystem;

constexpr std::size_t kMostFile = std::size_t{1} << 30;
constexpr std::size_t kMostFiles = 1'000'000;

struct CheckOptions {
  std::string folder;
  std::string kept;
  std::vector<std::string> keys;
};

Error refused(const char* reason, std::string message) {
  return Error{ErrorCode::Integrity, std::move(message), std::nullopt, "", reason};
}

/// Paths of all files below the folder. Nothing but plain files and folders may be there.
Result<std::set<std::string>> files_below(const std::string& folder) {
  std::set<std::string> found;
  std::error_code ec;
  if (!fs::is_directory(folder, ec))
    return Error{ErrorCode::BadInput, "is no folder", core::SourcePosition{folder, 0},
                 "name the folder that `palermo audit bundle` made"};
  for (fs::recursive_directory_iterator at{folder, ec}, end; !ec && at != end; at.increment(ec)) {
    const fs::file_status status = at->symlink_status(ec);
    if (fs::is_directory(status)) continue;
    const std::string path = fs::relative(at->path(), folder, ec).generic_string();
    if (!fs::is_regular_file(status))
      return refused("ALTERED", fmt::format("{} is no plain file", core::printable(path, 200)));
    if (found.size() == kMostFiles) return refused("ALTERED", "there are too many files");
    found.insert(path);
  }
  if (ec)
    return Error{ErrorCode::BadInput, ec.message(), core::SourcePosition{folder, 0},
                 "check the folder and its permissions"};
  return found;
}

/// Reads every file that contents.sha256 names and compares the hashes.
Result<BundleFiles> read_contents(const std::string& folder, const std::string& contents) {
  BundleFiles files;
  std::size_t at = 0;
  while (at < contents.size()) {
    const std::size_t end = contents.find('\n', at);
    const std::string line = contents.substr(at, end - at);
    if (end == std::string::npos || line.size() < 67 || line.substr(64, 2) != "  ")
      return refused("MALFORMED",
                     fmt::format("{}: a line is not as sha256sum writes it", kContentsFile));
    const std::string path = line.substr(66);
    if (path.starts_with('/') || path.find("..") != std::string::npos || path.starts_with("log/"))
      return refused("MALFORMED",
                     fmt::format("{} names {}", kContentsFile, core::printable(path, 200)));
    auto bytes = read_text_file((fs::path{folder} / path).string(), kMostFile);
    if (!bytes)
      return refused("ALTERED",
                     fmt::format("{}: {}", core::printable(path, 200), bytes.error().message));
    if (core::to_hex(core::bytes_of(core::sha256(*bytes))) != line.substr(0, 64))
      return refused("ALTERED",
                     fmt::format("{} is not what was handed over", core::printable(path, 200)));
    files.emplace(path, *std::move(bytes));
    at = end + 1;
  }
  if (contents_of(files) != contents)
    return refused("MALFORMED",
                   fmt::format("{} names a file twice or out of order", kContentsFile));
  return files;
}

/// The entry that names these contents, the newest if there are several.
Result<std::uint64_t> disclosure_of(const ledger::ExportedLog& log, const std::string& sha256) {
  for (std::size_t i = log.entries.size(); i-- > 0;) {
    const v1::LedgerEntry& entry = log.entries[i];
    if (entry.has_disclosure() && entry.disclosure().artefact_sha256() == sha256 &&
        entry.disclosure().redaction_profile() == kInspectionProfile)
      return static_cast<std::uint64_t>(i);
  }
  return refused("ALTERED", "no entry of the log names these contents");
}

Status check_checkpoint(const ledger::ExportedLog& log, const std::string& path,
                        const std::string& bytes, std::span<const ledger::VerifierKey> held,
                        v1::BundleResult& result) {
  const auto parsed = ledger::parse_signed_checkpoint(bytes);
  if (!parsed)
    return refused("MALFORMED",
                   fmt::format("{}: {}", core::printable(path, 200), parsed.error().message));
  if (const Status good = ledger::check_kept(log, *parsed); !good) {
    Error error = good.error();
    error.message = fmt::format("{}: {}", core::printable(path, 200), error.message);
    return error;
  }
  if (!path.starts_with("cosignatures/")) {
    result.set_checkpoints(result.checkpoints() + 1);
    return core::ok();
  }
  std::vector<ledger::VerifierKey> witnesses;
  for (const ledger::VerifierKey& key : held)
    if (key.type == ledger::kCosignature) witnesses.push_back(key);
  const auto good = ledger::verify_note(parsed->note, witnesses);
  if (!good && good.error().reason == "BAD_SIGNATURE")
    return refused("BAD_SIGNATURE",
                   fmt::format("{}: {}", core::printable(path, 200), good.error().message));
  if (good)
    result.set_cosignatures(result.cosignatures() + static_cast<std::uint32_t>(good->size()));
  if (!good)
    result.add_notices(fmt::format("{} is by witnesses whose keys were not given (--vkey)",
                                   core::printable(path, 200)));
  return core::ok();
}

/// What the log alone tells must be, byte for byte, what the files say.
Status check_derived(const ledger::ExportedLog& log, std::uint64_t size, const BundleFiles& files) {
  PALERMO_TRY(const BundleFiles derived, derived_files(std::span{log.entries}.first(size)));
  for (const auto& [path, bytes] : derived) {
    const auto found = files.find(path);
    if (found == files.end() || found->second != bytes)
      return refused("ALTERED", fmt::format("{} does not follow from the log", path));
  }
  for (const auto& [path, bytes] : files)
    if (path.starts_with("timestamps/") && !derived.contains(path))
      return refused("ALTERED",
                     fmt::format("{} is in no entry of the log", core::printable(path, 200)));
  return core::ok();
}

/// Answers must be readable as what they are; the quarantine's items must be those of the log.
Status check_answers(const ledger::ExportedLog& log, std::uint64_t size, const BundleFiles& files,
                     v1::BundleResult& result) {
  const auto read = [&files](const std::string& path, google::protobuf::Message& into) -> Status {
    const auto found = files.find(path);
    const auto json =
        found == files.end() ? Result<core::Json>{core::Error{}} : core::parse_json(found->second);
    if (!json || !core::fill_message(*json, into))
      return refused("MALFORMED", fmt::format("{} is missing or cannot be read", path));
    return core::ok();
  };
  v1::VerifyResult verification;
  PALERMO_CHECK_OK(read("verification.json", verification));
  v1::ComplianceResult rules;
  PALERMO_CHECK_OK(read("rules.json", rules));
  v1::ReconcileResult reconciled;
  PALERMO_CHECK_OK(read("reconciliation.json", reconciled));
  v1::QuarantineList held;
  PALERMO_CHECK_OK(read("quarantine.json", held));
  std::size_t logged = 0;
  for (const v1::LedgerEntry& entry : std::span{log.entries}.first(size)) {
    const std::string& action = entry.quarantine().action();
    logged += entry.has_quarantine() && action != "release";
  }
  if (logged != static_cast<std::size_t>(held.items_size()))
    return refused("ALTERED", fmt::format("quarantine.json has {} items, the log {}",
                                          held.items_size(), logged));
  v1::InspectedAuthorizations authorizations;
  PALERMO_CHECK_OK(read("authorizations.json", authorizations));
  result.set_authorizations(static_cast<std::uint32_t>(authorizations.authorizations_size()));
  result.set_violations(static_cast<std::uint32_t>(rules.violations_size()));
  return core::ok();
}

Status check(const CheckOptions& options, v1::BundleResult& result) {
  PALERMO_TRY(const auto keys, read_keys(options.keys));
  if (std::none_of(keys.begin(), keys.end(),
                   [](const auto& key) { return key.type == ledger::kEd25519; }))
    return Error{ErrorCode::Usage, "--vkey: the log's own key is missing", std::nullopt,
                 "give the key that you wrote down, not the one in the bundle"};
  PALERMO_TRY(std::set<std::string> present, files_below(options.folder));
  const auto source = [&options](const std::string& path) -> Result<std::string> {
    auto bytes = read_text_file((fs::path{options.folder} / "log" / path).string(), kMostFile);
    if (!bytes) return refused("ALTERED", fmt::format("log/{}: {}", path, bytes.error().message));
    return bytes;
  };
  PALERMO_TRY(const ledger::ExportedLog log, ledger::read_exported(source, keys));
  const ledger::Checkpoint& checkpoint = log.checkpoint.checkpoint;
  result.set_origin(checkpoint.origin);
  result.set_size(static_cast<std::uint32_t>(checkpoint.size));
  result.set_root(core::to_base64(checkpoint.root));
  result.set_vkey(log.key_at(checkpoint.size).text());
  result.set_signatures(log.signatures);
  if (!options.kept.empty()) {
    PALERMO_TRY(const std::string bytes, read_text_file(options.kept, std::size_t{1} << 20));
    auto kept = ledger::parse_signed_checkpoint(bytes);
    if (!kept) {
      kept.error().where = core::SourcePosition{options.kept, 0};
      return std::move(kept).error();
    }
    PALERMO_CHECK_OK(ledger::check_kept(log, *kept));
  }
  auto contents = read_text_file((fs::path{options.folder} / kContentsFile).string(), kMostFile);
  if (!contents)
    return refused("ALTERED", fmt::format("{}: {}", kContentsFile, contents.error().message));
  PALERMO_TRY(const BundleFiles files, read_contents(options.folder, *contents));
  result.set_contents_sha256(core::to_hex(core::bytes_of(core::sha256(*contents))));
  for (const std::string& path : log.files) present.erase("log/" + path);
  for (const auto& [path, bytes] : files) present.erase(path);
  present.erase(std::string{kContentsFile});
  if (!present.empty())
    return refused("ALTERED", fmt::format("{} is in the folder, and was not handed over",
                                          core::printable(*present.begin(), 200)));
  PALERMO_TRY(const std::uint64_t index, disclosure_of(log, result.contents_sha256()));
  const v1::LedgerEntry& entry = log.entries[index];
  result.set_disclosure(entry.id());
  result.set_disclosure_index(static_cast<std::uint32_t>(index));
  const std::uint64_t covered = entry.disclosure().checkpoint_size();
  if (covered > index) return refused("ALTERED", "the disclosure names a later checkpoint");
  PALERMO_CHECK_OK(check_derived(log, covered, files));
  PALERMO_CHECK_OK(check_answers(log, covered, files, result));
  for (const auto& [path, bytes] : files)
    if (path.starts_with("checkpoints/") || path.starts_with("cosignatures/"))
      PALERMO_CHECK_OK(check_checkpoint(log, path, bytes, keys, result));
  for (const auto& [path, bytes] : files) result.add_files(path);
  return core::ok();
}

std::string checked_text(const v1::BundleResult& result, bool kept) {
  if (!result.ok())
    return fmt::format("REFUSED [{}]: {}\nNothing of this bundle should be relied on.\n",
                       fmt::join(result.reason_codes(), ", "), result.text());
  std::string text = fmt::format(
      "GOOD: the bundle is whole, and entry {} of its log names its contents.\n"
      "Checked   {} entries, {} signatures, {} checkpoints, {} cosignatures\n{}"
      "Root      {}\nKey       {}\nContents  SHA-256 {}\n",
      result.disclosure_index(), result.size(), result.signatures(), result.checkpoints(),
      result.cosignatures(),
      kept ? "It extends the checkpoint that was kept.\n"
           : "Only a checkpoint kept from before (--checkpoint) shows that it is the same log.\n",
      grouped_hex(core::from_base64(result.root()).value_or("")), result.vkey(),
      result.contents_sha256());
  for (const std::string& notice : result.notices()) text += "note: " + notice + "\n";
  return text;
}

Status run_check(const CheckOptions& options, const Context& context) {
  v1::BundleResult result;
  result.set_folder(options.folder);
  Status checked = check(options, result);
  if (!checked && checked.error().code != ErrorCode::Integrity) return checked;
  result.set_ok(static_cast<bool>(checked));
  if (!checked) {
    result.add_reason_codes(checked.error().reason);
    result.set_text(checked.error().message);
  }
  context.answer(result, [&] { return checked_text(result, !options.kept.empty()); });
  if (checked) return core::ok();
  Error error{ErrorCode::Integrity, ""};
  error.reason = result.reason_codes(0);
  return error;
}

}  // namespace

Command add_audit_check_bundle(CLI::App& audit) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* parser = audit.add_subcommand(
      "check-bundle", "Check an inspection bundle, whole or not at all; no case needed");
  parser->add_option("folder", options->folder, "Folder that `palermo audit bundle` made")
      ->required()
      ->type_name("DIR");
  parser
      ->add_option("--vkey", options->keys,
                   "Keys you hold: the log's own from your paper, witnesses'; may be repeated")
      ->required()
      ->type_name("K");
  parser->add_option("--checkpoint", options->kept, "A checkpoint kept from an earlier visit")
      ->type_name("FILE");
  return {parser, [options](const Context& context) { return run_check(*options, context); }};
}

}  // namespace palermo::cli
