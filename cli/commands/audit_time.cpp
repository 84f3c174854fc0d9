// `palermo audit heartbeat` and `rotate-key`: that the log is kept, and by which key.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/audit.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/clock.hpp"
#include "core/ledger/note.hpp"
#include "core/session/key_rotation.hpp"
#include "palermo/v1/oversight.pb.h"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

Result<v1::LedgerEntry> entry_at(ledger::Ledger& log, std::uint64_t index) {
  PALERMO_TRY(const std::string bytes, log.leaf(index));
  PALERMO_TRY(const core::Json json, core::parse_json(bytes));
  v1::LedgerEntry entry;
  PALERMO_CHECK_OK(core::fill_message(json, entry));
  return entry;
}

/// What the entry before the heartbeat says of the clock, if it says anything.
std::optional<std::int64_t> jump_s(const v1::LedgerEntry& before) {
  const auto jump = ledger::clock_jump_of(before);
  if (!jump) return std::nullopt;
  const auto by_s = static_cast<std::int64_t>(jump->by_us()) / core::kUsPerSecond;
  return jump->direction() == "back" ? -by_s : by_s;
}

std::string heartbeat_text(const v1::HeartbeatResult& result) {
  std::string text = fmt::format("Heartbeat: entry {} at {}, {} s after the entry before.\n",
                                 result.index(), result.recorded_at(), result.silent_s());
  if (result.has_clock_jump_s())
    text += fmt::format("The clock was set {} by {} s since; an entry says so.\n",
                        result.clock_jump_s() < 0 ? "back" : "forward",
                        std::abs(result.clock_jump_s()));
  return text;
}

Status run_heartbeat(const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Audit));
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY(const std::uint64_t size, session.ledger().size());
  PALERMO_TRY(const v1::LedgerEntry last, entry_at(session.ledger(), size - 1));
  PALERMO_TRY(
      const ledger::AppendedLeaf leaf,
      session.ledger().append(transaction, ledger::heartbeat_entry("asked for"), session.actor()));
  PALERMO_TRY(const v1::LedgerEntry made, entry_at(session.ledger(), leaf.index));
  v1::HeartbeatResult result;
  result.set_index(static_cast<std::uint32_t>(leaf.index));
  result.set_recorded_at(made.recorded_at());
  result.set_last_entry_at(last.recorded_at());
  PALERMO_TRY(const core::Instant before, core::parse_instant(last.recorded_at()));
  PALERMO_TRY(const core::Instant now, core::parse_instant(made.recorded_at()));
  result.set_silent_s(static_cast<std::uint32_t>((now.us - before.us) / core::kUsPerSecond));
  if (leaf.index > size) {
    PALERMO_TRY(const v1::LedgerEntry between, entry_at(session.ledger(), leaf.index - 1));
    if (const auto by_s = jump_s(between))
      result.set_clock_jump_s(static_cast<std::int32_t>(*by_s));
  }
  PALERMO_CHECK_OK(transaction.commit());
  context.answer(result, [&] { return heartbeat_text(result); });
  return core::ok();
}

Status check_words(const session::KeyChange& change) {
  if (change.reason.find_first_not_of(" \t\r\n") == std::string::npos ||
      change.reason.size() > 2000 || !core::is_valid_utf8(change.reason))
    return Error{ErrorCode::Usage, "--reason: empty, above 2,000 bytes, or not UTF-8", std::nullopt,
                 "say in words why; they stand in the log, so name nobody"};
  if (!change.compromised_since.empty() && change.ground != "COMPROMISE")
    return Error{ErrorCode::Usage, "--since goes with --ground COMPROMISE alone"};
  return core::ok();
}

std::string rotation_text(const v1::KeyRotationResult& result) {
  return fmt::format(
      "The log has a new key from entry {} on. The old key signed that entry; its secret is erased "
      "here.\n"
      "Old key  {}\nNew key  {}\n"
      "Give the new key to whoever holds the old one. The log itself leads from one to the other:\n"
      "`palermo audit verify` and scripts/verify_ledger.py follow it from the key on paper.\n",
      result.size() - 1, result.old_vkey(), result.new_vkey());
}

Status run_rotate(session::KeyChange change, const Context& context) {
  PALERMO_CHECK_OK(check_words(change));
  if (!change.compromised_since.empty()) {
    const auto since = core::parse_date_or_instant(change.compromised_since, false);
    if (!since)
      return Error{ErrorCode::Usage, "--since: " + since.error().message, std::nullopt,
                   "write a day, 2024-03-31, or a time, 2024-03-31T12:00:00+02:00"};
    if (since->us > core::now_us()) return Error{ErrorCode::Usage, "--since lies in the future"};
    change.compromised_since = core::format_utc_us(since->us);
  }
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::AddOperator));
  v1::KeyRotationResult result;
  result.set_old_vkey(session.info().vkey());
  PALERMO_TRY(const session::NewLogKey made, session::rotate_log_key(session, change));
  PALERMO_TRY(const ledger::SignedCheckpoint parsed, ledger::parse_signed_checkpoint(made.note));
  result.set_new_vkey(made.vkey);
  result.set_why(change.words());
  result.set_size(static_cast<std::uint32_t>(parsed.checkpoint.size));
  result.set_root(core::to_base64(parsed.checkpoint.root));
  result.set_note(made.note);
  context.answer(result, [&] { return rotation_text(result); });
  return core::ok();
}

}  // namespace

std::vector<Command> add_audit_time(CLI::App& audit) {
  std::vector<Command> commands;
  CLI::App* heartbeat = audit.add_subcommand(
      "heartbeat", "Enter that the log is kept although nothing happens; once a day, by a timer");
  commands.push_back({heartbeat, [](const Context& context) { return run_heartbeat(context); }});

  auto change = std::make_shared<session::KeyChange>();
  CLI::App* rotate =
      audit.add_subcommand("rotate-key", "Give the log a new key; the old one signs that and goes");
  rotate->add_option("--ground", change->ground, "Why the key changes")
      ->required()
      ->check(CLI::IsMember({"ROUTINE", "HANDOVER", "COMPROMISE"}));
  rotate->add_option("--reason", change->reason, "In words; stands in the log, so name nobody")
      ->required();
  rotate
      ->add_option("--since", change->compromised_since,
                   "Of a compromise: from when others may have held the key")
      ->type_name("TIME");
  commands.push_back(
      {rotate, [change](const Context& context) { return run_rotate(*change, context); }});
  return commands;
}

}  // namespace palermo::cli
