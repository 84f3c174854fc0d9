#include "core/store/read_back.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <iterator>
#include <limits>
#include <map>
#include <span>
#include <thread>
#include <tuple>
#include <unordered_map>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/segment_rows.hpp"
#include "core/store/segment_store.hpp"
#include "core/store/shared_calls.hpp"
#include "core/store/source_id.hpp"

namespace palermo::store {
namespace {

constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::max();

/// Where a matching record stands: a row of a segment, or a row of the record table.
struct Place {
  std::int64_t at_us = 0;
  std::int64_t segment = 0;  // 0: a record row
  std::int64_t row = 0;      // position in the segment, or record.seq
  std::uint32_t source = 0;  // ties of time are broken by the order of the sources' ids
  std::size_t call = 0;      // position among the calls kept + 1; 0: read the segment again

  [[nodiscard]] auto key() const { return std::tie(at_us, source, segment, row); }
  friend bool operator<(const Place& x, const Place& y) { return x.key() < y.key(); }
};

class Names {
 public:
  explicit Names(Database& db) : db_{db}, blocks_{db} {}
  /// Looks those up that stand in blocks, all at once. @param ids  in any order, repeated, 0: none
  Status prepare(std::vector<std::int64_t> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (!ids.empty() && ids.front() == 0) ids.erase(ids.begin());
    return blocks_.find_all(ids, [this](std::int64_t id, ObservedIdentifier identifier) {
      known_.insert_or_assign(static_cast<std::uint32_t>(id), std::move(identifier));
    });
  }
  Result<const ObservedIdentifier*> of(std::uint32_t id) {
    const auto [at, fresh] = known_.try_emplace(id);
    if (fresh && id != 0) {
      PALERMO_TRY(StoredIdentifier found, find_identifier(db_, blocks_, id));
      at->second = std::move(found.identifier);
    }
    return &at->second;
  }

 private:
  Database& db_;
  IdentifierBlocks blocks_;
  std::unordered_map<std::uint32_t, ObservedIdentifier> known_;
};

/// Segments whose bytes are in memory together, and calls kept whole rather than read again.
constexpr std::size_t kSegmentsAtOnce = 32;
constexpr std::size_t kMostCallsKept = 20'000;
/// A few matches in a segment are decoded at once; of many the limit may want none.
constexpr std::size_t kFewMatches = 256;

struct Matches {
  std::string source_id;
  std::vector<Place> places;
  std::vector<CallRow> calls;  // one for each place, or none
};

bool in_period(const ReadBackQuery& query, std::int64_t at_us) {
  return !(query.from_us && at_us < *query.from_us) && !(query.to_us && at_us > *query.to_us);
}

bool holds(const std::vector<std::uint32_t>* lines, std::uint32_t line) {
  return lines != nullptr && std::binary_search(lines->begin(), lines->end(), line);
}

/// All rows of a segment that pass; those of `rows` where the identifiers asked for have chosen.
/// @param repeats  lines that are left out; nullptr: none
Result<Matches> matches_among(const v1::CallSegment& segment, std::int64_t id,
                              const ReadBackQuery& query,
                              const std::optional<std::vector<std::uint32_t>>& rows,
                              const std::vector<std::uint32_t>* repeats) {
  PALERMO_TRY(const CallColumns c,
              unpack_segment(segment, kColTime | (query.kind.empty() ? 0U : unsigned{kColUse}) |
                                          (repeats == nullptr ? 0U : unsigned{kColLine})));
  Matches matches;
  matches.source_id = c.source_id;
  const std::size_t candidates = rows ? rows->size() : c.records;
  for (std::size_t i = 0; i < candidates; ++i) {
    const std::size_t row = rows ? (*rows)[i] : i;
    if (!in_period(query, c.started_at_us[row])) continue;
    if (!query.kind.empty() && kind_name(c.kind[row]) != query.kind) continue;
    if (repeats != nullptr && holds(repeats, c.line[row])) continue;
    matches.places.push_back({c.started_at_us[row], id, static_cast<std::int64_t>(row), 0, 0});
  }
  return matches;
}

Result<Matches> matches_of(const SegmentBytes& bytes, const ReadBackQuery& query,
                           const std::vector<std::uint32_t>& sorted, const SharedCalls& shared,
                           bool keep) {
  PALERMO_TRY(const v1::CallSegment segment, bytes.parse());
  const std::vector<std::uint32_t>* repeats = shared.repeats_of(segment.source_id());
  std::optional<SegmentRows> reader;
  std::optional<std::vector<std::uint32_t>> rows;
  if (!sorted.empty()) {
    PALERMO_TRY(reader, SegmentRows::open(segment));
    PALERMO_TRY(rows, reader->mentioning(sorted));
  }
  Matches matches;
  matches.source_id = segment.source_id();
  if (rows && rows->empty()) return matches;
  if (!rows || !keep || rows->size() > kFewMatches) {
    PALERMO_TRY(matches, matches_among(segment, bytes.id, query, rows, repeats));
    if (!keep || matches.places.empty() || matches.places.size() > kFewMatches) return matches;
    rows.emplace();
    for (const Place& place : matches.places)
      rows->push_back(static_cast<std::uint32_t>(place.row));
    matches.places.clear();
  }
  if (!reader) {
    PALERMO_TRY(reader, SegmentRows::open(segment));
  }
  PALERMO_TRY(std::vector<CallRow> calls, reader->at(*rows));
  for (std::size_t i = 0; i < calls.size(); ++i) {
    CallRow& call = calls[i];
    if (!in_period(query, call.started_at_us)) continue;
    if (!query.kind.empty() && kind_name(static_cast<std::uint32_t>(call.kind)) != query.kind)
      continue;
    if (holds(repeats, call.line)) continue;
    matches.places.push_back({call.started_at_us, bytes.id, std::int64_t{(*rows)[i]}, 0, 0});
    matches.calls.push_back(std::move(call));
  }
  return matches;
}

/// Lets those go on who wait for what will not be read any more.
class AllRead {
 public:
  AllRead(std::atomic<std::size_t>& read, std::size_t all) : read_{read}, all_{all} {}
  AllRead(const AllRead&) = delete;
  AllRead& operator=(const AllRead&) = delete;
  ~AllRead() {
    read_ = all_;
    read_.notify_all();
  }

 private:
  std::atomic<std::size_t>& read_;
  std::size_t all_;
};

/// Matches of several segments, decoded by all cores; in the order of `ids` whatever their number.
Result<std::vector<Matches>> matches_in(Database& db, std::span<const std::int64_t> ids,
                                        const ReadBackQuery& query,
                                        const std::vector<std::uint32_t>& sorted,
                                        const SharedCalls& shared, bool keep) {
  std::vector<SegmentBytes> bytes(ids.size());
  std::vector<std::optional<Result<Matches>>> found(ids.size());
  std::atomic<std::size_t> read{0};  // of `bytes`; all once reading has failed
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < ids.size(); i = next++) {
      for (std::size_t there = read; there <= i; there = read) read.wait(there);
      if (bytes[i].id != 0) found[i].emplace(matches_of(bytes[i], query, sorted, shared, keep));
    }
  };
  Status loaded = core::ok();
  {
    // The others decode what is there while this thread reads on.
    std::vector<std::jthread> helpers;
    const std::size_t cores = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
    while (helpers.size() + 1 < std::min(cores, ids.size())) helpers.emplace_back(work);
    {
      const AllRead end{read, ids.size()};
      loaded = load_each(db, ids, [&](SegmentBytes one) {
        bytes[read] = std::move(one);
        ++read;
        read.notify_all();
      });
    }
    work();
  }
  PALERMO_CHECK_OK(loaded);
  std::vector<Matches> all;
  for (auto& one : found) {
    PALERMO_TRY(Matches matches, std::move(*one));
    all.push_back(std::move(matches));
  }
  return all;
}

/// Where a source stands among those of the case (kSourceOrder), and what its records take from it.
struct SourceHead {
  std::uint32_t rank = 0;
  std::string grading;
  std::vector<std::pair<std::uint32_t, std::string>> spellings;  // by identifier, ascending

  /// As this file writes the identifier. @param first  as the first file of the case did
  [[nodiscard]] const std::string& spelled(std::uint32_t id, const std::string& first) const {
    const auto found = std::lower_bound(
        spellings.begin(), spellings.end(), id,
        [](const auto& spelling, std::uint32_t wanted) { return spelling.first < wanted; });
    return found == spellings.end() || found->first != id ? first : found->second;
  }
};

SourceHead head_of(const v1::Source& source, std::uint32_t rank) {
  SourceHead head{rank, source.grading(), {}};
  for (const v1::Spelling& spelling : source.spellings())
    head.spellings.emplace_back(spelling.identifier(), spelling.raw());
  return head;
}

Result<v1::Source> read_source(const Statement& row) {
  v1::Source source;
  const std::string_view payload = row.blob(0);
  if (!source.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return core::Error{core::ErrorCode::Integrity, "a source of the case cannot be read",
                       std::nullopt, "run `palermo audit verify`", "ALTERED"};
  return source;
}

/// Heads of the sources that are asked for: a source's row holds its rejects too, perhaps by the
/// hundred thousand.
class SourceHeads {
 public:
  explicit SourceHeads(Database& db) : db_{db} {}
  Result<const SourceHead*> of(const std::string& source_id) {
    const auto [at, fresh] = known_.try_emplace(source_id);
    if (fresh) {
      if (ranks_.empty()) {
        PALERMO_TRY(ranks_, source_ranks(db_));
      }
      PALERMO_TRY(Statement query, db_.prepare("SELECT payload, seq FROM source WHERE id = ?1"));
      PALERMO_CHECK_OK(query.bind(1, source_id));
      PALERMO_TRY(const bool row, query.step());
      if (row) {
        PALERMO_TRY(const v1::Source source, read_source(query));
        at->second = head_of(source, static_cast<std::uint32_t>(ranks_[query.integer(1)]));
      }
    }
    return &at->second;
  }

 private:
  Database& db_;
  std::unordered_map<std::int64_t, std::int64_t> ranks_;
  std::map<std::string, SourceHead> known_;
};

Result<v1::RecordView> view_of_call(const CallRow& call, Names& names, const SourceHead& head) {
  v1::RecordView view;
  view.set_record_id(fmt::format("{}:{}", call.source_id, call.line));
  view.set_source_id(call.source_id);
  view.set_line(call.line);
  view.set_kind(std::string{kind_name(static_cast<std::uint32_t>(call.kind))});
  PALERMO_TRY(const ObservedIdentifier* a, names.of(call.a));
  view.set_a(a->value);
  view.set_raw_a(head.spelled(call.a, a->raw));
  PALERMO_TRY(const ObservedIdentifier* b, names.of(call.b));
  view.set_b(b->value);
  view.set_raw_b(head.spelled(call.b, b->raw));
  view.set_started_at(core::format_utc(call.started_at_us));
  view.set_local_time(core::format_local({call.started_at_us, call.utc_offset_min}));
  if (!call.has(v1::DURATION_ABSENT)) view.set_duration_s(call.duration_s);
  view.set_direction(std::string{direction_name(call.flags)});
  view.set_cell(call.cell);
  PALERMO_TRY(const ObservedIdentifier* imei, names.of(call.imei));
  view.set_imei(imei->value);
  PALERMO_TRY(const ObservedIdentifier* imsi, names.of(call.imsi));
  view.set_imsi(imsi->value);
  PALERMO_TRY(const ObservedIdentifier* forwarded, names.of(call.forwarded_to));
  view.set_forwarded_to(forwarded->value);
  view.set_authorization_id(call.authorization_id);
  view.set_grade(head.grading);
  for (std::string& flag : flag_names(call.flags)) view.add_flags(std::move(flag));
  return view;
}

/// "SRC-2:17" of a call. Record rows may have "SRC-2:17.1" too.
std::optional<std::pair<std::string, std::uint32_t>> call_place(const std::string& record_id) {
  const std::size_t colon = record_id.rfind(':');
  if (colon == std::string::npos || colon + 1 == record_id.size()) return std::nullopt;
  std::uint32_t line = 0;
  const char* end = record_id.data() + record_id.size();
  const auto [at, error] = std::from_chars(record_id.data() + colon + 1, end, line);
  if (error != std::errc{} || at != end) return std::nullopt;
  return std::pair{record_id.substr(0, colon), line};
}

/// Which other files hold a record that is no call.
Status add_same_records(Database& db, v1::RecordView& view) {
  PALERMO_TRY(const std::vector<std::string> others, same_records(db, view.record_id()));
  for (const std::string& id : others) {
    v1::RecordPlace& place = *view.add_also_in();
    place.set_record_id(id);
    place.set_source_id(id.substr(0, id.rfind(':')));
    place.set_authorization_id(view.authorization_id());  // part of what makes them the same
  }
  return core::ok();
}

/// Where else each call of the answer stands, and under which authorization that file has it.
Status add_other_places(Database& db, const SharedCalls& shared, v1::RecordsResult& result) {
  if (shared.none()) return core::ok();
  std::map<std::string, std::map<std::uint32_t, v1::RecordPlace*>> wanted;  // by source and line
  for (v1::RecordView& view : *result.mutable_records()) {
    for (const SharedCalls::Named& other : shared.also_in(view.source_id(), view.line())) {
      v1::RecordPlace& place = *view.add_also_in();
      place.set_record_id(fmt::format("{}:{}", other.source_id, other.line));
      place.set_source_id(other.source_id);
    }
  }
  for (v1::RecordView& view : *result.mutable_records())
    for (v1::RecordPlace& place : *view.mutable_also_in())
      if (const auto at = call_place(place.record_id())) wanted[at->first][at->second] = &place;
  SegmentQuery query;
  query.columns = kColLine | kColAuthorization;
  query.with_repeats = true;
  for (auto& [source_id, places] : wanted) {
    query.source_id = source_id;
    PALERMO_CHECK_OK(for_each_segment(db, query, [&places](const CallColumns& columns) {
      for (std::size_t row = 0; row < columns.records; ++row)
        if (const auto place = places.find(columns.line[row]); place != places.end())
          place->second->set_authorization_id(
              std::string{columns.text(columns.authorization, row)});
      return core::ok();
    }));
  }
  return core::ok();
}

std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9') digits += c;
  return digits;
}

/// What became of a line on which no stored record stands.
Result<core::Error> why_absent(Database& db, const std::string& record_id) {
  core::Error error{
      core::ErrorCode::NotFound,
      fmt::format("the case holds no record {}", core::printable(record_id, 60)), std::nullopt,
      "`palermo records` lists the records; ids look like SRC-016518b7:17 (source, line)"};
  const auto place = call_place(record_id);
  if (!place) return error;
  PALERMO_TRY(Statement query, db.prepare("SELECT payload FROM source WHERE id = ?1"));
  PALERMO_CHECK_OK(query.bind(1, place->first));
  PALERMO_TRY(const bool known, query.step());
  if (!known) return error;
  PALERMO_TRY(const v1::Source source, read_source(query));
  for (const v1::Reject& reject : source.rejects()) {
    if (reject.line() != place->second) continue;
    error.message = fmt::format("line {} of {} was rejected: {} ({})", place->second, place->first,
                                core::printable(reject.message()), reject.code());
    error.next = "a rejected row is kept with its place and is in no analysis";
    return error;
  }
  PALERMO_TRY(
      Statement held,
      db.prepare("SELECT q.seq, q.reason FROM quarantine q JOIN source s ON s.seq = q.source "
                 "WHERE s.id = ?1 AND q.status = 'held' AND ?2 BETWEEN q.first_line AND "
                 "q.last_line ORDER BY q.seq"));
  PALERMO_CHECK_OK(held.bind_all(place->first, place->second));
  std::string items;
  while (true) {
    PALERMO_TRY(const bool row, held.step());
    if (!row) break;
    items += fmt::format("{}Q-{} ({})", items.empty() ? "" : ", ", held.integer(0), held.text(1));
  }
  error.message +=
      fmt::format(": no stored record stands on line {} of {}", place->second, place->first);
  error.next =
      items.empty()
          ? std::string{"the line is a header, blank, a duplicate of another, or past the end"}
          : fmt::format("the line may be sealed in quarantine: {}", items);
  return error;
}

}  // namespace

v1::RecordView view_of(const StoredRecord& stored) {
  const v1::Record& record = stored.record;
  v1::RecordView view;
  view.set_record_id(record.record_id());
  view.set_source_id(record.source_id());
  view.set_line(record.line());
  view.set_kind(stored.kind);
  view.set_authorization_id(record.authorization_id());
  view.set_grade(record.grade());
  if (stored.from_us) view.set_started_at(core::format_utc(*stored.from_us));
  const auto lasted = [&] {
    const std::int64_t seconds = (*stored.to_us - *stored.from_us) / core::kUsPerSecond;
    if (seconds >= 0 && seconds <= std::numeric_limits<std::int32_t>::max())
      view.set_duration_s(static_cast<std::int32_t>(seconds));
  };
  switch (record.body_case()) {
    case v1::Record::kRelation:
      view.set_a(record.relation().a());
      view.set_b(record.relation().b());
      if (record.relation().has_weight())
        view.set_text(fmt::format("weight {}", record.relation().weight()));
      break;
    case v1::Record::kPayment:
      view.set_a(record.payment().from());
      view.set_b(record.payment().to());
      view.set_local_time(record.payment().at());
      view.set_text(record.payment().reference());
      if (record.payment().has_amount())
        view.set_text(fmt::format(
            "{} {}{}{}",
            record.payment().amount_text().empty() ? fmt::format("{}", record.payment().amount())
                                                   : record.payment().amount_text(),
            record.payment().currency(), record.payment().reference().empty() ? "" : ": ",
            record.payment().reference()));
      break;
    case v1::Record::kIntercept: {
      const v1::InterceptSession& session = record.intercept();
      view.set_a(session.line());
      view.set_b(fmt::format("{}", fmt::join(session.parties(), ", ")));
      view.set_local_time(session.start());
      if (session.direction() != v1::InterceptSession::direction_unspecified)
        view.set_direction(v1::InterceptSession::Direction_Name(session.direction()));
      if (stored.from_us && stored.to_us) lasted();
      view.set_text(session.summary());
      break;
    }
    case v1::Record::kUndercover:
      view.set_local_time(record.undercover().from());
      view.set_text(record.undercover().narrative());
      break;
    case v1::Record::kTechniqueUse:
      view.set_local_time(record.technique_use().started_at());
      view.set_text(
          fmt::format("{} {}", record.technique_use().technique(), record.technique_use().kind()));
      if (stored.from_us && stored.to_us) lasted();
      break;
    case v1::Record::kStatement:
      view.set_local_time(record.statement().observed_at());
      view.set_text(record.statement().text());
      break;
    case v1::Record::kOffence:
      view.set_text(record.offence().id());
      break;
    case v1::Record::kCaseHeader:
      view.set_text(record.case_header().title());
      break;
    case v1::Record::kMessage: {
      const v1::Message& message = record.message();
      view.set_a(message.sender());
      // Who received a message of a group no export says; the group itself is an identifier.
      view.set_b(message.recipients().empty()
                     ? message.conversation()
                     : fmt::format("{}", fmt::join(message.recipients(), ", ")));
      view.set_local_time(message.sent_at().empty() ? message.received_at() : message.sent_at());
      if (message.direction() != v1::Message::direction_unspecified)
        view.set_direction(v1::Message::Direction_Name(message.direction()));
      if (message.has_duration_s() && message.duration_s() >= 0 &&
          message.duration_s() <= std::numeric_limits<std::int32_t>::max())
        view.set_duration_s(static_cast<std::int32_t>(message.duration_s()));
      view.set_text(message.text().empty()
                        ? fmt::format("{}", fmt::join(message.attachments(), ", "))
                        : message.text());
      if (message.kind() != v1::Message::message && message.kind() != v1::Message::kind_unspecified)
        view.add_flags(v1::Message::Kind_Name(message.kind()));
      if (message.attachments_size() > 0) view.add_flags("attachment");
      if (message.deleted()) view.add_flags("deleted");
      if (message.edited()) view.add_flags("edited");
      if (!message.forwarded_from().empty()) view.add_flags("forwarded");
      if (message.direction() == v1::Message::out && message.sent_at().empty())
        view.add_flags("not_sent");
      break;
    }
    case v1::Record::kCustody:
      view.set_a(record.custody().performer());
      view.set_b(fmt::format("{}", fmt::join(record.custody().objects(), ", ")));
      view.set_local_time(record.custody().started_at().empty() ? record.custody().ended_at()
                                                                : record.custody().started_at());
      if (stored.from_us && stored.to_us) lasted();
      view.set_text(record.custody().name().empty() ? record.custody().description()
                                                    : record.custody().name());
      break;
    case v1::Record::kCellSite:
      view.set_cell(record.cell_site().cell());
      view.set_text(record.cell_site().address());
      if (record.cell_site().has_latitude() && record.cell_site().has_longitude())
        view.set_text(fmt::format(
            "{:.6f} {:.6f}{}{}", record.cell_site().latitude(), record.cell_site().longitude(),
            record.cell_site().address().empty() ? "" : ", ", record.cell_site().address()));
      break;
    case v1::Record::kIdentifierLink:
      view.set_a(record.identifier_link().a());
      view.set_b(record.identifier_link().b());
      view.set_local_time(record.identifier_link().from());
      view.set_text(record.identifier_link().kind());
      break;
    case v1::Record::kOther:
      view.set_text(fmt::format("{} {}", record.other().type(), record.other().label()));
      break;
    case v1::Record::BODY_NOT_SET:
      break;
  }
  return view;
}

Result<std::int64_t> count_quarantined(Database& db) {
  return db.scalar("SELECT coalesce(sum(count), 0) FROM quarantine WHERE status = 'held'");
}

Result<std::vector<StoredIdentifier>> identifiers_meant(Database& db, const std::string& text) {
  std::vector<std::string> values{text};
  std::string digits = digits_of(text);
  if (digits.size() >= 5) {
    if (digits.starts_with("00")) digits.erase(0, 2);
    values.push_back("+" + digits);
    values.push_back(digits);
  }
  for (const std::string& value : values) {
    PALERMO_TRY(std::vector<StoredIdentifier> found, find_identifiers_by_value(db, value));
    if (!found.empty()) return found;
  }
  return find_identifiers(db, text);
}

Result<v1::RecordsResult> read_back(Database& db, const ReadBackQuery& query) {
  std::vector<std::uint32_t> wanted = query.identifiers;
  std::sort(wanted.begin(), wanted.end());
  SourceHeads heads{db};

  std::vector<Place> places;
  std::vector<CallRow> calls;
  PALERMO_TRY(const SharedCalls shared, SharedCalls::load(db));
  SegmentQuery segments;
  segments.identifiers = wanted;
  segments.from_us = query.from_us;
  segments.to_us = query.to_us;
  PALERMO_TRY(const std::vector<std::int64_t> ids, segment_ids(db, segments));
  for (std::size_t begin = 0; begin < ids.size(); begin += kSegmentsAtOnce) {
    const std::size_t size = std::min(kSegmentsAtOnce, ids.size() - begin);
    PALERMO_TRY(std::vector<Matches> found,
                matches_in(db, std::span{ids}.subspan(begin, size), query, wanted, shared,
                           calls.size() < kMostCallsKept));
    for (Matches& matches : found) {
      if (matches.places.empty()) continue;
      PALERMO_TRY(const SourceHead* head, heads.of(matches.source_id));
      for (Place& place : matches.places) {
        place.source = head->rank;
        places.push_back(place);
      }
      for (std::size_t i = 0; i < matches.calls.size(); ++i) {
        calls.push_back(std::move(matches.calls[i]));
        places[places.size() - matches.calls.size() + i].call = calls.size();
      }
    }
  }
  RecordQuery rows;
  rows.kind = query.kind;
  rows.identifiers.assign(wanted.begin(), wanted.end());
  rows.from_us = query.from_us;
  rows.to_us = query.to_us;
  PALERMO_CHECK_OK(for_each_record(db, rows, [&](StoredRecord& stored) -> Status {
    PALERMO_TRY(const SourceHead* head, heads.of(stored.record.source_id()));
    places.push_back({stored.from_us ? *stored.from_us : kNoTime, 0, stored.seq, head->rank});
    return core::ok();
  }));

  v1::RecordsResult result;
  result.set_total(static_cast<std::uint32_t>(places.size()));
  PALERMO_TRY(const std::int64_t held, count_quarantined(db));
  result.set_quarantined(static_cast<std::uint32_t>(held));
  const std::size_t shown =
      query.limit == 0 ? places.size() : std::min<std::size_t>(query.limit, places.size());
  std::partial_sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(shown),
                    places.end());
  places.resize(shown);

  // What was not kept is read once more, whole, in the order of the file; the answer keeps the
  // order of time.
  std::vector<std::size_t> order(places.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&places](std::size_t x, std::size_t y) {
    return std::tie(places[x].segment, places[x].row) < std::tie(places[y].segment, places[y].row);
  });
  for (std::size_t i = 0; i < places.size(); ++i) result.add_records();
  Names names{db};
  std::vector<std::int64_t> named;
  for (const Place& place : places) {
    if (place.call == 0) continue;
    const CallRow& call = calls[place.call - 1];
    for (const std::uint32_t id : {call.a, call.b, call.imei, call.imsi, call.forwarded_to})
      named.push_back(id);
  }
  PALERMO_CHECK_OK(names.prepare(std::move(named)));
  CallColumns columns;
  PALERMO_TRY(Statement find_row, db.prepare("SELECT id FROM record WHERE seq = ?1"));
  for (const std::size_t i : order) {
    const Place& place = places[i];
    v1::RecordView& view = *result.mutable_records(static_cast<int>(i));
    if (place.segment == 0) {
      PALERMO_CHECK_OK(find_row.bind(1, place.row));
      PALERMO_TRY(const bool there, find_row.step());
      if (!there)
        return core::Error{core::ErrorCode::Internal, "a record vanished while it was read"};
      const std::string id{find_row.text(0)};
      find_row.reset();
      PALERMO_TRY(const std::optional<StoredRecord> stored, find_record(db, id));
      if (!stored) continue;
      view = view_of(*stored);
      PALERMO_CHECK_OK(add_same_records(db, view));
      continue;
    }
    if (place.call != 0) {
      const CallRow& call = calls[place.call - 1];
      PALERMO_TRY(const SourceHead* head, heads.of(call.source_id));
      PALERMO_TRY(view, view_of_call(call, names, *head));
      continue;
    }
    if (columns.segment_id != place.segment) {
      PALERMO_TRY(columns, load_segment(db, place.segment, kColAll, true, {}));
    }
    const CallRow call = row_of(columns, static_cast<std::size_t>(place.row));
    PALERMO_TRY(const SourceHead* head, heads.of(call.source_id));
    PALERMO_TRY(view, view_of_call(call, names, *head));
  }
  PALERMO_CHECK_OK(add_other_places(db, shared, result));
  return result;
}

Result<v1::RecordsResult> trace(Database& db, const std::string& record_id) {
  v1::RecordsResult result;
  PALERMO_TRY(const std::int64_t held, count_quarantined(db));
  result.set_quarantined(static_cast<std::uint32_t>(held));
  PALERMO_TRY(const std::optional<StoredRecord> stored, find_record(db, record_id));
  std::string source_id;
  if (stored) {
    *result.add_records() = view_of(*stored);
    PALERMO_CHECK_OK(add_same_records(db, *result.mutable_records(0)));
    *result.mutable_record() = stored->record;
    source_id = stored->record.source_id();
    if (!stored->record.part_of().empty()) {
      RecordQuery siblings;
      siblings.source_id = source_id;
      siblings.with_repeats = true;
      PALERMO_CHECK_OK(for_each_record(db, siblings, [&](StoredRecord& other) -> Status {
        const bool container = other.record.has_intercept() || other.record.has_undercover();
        if (container && result.stated_in().empty() &&
            own_id(other.record) == stored->record.part_of())
          result.set_stated_in(other.record.record_id());
        return core::ok();
      }));
    }
  } else if (const auto place = call_place(record_id)) {
    PALERMO_TRY(const std::optional<CallRow> call, find_call(db, place->first, place->second));
    if (!call) {
      PALERMO_TRY(core::Error absent, why_absent(db, record_id));
      return absent;
    }
    source_id = call->source_id;
    Names names{db};
    SourceHeads heads{db};
    PALERMO_TRY(const SourceHead* head, heads.of(source_id));
    PALERMO_TRY(*result.add_records(), view_of_call(*call, names, *head));
    PALERMO_TRY(const SharedCalls shared, SharedCalls::load(db));
    PALERMO_CHECK_OK(add_other_places(db, shared, result));
  } else {
    PALERMO_TRY(core::Error absent, why_absent(db, record_id));
    return absent;
  }
  result.set_total(1);
  PALERMO_TRY(Statement query, db.prepare("SELECT payload FROM source WHERE id = ?1"));
  PALERMO_CHECK_OK(query.bind(1, source_id));
  PALERMO_TRY(const bool found, query.step());
  if (found) {
    PALERMO_TRY(*result.mutable_source(), read_source(query));
    result.mutable_source()->clear_rejects();
    result.mutable_source()->clear_spellings();
    if (result.records(0).grade().empty())
      result.mutable_records(0)->set_grade(result.source().grading());
  }
  return result;
}

}  // namespace palermo::store
