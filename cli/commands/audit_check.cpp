#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli/commands/audit.hpp"
#include "cli/files.hpp"
#include "core/base/text.hpp"
#include "core/ledger/check.hpp"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::size_t kMaxFile = std::size_t{2} << 20;

struct CheckCommand {
  std::string file;
  std::string leaf;
  std::string old;
  std::string old_root;
  std::string from_empty = "accept";
  std::vector<std::string> keys;
  ledger::NoteRules rules;
};

Status run_check_note(const CheckCommand& options, const Context& context) {
  PALERMO_TRY(const auto keys, read_keys(options.keys));
  PALERMO_TRY(const std::string bytes, read_text_file(options.file, kMaxFile));
  return answer_verdict(context, ledger::check_note(bytes, keys, options.rules));
}

Status run_check_proof(const CheckCommand& options, const Context& context) {
  PALERMO_TRY(const auto keys, read_keys(options.keys));
  PALERMO_TRY(const std::string bytes, read_text_file(options.file, kMaxFile));
  PALERMO_TRY(const std::string leaf, read_text_file(options.leaf, kMaxFile));
  return answer_verdict(context, ledger::check_inclusion(bytes, leaf, keys, options.rules));
}

/// A size needs the root that goes with it: a number alone proves nothing.
Result<ledger::OldTree> read_old(const CheckCommand& options) {
  ledger::OldTree old;
  const auto size = ledger::parse_count(options.old);
  if (!size) {
    PALERMO_TRY(old.note, read_text_file(options.old, kMaxFile));
    return old;
  }
  old.size = *size;
  old.root = ledger::empty_root();
  if (*size == 0) return old;
  auto bytes = core::from_hex(options.old_root);
  if (!bytes) bytes = core::from_base64(options.old_root);
  const auto root = bytes ? core::digest_from(*bytes) : std::nullopt;
  if (!root)
    return Error{ErrorCode::Usage, "a size alone cannot be checked: the root you kept is missing",
                 std::nullopt,
                 "give the older checkpoint as a file, or --root with its root (hex or base64)"};
  old.root = *root;
  return old;
}

Status run_check_consistency(const CheckCommand& options, const Context& context) {
  PALERMO_TRY(const auto keys, read_keys(options.keys));
  PALERMO_TRY(const ledger::OldTree old, read_old(options));
  PALERMO_TRY(const std::string bytes, read_text_file(options.file, kMaxFile));
  return answer_verdict(
      context, ledger::check_consistency(old, bytes, keys,
                                         options.from_empty == "refuse" ? ledger::FromEmpty::Refuse
                                                                        : ledger::FromEmpty::Accept,
                                         options.rules));
}

}  // namespace

Result<std::vector<ledger::VerifierKey>> read_keys(const std::vector<std::string>& given) {
  std::vector<ledger::VerifierKey> keys;
  for (const std::string& text : given) {
    auto key = ledger::VerifierKey::parse(text);
    std::error_code ec;
    if (!key && std::filesystem::is_regular_file(text, ec)) {
      PALERMO_TRY(const std::string content, read_text_file(text, 4096));
      key = ledger::VerifierKey::parse(content);
      if (!key) key.error().where = core::SourcePosition{text, 0};
    }
    if (!key) return std::move(key).error();
    keys.push_back(*std::move(key));
  }
  return keys;
}

Status answer_verdict(const Context& context, const v1::ProofResult& result) {
  context.answer(result, [&] {
    return fmt::format("{}: {}\n",
                       result.ok()
                           ? std::string{"GOOD"}
                           : fmt::format("REFUSED [{}]", fmt::join(result.reason_codes(), ", ")),
                       result.text());
  });
  if (result.ok()) return core::ok();
  Error error{ErrorCode::Integrity, ""};
  error.reason = result.reason_codes(0);
  return error;
}

std::vector<Command> add_audit_check(CLI::App& audit) {
  std::vector<Command> commands;
  const auto with_keys = [](CLI::App* parser, CheckCommand& options) {
    parser->add_option("--vkey", options.keys, "Verifier key, or a file with one; may be repeated")
        ->required()
        ->type_name("K");
    parser->add_option("--origin", options.rules.origin,
                       "Expected origin; default: the name of the key that signed");
    parser->add_option("--quorum", options.rules.quorum,
                       "Cosignatures by the given witnesses that must be there");
  };
  {
    auto options = std::make_shared<CheckCommand>();
    CLI::App* parser =
        audit.add_subcommand("check-note", "Check a signed note or checkpoint; no case needed");
    parser->add_option("file", options->file, "Signed note")->required()->type_name("FILE");
    with_keys(parser, *options);
    commands.push_back(
        {parser, [options](const Context& context) { return run_check_note(*options, context); }});
  }
  {
    auto options = std::make_shared<CheckCommand>();
    CLI::App* parser =
        audit.add_subcommand("check-proof", "Check that an entry is in a log; no case needed");
    parser->add_option("file", options->file, "tlog-proof file")->required()->type_name("FILE");
    parser->add_option("--leaf", options->leaf, "The entry, exact bytes")
        ->required()
        ->type_name("FILE");
    with_keys(parser, *options);
    commands.push_back(
        {parser, [options](const Context& context) { return run_check_proof(*options, context); }});
  }
  {
    auto options = std::make_shared<CheckCommand>();
    CLI::App* parser =
        audit.add_subcommand("check-consistency", "Check that a log only grew; no case needed");
    parser->add_option("old", options->old, "Older checkpoint file; or its size, with --root")
        ->required();
    parser->add_option("file", options->file, "Consistency proof (witness request body)")
        ->required()
        ->type_name("FILE");
    parser->add_option("--root", options->old_root, "Root of the older tree, hex or base64");
    parser
        ->add_option(
            "--from-empty", options->from_empty,
            "What to say of a proof from size 0: accept as tlog-witness does, or refuse as "
            "transparency-dev does")
        ->check(CLI::IsMember({"accept", "refuse"}))
        ->capture_default_str();
    with_keys(parser, *options);
    commands.push_back({parser, [options](const Context& context) {
                          return run_check_consistency(*options, context);
                        }});
  }
  return commands;
}

}  // namespace palermo::cli
