#include "cli/commands/audit.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli/commands/all.hpp"
#include "cli/commands/audit_reconcile.hpp"
#include "cli/files.hpp"
#include "core/base/text.hpp"
#include "core/ledger/ledger.hpp"
#include "core/ledger/merkle.hpp"
#include "core/ledger/note.hpp"
#include "core/ledger/tiles.hpp"
#include "core/ledger/verify.hpp"
#include "core/sealing/verify_identities.hpp"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::size_t kMaxNoteFile = std::size_t{1} << 20;

Result<store::Database> open_to_read(const Context& context) {
  if (context.case_path.empty())
    return Error{ErrorCode::Usage, "no case named", std::nullopt,
                 "give --case FILE or set PALERMO_CASE"};
  return store::Database::open(context.case_path, store::Database::Mode::ReadOnly);
}

/// The newest stored checkpoint of at most `limit` entries; nullopt when there is none.
Result<std::optional<std::string>> newest_checkpoint(store::Database& db) {
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1"));
  PALERMO_TRY(const bool row, query.step());
  if (!row) return std::optional<std::string>{};
  return std::optional<std::string>{std::string{query.text(0)}};
}

Result<std::string> sign_checkpoint(session::Session& session) {
  PALERMO_TRY(const ledger::SigningKey key, session.log_key());
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY(std::string note, session.ledger().checkpoint(transaction, key));
  PALERMO_CHECK_OK(transaction.commit());
  return note;
}

}  // namespace

Result<std::string> present_checkpoint(const Context& context) {
  std::optional<std::string> stored;
  std::uint64_t size = 0;
  {
    PALERMO_TRY(store::Database db, open_to_read(context));
    PALERMO_TRY(ledger::Ledger log, ledger::Ledger::open(db));
    PALERMO_TRY(size, log.size());
    PALERMO_TRY(stored, newest_checkpoint(db));
  }
  if (stored) {
    const auto parsed = ledger::parse_signed_checkpoint(*stored);
    if (parsed && parsed->checkpoint.size == size) return *stored;
  }
  auto session = context.open();
  if (session && session->permit(authorization::Operation::Audit)) {
    auto made = sign_checkpoint(*session);
    if (made || !stored) return made;
  } else if (!stored) {
    return session ? Error{ErrorCode::Refused, "the log has no checkpoint and this role makes none"}
                   : std::move(session).error();
  }
  context.notice("palermo: no key here to sign a new checkpoint; using the newest one in the case");
  return *stored;
}

namespace {

/// The proof goes into the file, or to people as it stands; JSON has it either way.
Status write_or_print(const Context& context, const std::string& path,
                      const v1::ProofResult& result, const std::string& what) {
  if (!path.empty()) PALERMO_CHECK_OK(write_file(path, result.proof()));
  context.answer(result, [&] {
    if (path.empty()) return result.proof();
    return fmt::format("{} written to {}\n", what, core::printable(path));
  });
  return core::ok();
}

// --- checkpoint

Status run_checkpoint(const std::string& file, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Audit));
  PALERMO_TRY(const std::string note, sign_checkpoint(session));
  PALERMO_TRY(const ledger::SignedCheckpoint parsed, ledger::parse_signed_checkpoint(note));
  v1::CheckpointResult result;
  result.set_origin(parsed.checkpoint.origin);
  result.set_size(static_cast<std::uint32_t>(parsed.checkpoint.size));
  result.set_root(core::to_base64(parsed.checkpoint.root));
  result.set_vkey(session.info().vkey());
  result.set_note(note);
  result.set_file(file);
  if (!file.empty()) PALERMO_CHECK_OK(write_file(file, note));
  context.answer(result, [&] {
    if (file.empty()) return note;
    return fmt::format(
        "Checkpoint of {} entries written to {}\n"
        "Root   {}\nKey    {}\n"
        "Keep it outside this office: with it, anybody can later prove that nothing before entry "
        "{} was\n"
        "altered, removed or put in (palermo audit verify --checkpoint {}).\n",
        result.size(), core::printable(file), grouped_hex(core::bytes_of(parsed.checkpoint.root)),
        result.vkey(), result.size(), core::printable(file));
  });
  return core::ok();
}

// --- verify

std::string verdict_text(const v1::VerifyResult& result, bool retained) {
  std::string text;
  if (result.ok()) {
    text = fmt::format(
        "The log holds: {} entries, {} segments, {} rows and {} checkpoints recomputed from what "
        "is "
        "stored.\n",
        result.entries_checked(), result.segments_checked(), result.rows_checked(),
        result.checkpoints_checked());
    text += retained ? "It extends the checkpoint that was kept outside.\n"
                     : "This says that the file agrees with itself. Only a checkpoint kept outside "
                       "(--checkpoint FILE) shows that it is the same log as before.\n";
  } else {
    text = fmt::format("THE LOG DOES NOT HOLD: {}. {} problem(s).\n",
                       fmt::join(result.reason_codes(), ", "), result.problems_total());
    std::vector<std::vector<std::string>> rows{{"code", "where", "what"}};
    for (const auto& problem : result.problems())
      rows.push_back({problem.code(), problem.where(), problem.text()});
    text += core::table(rows);
    for (const auto& problem : result.problems()) {
      if (problem.expected().empty() && problem.found().empty()) continue;
      text += fmt::format("{}\n  expected {}\n  found    {}\n", problem.where(),
                          core::printable(problem.expected()), core::printable(problem.found()));
    }
    if (result.problems_total() > static_cast<std::uint32_t>(result.problems_size()))
      text += fmt::format("and {} more\n", result.problems_total() -
                                               static_cast<std::uint32_t>(result.problems_size()));
  }
  const auto root = core::from_base64(result.root());
  text += fmt::format("Log    {}\nSize   {} entries, {} under a checkpoint\nRoot   {}\nKey    {}\n",
                      result.origin(), result.size(), result.covered(),
                      grouped_hex(root ? *root : std::string{}), result.vkey());
  for (const std::string& notice : result.notices()) text += notice + "\n";
  return text;
}

struct VerifyCommand {
  std::string checkpoint;
  std::vector<std::string> keys;
};

Status run_verify(const VerifyCommand& options, const Context& context) {
  ledger::VerifyOptions verify;
  PALERMO_TRY(verify.keys, read_keys(options.keys));
  if (!options.checkpoint.empty()) {
    PALERMO_TRY(const std::string bytes, read_text_file(options.checkpoint, kMaxNoteFile));
    auto parsed = ledger::parse_signed_checkpoint(bytes);
    if (!parsed) {
      Error error = std::move(parsed).error();
      error.where = core::SourcePosition{options.checkpoint, 0};
      return error;
    }
    verify.retained = *std::move(parsed);
  }
  auto db = open_to_read(context);
  v1::VerifyResult result;
  if (!db && db.error().code == ErrorCode::Integrity) {
    auto& problem = *result.add_problems();
    problem.set_code("ALTERED");
    problem.set_where("case file");
    problem.set_text(db.error().message);
    result.add_reason_codes("ALTERED");
    result.set_problems_total(1);
  } else if (!db) {
    return std::move(db).error();
  } else {
    PALERMO_TRY(result, ledger::verify_log(*db, verify));
    PALERMO_CHECK_OK(sealing::verify_identities(*db, result));
  }
  context.answer(result, [&] { return verdict_text(result, verify.retained.has_value()); });
  if (result.ok()) return core::ok();
  Error error{ErrorCode::Integrity, ""};
  error.reason = result.reason_codes(0);
  return error;
}

// --- prove, consistency

struct ProveCommand {
  std::uint64_t index = 0;
  std::string file;
};

Status run_prove(const ProveCommand& options, const Context& context) {
  PALERMO_TRY(const std::string note, present_checkpoint(context));
  PALERMO_TRY(const ledger::SignedCheckpoint parsed, ledger::parse_signed_checkpoint(note));
  PALERMO_TRY(store::Database db, open_to_read(context));
  PALERMO_TRY(ledger::Ledger log, ledger::Ledger::open(db));
  const ledger::Checkpoint& checkpoint = parsed.checkpoint;
  PALERMO_TRY(const auto proof, log.inclusion_proof(options.index, checkpoint.size));
  PALERMO_TRY(const std::string leaf, log.leaf(options.index));
  if (!ledger::verify_inclusion(options.index, checkpoint.size, ledger::leaf_hash(leaf), proof,
                                checkpoint.root)) {
    Error error{ErrorCode::Integrity,
                fmt::format("entry {} is not what the checkpoint covers", options.index)};
    error.reason = "ALTERED";
    error.next = "run `palermo audit verify`";
    return error;
  }
  v1::ProofResult result;
  result.set_ok(true);
  result.set_origin(checkpoint.origin);
  result.set_size(static_cast<std::uint32_t>(checkpoint.size));
  result.set_root(core::to_base64(checkpoint.root));
  result.set_index(static_cast<std::uint32_t>(options.index));
  result.set_file(options.file);
  result.set_text(fmt::format("proof that entry {} is in the log of {} entries", options.index,
                              checkpoint.size));
  result.set_proof(ledger::inclusion_file(options.index, proof, note));
  return write_or_print(context, options.file, result,
                        fmt::format("Proof of entry {} ({} hashes)", options.index, proof.size()));
}

struct ConsistencyCommand {
  std::string old;
  std::string file;
};

Status run_consistency(const ConsistencyCommand& options, const Context& context) {
  std::optional<ledger::Checkpoint> kept;
  auto old_size = ledger::parse_count(options.old);
  if (!old_size) {
    PALERMO_TRY(const std::string bytes, read_text_file(options.old, kMaxNoteFile));
    PALERMO_TRY(const ledger::SignedCheckpoint parsed, ledger::parse_signed_checkpoint(bytes));
    kept = parsed.checkpoint;
    old_size = kept->size;
  }
  PALERMO_TRY(const std::string note, present_checkpoint(context));
  PALERMO_TRY(const ledger::SignedCheckpoint now, ledger::parse_signed_checkpoint(note));
  PALERMO_TRY(store::Database db, open_to_read(context));
  PALERMO_TRY(ledger::Ledger log, ledger::Ledger::open(db));
  const auto broken = [](const char* reason, std::string message) {
    Error error{ErrorCode::Integrity, std::move(message)};
    error.reason = reason;
    error.next = "run `palermo audit verify --checkpoint FILE` for the place";
    return error;
  };
  if (kept && kept->origin != now.checkpoint.origin)
    return broken("NOT_EXTENSION", fmt::format("the checkpoint is of another log: {}",
                                               core::printable(kept->origin, 100)));
  if (*old_size > now.checkpoint.size)
    return broken("ROLLBACK", fmt::format("the older tree has {} entries, this log {}", *old_size,
                                          now.checkpoint.size));
  PALERMO_TRY(const core::Digest old_root, log.root(*old_size));
  if (kept && kept->root != old_root)
    return broken(kept->size == now.checkpoint.size ? "SPLIT_VIEW" : "NOT_EXTENSION",
                  fmt::format("the first {} entries are not those of the checkpoint", *old_size));
  PALERMO_TRY(const auto proof, log.consistency_proof(*old_size, now.checkpoint.size));
  if (!ledger::verify_consistency(*old_size, now.checkpoint.size, old_root, now.checkpoint.root,
                                  proof, ledger::FromEmpty::Accept))
    return broken("ALTERED", "the stored tree does not lead to the stored checkpoint");
  v1::ProofResult result;
  result.set_ok(true);
  result.set_origin(now.checkpoint.origin);
  result.set_size(static_cast<std::uint32_t>(now.checkpoint.size));
  result.set_root(core::to_base64(now.checkpoint.root));
  result.set_file(options.file);
  result.set_text(fmt::format("proof that the log of {} entries extends that of {}",
                              now.checkpoint.size, *old_size));
  result.set_proof(ledger::consistency_file(*old_size, proof, note));
  return write_or_print(context, options.file, result,
                        fmt::format("Proof from {} to {} entries ({} hashes)", *old_size,
                                    now.checkpoint.size, proof.size()));
}

// --- export

Status run_export(const std::string& folder, const Context& context) {
  namespace fs = std::filesystem;
  std::error_code ec;
  if (fs::exists(folder, ec) && (!fs::is_directory(folder, ec) || !fs::is_empty(folder, ec)))
    return Error{ErrorCode::BadInput, "exists already and is not an empty folder",
                 core::SourcePosition{folder, 0}, "name a new folder; nothing was overwritten"};
  PALERMO_TRY(const std::string note, present_checkpoint(context));
  PALERMO_TRY(const ledger::SignedCheckpoint parsed, ledger::parse_signed_checkpoint(note));
  PALERMO_TRY(store::Database db, open_to_read(context));
  PALERMO_TRY(ledger::Ledger log, ledger::Ledger::open(db));
  PALERMO_TRY(const core::Digest root, log.root(parsed.checkpoint.size));
  if (root != parsed.checkpoint.root) {
    Error error{ErrorCode::Integrity, "the stored tree does not have the root that was signed"};
    error.reason = "ALTERED";
    error.next = "run `palermo audit verify`; nothing was exported";
    return error;
  }
  std::uint32_t files = 0;
  const auto write = [&](const std::string& path, std::string_view bytes) -> Status {
    const fs::path target = fs::path{folder} / path;
    std::error_code made;
    fs::create_directories(target.parent_path(), made);
    if (made)
      return Error{ErrorCode::Io, made.message(), core::SourcePosition{target.string(), 0},
                   "check the folder, the permissions and the free space"};
    ++files;
    return write_file(target.string(), bytes);
  };
  PALERMO_CHECK_OK(ledger::write_tiles(db, parsed.checkpoint.size, write));
  PALERMO_TRY(const std::optional<std::string> vkey, db.meta("log_vkey"));
  PALERMO_CHECK_OK(write("log.vkey", vkey.value_or("") + "\n"));
  PALERMO_CHECK_OK(write("checkpoint", note));  // last: a reader that sees it finds all it names
  v1::ProofResult result;
  result.set_ok(true);
  result.set_origin(parsed.checkpoint.origin);
  result.set_size(static_cast<std::uint32_t>(parsed.checkpoint.size));
  result.set_root(core::to_base64(parsed.checkpoint.root));
  result.set_file(folder);
  result.set_text(fmt::format("{} files in tlog-tiles form", files));
  context.answer(result, [&] {
    return fmt::format(
        "{} entries in {} files written to {} (C2SP tlog-tiles)\n"
        "Check it without this program: python3 scripts/verify_ledger.py {}\n",
        result.size(), files, core::printable(folder), core::printable(folder));
  });
  return core::ok();
}

}  // namespace

std::string grouped_hex(std::string_view bytes) {
  const std::string hex = core::to_hex(bytes);
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 4) {
    if (i > 0) out += ' ';
    out += hex.substr(i, 4);
  }
  return out;
}

std::vector<Command> add_audit_case(CLI::App& audit) {
  std::vector<Command> commands;
  {
    auto file = std::make_shared<std::string>();
    CLI::App* parser = audit.add_subcommand("checkpoint", "Sign the present state of the log");
    parser->add_option("-o,--output", *file, "Write the note here, to keep outside")
        ->type_name("FILE");
    commands.push_back(
        {parser, [file](const Context& context) { return run_checkpoint(*file, context); }});
  }
  {
    auto options = std::make_shared<VerifyCommand>();
    CLI::App* parser = audit.add_subcommand(
        "verify", "Recompute the whole log; needs the case file alone, no key and no role");
    parser->add_option("--checkpoint", options->checkpoint, "A checkpoint kept outside the case")
        ->type_name("FILE");
    parser->add_option("--vkey", options->keys, "Verifier keys you hold: the log's, witnesses'")
        ->type_name("K");
    commands.push_back(
        {parser, [options](const Context& context) { return run_verify(*options, context); }});
  }
  {
    auto options = std::make_shared<ProveCommand>();
    CLI::App* parser =
        audit.add_subcommand("prove", "Prove that one entry is in the log (tlog-proof)");
    parser->add_option("index", options->index, "Index of the entry, from 0")->required();
    parser->add_option("-o,--output", options->file, "Proof file; default: standard output")
        ->type_name("FILE");
    commands.push_back(
        {parser, [options](const Context& context) { return run_prove(*options, context); }});
  }
  {
    auto options = std::make_shared<ConsistencyCommand>();
    CLI::App* parser = audit.add_subcommand(
        "consistency", "Prove that the log only grew (request body of a tlog-witness)");
    parser->add_option("old", options->old, "Older size, or a checkpoint file")->required();
    parser->add_option("-o,--output", options->file, "Proof file; default: standard output")
        ->type_name("FILE");
    commands.push_back(
        {parser, [options](const Context& context) { return run_consistency(*options, context); }});
  }
  {
    auto folder = std::make_shared<std::string>();
    CLI::App* parser = audit.add_subcommand("export", "Write the log as a tlog-tiles folder");
    parser->add_option("folder", *folder, "New folder")->required()->type_name("DIR");
    commands.push_back(
        {parser, [folder](const Context& context) { return run_export(*folder, context); }});
  }
  return commands;
}

std::vector<Command> add_audit(CLI::App& app) {
  CLI::App* audit =
      app.add_subcommand("audit", "The authorization trail: rules, checkpoints, proofs, verification");
  audit->require_subcommand(1);
  std::vector<Command> commands = add_audit_case(*audit);
  commands.push_back(add_audit_sheet(*audit));
  commands.push_back(add_audit_statistics(*audit));
  for (auto* add :
       {&add_audit_rules, &add_audit_reconcile, &add_audit_witness, &add_audit_time,
        &add_audit_bundle, &add_audit_intrusion, &add_audit_timestamp, &add_audit_check})
    for (Command& command : add(*audit)) commands.push_back(std::move(command));
  return commands;
}

}  // namespace palermo::cli
