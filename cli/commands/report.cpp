// `palermo report`: a page for one audience, its hash in the ledger.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli/commands/all.hpp"
#include "cli/commands/report_gather.hpp"
#include "cli/files.hpp"
#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/ledger/ledger.hpp"
#include "core/ledger/note.hpp"
#include "palermo/v1/report.pb.h"

namespace palermo::cli {
namespace {

struct ReportCommand {
  std::string audience = "legal";
  std::string format = "html";
  std::string file;
  GatherOptions gather;
};

core::Status check(const ReportCommand& command) {
  if (command.audience != "legal")
    return core::Error{core::ErrorCode::Usage,
                       fmt::format("--audience: there is no report for '{}'",
                                   core::printable(command.audience, 40)),
                       std::nullopt, "the one that exists: legal"};
  if (command.format != "html")
    return core::Error{core::ErrorCode::Usage,
                       fmt::format("--format: the legal report is not made as '{}'",
                                   core::printable(command.format, 40)),
                       std::nullopt, "the one that exists: html; a browser prints it to PDF on A4"};
  std::error_code ec;
  if (std::filesystem::is_directory(command.file, ec))
    return core::Error{core::ErrorCode::Usage,
                       fmt::format("-o {} is a folder", core::printable(command.file)),
                       std::nullopt, "name the file to be written"};
  return core::ok();
}

std::string human(const v1::ReportResult& result) {
  std::string text = fmt::format("{}\n  for           {}, {}\n  SHA-256       {}\n",
                                 core::printable(result.file()), result.audience(), result.format(),
                                 result.sha256());
  if (!result.finding_id().empty())
    text += fmt::format("  finding       {}\n", core::printable(result.finding_id()));
  text += fmt::format(
      "  rests on      {} ledger entries, root {}\n  checkpoint    {}\n  pseudonyms    {} persons; "
      "names spelt otherwise than the case knows them are not found: read before disclosing\n",
      result.checkpoint_size(), result.checkpoint_root(), core::printable(result.checkpoint_file()),
      result.pseudonyms());
  for (const std::string& notice : result.notices())
    text += fmt::format("  note          {}\n", core::printable(notice, 300));
  return text;
}

core::Status run_report(const ReportCommand& command, const Context& context) {
  PALERMO_CHECK_OK(check(command));
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Report));
  // The legal report prints a finding and the names of suspects: it is for those who may have both.
  if (command.audience == "legal")
    PALERMO_CHECK_OK(session.permit(authorization::Operation::Assess));
  PALERMO_TRY(report::ReportInput input, gather_report(session, command.gather));

  PALERMO_TRY(const ledger::SigningKey log_key, session.log_key());
  // One transaction: the checkpoint that the report names, and the entry that names the report.
  // What was gathered must be what the checkpoint fixes.
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY(input.checkpoint_note, session.ledger().checkpoint(transaction, log_key));
  PALERMO_TRY(const ledger::SignedCheckpoint signed_checkpoint,
              ledger::parse_signed_checkpoint(input.checkpoint_note));
  const ledger::Checkpoint& checkpoint = signed_checkpoint.checkpoint;
  if (input.finding.elements_size() > 0 && input.finding.ledger_size() != checkpoint.size)
    return core::Error{core::ErrorCode::Io, "the case changed while the report was made",
                       std::nullopt, "run the command again"};
  input.origin = checkpoint.origin;
  input.ledger_size = checkpoint.size;
  input.ledger_root_hex = core::to_hex(checkpoint.root);
  input.vkey = log_key.verifier().text();

  const std::string page = report::render_legal_html(input);
  v1::ReportResult result;
  result.set_file(command.file);
  result.set_audience(command.audience);
  result.set_format(command.format);
  result.set_sha256(core::to_hex(core::sha256(page)));
  result.set_bytes(page.size());
  result.set_finding_id(input.finding.finding_id());
  result.set_checkpoint_size(static_cast<std::uint32_t>(checkpoint.size));
  result.set_checkpoint_root(core::to_base64(checkpoint.root));
  result.set_checkpoint_file(command.file + ".checkpoint.txt");
  const report::Names names{input.persons, input.export_key};
  result.set_pseudonyms(static_cast<std::uint32_t>(names.sealed()));
  if (input.finding.elements_size() == 0)
    result.add_notices("the case holds no statements; no element was assessed");

  v1::LedgerEntry entry;
  v1::Disclosure& disclosure = *entry.mutable_disclosure();
  entry.set_id("REPORT-" + result.sha256().substr(0, 16));
  if (!result.finding_id().empty()) disclosure.add_objects(result.finding_id());
  disclosure.set_purpose(session.purpose());
  disclosure.set_artefact_sha256(result.sha256());
  disclosure.set_redaction_profile("protected-pseudonyms/1");
  disclosure.set_checkpoint_size(checkpoint.size);
  disclosure.set_audience(command.audience);
  disclosure.set_format(command.format);
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  // The files first: an entry for a report that was never written would be false, and a file whose
  // entry then fails is taken away again.
  PALERMO_CHECK_OK(write_file(command.file, page));
  core::Status kept = write_file(result.checkpoint_file(), input.checkpoint_note);
  if (kept) kept = transaction.commit();
  if (!kept) {
    std::error_code ec;
    std::filesystem::remove(command.file, ec);
    std::filesystem::remove(result.checkpoint_file(), ec);
    return kept;
  }
  context.answer(result, [&] { return human(result); });
  return core::ok();
}

}  // namespace

Command add_report(CLI::App& app) {
  auto command = std::make_shared<ReportCommand>();
  CLI::App* parser =
      app.add_subcommand("report", "Write a report; its SHA-256 and checkpoint go into the ledger");
  parser->add_option("--audience", command->audience, "legal")->capture_default_str();
  parser->add_option("--format", command->format, "html")->capture_default_str();
  parser->add_option("-o,--output", command->file, "File to write")->required()->type_name("FILE");
  parser->add_option("--group", command->gather.group,
                     "Group to assess; default: the only one, or the one with most members");
  parser
      ->add_option("--lens", command->gather.lens,
                   "all, lawful, corroborated, without_undercover or without_restricted")
      ->capture_default_str();
  parser->add_option("--standard", command->gather.standard,
                     "Standard of proof the reader applies; recorded, never computed with");
  parser->add_option("--as-of", command->gather.as_of,
                     "Date of the assessment; default: the case's");
  return {parser, [command](const Context& context) { return run_report(*command, context); }};
}

}  // namespace palermo::cli
