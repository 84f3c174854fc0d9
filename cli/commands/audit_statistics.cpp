// `palermo audit statistics`: the oversight tables, small counts withheld, each release a
// disclosure.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <set>

#include "analysis/statistics/release.hpp"
#include "cli/commands/audit.hpp"
#include "cli/commands/audit_bundle.hpp"
#include "cli/files.hpp"
#include "core/base/json_message.hpp"
#include "core/base/json_text.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::size_t kMostFile = std::size_t{64} << 20;
constexpr std::uint32_t kLeastThreshold = 5;

struct StatisticsCommand {
  statistics::ReleaseOptions release;
  std::vector<std::string> also;
  std::vector<std::string> earlier;
  std::string output;
};

std::string profile_of(const statistics::ReleaseOptions& options) {
  return fmt::format("statistics/{}/{}/", options.table, options.year);
}

/// Hashes of releases of this table and year that the log of a case names.
Result<std::set<std::string>> released(session::Session& session,
                                       const statistics::ReleaseOptions& options) {
  std::set<std::string> hashes;
  PALERMO_TRY(store::Statement query,
              session.db().prepare("SELECT bytes FROM leaf WHERE instr(bytes, "
                                   "CAST('\"redaction_profile\":\"statistics/' AS BLOB)) ORDER BY "
                                   "idx"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return hashes;
    v1::LedgerEntry entry;
    const auto json = core::parse_json(query.blob(0));
    if (!json || !core::fill_message(*json, entry)) continue;
    const v1::Disclosure& disclosure = entry.disclosure();
    if (disclosure.redaction_profile() == profile_of(options) + "withheld")
      hashes.insert(disclosure.artefact_sha256());
  }
}

/// Earlier releases are read from their files and believed by their hash.
Status read_earlier(StatisticsCommand& command, std::set<std::string> hashes) {
  for (const std::string& path : command.earlier) {
    PALERMO_TRY(const std::string text, read_text_file(path, kMostFile));
    PALERMO_TRY(const core::Json json, core::parse_json(text));
    v1::StatisticsResult before;
    PALERMO_CHECK_OK(core::fill_message(json, before));
    const std::string hash = statistics::hash_of(before);
    if (!hashes.contains(hash))
      return Error{ErrorCode::BadInput, "the log names no such release of this table and year",
                   core::SourcePosition{path, 0},
                   "give the file that `audit statistics -o` wrote, unchanged"};
    hashes.erase(hash);
    command.release.earlier.push_back(std::move(before));
  }
  if (hashes.empty()) return core::ok();
  return Error{ErrorCode::Refused,
               fmt::format("this table was released before ({} time{}), and two releases may tell "
                           "by their difference what neither tells",
                           hashes.size(), hashes.size() == 1 ? "" : "s"),
               std::nullopt, "give the files of those releases with --earlier", "DIFFERENCE"};
}

/// A release that is refused is an entry, like one that is made.
Error refused(session::Session& session, const Error& error) {
  if (error.code != ErrorCode::Refused) return error;
  v1::Access access;
  access.set_command(session.command());
  access.set_operation("DISCLOSE");
  return session.refuse(std::move(access), error.reason, error.message, error.next);
}

Status log_release(session::Session& session, const v1::StatisticsResult& result,
                   const statistics::ReleaseOptions& options) {
  PALERMO_TRY(const ledger::SigningKey key, session.log_key());
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY([[maybe_unused]] const std::string note,
              session.ledger().checkpoint(transaction, key));
  PALERMO_TRY(const std::uint64_t size, session.ledger().size());
  v1::LedgerEntry entry;
  entry.set_id(result.disclosure());
  v1::Disclosure& body = *entry.mutable_disclosure();
  body.set_purpose(session.purpose());
  body.set_legal_basis(result.source());
  body.set_artefact_sha256(result.sha256());
  body.set_redaction_profile(profile_of(options) + (options.exact ? "exact" : "withheld"));
  body.set_checkpoint_size(size);
  body.set_audience(options.exact ? "authority" : "public");
  body.set_format("json");
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  return transaction.commit();
}

std::string human(const v1::StatisticsResult& result) {
  std::string text = fmt::format(
      "{}\n{}; {}, {} case{}\n\n", result.title(), result.source(),
      result.year() == 0 ? std::string{"all years"} : fmt::format("grants of {}", result.year()),
      result.cases(), result.cases() == 1 ? "" : "s");
  std::vector<std::vector<std::string>> rows{{"section", "row", "column", "number"}};
  for (const auto& row : result.rows())
    rows.push_back({core::printable(row.section(), 28), core::printable(row.row(), 32),
                    core::printable(row.column(), 22),
                    row.status() == "published"  ? std::to_string(row.value())
                    : row.status() == "withheld" ? "x"
                                                 : "not recorded"});
  text += core::table(rows) + "\n";
  text += core::wrapped("x withheld. " + result.rule(), 98, 0) + "\n";
  for (const std::string& notice : result.notices())
    text += core::wrapped("note: " + core::printable(notice, 600), 98, 6) + "\n";
  return text + fmt::format("Release {}\nSHA-256 {}\n", result.disclosure(), result.sha256());
}

Status run_statistics(StatisticsCommand command, const Context& context) {
  statistics::ReleaseOptions& options = command.release;
  if (options.rule.threshold < kLeastThreshold || options.rule.width < kLeastThreshold)
    return Error{ErrorCode::Usage, "--threshold and --width are at least 5", std::nullopt,
                 "10 is usual where victims, minors or protected persons are counted"};
  std::vector<session::Session> sessions;
  PALERMO_TRY(session::Session first, context.open());
  sessions.push_back(std::move(first));
  for (const std::string& path : command.also) {
    Context other = context;
    other.case_path = path;
    PALERMO_TRY(session::Session session, other.open());
    for (const session::Session& before : sessions)
      if (before.info().case_id() == session.info().case_id())
        return Error{ErrorCode::Usage, "a case is named twice", core::SourcePosition{path, 0}};
    sessions.push_back(std::move(session));
  }
  std::vector<statistics::CaseFacts> cases;
  std::set<std::string> hashes;
  for (session::Session& session : sessions) {
    PALERMO_CHECK_OK(session.permit(authorization::Operation::ReleaseStatistics));
    PALERMO_TRY(statistics::CaseFacts facts, statistics::load(session.db(), core::now_us()));
    cases.push_back(std::move(facts));
    PALERMO_TRY(std::set<std::string> before, released(session, options));
    hashes.merge(before);
  }
  if (!options.exact)
    if (const Status read = read_earlier(command, std::move(hashes)); !read)
      return refused(sessions.front(), read.error());
  auto made = statistics::release(cases, options);
  if (!made) return refused(sessions.front(), made.error());
  v1::StatisticsResult result = *std::move(made);
  result.set_disclosure(fmt::format("STATISTICS-{}-{}-{}", options.table, options.year,
                                    result.sha256().substr(0, 16)));
  if (result.cases() == 1)
    result.add_notices("one case is one proceeding; --also adds the office's other cases");
  if (!command.output.empty()) {
    PALERMO_CHECK_OK(write_file(command.output, core::to_json_text(result) + "\n"));
  }
  for (session::Session& session : sessions)
    PALERMO_CHECK_OK(log_release(session, result, options));
  context.answer(result, [&] { return human(result); });
  return core::ok();
}

}  // namespace

std::string statistics_text(const v1::StatisticsResult& result) { return human(result); }

Command add_audit_statistics(CLI::App& audit) {
  auto command = std::make_shared<StatisticsCommand>();
  CLI::App* parser = audit.add_subcommand(
      "statistics",
      "The oversight tables of a State, small counts withheld; logged as a disclosure");
  parser->add_option("--table", command->release.table, "de, ca, us or uk")
      ->required()
      ->check(CLI::IsMember({"de", "ca", "us", "uk"}));
  parser->add_option("--year", command->release.year, "Year of the grants (UTC); default: all")
      ->check(CLI::Range(1900, 9999));
  parser->add_option("--also", command->also, "Further case files, counted together with this one")
      ->type_name("CASE");
  parser->add_flag("--exact", command->release.exact,
                   "Withhold nothing: for the authority that the law names, not for publication");
  parser
      ->add_option("--threshold", command->release.rule.threshold,
                   "Counts from 1 to below this are withheld; 10 for victims and minors")
      ->capture_default_str();
  parser
      ->add_option("--width", command->release.rule.width,
                   "What is withheld can be computed no more narrowly than this")
      ->capture_default_str();
  parser
      ->add_option("--earlier", command->earlier,
                   "Earlier releases of the same table and year, all of them")
      ->type_name("FILE");
  parser->add_option("-o,--output", command->output, "Keep the release here, as JSON")
      ->type_name("FILE");
  return {parser, [command](const Context& context) { return run_statistics(*command, context); }};
}

}  // namespace palermo::cli
