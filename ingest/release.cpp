#include "ingest/release.hpp"

#include <fmt/format.h>
#include <spdlog/stopwatch.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "core/authorization/authorization_store.hpp"
#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/merkle.hpp"
#include "core/sealing/sealed_box.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/recalled.hpp"
#include "core/store/record_store.hpp"
#include "core/store/residue.hpp"
#include "ingest/calls/call_sorter.hpp"
#include "ingest/pipeline_calls_detail.hpp"
#include "ingest/pipeline_records_detail.hpp"
#include "ingest/source_writer.hpp"

namespace palermo::ingest {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;
using store::CallColumns;

struct Item {
  std::int64_t seq = 0;
  WrittenSource source;
  v1::QuarantineItem summary;
  std::string sealed;
  std::int64_t leaf = 0;
};

Error altered(std::string message) {
  return {ErrorCode::Integrity, std::move(message), std::nullopt,
          "nothing was changed; run `palermo audit verify`", "ALTERED"};
}

Result<v1::LedgerEntry> entry_at(session::Session& session, std::int64_t index) {
  PALERMO_TRY(const std::string bytes, session.ledger().leaf(static_cast<std::uint64_t>(index)));
  PALERMO_TRY(const core::Json json, core::parse_json(bytes));
  v1::LedgerEntry entry;
  PALERMO_CHECK_OK(core::fill_message(json, entry));
  return entry;
}

/// One item of quarantine. Its sealed bytes are compared with the ledger: whoever can write the
/// file could seal something else to the public key.
Result<Item> load_item(session::Session& session, const std::string& id) {
  std::int64_t seq = 0;
  if (id.starts_with("Q-") && id.size() > 2 && id.size() < 12 &&
      id.find_first_not_of("0123456789", 2) == std::string::npos)
    seq = std::stoll(id.substr(2));
  PALERMO_TRY(store::Statement query,
              session.db().prepare(
                  "SELECT q.source, s.id, q.reason, q.authorization_id, q.count, q.first_line, "
                  "q.last_line, q.status, q.sealed, q.leaf FROM quarantine q "
                  "JOIN source s ON s.seq = q.source WHERE q.seq = ?1"));
  PALERMO_CHECK_OK(query.bind(1, seq));
  PALERMO_TRY(const bool row, query.step());
  if (!row)
    return Error{ErrorCode::NotFound,
                 fmt::format("no item '{}' in quarantine", core::printable(id, 40)), std::nullopt,
                 "see `palermo quarantine list`; items are called Q-1, Q-2, …"};
  Item item;
  item.seq = seq;
  item.source = {query.integer(0), std::string{query.text(1)}};
  v1::QuarantineItem& summary = item.summary;
  summary.set_quarantine_id(fmt::format("Q-{}", seq));
  summary.set_source_id(item.source.id);
  summary.set_reason(std::string{query.text(2)});
  summary.set_text(std::string{authorization::rule_text(summary.reason())});
  summary.set_authorization_id(std::string{query.text(3)});
  summary.set_count(static_cast<std::uint32_t>(query.integer(4)));
  summary.set_first_line(static_cast<std::uint32_t>(query.integer(5)));
  summary.set_last_line(static_cast<std::uint32_t>(query.integer(6)));
  summary.set_status(std::string{query.text(7)});
  item.sealed = query.blob(8);
  item.leaf = query.integer(9);
  if (summary.status() != "held") return item;
  PALERMO_TRY(const v1::LedgerEntry entry, entry_at(session, item.leaf));
  if (entry.id() != summary.quarantine_id() ||
      entry.quarantine().sha256() != core::to_hex(core::sha256(item.sealed)))
    return altered(fmt::format("{} is not what the ledger says was sealed", id));
  return item;
}

/// Columns of all segments of a product behind one another.
Result<CallColumns> columns_of(const v1::QuarantinedProduct& product) {
  CallColumns all;
  std::map<std::string, std::uint32_t> texts;
  for (const v1::CallSegment& segment : product.segments()) {
    PALERMO_TRY(const CallColumns part, store::unpack_segment(segment));
    const std::size_t before = all.records;
    all.records += part.records;
    const auto join = [&](auto& to, const auto& from) {
      if (from.empty() && to.empty()) return;
      to.resize(before, 0);
      to.insert(to.end(), from.begin(), from.end());
      to.resize(all.records, 0);
    };
    join(all.started_at_us, part.started_at_us);
    join(all.a, part.a);
    join(all.b, part.b);
    join(all.duration_s, part.duration_s);
    join(all.kind, part.kind);
    join(all.flags, part.flags);
    join(all.utc_offset_min, part.utc_offset_min);
    join(all.line, part.line);
    join(all.imei, part.imei);
    join(all.imsi, part.imsi);
    join(all.forwarded_to, part.forwarded_to);
    join(all.latitude_e7, part.latitude_e7);
    join(all.longitude_e7, part.longitude_e7);
    join(all.azimuth_deg, part.azimuth_deg);
    std::vector<std::uint32_t> renumbered{0};
    for (const std::string& text : part.texts) {
      const auto [at, fresh] =
          texts.emplace(text, static_cast<std::uint32_t>(all.texts.size()) + 1);
      if (fresh) all.texts.push_back(text);
      renumbered.push_back(at->second);
    }
    const auto join_texts = [&](std::vector<std::uint32_t>& to,
                                const std::vector<std::uint32_t>& from) {
      std::vector<std::uint32_t> changed;
      for (const std::uint32_t index : from) changed.push_back(renumbered[index]);
      join(to, changed);
    };
    join_texts(all.cell, part.cell);
    join_texts(all.last_cell, part.last_cell);
    join_texts(all.roaming, part.roaming);
    join_texts(all.authorization, part.authorization);
  }
  return all;
}

/// What one item's release does, before anything is written.
struct Split {
  std::uint32_t stored = 0;
  std::uint32_t duplicates = 0;
  v1::QuarantinedProduct rest;  // what stays
  std::uint32_t kept = 0;
  std::uint32_t first_line = 0;  // of what stays
  std::uint32_t last_line = 0;
};

struct Rule {
  std::optional<authorization::StoredAuthorization> authorization;
  std::optional<authorization::Coverage> coverage;
};

v1::QuarantinedProduct empty_like(const v1::QuarantinedProduct& product) {
  v1::QuarantinedProduct rest;
  rest.set_version(1);
  rest.set_source_id(product.source_id());
  rest.set_reason(product.reason());
  rest.set_authorization_id(product.authorization_id());
  return rest;
}

Result<Split> release_calls(session::Session& session, store::Transaction& transaction,
                            const Item& item, const v1::QuarantinedProduct& product,
                            const Rule& rule) {
  using namespace detail;
  store::Database& db = session.db();
  CallTable table;
  PALERMO_TRY(table.columns, columns_of(product));
  CallColumns& columns = table.columns;
  columns.source_id = item.source.id;
  for (const auto& each : product.identifiers()) {
    store::IdentifierView& view = table.identifiers.emplace_back();
    view.kind = each.kind();
    view.value = each.value();
    view.raw = each.raw();
    view.valid = each.valid();
    view.country = each.country();
  }
  const std::size_t own = columns.records;
  PALERMO_TRY(const std::int64_t known, store::last_identifier(db));
  PALERMO_TRY(store::BulkIdentifiers bulk, store::BulkIdentifiers::look_up(db, table.identifiers));
  const std::vector<std::uint32_t> authorizations = columns.authorization;
  PALERMO_TRY(const EarlierCalls earlier, append_earlier(db, table, bulk.ids(), columns));
  ScopeRule scope;
  scope.open_material = !rule.coverage;  // an oversight decision asks for no coverage
  scope.coverage = rule.coverage;
  const SortedCalls sorted = sort_calls(table, columns, own, scope, earlier.same_file);
  cut_to(columns, own);
  columns.authorization = authorizations;

  Split split;
  const auto shared = static_cast<std::uint32_t>(sorted.shared.size());
  split.stored = static_cast<std::uint32_t>(sorted.stored.size()) - shared;
  split.duplicates = sorted.duplicates + shared;
  std::vector<std::uint32_t> kept;
  for (const auto& [reason, rows] : sorted.quarantine)
    kept.insert(kept.end(), rows.begin(), rows.end());
  std::sort(kept.begin(), kept.end());
  split.kept = static_cast<std::uint32_t>(kept.size());
  if (split.stored + split.duplicates == 0) return split;
  if (!kept.empty()) {
    split.rest = product_of(table, columns, kept, product.reason(), product.authorization_id());
    split.first_line = columns.line[kept.front()];
    split.last_line = columns.line[kept.back()];
  }
  if (rule.authorization) {
    columns.texts.push_back(rule.authorization->authorization.id());
    columns.authorization.assign(own, static_cast<std::uint32_t>(columns.texts.size()));
  }
  const std::vector<bool> used = mentioned(columns, sorted.stored, table.identifiers.size());
  v1::Source spelled;
  PALERMO_CHECK_OK(bulk.spellings(used, spelled));
  bulk.assign(used);
  std::vector<store::EncodedSegment> segments;
  for (std::size_t begin = 0; begin < sorted.stored.size(); begin += store::kSegmentRecords) {
    const std::size_t size = std::min(store::kSegmentRecords, sorted.stored.size() - begin);
    const CallColumns part =
        gather(columns, std::span{sorted.stored}.subspan(begin, size), bulk.ids());
    segments.push_back(store::encode_segment(part, columns.texts, 0, size));
  }
  PALERMO_CHECK_OK(revise_source(
      session, transaction, item.source,
      {split.stored, split.duplicates, static_cast<std::uint32_t>(segments.size()), &spelled}, {}));
  PALERMO_TRY(std::string identifier_bytes, bulk.insert());
  PALERMO_CHECK_OK(
      write_identifiers(session, transaction, item.source, known, std::move(identifier_bytes)));
  PALERMO_CHECK_OK(write_segments(
      session, transaction, item.source,
      rule.authorization ? rule.authorization->authorization.id() : std::string{}, segments.size(),
      [&segments](std::size_t i) -> store::EncodedSegment& { return segments[i]; }));
  PALERMO_CHECK_OK(write_shared_rows(session, item.source, columns, sorted, own, earlier));
  return split;
}

Result<Split> release_records(session::Session& session, store::Transaction& transaction,
                              const Item& item, v1::QuarantinedProduct product, const Rule& rule,
                              v1::QuarantineOutcome& outcome) {
  using namespace detail;
  store::Database& db = session.db();
  PALERMO_TRY(const std::int64_t known, store::last_identifier(db));
  PALERMO_TRY(store::RecordWriter writer,
              store::RecordWriter::open(db, item.source.seq, item.source.id));
  Coverages coverages{db};
  Split split;
  split.rest = empty_like(product);
  std::uint32_t undated = 0;
  for (v1::QuarantinedRecord& sealed : *product.mutable_records()) {
    store::RecordRow row = opened_form(sealed);
    const std::uint32_t line = row.record.line();
    bool stays = false;
    if (rule.authorization) {
      row.authorization_id = rule.authorization->authorization.id();
      row.record.set_authorization_id(row.authorization_id);
      PALERMO_TRY(const std::string code, rule_against(row, false, coverages, undated));
      stays = !code.empty();
    }
    if (!stays) {
      PALERMO_TRY(const store::RecordOutcome added, writer.add(std::move(row)));
      if (added.kind == store::RecordOutcome::Kind::Duplicate) ++split.duplicates;
      if (added.kind == store::RecordOutcome::Kind::Conflict) {
        stays = true;
        outcome.add_notices(fmt::format("{}: line {} stays sealed: {}",
                                        item.summary.quarantine_id(), line, added.message));
      }
    }
    if (!stays) continue;
    if (split.kept++ == 0) split.first_line = line;
    split.last_line = line;
    *split.rest.add_records() = std::move(sealed);
  }
  split.stored = writer.stored();
  split.duplicates += writer.shared();
  if (split.stored + split.duplicates == 0) return split;
  if (undated > 0)
    outcome.add_notices(
        fmt::format("{}: {} records give no time; whether they were captured while {} was in "
                    "force could not be checked",
                    item.summary.quarantine_id(), undated, rule.authorization->authorization.id()));
  PALERMO_CHECK_OK(revise_source(session, transaction, item.source,
                                 {split.stored, split.duplicates, 0}, writer.commitments()));
  PALERMO_CHECK_OK(writer.write());
  PALERMO_CHECK_OK(write_identifiers(session, transaction, item.source, known));
  return split;
}

Status store_decision(session::Session& session, const Item& item,
                      const v1::QuarantineDecision& decision, const std::string& payload,
                      const std::string& salt, std::uint64_t leaf) {
  PALERMO_TRY(
      store::Statement insert,
      session.db().prepare("INSERT INTO quarantine_decision (quarantine, action, payload, salt, "
                           "first_record, leaf) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  PALERMO_CHECK_OK(insert.bind_all(item.seq, decision.action()));
  PALERMO_CHECK_OK(insert.bind_blob(3, payload));
  PALERMO_CHECK_OK(insert.bind_blob(4, salt));
  PALERMO_CHECK_OK(insert.bind(5, decision.first_record()));
  PALERMO_CHECK_OK(insert.bind(6, static_cast<std::int64_t>(leaf)));
  return insert.run();
}

Status empty_item(session::Session& session, const Item& item, const char* status) {
  PALERMO_TRY(
      store::Statement update,
      session.db().prepare("UPDATE quarantine SET sealed = x'', status = ?1 WHERE seq = ?2"));
  PALERMO_CHECK_OK(update.bind_all(std::string_view{status}, item.seq));
  return update.run();
}

v1::QuarantineDecision decision_about(session::Session& session, const Item& item,
                                      const char* action, const std::string& reason) {
  v1::QuarantineDecision decision;
  decision.set_quarantine_id(item.summary.quarantine_id());
  decision.set_action(action);
  decision.set_reason(reason);
  decision.set_decided_by(session.operator_name());
  decision.set_decided_at(core::format_utc_us(core::now_us()));
  decision.set_examined(item.summary.count());
  return decision;
}

/// What was decided before the product came in but recorded after it is for oversight to look at.
Status note_late_record(session::Session& session, const Item& item, const Rule& rule,
                        v1::QuarantineOutcome& outcome) {
  const std::string& id = rule.authorization->authorization.id();
  PALERMO_TRY(
      store::Statement head,
      session.db().prepare("SELECT leaf FROM entry_head WHERE kind = 'authorization' AND id = ?1"));
  PALERMO_CHECK_OK(head.bind(1, id));
  PALERMO_TRY(const bool known, head.step());
  if (!known) return altered(fmt::format("the ledger does not know {}", id));
  PALERMO_TRY(const v1::LedgerEntry recorded, entry_at(session, head.integer(0)));
  PALERMO_TRY(const v1::LedgerEntry held, entry_at(session, item.leaf));
  if (recorded.recorded_at() <= held.recorded_at()) return core::ok();
  outcome.add_notices(
      fmt::format("{} revision {} is dated {}, and was recorded at {}, after {} came in at {}", id,
                  rule.authorization->rev, recorded.occurred_at(), recorded.recorded_at(),
                  item.summary.quarantine_id(), held.recorded_at()));
  return core::ok();
}

/// @return whether anything left quarantine
Result<bool> release_item(session::Session& session, store::Transaction& transaction,
                          const ReleaseRequest& request, const Rule& rule,
                          const std::string& secret_key, Item& item,
                          v1::QuarantineOutcome& outcome) {
  const std::string& id = item.summary.quarantine_id();
  PALERMO_TRY(const std::string public_key, session.quarantine_public_key());
  PALERMO_TRY(const std::string opened, sealing::unseal(public_key, secret_key, item.sealed));
  v1::QuarantinedProduct product;
  if (!product.ParseFromString(opened) || product.source_id() != item.source.id)
    return altered(fmt::format("{} does not hold product of {}", id, item.source.id));
  PALERMO_TRY(const std::int64_t first_record, store::next_record(session.db()));

  Split split;
  if (product.segments_size() > 0) {
    PALERMO_TRY(split, release_calls(session, transaction, item, product, rule));
  } else {
    PALERMO_TRY(split, release_records(session, transaction, item, product, rule, outcome));
  }
  if (split.stored + split.duplicates + split.kept != item.summary.count())
    return Error{ErrorCode::Internal,
                 fmt::format("the counts of {} do not add up; nothing was changed", id)};
  const std::uint32_t released = split.stored + split.duplicates;
  outcome.set_still_held(outcome.still_held() + split.kept);
  if (released == 0) {
    *outcome.add_items() = item.summary;
    outcome.add_notices(fmt::format(
        "{}: none of its {} records can be released{}; it stays as it is", id, item.summary.count(),
        rule.authorization ? fmt::format(" under {}", rule.authorization->authorization.id())
                           : std::string{}));
    return false;
  }
  std::string remainder;
  v1::IngestResult written;
  if (split.kept > 0) {
    PALERMO_CHECK_OK(write_quarantine(session, transaction, item.source, split.rest, split.kept,
                                      split.first_line, split.last_line, written));
    remainder = written.quarantine(0).quarantine_id();
  }

  v1::QuarantineDecision decision = decision_about(session, item, "release", request.reason);
  decision.set_first_record(first_record);
  decision.set_stored(split.stored);
  decision.set_duplicates(split.duplicates);
  decision.set_kept(split.kept);
  v1::LedgerEntry entry;
  entry.set_id(id);
  if (rule.authorization) {
    decision.set_authorization_id(rule.authorization->authorization.id());
    decision.set_authorization_rev(rule.authorization->rev);
    entry.set_auth(decision.authorization_id());
  }
  const std::string payload = decision.SerializeAsString();
  const std::string salt = core::random_bytes(32);
  v1::QuarantineEntry& body = *entry.mutable_quarantine();
  body.set_source_id(item.source.id);
  body.set_reason(item.summary.reason());
  body.set_count(released);
  body.set_sha256(core::to_hex(core::sha256(item.sealed)));
  body.set_action("release");
  body.set_stored(split.stored);
  body.set_duplicates(split.duplicates);
  body.set_remainder(remainder);
  body.set_commit(core::to_hex(core::commitment(salt, payload)));
  PALERMO_TRY(const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  PALERMO_CHECK_OK(store_decision(session, item, decision, payload, salt, leaf.index));
  PALERMO_CHECK_OK(empty_item(session, item, "released"));

  if (rule.authorization) {
    PALERMO_CHECK_OK(note_late_record(session, item, rule, outcome));
  }
  item.summary.set_status("released");
  *outcome.add_items() = item.summary;
  if (written.quarantine_size() > 0) *outcome.add_items() = written.quarantine(0);
  outcome.set_stored(outcome.stored() + split.stored);
  outcome.set_duplicates(outcome.duplicates() + split.duplicates);
  outcome.set_released(outcome.released() + released);
  return true;
}

Status settled(const Item& item, v1::QuarantineOutcome& outcome) {
  *outcome.add_items() = item.summary;
  outcome.add_notices(fmt::format("{} was {} before; nothing was changed",
                                  item.summary.quarantine_id(), item.summary.status()));
  return core::ok();
}

/// Words go into the case for good: they must say something, and be text.
Status check_words(const std::string& words, std::string_view option) {
  if (words.find_first_not_of(" \t\r\n") != std::string::npos && core::is_valid_utf8(words))
    return core::ok();
  return Error{ErrorCode::Usage, fmt::format("{} says nothing, or is not UTF-8", option),
               std::nullopt, "say in words who decided, when, and why"};
}

Status check_items(const std::vector<std::string>& items) {
  std::set<std::string> seen;
  for (const std::string& id : items)
    if (!seen.insert(id).second)
      return Error{ErrorCode::Usage, fmt::format("{} is named twice", core::printable(id, 40))};
  if (items.empty())
    return Error{ErrorCode::Usage, "no item is named", std::nullopt,
                 "name items as `palermo quarantine list` shows them: Q-1"};
  return core::ok();
}

}  // namespace

Result<v1::QuarantineOutcome> release_quarantine(session::Session& session,
                                                 const ReleaseRequest& request) {
  PALERMO_CHECK_OK(check_items(request.items));
  if (request.authorization_id.empty() && request.reason.empty())
    return Error{ErrorCode::Usage, "on whose word is not said", std::nullopt,
                 "give --authorization ID, or the --reason of an oversight decision"};
  if (!request.reason.empty()) PALERMO_CHECK_OK(check_words(request.reason, "--reason"));
  const spdlog::stopwatch watch;
  v1::QuarantineOutcome outcome;
  PALERMO_CHECK_OK(session.db().exec("PRAGMA secure_delete=ON"));
  std::vector<std::string> examined;
  {
    PALERMO_TRY(store::Transaction transaction, session.db().begin());
    Rule rule;
    if (!request.authorization_id.empty()) {
      PALERMO_TRY(rule.authorization, authorization::load(session.db(), request.authorization_id));
      PALERMO_TRY(rule.coverage,
                  authorization::Coverage::compile(rule.authorization->authorization));
    }
    std::string secret_key;
    bool changed = false;
    for (const std::string& id : request.items) {
      PALERMO_TRY(Item item, load_item(session, id));
      if (item.summary.status() != "held") {
        PALERMO_CHECK_OK(settled(item, outcome));
        continue;
      }
      if (secret_key.empty()) {
        PALERMO_TRY(secret_key, session.quarantine_secret_key());
      }
      PALERMO_TRY(const bool released,
                  release_item(session, transaction, request, rule, secret_key, item, outcome));
      if (!released) examined.push_back(id);
      changed = changed || released;
    }
    if (changed) PALERMO_CHECK_OK(transaction.commit());
  }
  // What was opened only to be compared is a consultation.
  if (!examined.empty()) {
    v1::Access access;
    access.set_operation("UNSEAL");
    access.set_command("quarantine release");
    access.set_authorization_id(request.authorization_id);
    for (const std::string& id : examined) access.add_objects(id);
    PALERMO_CHECK_OK(session.log_access(std::move(access)));
  }
  core::log(core::Room::Ingest)
      .info("{:.3f} s: {} records released from quarantine, {} still held", watch.elapsed().count(),
            outcome.released(), outcome.still_held());
  return outcome;
}

const std::vector<std::string>& destruction_grounds() {
  static const std::vector<std::string> kGrounds{"EXPIRY",     "UNLAWFUL",    "IRRELEVANT",
                                                 "PRIVILEGED", "COURT_ORDER", "REFUSED_EMERGENCY"};
  return kGrounds;
}

Result<v1::QuarantineOutcome> destroy_quarantine(session::Session& session,
                                                 const DestroyRequest& request) {
  PALERMO_CHECK_OK(check_items(request.items));
  if (request.order.empty())
    return Error{ErrorCode::Usage, "on whose order is not said", std::nullopt,
                 "give --order with the order's author, number and date"};
  PALERMO_CHECK_OK(check_words(request.order, "--order"));
  const auto& grounds = destruction_grounds();
  if (!request.ground.empty() &&
      std::find(grounds.begin(), grounds.end(), request.ground) == grounds.end())
    return Error{ErrorCode::Usage,
                 fmt::format("'{}' is no ground", core::printable(request.ground, 40)),
                 std::nullopt, fmt::format("grounds: {}", fmt::join(grounds, ", "))};
  v1::QuarantineOutcome outcome;
  store::Database& db = session.db();
  PALERMO_CHECK_OK(db.exec("PRAGMA secure_delete=ON"));

  const auto entry_about = [&](const Item& item, const std::string& ground,
                               const std::string& commit) {
    v1::LedgerEntry entry;
    entry.set_id(item.summary.quarantine_id());
    v1::Destruction& body = *entry.mutable_destruction();
    body.add_objects(item.summary.quarantine_id());
    body.set_ground(ground);
    body.set_executed_by(session.operator_name());
    body.set_method("OVERWRITTEN");
    body.set_commit(commit);
    return entry;
  };
  struct Done {
    Item item;
    v1::LedgerEntry entry;
  };
  std::vector<Done> destroyed;
  {
    PALERMO_TRY(store::Transaction transaction, db.begin());
    PALERMO_TRY(const std::int64_t first_record, store::next_record(db));
    for (const std::string& id : request.items) {
      PALERMO_TRY(Item item, load_item(session, id));
      if (item.summary.status() != "held") {
        PALERMO_CHECK_OK(settled(item, outcome));
        continue;
      }
      const std::string ground = !request.ground.empty()           ? request.ground
                                 : item.summary.reason() == "AU06" ? "REFUSED_EMERGENCY"
                                                                   : "UNLAWFUL";
      v1::QuarantineDecision decision = decision_about(session, item, "destroy", request.order);
      decision.set_ground(ground);
      decision.set_first_record(first_record);
      const std::string payload = decision.SerializeAsString();
      const std::string salt = core::random_bytes(32);
      v1::LedgerEntry entry =
          entry_about(item, ground, core::to_hex(core::commitment(salt, payload)));
      entry.mutable_destruction()->set_executed_at(decision.decided_at());
      PALERMO_TRY(const ledger::AppendedLeaf leaf,
                  session.ledger().append(transaction, entry, session.actor()));
      PALERMO_CHECK_OK(store_decision(session, item, decision, payload, salt, leaf.index));
      PALERMO_CHECK_OK(empty_item(session, item, "destroyed"));
      item.summary.set_status("destroyed");
      *outcome.add_items() = item.summary;
      outcome.set_destroyed(outcome.destroyed() + item.summary.count());
      destroyed.push_back({std::move(item), std::move(entry)});
    }
    if (destroyed.empty()) return outcome;
    PALERMO_CHECK_OK(transaction.commit());
  }

  // The bytes are gone from the tables; now from the write-ahead log, and then look whether it is
  // so.
  PALERMO_TRY(const bool truncated, store::truncate_log(db));
  std::vector<std::string> pieces;
  for (const Done& each : destroyed) pieces.push_back(each.item.sealed);
  PALERMO_TRY(const std::uint32_t hits, store::count_residue(db, pieces));
  outcome.set_search_hits(hits);
  if (!truncated || hits > 0)
    outcome.add_notices(fmt::format(
        "{} places of the case file or its log still hold destroyed bytes: another program has the "
        "case open; close it and open the case once more, which empties the log",
        hits));
  PALERMO_TRY(store::Transaction transaction, db.begin());
  for (Done& each : destroyed) {
    v1::Destruction& body = *each.entry.mutable_destruction();
    body.set_search_hits(hits);
    body.set_verified_by(session.operator_name());
    PALERMO_TRY(const ledger::AppendedLeaf leaf,
                session.ledger().append(transaction, std::move(each.entry), session.actor()));
    (void)leaf;
  }
  PALERMO_CHECK_OK(transaction.commit());
  outcome.add_notices(
      "backups, exports and the original files are not reached from here; destroy them by the same "
      "order");
  core::log(core::Room::Ingest)
      .info("{} quarantined records destroyed, {} places found afterwards", outcome.destroyed(),
            hits);
  return outcome;
}

}  // namespace palermo::ingest
