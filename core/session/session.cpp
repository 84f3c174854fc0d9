#include "core/session/session.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "core/authorization/authorization_store.hpp"
#include "core/base/encoding.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/key_file.hpp"
#include "core/session/key_rotation.hpp"
#include "core/store/row_bytes.hpp"

namespace palermo::session {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::string_view kQuarantineKeyFile = "quarantine.key";

std::string os_user() {
  if (const passwd* entry = getpwuid(geteuid()); entry != nullptr && entry->pw_name != nullptr)
    return entry->pw_name;
  return fmt::format("uid-{}", geteuid());
}

/// Operator names become key names (signed note: no blank, no plus) and file names.
Status check_name(const std::string& name) {
  const bool fine = !name.empty() && name.size() <= 64 && name.front() != '.' &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '@';
                    });
  if (fine) return core::ok();
  return Error{ErrorCode::Usage,
               fmt::format("'{}' cannot be an operator's name", core::printable(name, 70)),
               std::nullopt, "use letters, digits, dot, hyphen, underscore or @, at most 64"};
}

std::string key_name(const std::string& case_id, const std::string& name) {
  return fmt::format("palermo/{}/{}", case_id, name);
}

std::vector<std::string> split_roles(std::string_view text) {
  std::vector<std::string> roles;
  while (!text.empty()) {
    const auto comma = text.find(',');
    std::string role{text.substr(0, comma)};
    std::erase(role, ' ');
    if (!role.empty()) roles.push_back(std::move(role));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return roles;
}

std::string join_roles(const std::vector<std::string>& roles) {
  return fmt::format("{}", fmt::join(roles, ","));
}

std::string random_case_id() { return core::to_hex(core::random_bytes(8)); }

/// Writes the entry and the row of an operator.
Status store_operator(store::Database& db, ledger::Ledger& ledger, store::Transaction& transaction,
                      const std::string& name, const std::vector<std::string>& roles,
                      const ledger::VerifierKey& key, const ledger::SigningKey& actor) {
  v1::LedgerEntry entry;
  entry.set_id(name);
  auto& body = *entry.mutable_operator_added();
  body.set_name(name);
  for (const std::string& role : roles) body.add_roles(role);
  body.set_vkey(key.text());
  PALERMO_TRY(const ledger::AppendedLeaf leaf, ledger.append(transaction, std::move(entry), actor));
  PALERMO_TRY(store::Statement insert, db.prepare("INSERT INTO operator VALUES (?1, ?2, ?3, ?4)"));
  PALERMO_CHECK_OK(
      insert.bind_all(name, join_roles(roles), key.text(), static_cast<std::int64_t>(leaf.index)));
  return insert.run();
}

Result<ledger::SigningKey> new_signer(const ledger::KeyFolder& keys, const std::string& case_id,
                                      const std::string& name) {
  PALERMO_TRY(ledger::SigningKey key, ledger::SigningKey::generate(key_name(case_id, name)));
  PALERMO_CHECK_OK(keys.save(name + ".key", key.secret_text()));
  return key;
}

bool is_alpha2(const std::string& state) {
  return state.size() == 2 && state[0] >= 'A' && state[0] <= 'Z' && state[1] >= 'A' &&
         state[1] <= 'Z';
}

}  // namespace

Result<Session> Session::create(const NewCase& request) {
  if (request.title.empty())
    return Error{ErrorCode::Usage, "the case has no title", std::nullopt, "give --title TEXT"};
  if (!is_alpha2(request.state))
    return Error{
        ErrorCode::Usage,
        fmt::format("'{}' is no ISO 3166-1 alpha-2 code", core::printable(request.state, 20)),
        std::nullopt, "give --state with two capital letters, such as IT"};
  const std::string operator_name =
      request.operator_name.empty() ? os_user() : request.operator_name;
  PALERMO_CHECK_OK(check_name(operator_name));
  const std::string case_id = random_case_id();
  PALERMO_TRY(const ledger::KeyFolder keys, ledger::KeyFolder::of_case(case_id));

  // The file is built under another name, so that an interrupted init leaves no half case behind.
  std::error_code ec;
  if (std::filesystem::exists(request.path, ec))
    return Error{ErrorCode::BadInput,
                 fmt::format("{} exists already", core::printable(request.path)), std::nullopt,
                 "choose another path for the new case; nothing was overwritten"};
  const std::string draft = request.path + ".new-" + case_id;
  const auto build = [&]() -> Status {
    PALERMO_TRY(store::Database db, store::Database::create(draft));
    PALERMO_TRY(ledger::SigningKey log_key, ledger::SigningKey::generate("palermo/" + case_id));
    PALERMO_CHECK_OK(keys.save(kLogKeyFile, log_key.secret_text()));
    PALERMO_TRY(const ledger::SigningKey actor, new_signer(keys, case_id, operator_name));
    std::string box_public(crypto_box_PUBLICKEYBYTES, '\0');
    std::string box_secret(crypto_box_SECRETKEYBYTES, '\0');
    crypto_box_keypair(reinterpret_cast<unsigned char*>(box_public.data()),
                       reinterpret_cast<unsigned char*>(box_secret.data()));
    PALERMO_CHECK_OK(keys.save(kQuarantineKeyFile, core::to_base64(box_secret)));
    sodium_memzero(box_secret.data(), box_secret.size());

    PALERMO_TRY(store::Transaction transaction, db.begin());
    PALERMO_CHECK_OK(db.set_meta("case_id", case_id));
    const std::string purpose =
        request.purpose.empty() ? "investigation of this case" : request.purpose;
    const std::string created_at = core::format_utc_us(core::now_us());
    const std::string salt = core::random_bytes(32);
    PALERMO_CHECK_OK(db.set_meta("title", request.title));
    PALERMO_CHECK_OK(db.set_meta("state", request.state));
    PALERMO_CHECK_OK(db.set_meta("purpose", purpose));
    PALERMO_CHECK_OK(db.set_meta("created_at", created_at));
    PALERMO_CHECK_OK(db.set_meta("salt", core::to_hex(salt)));
    PALERMO_CHECK_OK(db.set_meta("log_vkey", log_key.verifier().text()));
    PALERMO_CHECK_OK(db.set_meta("quarantine_key", core::to_base64(box_public)));
    PALERMO_TRY(ledger::Ledger ledger, ledger::Ledger::open(db));
    v1::LedgerEntry opened;
    opened.set_id(case_id);
    auto& body = *opened.mutable_case_opened();
    body.set_case_id(case_id);
    body.set_log_vkey(log_key.verifier().text());
    body.set_state(request.state);
    body.set_quarantine_key(core::to_base64(box_public));
    body.set_commit(core::to_hex(
        core::commitment(salt, store::joined_bytes({request.title, purpose, created_at}))));
    PALERMO_TRY(const ledger::AppendedLeaf first,
                ledger.append(transaction, std::move(opened), log_key));
    (void)first;
    PALERMO_CHECK_OK(store_operator(db, ledger, transaction, operator_name, {"analyst", "admin"},
                                    actor.verifier(), log_key));
    PALERMO_TRY(const std::string note, ledger.checkpoint(transaction, log_key));
    (void)note;
    return transaction.commit();
  };
  Status built = build();
  if (built) {
    // link() refuses to replace a file that appeared meanwhile; rename() would not. File systems
    // without hard links get the rename, after a last look.
    std::filesystem::create_hard_link(draft, request.path, ec);
    if (ec && ec != std::errc::file_exists && !std::filesystem::exists(request.path)) {
      ec.clear();
      std::filesystem::rename(draft, request.path, ec);
    }
    if (ec)
      built = Error{ErrorCode::Io, fmt::format("{} could not be made: {}",
                                               core::printable(request.path), ec.message())};
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(draft + suffix, ec);
  if (!built) {
    std::filesystem::remove_all(keys.path(), ec);
    return std::move(built).error();
  }
  return open({request.path, operator_name, request.purpose});
}

Result<Session> Session::open(const OpenOptions& options) {
  Session session;
  PALERMO_TRY(store::Database db, store::Database::open(options.case_path));
  session.db_ = std::make_unique<store::Database>(std::move(db));
  const auto required = [&session](std::string_view key) -> Result<std::string> {
    PALERMO_TRY(auto value, session.db_->meta(key));
    if (!value)
      return Error{ErrorCode::Integrity, fmt::format("the case says nothing about its {}", key),
                   std::nullopt, "restore the case from a copy", "ALTERED"};
    return *value;
  };
  PALERMO_TRY(const std::string case_id, required("case_id"));
  session.info_.set_case_id(case_id);
  PALERMO_TRY(*session.info_.mutable_title(), required("title"));
  PALERMO_TRY(*session.info_.mutable_state(), required("state"));
  PALERMO_TRY(*session.info_.mutable_purpose(), required("purpose"));
  PALERMO_TRY(*session.info_.mutable_created_at(), required("created_at"));
  PALERMO_TRY(*session.info_.mutable_vkey(), required("log_vkey"));

  session.operator_name_ = options.operator_name.empty() ? os_user() : options.operator_name;
  session.info_.set_operator_(session.operator_name_);
  PALERMO_TRY(store::Statement query,
              session.db_->prepare("SELECT roles FROM operator WHERE name = ?1"));
  PALERMO_CHECK_OK(query.bind(1, session.operator_name_));
  PALERMO_TRY(const bool known, query.step());
  if (!known)
    return Error{ErrorCode::Refused,
                 fmt::format("'{}' is no operator of this case",
                             core::printable(session.operator_name_, 70)),
                 std::nullopt,
                 "an admin registers operators with `palermo user add NAME --role R`"};
  session.roles_ = split_roles(query.text(0));
  PALERMO_TRY(const ledger::KeyFolder keys, ledger::KeyFolder::of_case(case_id));
  PALERMO_TRY(ledger::SigningKey actor, keys.load_signer(session.operator_name_ + ".key"));
  session.actor_ = std::make_unique<ledger::SigningKey>(std::move(actor));
  PALERMO_TRY(ledger::Ledger ledger, ledger::Ledger::open(*session.db_));
  session.ledger_ = std::make_unique<ledger::Ledger>(std::move(ledger));
  session.command_ = options.command;
  session.purpose_ = options.purpose.empty() ? session.info_.purpose() : options.purpose;
  PALERMO_TRY(const std::uint64_t entries, session.ledger_->size());
  core::log(core::Room::Core).info("case {} opened at {} ledger entries", case_id, entries);
  return session;
}

Status Session::permit(authorization::Operation operation, std::string_view act) {
  const authorization::CommandRule* rule = authorization::rule_of(command_);
  const auto refused = [&](const char* code, const std::string& message, const std::string& next) {
    v1::Access access;
    access.set_operation(!act.empty()                            ? std::string{act}
                         : rule == nullptr || rule->acts.empty() ? "CONSULT"
                                                                 : rule->acts.front());
    access.set_command(command_.empty() ? std::string{authorization::name_of(operation)}
                                        : command_);
    return refuse(std::move(access), code, message, next);
  };
  if (!authorization::permitted(roles_, operation))
    return refused(
        "ROLE",
        fmt::format("the role {} of '{}' does not allow to {}", join_roles(roles_),
                    core::printable(operator_name_, 70), authorization::name_of(operation)),
        fmt::format("roles that may: {}", fmt::join(authorization::roles_for(operation), ", ")));
  if (command_.empty()) return core::ok();
  const auto named = [operation](const std::vector<authorization::Operation>& operations) {
    return std::find(operations.begin(), operations.end(), operation) != operations.end();
  };
  if (rule == nullptr || !(named(rule->needs) || named(rule->may_need)))
    return refused("POLICY",
                   fmt::format("the policy table does not let `palermo {}` {}", command_,
                               authorization::name_of(operation)),
                   "what has no row there is denied to everybody: `palermo policy show`");
  if (!rule->must("purpose")) return core::ok();
  PALERMO_TRY(const auto authorizations, authorization::load_all(*db_));
  for (const auto& [id, stored] : authorizations) {
    const v1::Authorization& a = stored.authorization;
    const std::vector<std::string> allowed{a.purposes().begin(), a.purposes().end()};
    const std::vector<std::string> never{a.prohibited_purposes().begin(),
                                         a.prohibited_purposes().end()};
    if (allowed.empty() && never.empty()) continue;
    if (const auto conflict = authorization::purpose_conflict(purpose_, allowed, never))
      return refused(
          "PURPOSE",
          fmt::format("authorization {} does not allow the purpose of this use: {}",
                      core::printable(id, 60), core::printable(*conflict, 200)),
          "state with --purpose what it is for; `palermo authorize show` lists what is allowed");
  }
  return core::ok();
}

Status Session::meet_obligations(v1::Access& access) const {
  const authorization::CommandRule* rule = authorization::rule_of(command_);
  access.clear_obligations_met();
  if (rule == nullptr || access.decision() != "allowed") return core::ok();
  const auto unmet = [this](const char* what) {
    return Error{ErrorCode::Internal,
                 fmt::format("`palermo {}` did not meet its obligation: {}", command_, what)};
  };
  // Only what the entry itself shows is said to be met; the rest is the command's own to keep.
  for (const std::string& obligation : rule->obligations) {
    bool shown = true;
    if (obligation == "purpose") {
      if (access.purpose().empty()) return unmet("a purpose");
    } else if (obligation == "justification") {
      if (access.justification().empty()) return unmet("a reason in clear");
    } else if (obligation == "second_person") {
      if (access.second_person().empty() || access.second_person() == operator_name_)
        return unmet("a second person");
    } else if (obligation == "hop_limit") {
      shown = access.hops_requested() > 0;
      if (access.hops_requested() > access.hops_allowed()) return unmet("the hop limit");
    } else {
      shown = false;
    }
    if (shown) access.add_obligations_met(obligation);
  }
  return core::ok();
}

Status Session::log_access(v1::Access access) {
  PALERMO_TRY(store::Transaction transaction, db_->begin());
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              append_access(transaction, std::move(access)));
  return transaction.commit();
}

Result<ledger::AppendedLeaf> Session::append_access(store::Transaction& transaction,
                                                    v1::Access access, const std::string& id) {
  if (access.purpose().empty()) access.set_purpose(purpose_);
  if (access.decision().empty()) access.set_decision("allowed");
  access.set_policy_sha256(authorization::policy_sha256());
  PALERMO_CHECK_OK(meet_obligations(access));
  v1::LedgerEntry entry;
  entry.set_id(id);
  entry.set_auth(access.authorization_id());
  *entry.mutable_access() = std::move(access);
  return ledger_->append(transaction, std::move(entry), *actor_);
}

std::string Session::query_commit(std::string_view words) const {
  const core::Digest salt = core::sha256("palermo/query/v1\n" + actor_->secret_text());
  return core::to_hex(core::commitment(core::bytes_of(salt), words));
}

Error Session::refuse(v1::Access access, const std::string& rule, const std::string& message,
                      const std::string& next) {
  access.set_decision("refused");
  access.set_rule_id(rule);
  Status logged = log_access(std::move(access));
  Error refusal{ErrorCode::Refused, message, std::nullopt, next, rule};
  if (!logged)
    refusal.message +=
        fmt::format(" (and the refusal could not be logged: {})", logged.error().message);
  return refusal;
}

Result<v1::Operator> Session::add_operator(const std::string& name, const std::string& role) {
  PALERMO_CHECK_OK(check_name(name));
  const std::vector<std::string> roles = split_roles(role);
  if (roles.empty() || !std::all_of(roles.begin(), roles.end(), authorization::is_role))
    return Error{ErrorCode::Usage, fmt::format("'{}' is no role", core::printable(role, 70)),
                 std::nullopt, fmt::format("roles: {}", fmt::join(authorization::kRoles, ", "))};
  PALERMO_TRY(store::Statement query, db_->prepare("SELECT 1 FROM operator WHERE name = ?1"));
  PALERMO_CHECK_OK(query.bind(1, name));
  PALERMO_TRY(const bool known, query.step());
  query.reset();
  if (known)
    return Error{ErrorCode::BadInput, fmt::format("operator '{}' exists already", name),
                 std::nullopt, "choose another name; operators are never overwritten"};
  PALERMO_TRY(const ledger::KeyFolder keys, ledger::KeyFolder::of_case(info_.case_id()));
  PALERMO_TRY(const ledger::SigningKey key, new_signer(keys, info_.case_id(), name));
  const auto write = [&]() -> Status {
    PALERMO_TRY(store::Transaction transaction, db_->begin());
    PALERMO_CHECK_OK(
        store_operator(*db_, *ledger_, transaction, name, roles, key.verifier(), *actor_));
    return transaction.commit();
  };
  if (Status written = write(); !written) {
    std::error_code ec;
    std::filesystem::remove(std::filesystem::path{keys.path()} / (name + ".key"), ec);
    return std::move(written).error();
  }
  v1::Operator added;
  added.set_name(name);
  added.set_role(join_roles(roles));
  added.set_key_id(fmt::format("{:08x}", key.verifier().key_id));
  added.set_vkey(key.verifier().text());
  return added;
}

Result<ledger::SigningKey> Session::log_key() const {
  PALERMO_TRY(const ledger::KeyFolder keys, ledger::KeyFolder::of_case(info_.case_id()));
  PALERMO_TRY(const ledger::VerifierKey in_force, ledger::VerifierKey::parse(info_.vkey()));
  // A change of the key that was interrupted after its entry is ended here.
  if (const std::string next = next_key_file(in_force); ledger::holds_key(keys, next))
    PALERMO_CHECK_OK(ledger::replace_key(keys, next, kLogKeyFile));
  return keys.load_signer(kLogKeyFile);
}

Result<std::string> Session::quarantine_public_key() {
  PALERMO_TRY(auto key, db_->meta("quarantine_key"));
  if (!key)
    return Error{ErrorCode::Integrity, "the case has no quarantine key", std::nullopt,
                 "restore the case from a copy", "ALTERED"};
  return *key;
}

Result<std::string> Session::quarantine_secret_key() const {
  PALERMO_TRY(const ledger::KeyFolder keys, ledger::KeyFolder::of_case(info_.case_id()));
  return keys.load(kQuarantineKeyFile);
}

}  // namespace palermo::session
