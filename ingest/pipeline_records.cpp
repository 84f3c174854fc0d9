#include "ingest/pipeline_records.hpp"

#include <fmt/format.h>
#include <spdlog/stopwatch.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/authorization/authorization_store.hpp"
#include "core/authorization/coverage.hpp"
#include "core/authorization/policy.hpp"
#include "core/base/encoding.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/ledger/merkle.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/record_store.hpp"
#include "ingest/name_warnings.hpp"
#include "ingest/pipeline_records_detail.hpp"
#include "ingest/source_writer.hpp"

namespace palermo::ingest {
using authorization::Coverage;
using authorization::DataType;
using core::Result;
using core::Status;

namespace detail {
namespace {
v1::QuarantinedIdentifier sealed_form(const store::ObservedIdentifier& from) {
  v1::QuarantinedIdentifier to;
  to.set_kind(from.kind);
  to.set_value(from.value);
  to.set_raw(from.raw);
  to.set_valid(from.valid);
  to.set_country(from.country);
  return to;
}

}  // namespace

Result<const Coverage*> Coverages::find(const std::string& id) {
  const auto known = coverages_.find(id);
  if (known != coverages_.end()) return known->second ? &*known->second : nullptr;
  auto stored = authorization::load(*db_, id);
  if (!stored) {
    if (stored.error().code != core::ErrorCode::NotFound) return std::move(stored).error();
    coverages_.emplace(id, std::nullopt);
    return nullptr;
  }
  PALERMO_TRY(Coverage coverage, Coverage::compile(stored->authorization));
  return &*coverages_.emplace(id, std::move(coverage)).first->second;
}

Result<std::string> rule_against(const store::RecordRow& row, bool open_material,
                                 Coverages& coverages, std::uint32_t& undated) {
  // The log of a technique is no product of it: a use outside its authorization is for the audit to
  // show (`audit rules`), never to be sealed away.
  if (row.kind == "technique_use") return std::string{authorization::kCovered};
  // Open material that names an authorization is its product all the same.
  if (row.authorization_id.empty())
    return std::string{open_material ? authorization::kCovered : authorization::kNoAuthorization};
  PALERMO_TRY(const Coverage* coverage, coverages.find(row.authorization_id));
  if (coverage == nullptr) return std::string{authorization::kNoAuthorization};
  const DataType type = row.data_type.value_or(DataType::Statement);
  std::vector<std::string> targets;
  for (const store::ObservedIdentifier& target : row.targets) targets.push_back(target.value);
  if (row.from_us || row.to_us) {
    const std::int64_t from = row.from_us ? *row.from_us : *row.to_us;
    return std::string{coverage->check(type, from, row.to_us.value_or(from), targets)};
  }
  // Without a time only type and target can be tested, at a moment when the authorization is in
  // force.
  ++undated;
  if (coverage->periods().empty()) return std::string{authorization::kOutsideTime};
  if (!coverage->covers_type(type)) return std::string{authorization::kOtherDataType};
  for (const authorization::Period& period : coverage->periods())
    if (coverage->check(type, period.from_us, period.from_us, targets).empty())
      return std::string{};
  return std::string{authorization::kNotATarget};
}

v1::QuarantinedRecord sealed_form(store::RecordRow row) {
  v1::QuarantinedRecord to;
  to.set_kind(row.kind);
  to.set_layer(row.layer);
  to.set_authorization_id(row.authorization_id);
  if (row.from_us) to.set_from_us(*row.from_us);
  if (row.to_us) to.set_to_us(*row.to_us);
  if (row.data_type) to.set_data_type(static_cast<std::uint32_t>(*row.data_type));
  for (const auto& target : row.targets) *to.add_targets() = sealed_form(target);
  for (const auto& identifier : row.identifiers) *to.add_identifiers() = sealed_form(identifier);
  *to.mutable_record() = std::move(row.record);
  return to;
}

store::RecordRow opened_form(v1::QuarantinedRecord from) {
  const auto opened = [](const v1::QuarantinedIdentifier& each) {
    return store::ObservedIdentifier{each.kind(), each.value(), each.raw(), each.valid(),
                                     each.country()};
  };
  store::RecordRow to;
  to.kind = from.kind();
  to.layer = from.layer();
  to.authorization_id = from.authorization_id();
  if (from.has_from_us()) to.from_us = from.from_us();
  if (from.has_to_us()) to.to_us = from.to_us();
  if (from.has_data_type()) to.data_type = static_cast<DataType>(from.data_type());
  for (const auto& target : from.targets()) to.targets.push_back(opened(target));
  for (const auto& identifier : from.identifiers()) to.identifiers.push_back(opened(identifier));
  to.record = std::move(*from.mutable_record());
  return to;
}

}  // namespace detail

namespace {

struct Held {
  v1::QuarantinedProduct product;
  std::uint32_t first_line = 0;
  std::uint32_t last_line = 0;
};

/// A judgement settles an element of the case's findings: only who may decide may bring one in.
/// @error Refused  logged; the first judgement is named
Status check_judgements(session::Session& session, const SourceFile& file,
                        const std::string& sha256, const RecordBatch& batch) {
  if (authorization::permitted(session.roles(), authorization::Operation::Decide))
    return core::ok();
  const auto holds = [](const store::RecordRow& row) {
    return row.record.has_statement() && row.record.statement().has_judgement();
  };
  const auto first = std::find_if(batch.rows.begin(), batch.rows.end(), holds);
  if (first == batch.rows.end()) return core::ok();
  v1::Access access;
  access.set_operation("COLLECT");
  access.set_command("ingest");
  access.add_objects(sha256);
  core::Error refusal = session.refuse(
      std::move(access), "ROLE",
      fmt::format("{} judgements, the first '{}': the role {} of '{}' does not allow to decide; "
                  "nothing was stored",
                  std::count_if(first, batch.rows.end(), holds),
                  core::printable(first->record.statement().id(), 40),
                  fmt::join(session.roles(), ","), core::printable(session.operator_name(), 70)),
      fmt::format("take the judgements out of the file and have them made with `palermo decide`; "
                  "roles that may: {}",
                  fmt::join(authorization::roles_for(authorization::Operation::Decide), ", ")));
  refusal.where = core::SourcePosition{file.path(), first->record.line()};
  return refusal;
}

}  // namespace

Result<v1::IngestResult> ingest_records(session::Session& session, SourceFile& file,
                                        const Adapter& adapter, const IngestOptions& options) {
  using namespace detail;
  const auto tell = [&](std::string_view step, double done) {
    if (options.progress) options.progress(step, done);
  };
  tell("reading", 0);
  const spdlog::stopwatch watch;
  AdapterInput input;
  input.bytes = file.text();
  input.file_name = file.path();
  input.options.timezone = options.timezone;
  input.options.country = options.country;
  input.options.layer = options.layer;
  input.options.map = options.map_text;
  input.options.keep_going = options.keep_going;
  PALERMO_TRY(RecordBatch batch, adapter.read(input));
  PALERMO_TRY(const std::string sha256, file.sha256());
  if (batch.rows_read != batch.rows.size() + batch.rejects.size())
    return core::Error{core::ErrorCode::Internal,
                       fmt::format("{} lost a row; nothing was stored", adapter.id)};
  PALERMO_CHECK_OK(check_judgements(session, file, sha256, batch));

  tell("storing", 0);
  store::Database& db = session.db();
  PALERMO_TRY(store::Transaction transaction, db.begin());
  PALERMO_TRY(const WrittenSource place, next_source(db, sha256));
  PALERMO_TRY(const std::int64_t known, store::last_identifier(db));
  PALERMO_TRY(store::RecordWriter writer, store::RecordWriter::open(db, place.seq, place.id));
  Coverages coverages{db};
  PALERMO_TRY(NameWarnings names, NameWarnings::make());
  std::map<std::pair<std::string, std::string>, Held> held;  // rule, authorization
  std::uint32_t quarantined = 0;
  std::uint32_t duplicates = 0;
  std::uint32_t undated = 0;
  for (store::RecordRow& row : batch.rows) {
    v1::Record& record = row.record;
    record.set_source_id(place.id);
    record.set_record_id(place.id + ":" +
                         (row.local_id.empty() ? std::to_string(record.line()) : row.local_id));
    if (record.grade().empty()) record.set_grade(options.grading);
    if (row.authorization_id.empty()) row.authorization_id = record.authorization_id();
    if (row.authorization_id.empty()) row.authorization_id = options.authorization_id;
    if (record.authorization_id().empty()) record.set_authorization_id(row.authorization_id);
    PALERMO_TRY(const std::string rule,
                rule_against(row, options.technique == "NONE", coverages, undated));
    const std::uint32_t line = record.line();
    if (!rule.empty()) {
      Held& group = held[{rule, row.authorization_id}];
      if (group.product.records_size() == 0) {
        group.product.set_version(1);
        group.product.set_source_id(place.id);
        group.product.set_reason(rule);
        group.product.set_authorization_id(row.authorization_id);
        group.first_line = line;
      }
      group.last_line = line;
      *group.product.add_records() = sealed_form(std::move(row));
      ++quarantined;
      continue;
    }
    names.add(row);
    PALERMO_TRY(const store::RecordOutcome outcome, writer.add(std::move(row)));
    if (outcome.kind == store::RecordOutcome::Kind::Duplicate) ++duplicates;
    if (outcome.kind == store::RecordOutcome::Kind::Conflict) {
      v1::Reject& reject = batch.rejects.emplace_back();
      reject.set_line(line);
      reject.set_code("DUPLICATE_ID");
      reject.set_message(outcome.message);
    }
  }
  if (const auto hidden = names.notice()) batch.notices.push_back(*hidden);
  if (undated > 0)
    batch.notices.push_back(
        fmt::format("{} records give no time; whether they were captured while their "
                    "authorization was in force could not be checked",
                    undated));

  v1::Source source;
  source.set_sha256(sha256);
  source.set_size(file.bytes().size());
  source.set_name(file.name());
  source.set_adapter(adapter.id);
  source.set_adapter_version(adapter.version);
  source.set_mapping(batch.mapping);
  source.set_positions(batch.positions);
  if (!options.map_text.empty())
    source.set_mapping_sha256(core::to_hex(core::sha256(options.map_text)));
  source.set_timezone(batch.timezone);
  source.set_country(options.country);
  source.set_grading(options.grading);
  source.set_authorization_id(options.authorization_id);
  source.set_technique(options.technique);
  source.set_layer(options.layer);
  source.set_rows_read(batch.rows_read);
  source.set_stored(writer.stored());
  source.set_duplicates(duplicates + writer.shared());
  source.set_quarantined(quarantined);
  source.set_rejected(static_cast<std::uint32_t>(batch.rejects.size()));
  for (v1::Reject& reject : batch.rejects) *source.add_rejects() = std::move(reject);
  source.set_ambiguous_local_times(batch.ambiguous_local_times);
  source.set_nonexistent_local_times(batch.nonexistent_local_times);
  source.set_invalid_numbers(batch.invalid_numbers);
  describe_text(file, source);
  for (const std::string& notice : batch.notices) source.add_notices(notice);
  if (writer.shared() > 0) source.add_notices(shared_notice("records", writer.shared()));
  if (source.rows_read() !=
      source.stored() + source.duplicates() + source.quarantined() + source.rejected())
    return core::Error{core::ErrorCode::Internal,
                       fmt::format("the counts of {} do not add up; nothing was stored", place.id)};

  v1::SourceEntry entry;
  entry.set_records(static_cast<std::uint32_t>(writer.commitments().size()));
  std::vector<core::Digest> leaves;
  for (const core::Digest& commitment : writer.commitments())
    leaves.push_back(ledger::leaf_hash(core::bytes_of(commitment)));
  entry.set_records_root(core::to_hex(ledger::root_of(leaves)));
  PALERMO_CHECK_OK(write_source(session, transaction, place, source, entry));
  PALERMO_CHECK_OK(writer.write());
  PALERMO_CHECK_OK(write_identifiers(session, transaction, place, known));
  v1::IngestResult result;
  for (const auto& [key, group] : held)
    PALERMO_CHECK_OK(write_quarantine(session, transaction, place, group.product,
                                      static_cast<std::uint32_t>(group.product.records_size()),
                                      group.first_line, group.last_line, result));
  if (!options.dry_run) PALERMO_CHECK_OK(transaction.commit());
  core::log(core::Room::Ingest)
      .info("{:.3f} s: {} {}, {} rows, {} stored, {} in quarantine", watch.elapsed().count(),
            options.dry_run ? "would store" : "stored", place.id, source.rows_read(),
            source.stored(), source.quarantined());
  describe(source, result);
  return result;
}

}  // namespace palermo::ingest
