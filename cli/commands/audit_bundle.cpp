// `palermo audit bundle`: everything an inspector takes away, anchored in the log it holds.
#include "cli/commands/audit_bundle.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "analysis/compliance/gaps.hpp"
#include "analysis/compliance/intrusion.hpp"
#include "analysis/compliance/load_facts.hpp"
#include "analysis/compliance/reconcile.hpp"
#include "analysis/compliance/rules.hpp"
#include "analysis/statistics/release.hpp"
#include "cli/commands/audit.hpp"
#include "cli/commands/quarantine.hpp"
#include "cli/files.hpp"
#include "core/base/json_message.hpp"
#include "core/base/json_text.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/tiles.hpp"
#include "core/ledger/verify.hpp"
#include "core/sealing/verify_identities.hpp"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

namespace fs = std::filesystem;

struct BundleOptions {
  std::string folder;
  std::string recipient;
  std::string legal_basis;
};

std::string number(std::uint64_t size) { return fmt::format("{:08}", size); }

/// A log that does not hold is handed over as the case file, not as something that looks checked.
Result<v1::VerifyResult> verified(const Context& context) {
  PALERMO_TRY(store::Database db,
              store::Database::open(context.case_path, store::Database::Mode::ReadOnly));
  PALERMO_TRY(v1::VerifyResult result, ledger::verify_log(db, {}));
  PALERMO_CHECK_OK(sealing::verify_identities(db, result));
  if (result.ok()) return result;
  return Error{ErrorCode::Integrity, "the case does not hold, so no bundle is made of it",
               std::nullopt, "`palermo audit verify` shows where; hand over the case file itself",
               result.reason_codes(0)};
}

std::string table_of(std::string_view state) {
  return state == "DE"   ? "de"
         : state == "CA" ? "ca"
         : state == "US" ? "us"
         : state == "GB" ? "uk"
                         : "";
}

/// Answers of the other oversight commands, as JSON and as text.
Status add_answers(session::Session& session, std::int64_t as_of_us, v1::BundleResult& result,
                   BundleFiles& files) {
  const auto add = [&files](const std::string& name, const google::protobuf::Message& message,
                            const std::string& text) {
    files[name + ".json"] = core::to_json_text(message) + "\n";
    files[name + ".txt"] = text;
  };
  PALERMO_TRY(const compliance::Facts facts, compliance::load_facts(session.db(), as_of_us));
  const v1::ComplianceResult rules = compliance::judge(facts);
  add("rules", rules, rules_text(rules));
  result.set_violations(static_cast<std::uint32_t>(rules.violations_size()));
  const v1::ReconcileResult reconciled = compliance::reconcile(facts);
  add("reconciliation", reconciled, reconcile_text(reconciled));
  PALERMO_TRY(const v1::IntrusionResult intrusion,
              compliance::measure_intrusion(session.db(), facts, {}));
  add("intrusion", intrusion, intrusion_text(intrusion));
  PALERMO_TRY(const v1::GapsResult gaps, compliance::find_gaps(session.db(), facts));
  add("gaps", gaps, gaps_text(gaps));
  PALERMO_TRY(const v1::QuarantineList held, quarantine_items(session.db()));
  files["quarantine.json"] = core::to_json_text(held) + "\n";
  const std::string table = table_of(session.info().state());
  if (table.empty()) {
    result.add_notices(fmt::format("no table of statistics is known for {}",
                                   core::printable(session.info().state(), 4)));
    return core::ok();
  }
  PALERMO_TRY(const statistics::CaseFacts counted, statistics::load(session.db(), as_of_us));
  statistics::ReleaseOptions options;
  options.table = table;
  options.exact = true;
  PALERMO_TRY(const v1::StatisticsResult released, statistics::release({counted}, options));
  add("statistics-" + table, released, statistics_text(released));
  return core::ok();
}

Result<std::vector<v1::LedgerEntry>> entries_of(store::Database& db) {
  std::vector<v1::LedgerEntry> entries;
  PALERMO_TRY(store::Statement query, db.prepare("SELECT bytes FROM leaf ORDER BY idx"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return entries;
    PALERMO_TRY(const core::Json json, core::parse_json(query.blob(0)));
    PALERMO_CHECK_OK(core::fill_message(json, entries.emplace_back()));
  }
}

/// Every checkpoint that the log signed, each with the cosignatures on it in a file beside it.
Status add_checkpoints(store::Database& db, BundleFiles& files) {
  PALERMO_TRY(store::Statement notes,
              db.prepare("SELECT size, note FROM checkpoint ORDER BY size"));
  for (;;) {
    PALERMO_TRY(const bool row, notes.step());
    if (!row) break;
    files["checkpoints/" + number(static_cast<std::uint64_t>(notes.integer(0))) + ".txt"] =
        std::string{notes.text(1)};
  }
  PALERMO_TRY(store::Statement lines,
              db.prepare("SELECT size, line FROM witness ORDER BY size, line"));
  for (;;) {
    PALERMO_TRY(const bool row, lines.step());
    if (!row) return core::ok();
    const std::string size = number(static_cast<std::uint64_t>(lines.integer(0)));
    std::string& file = files["cosignatures/" + size + ".txt"];
    if (file.empty()) file = files["checkpoints/" + size + ".txt"];
    file += lines.text(1);
    if (!file.ends_with('\n')) file += '\n';
  }
}

struct Anchored {
  std::string note;  // checkpoint over the disclosure
  std::uint64_t size = 0;
};

/// Signs the log, names the contents in it, and signs it again over that: one transaction.
Result<Anchored> anchor(session::Session& session, const BundleOptions& options, BundleFiles& files,
                        v1::BundleResult& result) {
  PALERMO_TRY(const ledger::SigningKey key, session.log_key());
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY([[maybe_unused]] const std::string before,
              session.ledger().checkpoint(transaction, key));
  PALERMO_TRY(const std::uint64_t size, session.ledger().size());
  PALERMO_TRY(const std::vector<v1::LedgerEntry> entries, entries_of(session.db()));
  PALERMO_TRY(BundleFiles derived, derived_files(entries));
  files.merge(derived);
  PALERMO_CHECK_OK(add_checkpoints(session.db(), files));
  files["policy.textproto"] = std::string{authorization::policy_text()};
  files["README.txt"] = bundle_readme(session.info().case_id(), session.info().vkey(), size, files);
  files[std::string{kContentsFile}] = contents_of(files);
  const std::string sha256 =
      core::to_hex(core::bytes_of(core::sha256(files[std::string{kContentsFile}])));
  v1::LedgerEntry entry;
  entry.set_id("INSPECTION-" + sha256.substr(0, 16));
  v1::Disclosure& body = *entry.mutable_disclosure();
  body.set_recipient_body(options.recipient);
  body.set_legal_basis(options.legal_basis);
  body.set_purpose(session.purpose());
  body.set_artefact_sha256(sha256);
  body.set_redaction_profile(std::string{kInspectionProfile});
  body.set_checkpoint_size(size);
  body.set_audience("authority");
  body.set_format("folder");
  result.set_disclosure(entry.id());
  result.set_contents_sha256(sha256);
  PALERMO_TRY(const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  result.set_disclosure_index(static_cast<std::uint32_t>(leaf.index));
  Anchored made;
  PALERMO_TRY(made.note, session.ledger().checkpoint(transaction, key));
  made.size = leaf.index + 1;
  PALERMO_CHECK_OK(transaction.commit());
  return made;
}

Status write_below(const fs::path& folder, const std::string& path, std::string_view bytes) {
  const fs::path target = folder / path;
  std::error_code ec;
  fs::create_directories(target.parent_path(), ec);
  if (ec)
    return Error{ErrorCode::Io, ec.message(), core::SourcePosition{target.string(), 0},
                 "check the folder, the permissions and the free space"};
  return write_file(target.string(), bytes);
}

/// Where the files are written before the bundle has its name.
fs::path draft_of(const std::string& folder) { return fmt::format("{}.new-{}", folder, getpid()); }

/// Makes the draft before the log names a bundle: a place that cannot be written leaves no entry.
Status make_draft(const std::string& folder) {
  std::error_code ec;
  fs::create_directories(draft_of(folder), ec);
  if (!ec) return core::ok();
  return Error{ErrorCode::BadInput, ec.message(), core::SourcePosition{folder, 0},
               "name a folder that can be made here; nothing was logged"};
}

Status is_free(const std::string& folder) {
  std::error_code ec;
  if (!fs::exists(fs::symlink_status(folder, ec))) return core::ok();
  return Error{ErrorCode::BadInput, "exists already", core::SourcePosition{folder, 0},
               "name a new folder; nothing was overwritten"};
}

/// All files under a draft's name first, so that a bundle is there whole or not at all.
Status write_bundle(session::Session& session, const BundleOptions& options,
                    const BundleFiles& files, const Anchored& anchored, v1::BundleResult& result) {
  const fs::path draft = draft_of(options.folder);
  const auto write = [&]() -> Status {
    for (const auto& [path, bytes] : files) {
      PALERMO_CHECK_OK(write_below(draft, path, bytes));
      result.add_files(path);
    }
    const auto sink = [&](const std::string& path, std::string_view bytes) {
      result.add_files("log/" + path);
      return write_below(draft, "log/" + path, bytes);
    };
    PALERMO_CHECK_OK(ledger::write_tiles(session.db(), anchored.size, sink));
    PALERMO_CHECK_OK(sink("log.vkey", session.info().vkey() + "\n"));
    PALERMO_CHECK_OK(sink("checkpoint", anchored.note));
    std::error_code ec;
    fs::rename(draft, options.folder, ec);
    if (!ec) return core::ok();
    return Error{ErrorCode::Io, ec.message(), core::SourcePosition{options.folder, 0},
                 "check the folder and the permissions"};
  };
  Status written = write();
  if (!written) {
    std::error_code ec;
    fs::remove_all(draft, ec);
    written.error().message += fmt::format(
        " (the log names the bundle, in entry {}; none is there)", result.disclosure_index());
  }
  return written;
}

std::string made_text(const v1::BundleResult& result) {
  std::string text = fmt::format(
      "Inspection bundle of {} files in {}\n"
      "Log       {} entries; entry {} names the contents and to whom they went\n"
      "Contents  SHA-256 {}\nKey       {}\n"
      "{} authorizations, {} findings of rules. README.txt there says how to check it without "
      "this program.\n",
      result.files_size(), core::printable(result.folder()), result.size(),
      result.disclosure_index(), result.contents_sha256(), result.vkey(), result.authorizations(),
      result.violations());
  for (const std::string& notice : result.notices()) text += "note: " + notice + "\n";
  return text;
}

Status run_bundle(const BundleOptions& options, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReleaseStatistics));
  if (options.recipient.find_first_not_of(" \t\r\n") == std::string::npos ||
      options.recipient.size() > 500 || !core::is_valid_utf8(options.recipient))
    return Error{ErrorCode::Usage, "--for: empty, above 500 bytes, or not UTF-8", std::nullopt,
                 "name the authority or court that inspects"};
  PALERMO_CHECK_OK(is_free(options.folder));
  PALERMO_TRY(const v1::VerifyResult verdict, verified(context));
  v1::BundleResult result;
  BundleFiles files;
  files["verification.json"] = core::to_json_text(verdict) + "\n";
  PALERMO_CHECK_OK(add_answers(session, core::now_us(), result, files));
  PALERMO_CHECK_OK(make_draft(options.folder));
  auto anchored_or = anchor(session, options, files, result);
  if (!anchored_or) {
    std::error_code ec;
    fs::remove_all(draft_of(options.folder), ec);
    return std::move(anchored_or).error();
  }
  const Anchored anchored = *std::move(anchored_or);
  PALERMO_CHECK_OK(write_bundle(session, options, files, anchored, result));
  PALERMO_TRY(const ledger::SignedCheckpoint parsed,
              ledger::parse_signed_checkpoint(anchored.note));
  result.set_ok(true);
  result.set_origin(parsed.checkpoint.origin);
  result.set_size(static_cast<std::uint32_t>(anchored.size));
  result.set_root(core::to_base64(parsed.checkpoint.root));
  result.set_vkey(session.info().vkey());
  result.set_folder(options.folder);
  PALERMO_TRY(const std::int64_t authorizations,
              session.db().scalar("SELECT count(DISTINCT id) FROM authorization"));
  result.set_authorizations(static_cast<std::uint32_t>(authorizations));
  context.answer(result, [&] { return made_text(result); });
  return core::ok();
}

}  // namespace

std::string contents_of(const BundleFiles& files) {
  std::string text;
  for (const auto& [path, bytes] : files)
    if (path != kContentsFile)
      text += fmt::format("{}  {}\n", core::to_hex(core::bytes_of(core::sha256(bytes))), path);
  return text;
}

Result<BundleFiles> derived_files(std::span<const v1::LedgerEntry> entries) {
  BundleFiles files;
  files["keys.json"] = core::to_json_text(ledger::keys_of(entries)) + "\n";
  files["authorizations.json"] = core::to_json_text(ledger::authorizations_of(entries)) + "\n";
  for (const v1::LedgerEntry& entry : entries) {
    if (!entry.has_review() || entry.review().kind() != "TIMESTAMP") continue;
    const auto der = core::from_base64(entry.review().cosignature());
    if (!der)
      return Error{ErrorCode::Integrity,
                   fmt::format("the time stamp in entry {} cannot be read", entry.seq()),
                   std::nullopt, "run `palermo audit verify`", "ALTERED"};
    files[fmt::format("timestamps/{}-entry-{}.tsr", number(entry.review().checkpoint_size()),
                      number(entry.seq()))] = *der;
  }
  return files;
}

std::string bundle_readme(std::string_view case_id, std::string_view vkey, std::uint64_t size,
                          const BundleFiles& files) {
  std::string text = fmt::format(
      "INSPECTION BUNDLE of case {}\n\n"
      "Take it whole or not at all: one changed, missing or added file and nothing here counts.\n"
      "The log's key, to be compared with the one on your paper:\n\n  {}\n\n"
      "KEPT.txt stands for the checkpoint that you kept from before.\n\n"
      "CHECK IT WITHOUT PALERMO. Take the verifiers from where Palermo is published, not from the\n"
      "office you inspect; they have one or two pages each, so read them.\n\n"
      "1. The log has the root that its key signed, and begins with the checkpoint you kept:\n\n"
      "     VKEY='the key on your paper' python3 verify_ledger.py log KEPT.txt\n"
      "     VKEY='the key on your paper' ./verify_ledger log log KEPT.txt      (Go's own tlog)\n\n"
      "2. The files are those that were handed over:\n\n"
      "     sha256sum --check --strict --quiet contents.sha256\n\n"
      "3. The log names them: the SHA-256 of contents.sha256 is the artefact_sha256 of an entry "
      "of\n"
      "   kind disclosure behind the first {} entries. Both steps at once, strangers' files "
      "too:\n\n"
      "     VKEY='the key on your paper' python3 verify_bundle.py FOLDER KEPT.txt\n\n"
      "WITH PALERMO, and no case: palermo audit check-bundle FOLDER --vkey KEY --checkpoint "
      "KEPT.txt\n"
      "also checks every signature of every entry, every checkpoint and cosignature, and that\n"
      "keys.json, authorizations.json and the time stamps follow from the log.\n\n"
      "A time stamp (RFC 3161): openssl ts -verify -data checkpoints/N.txt -in timestamps/N-….tsr\n"
      "-CAfile roots.pem\n\n"
      "WHAT IS HERE\n",
      case_id, vkey, size);
  const std::pair<std::string_view, std::string_view> kAbout[] = {
      {"authorizations.json", "each authorization: status, term, counts; a commitment to the rest"},
      {"checkpoints/", "every state of the log that its key signed"},
      {"cosignatures/", "the same, as witnesses signed it"},
      {"gaps", "days in force, with product, silent; clocks that went back"},
      {"intrusion", "whom each authorization touched beside its targets, small counts withheld"},
      {"keys.json", "every key that signs in the log, and from which entry to which"},
      {"policy.textproto", "who may do what; its SHA-256 stands in every access entry"},
      {"quarantine.json", "what no authorization covered: counts, rules, places"},
      {"reconciliation", "product without use, use without authorization, missing numbers"},
      {"rules", "where the case does not keep the forty rules"},
      {"statistics-", "the oversight table of the State, exact: for you, not for publication"},
      {"timestamps/", "replies of time-stamping authorities, as the log holds them"},
      {"verification.json", "what `palermo audit verify` said of the case when this was made"},
  };
  for (const auto& [name, about] : kAbout) {
    const auto found = files.lower_bound(std::string{name});
    if (found != files.end() && found->first.starts_with(name))
      text += fmt::format("  {:<20}  {}\n", name, about);
  }
  text +=
      "  log/                  the whole log, in the public tlog-tiles form (C2SP)\n\n"
      "WHAT IS NOT\n"
      "No number, no name, no text of evidence, no sealed identity, no secret key. Targets, "
      "grounds\n"
      "and reasons stand in the office under the commitments; ask for them one by one and "
      "compare.\n"
      "No log shows what was never entered.\n";
  return text;
}

std::vector<Command> add_audit_bundle(CLI::App& audit) {
  std::vector<Command> commands;
  auto options = std::make_shared<BundleOptions>();
  CLI::App* parser = audit.add_subcommand(
      "bundle", "Everything an inspector takes away, in one folder that can be checked offline");
  parser->add_option("folder", options->folder, "New folder")->required()->type_name("DIR");
  parser->add_option("--for", options->recipient, "Authority or court that inspects; in the log")
      ->required()
      ->type_name("BODY");
  parser->add_option("--legal-basis", options->legal_basis, "What the inspection rests on")
      ->type_name("TEXT");
  commands.push_back(
      {parser, [options](const Context& context) { return run_bundle(*options, context); }});
  commands.push_back(add_audit_check_bundle(audit));
  return commands;
}

}  // namespace palermo::cli
