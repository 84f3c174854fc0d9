#include "core/session/transfer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/ledger/note.hpp"
#include "core/ledger/verify.hpp"
#include "core/store/case_archive.hpp"
#include "core/store/record_store.hpp"
#include "core/store/segment_store.hpp"

namespace palermo::session {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr const char* kFormat = "palermo-case/2";

v1::LedgerEntry disclosure_to(const Session& session, const std::string& recipient,
                              std::uint64_t size) {
  v1::LedgerEntry entry;
  entry.set_id(session.info().case_id());
  v1::Disclosure& disclosure = *entry.mutable_disclosure();
  disclosure.add_objects(session.info().case_id());
  disclosure.set_recipient_body(recipient);
  disclosure.set_purpose(session.purpose());
  disclosure.set_checkpoint_size(size);
  disclosure.set_format(kFormat);
  return entry;
}

/// A case that was unpacked beside its place and is not there yet.
class Unpacked {
 public:
  explicit Unpacked(std::string path) : path_{std::move(path)} {}
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;
  ~Unpacked() {
    std::error_code ec;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
      std::filesystem::remove(path_ + suffix, ec);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Error occupied(const std::string& path) {
  return Error{ErrorCode::BadInput, fmt::format("{} exists already", core::printable(path)),
               std::nullopt, "choose another path for the case; nothing was overwritten"};
}

Status put_in_place(const std::string& draft, const std::string& path) {
  // link() refuses to replace a file that appeared meanwhile; rename() would not.
  std::error_code ec;
  std::filesystem::create_hard_link(draft, path, ec);
  if (!ec) return core::ok();
  if (std::filesystem::exists(path)) return occupied(path);
  std::filesystem::rename(draft, path, ec);
  if (!ec) return core::ok();
  return Error{ErrorCode::Io,
               fmt::format("{} could not be made: {}", core::printable(path), ec.message())};
}

Error does_not_hold(const std::string& path, const v1::VerifyResult& verified) {
  const std::string& code = verified.reason_codes(0);
  const std::string first =
      verified.problems().empty()
          ? std::string{}
          : fmt::format(": {}, {}", verified.problems(0).where(), verified.problems(0).text());
  return Error{
      ErrorCode::Integrity,
      fmt::format("the case in it does not hold ({} problems{})", verified.problems_total(), first),
      core::SourcePosition{path, 0},
      "nothing was stored; ask for the file again and tell whoever sent it", code};
}

Result<std::uint32_t> count(store::Database& db, std::string_view sql) {
  PALERMO_TRY(const std::int64_t number, db.scalar(sql));
  return static_cast<std::uint32_t>(number);
}

Status describe(store::Database& db, v1::CaseImported& out) {
  const auto meta = [&](const char* key, std::string* into) -> Status {
    PALERMO_TRY(const auto value, db.meta(key));
    *into = value.value_or("");
    return core::ok();
  };
  PALERMO_CHECK_OK(meta("case_id", out.mutable_case_id()));
  PALERMO_CHECK_OK(meta("title", out.mutable_title()));
  PALERMO_CHECK_OK(meta("state", out.mutable_state()));
  PALERMO_TRY(const std::uint32_t sources, count(db, "SELECT count(*) FROM source"));
  PALERMO_TRY(const std::uint32_t records,
              count(db, "SELECT count(*) FROM record WHERE " + store::no_repeat("record", "")));
  PALERMO_TRY(const std::int64_t calls, store::count_calls(db));
  PALERMO_TRY(const std::uint32_t findings, count(db, "SELECT count(*) FROM finding"));
  out.set_sources(sources);
  out.set_records(records);
  out.set_calls(static_cast<std::uint32_t>(calls));
  out.set_findings(findings);
  PALERMO_TRY(const ledger::KeyFolder keys, ledger::KeyFolder::of_case(out.case_id()));
  PALERMO_TRY(store::Statement query, db.prepare("SELECT name FROM operator ORDER BY name"));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return core::ok();
    const std::string name{query.text(0)};
    out.add_operators(name);
    if (keys.load_signer(name + ".key")) out.add_operators_here(name);
  }
}

void add_notices(v1::CaseImported& out) {
  if (!out.vkey_given())
    out.add_notices(
        "The log's key is the file's own word. Compare it with what the sender says by another way "
        "(--vkey), or anybody could have made this file.");
  if (out.operators_here().empty())
    out.add_notices(
        "No operator's key is here: `palermo audit verify` works, everything else is refused. Keys "
        "travel apart from the case.");
  out.add_notices(
      "Sealed identities stayed where they were (`palermo identity backup`), and so did the "
      "evidence files.");
  out.add_notices(
      "Two copies that are both written to become two logs, which no checkpoint can join again: "
      "agree which of them goes on.");
}

}  // namespace

Result<v1::CaseExported> export_case(Session& session, const std::string& path,
                                     const std::string& recipient) {
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Export));
  if (recipient.find_first_not_of(" \t\r\n") == std::string::npos ||
      !core::is_valid_utf8(recipient))
    return Error{ErrorCode::InvalidArgument, "--to: no body is named", std::nullopt,
                 "name who receives the case: the log keeps it"};
  std::error_code ec;
  if (std::filesystem::exists(path, ec)) return occupied(path);
  PALERMO_TRY(const ledger::SigningKey log_key, session.log_key());
  std::string note;
  std::uint64_t leaf = 0;
  {
    PALERMO_TRY(store::Transaction transaction, session.db().begin());
    PALERMO_TRY(const std::uint64_t size, session.ledger().size());
    // With its own entry the file holds one more than it was when it was decided to give it away.
    PALERMO_TRY(const ledger::AppendedLeaf appended,
                session.ledger().append(transaction, disclosure_to(session, recipient, size + 1),
                                        session.actor()));
    leaf = appended.index;
    PALERMO_TRY(note, session.ledger().checkpoint(transaction, log_key));
    PALERMO_CHECK_OK(transaction.commit());
  }
  auto written = store::write_archive(session.db(), note, path);
  if (!written) {
    Error error = std::move(written).error();
    error.message += fmt::format(" (entry {} names this disclosure, which did not happen)", leaf);
    return error;
  }
  PALERMO_TRY(const ledger::SignedCheckpoint parsed, ledger::parse_signed_checkpoint(note));
  v1::CaseExported out;
  out.set_file(path);
  out.set_sha256(written->sha256);
  out.set_size(written->bytes);
  out.set_case_id(session.info().case_id());
  out.set_checkpoint_size(static_cast<std::uint32_t>(parsed.checkpoint.size));
  out.set_root(core::to_base64(parsed.checkpoint.root));
  out.set_vkey(session.info().vkey());
  out.set_recipient(recipient);
  out.set_leaf_index(static_cast<std::uint32_t>(leaf));
  return out;
}

Result<v1::CaseImported> import_case(const std::string& path, const std::string& case_path,
                                     const std::optional<ledger::VerifierKey>& vkey) {
  std::error_code ec;
  if (std::filesystem::exists(case_path, ec)) return occupied(case_path);
  const Unpacked unpacked{fmt::format("{}.new-{}", case_path, core::to_hex(core::random_bytes(8)))};
  PALERMO_TRY(const store::ArchiveHead head, store::unpack_archive(path, unpacked.path()));
  v1::CaseImported out;
  {
    auto checkpoint = ledger::parse_signed_checkpoint(head.checkpoint);
    if (!checkpoint) {
      Error error = std::move(checkpoint).error();
      error.where = core::SourcePosition{path, 0};
      error.next = "nothing was stored; ask for the file again";
      return error;
    }
    auto db = store::Database::open(unpacked.path());
    if (!db) {
      Error error = std::move(db).error();
      error.where = core::SourcePosition{path, 0};
      return error;
    }
    ledger::VerifyOptions options;
    options.retained = *std::move(checkpoint);
    if (vkey) options.keys.push_back(*vkey);
    PALERMO_TRY(const v1::VerifyResult verified, ledger::verify_log(*db, options));
    if (!verified.ok()) return does_not_hold(path, verified);
    out.set_entries(verified.size());
    out.set_checkpoint_size(static_cast<std::uint32_t>(options.retained->checkpoint.size));
    out.set_root(verified.root());
    out.set_vkey(verified.vkey());
    out.set_vkey_given(vkey.has_value());
    PALERMO_CHECK_OK(describe(*db, out));
  }
  PALERMO_CHECK_OK(put_in_place(unpacked.path(), case_path));
  out.set_file(case_path);
  add_notices(out);
  return out;
}

}  // namespace palermo::session
