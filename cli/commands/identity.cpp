// `palermo identity`: sealed identities, from seal to destruction. Every secret comes from a file
// or a terminal, and no step shows an identity to one person alone.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli/commands/all.hpp"
#include "cli/commands/identity_text.hpp"
#include "cli/files.hpp"
#include "cli/passphrase.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/sealing/identities.hpp"

namespace palermo::cli {
namespace {

using authorization::Operation;
using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;
using sealing::SecretBytes;

constexpr std::size_t kMostFile = std::size_t{1} << 20;
constexpr std::size_t kMostBackup = std::size_t{256} << 20;

struct Options {
  std::string subject;  // pseudonym, request or file
  std::string role;
  std::string category;
  std::string fields;
  std::string reason;
  std::string key;
  std::string passphrase;
  std::string grant;
  std::string output;
  std::string strength = "moderate";
  std::string order;
  std::string by;
  std::string ground = "COURT_ORDER";
  std::string due;
};

/// The case, for a command that will hold a secret: role first, so that nobody types one in vain.
Result<session::Session> open_for(const Context& context, Operation operation) {
  PALERMO_CHECK_OK(sealing::forbid_dumps());
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(operation));
  return session;
}

Status is_new(const std::string& path) {
  std::error_code ec;
  if (!std::filesystem::exists(path, ec)) return core::ok();
  return Error{ErrorCode::BadInput, "exists already", core::SourcePosition{path, 0},
               "name a new file; nothing was overwritten"};
}

Result<sealing::RoleKey> role_key(const Options& options) {
  PALERMO_TRY(const std::string text, read_text_file(options.key, 4096));
  PALERMO_TRY(const SecretBytes passphrase,
              read_passphrase(options.passphrase, "Passphrase of " + core::printable(options.key, 80), false));
  return sealing::open_role_key(text, passphrase);
}

Status run_key(const Options& options, const Context& context) {
  PALERMO_TRY(session::Session session, open_for(context, Operation::RegisterRoleKey));
  PALERMO_CHECK_OK(is_new(options.output));
  PALERMO_TRY(const SecretBytes passphrase,
              read_passphrase(options.passphrase, "New passphrase", true));
  v1::IdentityKeyResult result;
  PALERMO_TRY(const sealing::NewRoleKey made,
              sealing::register_key(session, options.role, passphrase,
                                    options.strength == "sensitive" ? sealing::Strength::Sensitive
                                                                    : sealing::Strength::Moderate,
                                    result));
  PALERMO_CHECK_OK(write_secret_file(options.output, made.file_text));
  result.set_file(options.output);
  context.answer(result, [&] { return key_text(result); });
  return core::ok();
}

Status run_seal(const Options& options, const Context& context) {
  PALERMO_TRY(session::Session session, open_for(context, Operation::SealIdentity));
  PALERMO_TRY(const SecretBytes clear, read_secret_file(options.fields, kMostFile));
  PALERMO_TRY(core::Json json, core::parse_json(clear.view()));
  if (!json.is_object())
    return Error{ErrorCode::BadInput, "no JSON object", core::SourcePosition{options.fields, 0},
                 R"(such as {"name": "…", "born": "…"})"};
  sealing::SealRequest request{options.subject, options.category, {}};
  for (auto& [name, value] : json.items()) {
    if (!value.is_string())
      return Error{ErrorCode::BadInput,
                   fmt::format("the value of '{}' is no text", core::printable(name, 40)),
                   core::SourcePosition{options.fields, 0}, "put it between quotation marks"};
    auto& field = *request.fields.add_fields();
    field.set_name(name);
    field.set_value(value.get_ref<const std::string&>());
    sealing::wipe(value.get_ref<std::string&>());
  }
  auto sealed = sealing::seal_identity(session, request);
  for (auto& field : *request.fields.mutable_fields()) sealing::wipe(*field.mutable_value());
  if (!sealed) return std::move(sealed).error();
  context.answer(*sealed, [&] { return sealed_text(*sealed, options.fields); });
  return core::ok();
}

Status run_list(const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_TRY(const v1::IdentityList list, sealing::list_identities(session));
  context.answer(list, [&] { return list_text(list); });
  // What is missing or altered is an integrity failure, told in the answer.
  if (!list.notices().empty()) return Error{ErrorCode::Integrity, "", std::nullopt, "", "ALTERED"};
  return core::ok();
}

Status run_request(const Options& options, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_TRY(const v1::UnsealingResult result,
              sealing::request_unsealing(session, options.subject, options.reason));
  context.answer(result, [&] { return request_text(result); });
  return core::ok();
}

Status run_approve(const Options& options, const Context& context) {
  PALERMO_TRY(session::Session session, open_for(context, Operation::ApproveUnsealing));
  PALERMO_CHECK_OK(is_new(options.output));
  PALERMO_TRY(const sealing::RoleKey key, role_key(options));
  v1::UnsealingResult result;
  PALERMO_TRY(const std::string grant,
              sealing::approve_unsealing(session, options.subject, options.reason, key, result));
  PALERMO_CHECK_OK(write_secret_file(options.output, grant));
  result.set_file(options.output);
  context.answer(result, [&] { return approve_text(result); });
  return core::ok();
}

Status run_unseal(const Options& options, const Context& context) {
  PALERMO_TRY(session::Session session, open_for(context, Operation::UnsealIdentity));
  PALERMO_TRY(const std::string grant, read_text_file(options.grant, kMostFile));
  PALERMO_TRY(const sealing::RoleKey key, role_key(options));
  PALERMO_TRY(v1::IdentityShown shown, sealing::unseal(session, options.subject, grant, key));
  context.answer(shown, [&] { return shown_text(shown); });
  for (auto& field : *shown.mutable_fields()) sealing::wipe(*field.mutable_value());
  return core::ok();
}

Status run_destroy(const Options& options, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_TRY(const v1::IdentityDestroyed result,
              sealing::destroy_identity(
                  session, {options.subject, options.order, options.by, options.ground}));
  context.answer(result, [&] { return destroyed_text(result); });
  return core::ok();
}

Status run_backup(const Options& options, const Context& context) {
  PALERMO_TRY(session::Session session, open_for(context, Operation::BackUpIdentities));
  PALERMO_CHECK_OK(is_new(options.output));
  std::error_code ec;
  if (!std::filesystem::exists(options.key, ec)) {
    PALERMO_TRY(const SecretBytes fresh, SecretBytes::random(32));
    PALERMO_CHECK_OK(write_secret_file(options.key, fresh.view()));
  }
  PALERMO_TRY(const SecretBytes key, read_secret_file(options.key, 32));
  PALERMO_TRY(sealing::BackupMade made, sealing::back_up(session, key, options.due));
  PALERMO_CHECK_OK(write_secret_file(options.output, made.bytes));
  made.result.set_file(options.output);
  made.result.set_key_file(options.key);
  context.answer(made.result, [&] { return backup_text(made.result); });
  return core::ok();
}

Status run_restore(const Options& options, const Context& context) {
  PALERMO_TRY(session::Session session, open_for(context, Operation::BackUpIdentities));
  PALERMO_TRY(const std::string bytes, read_text_file(options.subject, kMostBackup));
  PALERMO_TRY(const SecretBytes key, read_secret_file(options.key, 32));
  PALERMO_TRY(v1::IdentityBackupResult result, sealing::restore(session, bytes, key));
  result.set_file(options.subject);
  result.set_key_file(options.key);
  context.answer(result, [&] { return restore_text(result); });
  return core::ok();
}

void add_key_options(CLI::App* parser, Options& options) {
  parser->add_option("--key", options.key, "File of the role key, on its custodian's medium")
      ->required()
      ->type_name("FILE");
  parser
      ->add_option("--passphrase-file", options.passphrase,
                   "File with the passphrase; default: typed at the terminal")
      ->type_name("FILE");
}

}  // namespace

std::vector<Command> add_identity(CLI::App& app) {
  CLI::App* identity =
      app.add_subcommand("identity", "Sealed identities of officers, informants, victims, minors");
  identity->require_subcommand(1);
  std::vector<Command> commands;
  const auto add = [&](const char* name, const char* help, auto run, auto declare) {
    auto options = std::make_shared<Options>();
    CLI::App* parser = identity->add_subcommand(name, help);
    declare(parser, *options);
    commands.push_back(
        {parser, [options, run](const Context& context) { return run(*options, context); }});
  };
  const auto pseudonym = [](CLI::App* parser, Options& o) {
    parser->add_option("pseudonym", o.subject, "As `identity list` shows it")->required();
  };
  const auto request = [](CLI::App* parser, Options& o) {
    parser->add_option("request", o.subject, "As `identity request` named it: UR-…")->required();
  };
  const auto reason = [](CLI::App* parser, Options& o) {
    parser->add_option("--reason", o.reason, "Why, in words; stands in the log, so name nobody")
        ->required();
  };

  add("key", "Make a desk's key and register its public half", run_key,
      [](CLI::App* parser, Options& o) {
        parser->add_option("--role", o.role, "Desk that the key is for")
            ->required()
            ->check(CLI::IsMember({"handler", "legal", "court"}));
        parser->add_option("-o,--output", o.output, "File of the secret half")
            ->required()
            ->type_name("FILE");
        parser
            ->add_option("--passphrase-file", o.passphrase,
                         "File with the passphrase; default: typed at the terminal")
            ->type_name("FILE");
        parser
            ->add_option("--strength", o.strength,
                         "Work of a guess: moderate (256 MiB, 0.4 s) or sensitive (1 GiB, 3 s)")
            ->check(CLI::IsMember({"moderate", "sensitive"}))
            ->capture_default_str();
      });
  add("seal", "Seal an identity under a pseudonym, or a further revision of one", run_seal,
      [](CLI::App* parser, Options& o) {
        parser->add_option("--category", o.category,
                           "undercover_officer, informant, witness, relative, victim, "
                           "smuggled_migrant, trafficked_person or minor");
        parser->add_option("--pseudonym", o.subject,
                           "One that reports use already, or that is sealed; default: a new one");
        parser
            ->add_option("--fields", o.fields,
                         "JSON object of texts; - for standard input, so that no file stays behind")
            ->required()
            ->type_name("FILE");
      });
  {
    CLI::App* parser = identity->add_subcommand(
        "list", "Pseudonyms, categories, who may open them together; no identity");
    commands.push_back({parser, [](const Context& context) { return run_list(context); }});
  }
  add("request", "Ask to see an identity (first of two persons)", run_request,
      [=](CLI::App* parser, Options& o) {
        pseudonym(parser, o);
        reason(parser, o);
      });
  add("approve", "Agree to it (second person): half of the key, to the requester", run_approve,
      [=](CLI::App* parser, Options& o) {
        request(parser, o);
        reason(parser, o);
        add_key_options(parser, o);
        parser->add_option("-o,--output", o.output, "File of the grant, for the requester")
            ->required()
            ->type_name("FILE");
      });
  add("unseal", "Show an identity once, with the grant and the desk's key", run_unseal,
      [=](CLI::App* parser, Options& o) {
        request(parser, o);
        parser->add_option("--grant", o.grant, "File that `identity approve` wrote")
            ->required()
            ->type_name("FILE");
        add_key_options(parser, o);
      });
  add("destroy", "Destroy an identity by order: its keys, for good", run_destroy,
      [=](CLI::App* parser, Options& o) {
        pseudonym(parser, o);
        parser->add_option("--order", o.order, "Number and date of the order")->required();
        parser->add_option("--by", o.by, "Who ordered it; not whoever carries it out")
            ->required()
            ->type_name("ID");
        parser->add_option("--ground", o.ground, "Legal ground")
            ->check(CLI::IsMember(sealing::identity_grounds()))
            ->capture_default_str();
      });
  add("backup", "Back up what is sealed, under a key that must be destroyed itself", run_backup,
      [](CLI::App* parser, Options& o) {
        parser->add_option("-o,--output", o.output, "File to write")->required()->type_name("FILE");
        parser->add_option("--key", o.key, "Key of this period; made where it is not there")
            ->required()
            ->type_name("FILE");
        parser->add_option("--destroy-by", o.due, "Day by which that key must be destroyed")
            ->required()
            ->type_name("DAY");
      });
  add("restore", "Put back from a backup what is missing or altered", run_restore,
      [](CLI::App* parser, Options& o) {
        parser->add_option("backup", o.subject, "File that `identity backup` wrote")->required();
        parser->add_option("--key", o.key, "Key of its period")->required()->type_name("FILE");
      });
  return commands;
}

}  // namespace palermo::cli
