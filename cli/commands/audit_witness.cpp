#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <utility>

#include "cli/commands/audit.hpp"
#include "cli/files.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/witness.hpp"
#include "core/store/database.hpp"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::size_t kMaxRequest = std::size_t{2} << 20;

struct WitnessCommand {
  std::string request;
  std::string key;
  std::string state;
  std::string output;
  std::vector<std::string> logs;
};

Result<std::string> read_request(const std::string& path) {
  if (!path.empty() && path != "-") return read_text_file(path, kMaxRequest);
  std::string bytes;
  char buffer[65536];
  while (std::cin.read(buffer, sizeof buffer) || std::cin.gcount() > 0) {
    bytes.append(buffer, static_cast<std::size_t>(std::cin.gcount()));
    if (bytes.size() > kMaxRequest) return Error{ErrorCode::BadInput, "the request is too large"};
  }
  return bytes;
}

/// Two witnesses at work on one state could both sign; the second waits.
class Lock {
 public:
  static Result<Lock> take(const std::string& path) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
      return Error{ErrorCode::Io, std::strerror(errno), core::SourcePosition{path, 0},
                   "check the folder and its permissions"};
    if (flock(file, LOCK_EX) != 0) {
      close(file);
      return Error{ErrorCode::Io, "the witness's state cannot be locked",
                   core::SourcePosition{path, 0}};
    }
    return Lock{file};
  }
  Lock(Lock&& other) noexcept : file_{std::exchange(other.file_, -1)} {}
  Lock& operator=(Lock&&) = delete;
  ~Lock() {
    if (file_ >= 0) close(file_);
  }

 private:
  explicit Lock(int file) : file_{file} {}
  int file_;
};

Status run_witness(const WitnessCommand& options, const Context& context) {
  std::string secret = options.key;
  if (!secret.starts_with("PRIVATE+KEY+")) {
    PALERMO_TRY(secret, read_text_file(options.key, 4096));
  }
  PALERMO_TRY(const ledger::SigningKey key, ledger::SigningKey::parse(secret));
  if (key.verifier().type != ledger::kCosignature)
    return Error{ErrorCode::BadInput,
                 "this key signs notes; a witness needs a cosignature key (type 04)", std::nullopt,
                 "make one with `palermo audit witness-key NAME -o FILE`"};
  PALERMO_TRY(const auto logs, read_keys(options.logs));
  PALERMO_TRY(const std::string request, read_request(options.request));

  PALERMO_TRY(const Lock lock, Lock::take(options.state + ".lock"));
  ledger::WitnessState state;
  std::error_code ec;
  if (std::filesystem::exists(options.state, ec)) {
    PALERMO_TRY(const std::string text, read_text_file(options.state, kMaxRequest));
    PALERMO_TRY(state, ledger::WitnessState::parse(text));
  }
  for (const ledger::VerifierKey& log : logs) state.follow(log);
  if (state.logs().empty() && !context.case_path.empty()) {
    PALERMO_TRY(store::Database db,
                store::Database::open(context.case_path, store::Database::Mode::ReadOnly));
    PALERMO_TRY(const std::optional<std::string> vkey, db.meta("log_vkey"));
    PALERMO_TRY(const ledger::VerifierKey log, ledger::VerifierKey::parse(vkey.value_or("")));
    state.follow(log);
    context.notice("palermo: following the log on the case file's own word; compare its key: " +
                   log.text());
  }
  if (state.logs().empty())
    return Error{ErrorCode::Usage, "this witness follows no log yet", std::nullopt,
                 "give the log's verifier key once, with --vkey; take it from the office on paper"};

  v1::ProofResult result = state.advance(request);
  if (!result.ok()) return answer_verdict(context, result);
  PALERMO_TRY(const auto parsed, ledger::parse_consistency_file(request));
  PALERMO_TRY(
      const std::string line,
      ledger::cosignature_line(parsed.checkpoint.note.text, key,
                               static_cast<std::uint64_t>(core::now_us() / core::kUsPerSecond)));
  // Stored first: a witness that answers and then forgets can be rolled back.
  PALERMO_CHECK_OK(write_file(options.state, state.text()));
  result.set_text(line);
  result.set_file(options.output);
  if (!options.output.empty()) PALERMO_CHECK_OK(write_file(options.output, line));
  context.answer(result, [&] { return line; });
  return core::ok();
}

struct KeyCommand {
  std::string name;
  std::string output;
};

Status run_witness_key(const KeyCommand& options, const Context& context) {
  PALERMO_TRY(const ledger::SigningKey key,
              ledger::SigningKey::generate(options.name, ledger::kCosignature));
  std::error_code ec;
  if (std::filesystem::exists(options.output, ec))
    return Error{ErrorCode::BadInput, "exists already", core::SourcePosition{options.output, 0},
                 "nothing was overwritten"};
  const mode_t before = umask(0077);
  const Status written = write_file(options.output, key.secret_text() + "\n");
  umask(before);
  PALERMO_CHECK_OK(written);
  v1::CheckpointResult result;
  result.set_vkey(key.verifier().text());
  result.set_file(options.output);
  context.answer(result, [&] {
    return fmt::format(
        "Secret key written to {}; keep it on the witness's own stick.\nVerifier key: {}\n",
        core::printable(options.output), result.vkey());
  });
  return core::ok();
}

struct CosignCommand {
  std::string file;
  std::vector<std::string> keys;
};

/// Takes a witness's line back into the case and logs it.
Status run_cosign(const CosignCommand& options, const Context& context) {
  PALERMO_TRY(const auto keys, read_keys(options.keys));
  PALERMO_TRY(const std::string line, read_text_file(options.file, kMaxRequest));
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Audit));
  store::Database& db = session.db();
  PALERMO_TRY(store::Transaction transaction, db.begin());
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT size, note FROM checkpoint ORDER BY size DESC"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    const auto parsed = ledger::parse_signed_checkpoint(std::string{query.text(1)} + line);
    if (!parsed) return std::move(parsed).error();
    const auto verified = ledger::verify_note(parsed->note, keys);
    if (!verified || !verified->front().time_s) continue;
    const auto size = query.integer(0);
    query.reset();
    PALERMO_TRY(store::Statement insert,
                db.prepare("INSERT OR IGNORE INTO witness VALUES (?1, ?2)"));
    PALERMO_CHECK_OK(insert.bind_all(size, line));
    PALERMO_CHECK_OK(insert.run());
    v1::LedgerEntry entry;
    auto& review = *entry.mutable_review();
    review.set_kind("WITNESS");
    review.set_body(keys[verified->front().key].name);
    review.set_checkpoint_size(static_cast<std::uint64_t>(size));
    review.set_checkpoint_root(core::to_base64(parsed->checkpoint.root));
    review.set_cosignature(line);
    entry.set_occurred_at(core::format_utc_us(static_cast<std::int64_t>(*verified->front().time_s) *
                                              core::kUsPerSecond));
    PALERMO_TRY(const ledger::AppendedLeaf leaf,
                session.ledger().append(transaction, std::move(entry), session.actor()));
    PALERMO_CHECK_OK(transaction.commit());
    v1::ProofResult result;
    result.set_ok(true);
    result.set_origin(parsed->checkpoint.origin);
    result.set_size(static_cast<std::uint32_t>(size));
    result.set_root(core::to_base64(parsed->checkpoint.root));
    result.set_index(static_cast<std::uint32_t>(leaf.index));
    result.set_text(fmt::format("cosignature of the checkpoint of {} entries, logged as entry {}",
                                size, leaf.index));
    context.answer(result, [&] { return result.text() + "\n"; });
    return core::ok();
  }
  v1::ProofResult result;
  result.add_reason_codes("BAD_SIGNATURE");
  result.set_text("no checkpoint of this case is signed by this line under the keys given");
  return answer_verdict(context, result);
}

}  // namespace

std::vector<Command> add_audit_witness(CLI::App& audit) {
  std::vector<Command> commands;
  {
    auto options = std::make_shared<WitnessCommand>();
    CLI::App* parser = audit.add_subcommand(
        "witness", "Cosign a checkpoint that extends what this witness saw; no case needed");
    parser
        ->add_option("request", options->request,
                     "Request made by `audit consistency`; default: standard input")
        ->type_name("FILE");
    parser->add_option("--key", options->key, "The witness's secret key")
        ->required()
        ->type_name("K");
    parser->add_option("--state", options->state, "What this witness saw so far")
        ->required()
        ->type_name("FILE");
    parser->add_option("--vkey", options->logs, "Verifier key of a log to follow; needed once")
        ->type_name("K");
    parser->add_option("-o,--output", options->output, "Write the cosignature line here")
        ->type_name("FILE");
    commands.push_back(
        {parser, [options](const Context& context) { return run_witness(*options, context); }});
  }
  {
    auto options = std::make_shared<KeyCommand>();
    CLI::App* parser =
        audit.add_subcommand("witness-key", "Make a witness's key pair; no case needed");
    parser->add_option("name", options->name, "Name, such as oversight.example/inspector-1")
        ->required();
    parser->add_option("-o,--output", options->output, "File of the secret key")
        ->required()
        ->type_name("FILE");
    commands.push_back(
        {parser, [options](const Context& context) { return run_witness_key(*options, context); }});
  }
  {
    auto options = std::make_shared<CosignCommand>();
    CLI::App* parser = audit.add_subcommand("cosign", "Take a witness's cosignature into the case");
    parser->add_option("file", options->file, "The line that `audit witness` gave")
        ->required()
        ->type_name("FILE");
    parser->add_option("--vkey", options->keys, "The witness's verifier key")
        ->required()
        ->type_name("K");
    commands.push_back(
        {parser, [options](const Context& context) { return run_cosign(*options, context); }});
  }
  return commands;
}

}  // namespace palermo::cli
