// palermo audit timestamp-request, timestamp, check-timestamp: time from a third party (RFC 3161).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli/commands/audit.hpp"
#include "cli/files.hpp"
#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/note.hpp"
#include "core/ledger/timestamp.hpp"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::size_t kMostReply = std::size_t{64} << 10;
constexpr std::size_t kMostRoots = std::size_t{4} << 20;
constexpr std::size_t kMostNote = std::size_t{1} << 20;

struct TimestampCommand {
  std::string reply;
  std::string checkpoint;
  std::string roots;
  std::string output;
};

v1::ProofResult about(const ledger::Checkpoint& checkpoint) {
  v1::ProofResult result;
  result.set_origin(checkpoint.origin);
  result.set_size(static_cast<std::uint32_t>(checkpoint.size));
  result.set_root(core::to_base64(checkpoint.root));
  return result;
}

/// "2026-11-26T05:40:12.5Z (± 1 s) by CN=…, serial 2A, policy 1.2.3.4".
std::string words_of(const ledger::Timestamp& stamp) {
  std::string text = core::format_utc_us(stamp.at_us);
  if (stamp.accuracy_us > 0)
    text += fmt::format(" (± {} s)", static_cast<double>(stamp.accuracy_us) / 1e6);
  text += fmt::format(" by {}, serial {}, policy {}",
                      stamp.authority.empty() ? "an authority without a name"
                                              : core::printable(stamp.authority, 200),
                      stamp.serial, stamp.policy);
  return text;
}

Status run_request(const TimestampCommand& options, const Context& context) {
  std::error_code ec;
  if (std::filesystem::exists(std::filesystem::symlink_status(options.output, ec)))
    return Error{ErrorCode::BadInput, "exists already", core::SourcePosition{options.output, 0},
                 "nothing was overwritten"};
  PALERMO_TRY(const std::string note, options.checkpoint.empty()
                                          ? present_checkpoint(context)
                                          : read_text_file(options.checkpoint, kMostNote));
  PALERMO_TRY(const ledger::SignedCheckpoint parsed, ledger::parse_signed_checkpoint(note));
  PALERMO_TRY(const std::string request, ledger::timestamp_request(note));
  PALERMO_CHECK_OK(write_file(options.output, request));
  v1::ProofResult result = about(parsed.checkpoint);
  result.set_ok(true);
  result.set_text(fmt::format(
      "Request for a time stamp over the checkpoint of {} entries written to {}\n"
      "It holds a hash and a number, nothing else. Send it to an authority outside this office:\n"
      "  curl -H 'Content-Type: application/timestamp-query' --data-binary @{} URL -o reply.tsr\n"
      "and bring the reply back: palermo audit timestamp reply.tsr --ca ROOTS.pem",
      parsed.checkpoint.size, core::printable(options.output), core::printable(options.output)));
  context.answer(result, [&] { return result.text() + "\n"; });
  return core::ok();
}

/// A reply that does not hold is a verdict, exit code 5, like a bad proof.
Status refused(const Error& error, v1::ProofResult result, const Context& context) {
  if (error.code != ErrorCode::Integrity) return error;
  result.add_reason_codes(error.reason);
  result.set_text(error.message);
  return answer_verdict(context, result);
}

Status run_check(const TimestampCommand& options, const Context& context) {
  PALERMO_TRY(const std::string note, read_text_file(options.checkpoint, kMostNote));
  PALERMO_TRY(const ledger::SignedCheckpoint parsed, ledger::parse_signed_checkpoint(note));
  PALERMO_TRY(const std::string reply, read_text_file(options.reply, kMostReply));
  PALERMO_TRY(const std::string roots, read_text_file(options.roots, kMostRoots));
  v1::ProofResult result = about(parsed.checkpoint);
  const auto stamp = ledger::verify_timestamp(reply, note, roots);
  if (!stamp) return refused(stamp.error(), std::move(result), context);
  result.set_ok(true);
  result.set_text(fmt::format("the checkpoint of {} entries existed at {}", parsed.checkpoint.size,
                              words_of(*stamp)));
  return answer_verdict(context, result);
}

/// The newest checkpoint of the case that the reply stamps.
Result<std::optional<std::string>> stamped_checkpoint(store::Database& db,
                                                      const core::Digest& imprint) {
  PALERMO_TRY(store::Statement query, db.prepare("SELECT note FROM checkpoint ORDER BY size DESC"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return std::optional<std::string>{};
    if (core::sha256(query.text(0)) == imprint)
      return std::optional<std::string>{std::string{query.text(0)}};
  }
}

Status run_take(const TimestampCommand& options, const Context& context) {
  PALERMO_TRY(const std::string reply, read_text_file(options.reply, kMostReply));
  PALERMO_TRY(const std::string roots, read_text_file(options.roots, kMostRoots));
  auto read = ledger::read_timestamp(reply);
  if (!read) {
    read.error().where = core::SourcePosition{options.reply, 0};
    return std::move(read).error();
  }
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Audit));
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY(const std::optional<std::string> note,
              stamped_checkpoint(session.db(), read->imprint));
  if (!note)
    return refused(
        {ErrorCode::Integrity, "it stamps no checkpoint of this case", std::nullopt, "", "ALTERED"},
        {}, context);
  PALERMO_TRY(const ledger::SignedCheckpoint parsed, ledger::parse_signed_checkpoint(*note));
  v1::ProofResult result = about(parsed.checkpoint);
  const auto stamp = ledger::verify_timestamp(reply, *note, roots);
  if (!stamp) return refused(stamp.error(), std::move(result), context);
  const std::string encoded = core::to_base64(reply);
  PALERMO_TRY(
      store::Statement known,
      session.db().prepare("SELECT idx FROM leaf WHERE "
                           "json_extract(CAST(bytes AS TEXT), '$.review.cosignature') = ?1"));
  PALERMO_CHECK_OK(known.bind(1, encoded));
  PALERMO_TRY(const bool again, known.step());
  if (again) {
    result.set_index(static_cast<std::uint32_t>(known.integer(0)));
    result.set_text(fmt::format("entry {} holds this time stamp already", result.index()));
  } else {
    v1::LedgerEntry entry;
    v1::Review& review = *entry.mutable_review();
    review.set_kind("TIMESTAMP");
    review.set_body(stamp->authority);
    review.set_checkpoint_size(parsed.checkpoint.size);
    review.set_checkpoint_root(result.root());
    review.set_cosignature(encoded);
    entry.set_occurred_at(core::format_utc_us(stamp->at_us));
    PALERMO_TRY(const ledger::AppendedLeaf leaf,
                session.ledger().append(transaction, std::move(entry), session.actor()));
    PALERMO_CHECK_OK(transaction.commit());
    result.set_index(static_cast<std::uint32_t>(leaf.index));
    result.set_text(fmt::format("the checkpoint of {} entries existed at {}; logged as entry {}",
                                parsed.checkpoint.size, words_of(*stamp), leaf.index));
  }
  result.set_ok(true);
  return answer_verdict(context, result);
}

}  // namespace

std::vector<Command> add_audit_timestamp(CLI::App& audit) {
  std::vector<Command> commands;
  const auto with_roots = [](CLI::App* parser, TimestampCommand& options) {
    parser->add_option("reply", options.reply, "The authority's reply (TimeStampResp, DER)")
        ->required()
        ->type_name("FILE");
    parser->add_option("--ca", options.roots, "Root certificates to trust, PEM")
        ->required()
        ->type_name("FILE");
  };
  {
    auto options = std::make_shared<TimestampCommand>();
    CLI::App* parser = audit.add_subcommand(
        "timestamp-request", "Ask a third party for the time of a checkpoint (RFC 3161)");
    parser->add_option("-o,--output", options->output, "Request to send (TimeStampReq, DER)")
        ->required()
        ->type_name("FILE");
    parser
        ->add_option("--checkpoint", options->checkpoint,
                     "A checkpoint file; default: the case's present state, signed now")
        ->type_name("FILE");
    commands.push_back(
        {parser, [options](const Context& context) { return run_request(*options, context); }});
  }
  {
    auto options = std::make_shared<TimestampCommand>();
    CLI::App* parser =
        audit.add_subcommand("timestamp", "Take a third party's time stamp into the case");
    with_roots(parser, *options);
    commands.push_back(
        {parser, [options](const Context& context) { return run_take(*options, context); }});
  }
  {
    auto options = std::make_shared<TimestampCommand>();
    CLI::App* parser = audit.add_subcommand(
        "check-timestamp", "Check a time stamp against a checkpoint file; no case needed");
    with_roots(parser, *options);
    parser->add_option("--checkpoint", options->checkpoint, "The checkpoint that was stamped")
        ->required()
        ->type_name("FILE");
    commands.push_back(
        {parser, [options](const Context& context) { return run_check(*options, context); }});
  }
  return commands;
}

}  // namespace palermo::cli
