// `palermo mla`: drafts of requests for mutual legal assistance (UNTOC art. 18).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <set>

#include "analysis/cooperation/request.hpp"
#include "analysis/criteria/case_finding.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/mla_page.hpp"
#include "cli/commands/report_gather.hpp"
#include "cli/files.hpp"
#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/ledger.hpp"
#include "core/ledger/note.hpp"

namespace palermo::cli {
namespace {

constexpr const char* kAudience = "mla";
constexpr std::size_t kMostRecords = 1000;

struct DraftCommand {
  cooperation::RequestOptions request;
  std::string file;
};

core::Status check_file(const std::string& path) {
  std::error_code ec;
  if (std::filesystem::is_directory(path, ec))
    return core::Error{core::ErrorCode::Usage,
                       fmt::format("-o {} is a folder", core::printable(path)), std::nullopt,
                       "name the file to be written"};
  return core::ok();
}

std::string format_of(const std::string& path) {
  const std::string extension = std::filesystem::path{path}.extension().string();
  return extension == ".html" || extension == ".htm" ? "html" : "text";
}

v1::LedgerEntry disclosure_of(const v1::MlaDraft& draft, const session::Session& session,
                              const v1::FactsFile& facts) {
  v1::LedgerEntry entry;
  entry.set_id(draft.draft_id());
  v1::Disclosure& disclosure = *entry.mutable_disclosure();
  // A leaf holds 64 KiB: beyond that many records the entry names their sources.
  std::set<std::string> records, sources;
  for (const v1::Statement& s : facts.statements()) {
    if (!s.trace().record_id().empty()) records.insert(s.trace().record_id());
    if (!s.trace().source_id().empty()) sources.insert(s.trace().source_id());
  }
  for (const std::string& id : records.size() > kMostRecords ? sources : records)
    disclosure.add_objects(id);
  disclosure.set_recipient_state(draft.to());
  disclosure.set_legal_basis("UNTOC art. 18");
  disclosure.set_purpose(session.purpose());
  for (const v1::MlaWithheld& row : draft.withheld())
    disclosure.add_caveats(fmt::format("{} left out: {}", row.count(), row.rule()));
  disclosure.set_artefact_sha256(draft.sha256());
  disclosure.set_redaction_profile("protected-pseudonyms/1");
  disclosure.set_checkpoint_size(draft.checkpoint_size());
  disclosure.set_audience(kAudience);
  disclosure.set_format(draft.format());
  return entry;
}

core::Status run_draft(const DraftCommand& command, const Context& context) {
  PALERMO_CHECK_OK(check_file(command.file));
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Report));
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Assess));
  PALERMO_TRY(const ledger::SigningKey log_key, session.log_key());
  // One transaction: what is read, the checkpoint that fixes it, and the entry that names the file.
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY(const v1::FactsFile stated, criteria::stated_by_case(session.db(), std::nullopt));
  PALERMO_TRY(const auto authorizations, authorization::load_all(session.db()));
  PALERMO_TRY(const cooperation::Disclosable material,
              cooperation::disclosable(stated, authorizations, core::now_us()));
  PALERMO_TRY(v1::MlaDraft draft,
              cooperation::draft_request(material, session.info().state(), session.info().title(),
                                         command.request));
  PALERMO_TRY(const std::string note, session.ledger().checkpoint(transaction, log_key));
  PALERMO_TRY(const ledger::SignedCheckpoint signed_checkpoint,
              ledger::parse_signed_checkpoint(note));
  // Who is protected is read from everything the case states, also from what stays back.
  const report::Names names{known_persons(stated), core::to_hex(core::random_bytes(32))};
  seal(draft, names);
  draft.set_format(format_of(command.file));
  draft.set_prepared_by(session.operator_name());
  draft.set_prepared_at(core::format_utc(core::now_us()));
  draft.set_checkpoint_size(signed_checkpoint.checkpoint.size);
  draft.set_checkpoint_root(core::to_base64(signed_checkpoint.checkpoint.root));
  const std::string page = draft.format() == "html" ? mla_html(draft) : mla_plain(draft);
  draft.set_file(command.file);
  draft.set_sha256(core::to_hex(core::sha256(page)));
  draft.set_bytes(page.size());
  draft.set_draft_id("MLA-" + draft.sha256().substr(0, 16));
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, disclosure_of(draft, session, material.facts),
                                      session.actor()));
  // The file first: an entry for a draft that was never written would be false.
  PALERMO_CHECK_OK(write_file(command.file, page));
  if (core::Status kept = transaction.commit(); !kept) {
    std::error_code ec;
    std::filesystem::remove(command.file, ec);
    return kept;
  }
  context.answer(draft, [&] { return mla_summary(draft); });
  return core::ok();
}

core::Status run_list(const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Report));
  v1::MlaList list;
  PALERMO_TRY(const std::uint64_t size, session.ledger().size());
  for (std::uint64_t index = 0; index < size; ++index) {
    PALERMO_TRY(const std::string bytes, session.ledger().leaf(index));
    if (bytes.find("\"disclosure\"") == std::string::npos) continue;
    PALERMO_TRY(const core::Json json, core::parse_json(bytes));
    v1::LedgerEntry entry;
    PALERMO_CHECK_OK(core::fill_message(json, entry));
    if (entry.disclosure().audience() != kAudience) continue;
    v1::MlaEntry& row = *list.add_drafts();
    row.set_draft_id(entry.id());
    row.set_to(entry.disclosure().recipient_state());
    row.set_at(entry.recorded_at());
    row.set_by(entry.actor().substr(entry.actor().rfind('/') + 1));
    row.set_purpose(entry.disclosure().purpose());
    row.set_sha256(entry.disclosure().artefact_sha256());
    row.set_format(entry.disclosure().format());
    row.set_objects(static_cast<std::uint32_t>(entry.disclosure().objects_size()));
    row.set_leaf_index(static_cast<std::uint32_t>(index));
  }
  v1::Access access;
  access.set_command("mla list");
  access.set_operation("CONSULT");
  access.set_result_count(static_cast<std::uint32_t>(list.drafts_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(access)));
  context.answer(list, [&] { return mla_list_text(list); });
  return core::ok();
}

}  // namespace

std::vector<Command> add_mla(CLI::App& app) {
  CLI::App* group =
      app.add_subcommand("mla", "Requests for mutual legal assistance (UNTOC art. 18)");
  group->require_subcommand(1);
  auto command = std::make_shared<DraftCommand>();
  CLI::App* draft = group->add_subcommand(
      "draft", "Draft a request, say letter by letter what it lacks; logged as a disclosure");
  cooperation::RequestOptions& request = command->request;
  draft->add_option("--to", request.to, "Requested State, ISO 3166-1 alpha-2")->required();
  draft->add_option("-o,--output", command->file, "File to write: a page for .html, else text")
      ->required()
      ->type_name("FILE");
  draft->add_option("--authority", request.authority, "(a) authority that makes the request");
  draft->add_option("--conducted-by", request.conducted_by,
                    "(b) authority that conducts the investigation");
  draft->add_option("--functions", request.functions, "(b) functions of that authority");
  draft->add_option("--assistance", request.assistance,
                    "(d) letters of art. 18(3), such as a,e (b alone: service of documents)");
  draft->add_option("--details", request.details, "(d) what is to be done, where and with whom");
  draft->add_option("--procedure", request.procedure, "(d) procedure to be followed, if any");
  draft->add_option("--use", request.use, "(f) what the evidence, information or action is for");
  draft->add_option("--group", request.group,
                    "Group to assess; default: the only one, or the one with most members");
  draft->add_option("--as-of", request.as_of, "Date of the assessment; default: the case's");
  draft->add_option("--standard", request.standard,
                    "Standard of proof the reader applies; recorded, never computed with");
  CLI::App* list = group->add_subcommand("list", "Drafts that were made, from the ledger");
  return {{draft, [command](const Context& context) { return run_draft(*command, context); }},
          {list, [](const Context& context) { return run_list(context); }}};
}

}  // namespace palermo::cli
