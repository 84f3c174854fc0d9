#include "ingest/pipeline_calls.hpp"

#include <fmt/format.h>
#include <spdlog/stopwatch.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <span>
#include <thread>

#include "core/base/log.hpp"
#include "core/base/parallel.hpp"
#include "core/base/time.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/recalled.hpp"
#include "core/store/segment_store.hpp"
#include "ingest/calls/call_reader.hpp"
#include "ingest/calls/call_sorter.hpp"
#include "ingest/name_warnings.hpp"
#include "ingest/pipeline_calls_detail.hpp"
#include "ingest/source_writer.hpp"

namespace palermo::ingest {

using core::Result;
using core::Status;
using store::CallColumns;
namespace detail {

CallColumns gather(const CallColumns& from, std::span<const std::uint32_t> rows,
                   const std::vector<std::uint32_t>& ids) {
  CallColumns to;
  to.source_id = from.source_id;
  to.records = rows.size();
  const auto take = [rows](const auto& source, auto& target) {
    if (source.empty()) return;
    target.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) target[i] = source[rows[i]];
  };
  const auto take_ids = [&](const std::vector<std::uint32_t>& source,
                            std::vector<std::uint32_t>& target) {
    if (source.empty()) return;
    if (ids.empty()) return take(source, target);
    target.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::uint32_t position = source[rows[i]];
      target[i] = position == 0 ? 0 : ids[position - 1];
    }
  };
  take(from.started_at_us, to.started_at_us);
  take_ids(from.a, to.a);
  take_ids(from.b, to.b);
  take(from.duration_s, to.duration_s);
  take(from.kind, to.kind);
  take(from.flags, to.flags);
  take(from.utc_offset_min, to.utc_offset_min);
  take(from.line, to.line);
  take_ids(from.imei, to.imei);
  take_ids(from.imsi, to.imsi);
  take_ids(from.forwarded_to, to.forwarded_to);
  take(from.cell, to.cell);
  take(from.last_cell, to.last_cell);
  take(from.roaming, to.roaming);
  take(from.authorization, to.authorization);
  take(from.latitude_e7, to.latitude_e7);
  take(from.longitude_e7, to.longitude_e7);
  take(from.azimuth_deg, to.azimuth_deg);
  return to;
}

std::vector<bool> mentioned(const CallColumns& c, std::span<const std::uint32_t> rows,
                            std::size_t identifiers) {
  constexpr std::size_t kWorthSharing = 100'000;
  const std::size_t parts = rows.size() < kWorthSharing ? 1 : core::cores();
  std::vector<std::vector<char>> of_part(parts, std::vector<char>(identifiers + 1, 0));
  core::in_parallel(parts, parts, [&](std::size_t part) {
    std::vector<char>& used = of_part[part];
    const std::size_t begin = rows.size() * part / parts;
    const auto own = rows.subspan(begin, rows.size() * (part + 1) / parts - begin);
    for (const auto* column : {&c.a, &c.b, &c.imei, &c.imsi, &c.forwarded_to}) {
      if (column->empty()) continue;
      for (const std::uint32_t row : own) used[(*column)[row]] = 1;
    }
  });
  std::vector<bool> used(identifiers, false);
  for (const std::vector<char>& part : of_part)
    for (std::size_t i = 0; i < identifiers; ++i)
      if (part[i + 1] != 0) used[i] = true;
  return used;
}

void cut_to(CallColumns& c, std::size_t records) {
  c.records = records;
  for (auto* column :
       {&c.a, &c.b, &c.imei, &c.imsi, &c.forwarded_to, &c.cell, &c.last_cell, &c.roaming})
    if (!column->empty()) column->resize(records, 0);
  c.started_at_us.resize(records);
  c.duration_s.resize(records);
  c.kind.resize(records);
  c.flags.resize(records);
  for (auto* column : {&c.latitude_e7, &c.longitude_e7})
    if (!column->empty()) column->resize(records, 0);
  if (!c.azimuth_deg.empty()) c.azimuth_deg.resize(records, 0);
}

}  // namespace detail

namespace {

using detail::gather;

/// Encodes all segments, with the other cores' help, while the caller writes those that are ready.
class SegmentEncoder {
 public:
  SegmentEncoder(const CallColumns& columns, const std::vector<std::uint32_t>& rows,
                 const std::vector<std::uint32_t>& ids)
      : columns_{columns},
        rows_{rows},
        ids_{ids},
        encoded_((rows.size() + store::kSegmentRecords - 1) / store::kSegmentRecords),
        ready_(encoded_.size()) {
    if (encoded_.size() < 2) return;
    for (unsigned i = 1; i < std::max(2U, core::cores()); ++i)
      threads_.emplace_back([this] {
        while (encode_next()) {
        }
      });
  }
  ~SegmentEncoder() {
    next_ = encoded_.size();
    for (std::thread& thread : threads_) thread.join();
  }
  SegmentEncoder(const SegmentEncoder&) = delete;
  SegmentEncoder& operator=(const SegmentEncoder&) = delete;

  [[nodiscard]] std::size_t size() const { return encoded_.size(); }
  /// Waits for segment i, and helps meanwhile.
  store::EncodedSegment& at(std::size_t i) {
    while (!ready_[i].load(std::memory_order_acquire)) {
      // What is left was taken by others, and is no more than one segment each.
      if (!encode_next()) ready_[i].wait(false, std::memory_order_acquire);
    }
    return encoded_[i];
  }

 private:
  bool encode_next() {
    const std::size_t i = next_++;
    if (i >= encoded_.size()) return false;
    const std::size_t begin = i * store::kSegmentRecords;
    const std::size_t size = std::min(store::kSegmentRecords, rows_.size() - begin);
    const CallColumns part = gather(columns_, std::span{rows_}.subspan(begin, size), ids_);
    encoded_[i] = store::encode_segment(part, columns_.texts, 0, size);
    ready_[i].store(true, std::memory_order_release);
    ready_[i].notify_all();
    return true;
  }
  const CallColumns& columns_;
  const std::vector<std::uint32_t>& rows_;
  const std::vector<std::uint32_t>& ids_;
  std::atomic<std::size_t> next_{0};
  std::vector<store::EncodedSegment> encoded_;
  std::vector<std::atomic<bool>> ready_;
  std::vector<std::thread> threads_;
};

}  // namespace

namespace detail {

v1::QuarantinedProduct product_of(const CallTable& table, const CallColumns& columns,
                                  const std::vector<std::uint32_t>& rows, const std::string& reason,
                                  const std::string& authorization_id) {
  v1::QuarantinedProduct product;
  product.set_version(1);
  product.set_source_id(columns.source_id);
  product.set_reason(reason);
  product.set_authorization_id(authorization_id);
  const std::vector<bool> used = mentioned(columns, rows, table.identifiers.size());
  std::vector<std::uint32_t> ids(table.identifiers.size(), 0);
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    v1::QuarantinedIdentifier& identifier = *product.add_identifiers();
    const store::IdentifierView& from = table.identifiers[i];
    identifier.set_kind(std::string{from.kind});
    identifier.set_value(std::string{from.value});
    identifier.set_raw(std::string{from.raw});
    identifier.set_valid(from.valid);
    identifier.set_country(std::string{from.country});
    ids[i] = static_cast<std::uint32_t>(product.identifiers_size());
  }
  for (std::size_t begin = 0; begin < rows.size(); begin += store::kSegmentRecords) {
    const std::size_t size = std::min(store::kSegmentRecords, rows.size() - begin);
    const CallColumns part = gather(columns, std::span{rows}.subspan(begin, size), ids);
    *product.add_segments() = store::pack_segment(part, columns.texts, 0, size);
  }
  return product;
}

Status write_segments(session::Session& session, store::Transaction& transaction,
                      const WrittenSource& place, const std::string& authorization_id,
                      std::size_t count, const SegmentAt& segment_at,
                      const std::function<void()>& all_encoded) {
  std::vector<std::vector<std::uint32_t>> mentioned;
  mentioned.reserve(count);
  PALERMO_TRY(std::int64_t id, store::last_segment(session.db()));
  const std::int64_t first = id + 1;
  for (std::size_t i = 0; i < count; ++i) {
    store::EncodedSegment& segment = segment_at(i);
    v1::LedgerEntry entry;
    entry.set_id(fmt::format("SEG-{}", ++id));
    entry.set_auth(authorization_id);
    v1::SegmentEntry& body = *entry.mutable_segment();
    body.set_source_id(place.id);
    body.set_sha256(core::to_hex(segment.sha256));
    body.set_records(segment.records);
    body.set_from(core::format_utc_us(segment.from_us));
    body.set_to(core::format_utc_us(segment.to_us));
    PALERMO_TRY(const ledger::AppendedLeaf leaf,
                session.ledger().append(transaction, std::move(entry), session.actor()));
    PALERMO_TRY(const std::int64_t written,
                store::write_segment(session.db(), place.seq, segment, leaf.index));
    if (written != id)
      return core::Error{core::ErrorCode::Internal,
                         "a call segment got another number than its entry"};
    mentioned.push_back(std::move(segment.identifiers));
    std::string{}.swap(segment.blob);
  }
  if (all_encoded) all_encoded();
  return store::write_index(session.db(), first, mentioned);
}

}  // namespace detail

namespace {

CallReadOptions read_options_of(const SourceFile& file, const IngestOptions& options) {
  CallReadOptions read;
  read.timezone = options.timezone;
  read.country = options.country;
  read.keep_going = options.keep_going;
  read.sheet = !file.sheets().empty();
  if (file.decoded() != nullptr) read.separator = file.decoded()->separator;
  if (options.progress)
    read.progress = [&file, &options](std::size_t bytes) {
      options.progress("reading", static_cast<double>(bytes) /
                                      static_cast<double>(std::max(bytes, file.text().size())));
    };
  return read;
}

/// "2 BAD_TIME, 1 UNKNOWN_KIND".
std::string counted_by_code(const std::vector<v1::Reject>& rejects) {
  std::map<std::string_view, std::size_t> counts;
  for (const v1::Reject& reject : rejects) ++counts[reject.code()];
  std::string text;
  for (const auto& [code, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, code);
  return text;
}

/// 1, 2, 3 …
bool counts_up(const std::vector<std::uint32_t>& ids) {
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (ids[i] != i + 1) return false;
  return true;
}

/// Everything from the table on: scope, duplicates, segments, quarantine, ledger.
/// @param source  names the adapter and the mapping that read the file
Result<v1::IngestResult> take_calls(session::Session& session, SourceFile& file, CallTable table,
                                    v1::Source source, const IngestOptions& options,
                                    const spdlog::stopwatch& watch) {
  using namespace detail;
  const auto tell = [&](std::string_view step, double done) {
    if (options.progress) options.progress(step, done);
  };
  PALERMO_TRY(const ScopeRule scope, scope_of(session, options));
  PALERMO_TRY(const std::string sha256, file.sha256());
  core::log(core::Room::Ingest)
      .info("{:.3f} s: read {} rows, {} rejects, {} distinct identifiers", watch.elapsed().count(),
            table.rows_read, table.rejects.size(), table.identifiers.size());

  tell("checking", 0);
  store::Database& db = session.db();
  PALERMO_TRY(store::Transaction transaction, db.begin());
  PALERMO_TRY(const WrittenSource place, next_source(db, sha256));
  table.columns.source_id = place.id;
  PALERMO_TRY(const std::int64_t known, store::last_identifier(db));
  PALERMO_TRY(store::BulkIdentifiers bulk, store::BulkIdentifiers::look_up(db, table.identifiers));
  CallColumns& columns = table.columns;
  const std::size_t own = columns.records;
  PALERMO_TRY(const EarlierCalls earlier, append_earlier(db, table, bulk.ids(), columns));
  const SortedCalls sorted = sort_calls(table, columns, own, scope);
  cut_to(columns, own);

  source.set_sha256(sha256);
  source.set_size(file.bytes().size());
  source.set_name(file.name());
  source.set_timezone(table.timezone);
  source.set_country(table.country);
  source.set_grading(options.grading);
  source.set_authorization_id(options.authorization_id);
  source.set_technique(options.technique);
  source.set_layer(options.layer);
  source.set_rows_read(table.rows_read);
  const auto shared = static_cast<std::uint32_t>(sorted.shared.size());
  source.set_stored(static_cast<std::uint32_t>(sorted.stored.size()) - shared);
  source.set_duplicates(sorted.duplicates + shared);
  std::uint32_t held = 0;
  for (const auto& [reason, rows] : sorted.quarantine)
    held += static_cast<std::uint32_t>(rows.size());
  source.set_quarantined(held);
  source.set_rejected(static_cast<std::uint32_t>(table.rejects.size()));
  for (v1::Reject& reject : table.rejects) *source.add_rejects() = std::move(reject);
  source.set_ambiguous_local_times(table.ambiguous_local_times);
  source.set_nonexistent_local_times(table.nonexistent_local_times);
  source.set_invalid_numbers(table.invalid_numbers);
  describe_text(file, source);
  for (const std::string& notice : table.notices) source.add_notices(notice);
  if (shared > 0) source.add_notices(shared_notice("calls", shared));
  const std::vector<bool> seen = mentioned(columns, sorted.stored, table.identifiers.size());
  PALERMO_TRY(NameWarnings names, NameWarnings::make());
  bool names_follow = false;
  for (std::size_t i = 0; i < table.identifiers.size(); ++i) {
    // They stand in the order of their kinds.
    const std::string_view kind = table.identifiers[i].kind;
    if (i == 0 || kind != table.identifiers[i - 1].kind) names_follow = NameWarnings::is_name(kind);
    if (names_follow && seen[i]) names.add(table.identifiers[i]);
  }
  if (const auto hidden = names.notice()) source.add_notices(*hidden);
  if (source.rows_read() !=
      source.stored() + source.duplicates() + source.quarantined() + source.rejected())
    return core::Error{core::ErrorCode::Internal,
                       fmt::format("the counts of {} do not add up; nothing was stored", place.id)};

  if (!options.authorization_id.empty()) {
    columns.texts.push_back(options.authorization_id);
    columns.authorization.assign(own, static_cast<std::uint32_t>(columns.texts.size()));
  }
  tell("storing", 0);
  PALERMO_CHECK_OK(bulk.spellings(seen, source));
  bulk.assign(seen);
  // In a case without identifiers the positions are the numbers, and need no look-up.
  const std::vector<std::uint32_t> positions;
  SegmentEncoder encoder{columns, sorted.stored, counts_up(bulk.ids()) ? positions : bulk.ids()};
  v1::SourceEntry entry;
  entry.set_segments(static_cast<std::uint32_t>(encoder.size()));
  // Each segment has a leaf of its own; `records` and `records_root` are for record rows.
  PALERMO_CHECK_OK(write_source(session, transaction, place, source, entry));
  PALERMO_TRY(std::string identifier_bytes, bulk.insert());
  PALERMO_CHECK_OK(
      write_identifiers(session, transaction, place, known, std::move(identifier_bytes)));
  // What is not needed any more goes before the kernel copies the pages of the case: memory in use
  // is cheaper than new.
  const bool read_again = !sorted.quarantine.empty() || !sorted.shared.empty();
  if (!read_again) {
    IdentifierViews{}.swap(table.identifiers);
    TextArena::Memory{}.swap(table.identifier_texts);
  }
  PALERMO_CHECK_OK(write_segments(
      session, transaction, place, options.authorization_id, encoder.size(),
      [&encoder](std::size_t i) -> store::EncodedSegment& { return encoder.at(i); },
      [&columns, read_again] {
        if (!read_again) columns = CallColumns{};
      }));
  PALERMO_CHECK_OK(write_shared_rows(session, place, columns, sorted, own, earlier));
  v1::IngestResult result;
  for (const auto& [reason, rows] : sorted.quarantine) {
    const v1::QuarantinedProduct product =
        product_of(table, columns, rows, reason, options.authorization_id);
    PALERMO_CHECK_OK(write_quarantine(
        session, transaction, place, product, static_cast<std::uint32_t>(rows.size()),
        columns.line[rows.front()], columns.line[rows.back()], result));
  }
  if (!options.dry_run) PALERMO_CHECK_OK(transaction.commit());
  core::log(core::Room::Ingest)
      .info("{:.3f} s: {} {}, {} segments, {} stored, {} in quarantine", watch.elapsed().count(),
            options.dry_run ? "would store" : "stored", place.id, encoder.size(), source.stored(),
            source.quarantined());
  tell("storing", 1);
  describe(source, result);
  return result;
}

}  // namespace

Result<v1::IngestResult> ingest_calls(session::Session& session, SourceFile& file,
                                      const Profile& profile, const IngestOptions& options) {
  const spdlog::stopwatch watch;
  CallReadOptions read = read_options_of(file, options);
  read.consumed = [&file](std::string_view part) { file.let_go(part); };
  PALERMO_TRY(CallTable table, read_calls(file.text(), profile, file.path(), read));
  v1::Source source;
  source.set_adapter("call_csv");
  source.set_adapter_version(kCallAdapterVersion);
  source.set_mapping(profile.layout.id());
  source.set_mapping_sha256(profile.sha256);
  source.set_positions("lines");
  return take_calls(session, file, std::move(table), std::move(source), options, watch);
}

Result<v1::IngestResult> ingest_calls(session::Session& session, SourceFile& file,
                                      const CallAdapter& adapter, const IngestOptions& options) {
  const spdlog::stopwatch watch;
  AdapterInput input;
  input.bytes = file.text();
  input.file_name = file.path();
  input.options.timezone = options.timezone;
  input.options.country = options.country;
  input.options.keep_going = options.keep_going;
  auto made = adapter.read(input);
  if (!made) {
    core::Error error = std::move(made).error();
    if (!error.where) error.where = core::SourcePosition{};
    if (error.where->file.empty()) error.where->file = file.path();
    return error;
  }
  if (made->rows == 0 && !made->rejects.empty() && !made->certain)
    return core::Error{core::ErrorCode::BadInput,
                       fmt::format("every one of the {} records was rejected ({}); the first: {}",
                                   made->rejects.size(), counted_by_code(made->rejects),
                                   made->rejects.front().message()),
                       core::SourcePosition{file.path(), made->rejects.front().line()},
                       "this is no file of that format, or it is damaged; nothing was stored"};
  CallReadOptions read = read_options_of(file, options);
  if (read.country.empty()) read.country = made->country;
  const Profile* rows = find_profile(kAdapterRows);
  if (rows == nullptr)
    return core::Error{core::ErrorCode::Internal, "the layout of adapters' rows is missing"};
  Profile layout = *rows;
  layout.layout.set_identifier_kind(made->identifier_kind);
  for (const std::string& word : made->withheld_words) layout.layout.add_withheld_words(word);
  PALERMO_TRY(CallTable table, read_calls(made->text, layout, file.path(), read));
  if (made->rows == 0) table.notices.clear();  // about a table that nobody sent
  table.rows_read += static_cast<std::uint32_t>(made->rejects.size());
  for (v1::Reject& reject : made->rejects) table.rejects.push_back(std::move(reject));
  std::sort(table.rejects.begin(), table.rejects.end(),
            [](const v1::Reject& a, const v1::Reject& b) { return a.line() < b.line(); });
  table.notices.insert(table.notices.begin(), std::make_move_iterator(made->notices.begin()),
                       std::make_move_iterator(made->notices.end()));
  v1::Source source;
  source.set_adapter(adapter.id);
  source.set_adapter_version(adapter.version);
  source.set_positions(made->positions_are_lines ? "lines" : "records");
  return take_calls(session, file, std::move(table), std::move(source), options, watch);
}

}  // namespace palermo::ingest
