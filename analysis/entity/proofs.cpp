#include "analysis/entity/proofs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/location/sightings.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/record_store.hpp"
#include "core/store/segment_store.hpp"
#include "ingest/identifiers.hpp"

namespace palermo::entity {
namespace {

constexpr std::size_t kRecordsNamed = 5;

/// When an identifier was an entity's: always for itself, else while it is said to be used.
struct Period {
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
};
using Periods = std::map<std::uint32_t, std::vector<Period>>;  // by identifier

bool covers(const Periods& periods, std::uint32_t identifier, std::int64_t at_us) {
  const auto found = periods.find(identifier);
  if (found == periods.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const Period& period) {
    return (!period.from_us || at_us >= *period.from_us) &&
           (!period.to_us || at_us <= *period.to_us);
  });
}

std::optional<std::int64_t> time_of(const std::string& text, bool end) {
  if (text.empty()) return std::nullopt;
  const auto instant = core::parse_date_or_instant(text, end);
  if (!instant) return std::nullopt;
  return instant->us;
}

Periods periods_of(const Model& model, const std::string& id) {
  Periods out;
  const bool observed = model.kind_of(id) == "identifier";
  for (const store::StoredIdentifier* identifier : model.identifiers_of(id)) {
    std::vector<Period>& list = out[static_cast<std::uint32_t>(identifier->id)];
    if (observed) {
      list.push_back({});
      continue;
    }
    const std::string own = model.canonical(id_of(identifier->identifier));
    for (const Use& use : model.uses())
      if (!use.link.contradicted() && use.link.basis() != "assessed" &&
          model.canonical(use.person) == model.canonical(id) &&
          model.canonical(use.identifier) == own)
        list.push_back({time_of(use.link.valid_from(), false), time_of(use.link.valid_to(), true)});
  }
  return out;
}

/// Records in which an identifier of one side speaks with one of the other.
core::Result<std::vector<std::string>> conversations(store::Database& db, const Model& model,
                                                     const Periods& a, const Periods& b) {
  std::vector<std::string> records;
  store::SegmentQuery query;
  query.columns =
      store::kColParties | store::kColTime | store::kColUse | store::kColLine | store::kColDevices;
  for (const auto& [id, periods] : a) query.identifiers.push_back(id);
  if (a.empty() || b.empty()) return records;
  PALERMO_CHECK_OK(
      store::for_each_segment(db, query, [&](const store::CallColumns& columns) -> core::Status {
        for (std::size_t row = 0; row < columns.records; ++row) {
          const std::uint32_t x = columns.a[row], y = columns.b[row];
          const std::int64_t at_us = columns.started_at_us[row];
          const bool between = (covers(a, x, at_us) && covers(b, y, at_us)) ||
                               (covers(b, x, at_us) && covers(a, y, at_us));
          if (!between || x == y || !analysis::talked(columns, row) ||
              analysis::forwarded(columns, row))
            continue;
          records.push_back(fmt::format("{}:{}", columns.source_id, columns.line[row]));
        }
        return core::ok();
      }));
  store::RecordQuery sessions;
  sessions.kind = "intercept";
  for (const auto& [id, periods] : a) sessions.identifiers.push_back(id);
  PALERMO_CHECK_OK(
      store::for_each_record(db, sessions, [&](store::StoredRecord& stored) -> core::Status {
        const v1::InterceptSession& session = stored.record.intercept();
        if (session.kind() != v1::InterceptSession::voice || !stored.from_us || !stored.to_us ||
            *stored.to_us <= *stored.from_us)
          return core::ok();
        const auto number = [&](const std::string& raw) -> std::uint32_t {
          const auto* found = model.identifier(id_of(ingest::read_identifier(raw, "")));
          return found == nullptr ? 0 : static_cast<std::uint32_t>(found->id);
        };
        const std::uint32_t line = number(session.line());
        for (const std::string& party : session.parties()) {
          const std::uint32_t other = number(party);
          if (other == 0 || other == line) continue;
          if ((covers(a, line, *stored.from_us) && covers(b, other, *stored.from_us)) ||
              (covers(b, line, *stored.from_us) && covers(a, other, *stored.from_us))) {
            records.push_back(stored.record.record_id());
            break;
          }
        }
        return core::ok();
      }));
  return records;
}

v1::ContraryEvidence stated(const v1::Statement& s, const std::string& a, const std::string& b) {
  v1::ContraryEvidence out;
  out.set_a(a);
  out.set_b(b);
  out.set_text(s.text());
  out.set_statement_id(s.id());
  if (s.has_trace() && !s.trace().record_id().empty()) out.add_records(s.trace().record_id());
  return out;
}

}  // namespace

core::Result<std::map<std::uint32_t, std::vector<Presence>>> presences(
    store::Database& db, const std::set<std::uint32_t>& identifiers) {
  std::map<std::uint32_t, std::vector<Presence>> out;
  if (identifiers.empty()) return out;
  store::SegmentQuery query;
  query.columns = store::kColParties | store::kColTime | store::kColUse | store::kColLine |
                  store::kColPlaces | store::kColForwarded;
  query.identifiers.assign(identifiers.begin(), identifiers.end());
  analysis::SightingReader reader;
  PALERMO_CHECK_OK(store::for_each_segment(db, query, [&](const store::CallColumns& columns) {
    for (std::size_t row = 0; row < columns.records; ++row) {
      const bool of_b = (columns.flags[row] & static_cast<unsigned>(v1::OWNER_IS_B)) != 0;
      if (identifiers.contains(of_b ? columns.b[row] : columns.a[row])) reader.add(columns, row);
    }
    return core::ok();
  }));
  PALERMO_TRY(const std::vector<analysis::Sighted> seen, reader.find(db));
  for (const analysis::Sighted& one : seen)
    out[one.identifier].push_back({one.at, reader.record(one.source, one.line)});
  return out;
}

std::optional<FarApart> far_apart(const std::vector<Presence>& a, const std::vector<Presence>& b) {
  // Beyond this gap no two places on earth are too far apart for one traveller.
  const analysis::TravelRule rule;
  constexpr double kFarthestKm = 20'038;
  const auto gap_us =
      static_cast<std::int64_t>(kFarthestKm / rule.speed_kmh * 3600 * core::kUsPerSecond);
  std::size_t first = 0;
  for (const Presence& mine : a) {
    while (first < b.size() && b[first].at.at_us < mine.at.at_us - gap_us) ++first;
    for (std::size_t i = first; i < b.size() && b[i].at.at_us <= mine.at.at_us + gap_us; ++i) {
      const analysis::Travel travel = analysis::travel_between(mine.at, b[i].at, rule);
      if (!travel.possible) return FarApart{&mine, &b[i], travel};
    }
  }
  return std::nullopt;
}

std::string words_of(const FarApart& apart) {
  return fmt::format("in calls {:.0f} km apart {}", apart.travel.km,
                     apart.travel.gap_s < 1 ? "at the same time"
                                            : fmt::format("within {:.0f} s", apart.travel.gap_s));
}

core::Result<std::vector<v1::ContraryEvidence>> against_being_one(store::Database& db,
                                                                  const Model& model,
                                                                  const std::string& a,
                                                                  const std::string& b) {
  std::vector<v1::ContraryEvidence> out;
  for (const v1::Statement* s : model.facts().all()) {
    if (!s->has_identity() || s->has_decided() || s->kind() != v1::Statement::fact) continue;
    if (criteria::says_of_two(*s) != criteria::SaysOfTwo::Distinct) continue;
    const std::string x = model.canonical(s->identity().a());
    const std::string y = model.canonical(s->identity().b());
    const std::string mine = model.canonical(a), theirs = model.canonical(b);
    if ((x == mine && y == theirs) || (x == theirs && y == mine)) out.push_back(stated(*s, a, b));
  }
  // Whose is whose is what a person-identifier merge decides; a person may speak with nobody there.
  const Periods mine = periods_of(model, a), theirs = periods_of(model, b);
  PALERMO_TRY(const std::vector<std::string> records, conversations(db, model, mine, theirs));
  if (!records.empty()) {
    v1::ContraryEvidence& spoke = out.emplace_back();
    spoke.set_a(a);
    spoke.set_b(b);
    spoke.set_text(fmt::format("they spoke with each other: {} record{}", records.size(),
                               records.size() == 1 ? "" : "s"));
    for (const std::string& record : records)
      if (spoke.records_size() < static_cast<int>(kRecordsNamed)) spoke.add_records(record);
  }
  std::set<std::uint32_t> both;
  for (const auto* side : {&mine, &theirs})
    for (const auto& [id, periods] : *side) both.insert(id);
  PALERMO_TRY(auto places, presences(db, both));
  for (auto& [id, list] : places)
    std::erase_if(list, [&, id = id](const Presence& at) {
      return !covers(mine, id, at.at.at_us) && !covers(theirs, id, at.at.at_us);
    });
  for (const auto& [x, periods_x] : mine)
    for (const auto& [y, periods_y] : theirs) {
      if (x == y || !places.contains(x) || !places.contains(y)) continue;
      const auto apart = far_apart(places[x], places[y]);
      if (!apart) continue;
      v1::ContraryEvidence& far = out.emplace_back();
      far.set_a(a);
      far.set_b(b);
      far.set_text(words_of(*apart));
      far.add_records(apart->a->record);
      far.add_records(apart->b->record);
    }
  return out;
}

std::vector<v1::ContraryEvidence> against_being_two(const Model& model, const std::string& a,
                                                    const std::string& b) {
  std::vector<v1::ContraryEvidence> out;
  const auto matches = [&](const std::string& one, const std::string& other) {
    return (one == a && other == b) || (one == b && other == a);
  };
  for (const v1::Statement* s : model.facts().all()) {
    if (s->has_decided() || s->kind() != v1::Statement::fact) continue;
    if (s->has_identity() && criteria::says_of_two(*s) == criteria::SaysOfTwo::Same &&
        matches(s->identity().a(), s->identity().b()))
      out.push_back(stated(*s, a, b));
    if (s->has_attribution() && s->polarity() != v1::Statement::contradicts)
      for (const Use& use : model.uses())
        if (matches(use.person, use.identifier) && use.person == s->attribution().person() &&
            use.identifier.ends_with(s->attribution().identifier()) && s->has_trace() &&
            use.link.evidence_size() > 0 && use.link.evidence(0) == s->trace().record_id())
          out.push_back(stated(*s, a, b));
  }
  return out;
}

}  // namespace palermo::entity
