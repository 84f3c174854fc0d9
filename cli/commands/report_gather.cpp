#include "cli/commands/report_gather.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include "analysis/criteria/assess.hpp"
#include "analysis/criteria/case_finding.hpp"
#include "analysis/network/answers.hpp"
#include "analysis/network/graph.hpp"
#include "analysis/network/layout.hpp"
#include "analysis/network/load.hpp"
#include "analysis/version.hpp"
#include "cli/commands/network/selection.hpp"
#include "core/authorization/authorization_store.hpp"
#include "core/authorization/coverage.hpp"
#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/record_store.hpp"
#include "core/store/segment_store.hpp"

namespace palermo::cli {
namespace {

using core::Result;
using core::Status;

/// First and last product of one authorization.
struct Extent {
  std::int64_t from_us = std::numeric_limits<std::int64_t>::max();
  std::int64_t to_us = std::numeric_limits<std::int64_t>::min();
  std::uint64_t records = 0;
  void add(std::int64_t us) {
    from_us = std::min(from_us, us);
    to_us = std::max(to_us, us);
  }
};

struct Tally {
  std::map<std::int32_t, report::DayCounts> days;
  std::map<std::string, Extent, std::less<>> products;
  std::uint64_t records = 0;

  report::DayCounts& day(std::int64_t us) {
    const std::int32_t key = core::date_of(us).days;
    report::DayCounts& counts = days[key];
    counts.day = key;
    return counts;
  }
};

Status count_calls(store::Database& db, Tally& tally) {
  store::SegmentQuery query;
  query.columns = store::kColTime | store::kColAuthorization;
  return store::for_each_segment(db, query, [&](const store::CallColumns& calls) -> Status {
    report::DayCounts* day = nullptr;
    std::int64_t day_begin = 0;
    std::vector<Extent> by_text(calls.texts.size() + 1);
    for (std::size_t row = 0; row < calls.records; ++row) {
      const std::int64_t us = calls.started_at_us[row];
      if (day == nullptr || us < day_begin || us >= day_begin + core::kUsPerDay) {
        day = &tally.day(us);
        day_begin = std::int64_t{day->day} * core::kUsPerDay;
      }
      ++day->calls;
      const std::uint32_t text = store::CallColumns::at(calls.authorization, row);
      if (text == 0 || text >= by_text.size()) continue;
      by_text[text].add(us);
      ++by_text[text].records;
    }
    for (std::size_t text = 1; text < by_text.size(); ++text) {
      if (by_text[text].records == 0) continue;
      Extent& extent = tally.products[calls.texts[text - 1]];
      extent.add(by_text[text].from_us);
      extent.add(by_text[text].to_us);
      extent.records += by_text[text].records;
    }
    tally.records += calls.records;
    return core::ok();
  });
}

Status count_records(store::Database& db, Tally& tally) {
  return store::for_each_record(db, {}, [&](store::StoredRecord& stored) -> Status {
    ++tally.records;
    // Statements and offences carry dates of what they tell, not of their capture.
    const bool product = stored.record.has_intercept() || stored.record.has_undercover() ||
                         stored.record.has_technique_use() || stored.record.has_payment();
    if (!product || !stored.from_us) return core::ok();
    if (stored.record.has_intercept()) ++tally.day(*stored.from_us).intercepts;
    if (stored.record.has_undercover()) ++tally.day(*stored.from_us).reports;
    const std::string& authorization = stored.record.authorization_id();
    if (authorization.empty()) return core::ok();
    Extent& extent = tally.products[authorization];
    extent.add(*stored.from_us);
    if (stored.to_us) extent.add(*stored.to_us);
    ++extent.records;
    return core::ok();
  });
}

Result<std::vector<v1::QuarantineItem>> quarantine_of(store::Database& db) {
  PALERMO_TRY(
      store::Statement query,
      db.prepare("SELECT q.seq, q.reason, s.id, q.authorization_id, q.count, q.first_line, "
                 "q.last_line, q.status FROM quarantine q JOIN source s ON s.seq = q.source "
                 "ORDER BY q.seq"));
  std::vector<v1::QuarantineItem> items;
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    v1::QuarantineItem& item = items.emplace_back();
    item.set_quarantine_id(fmt::format("Q-{}", query.integer(0)));
    item.set_reason(std::string{query.text(1)});
    item.set_source_id(std::string{query.text(2)});
    item.set_authorization_id(std::string{query.text(3)});
    item.set_count(static_cast<std::uint32_t>(query.integer(4)));
    item.set_first_line(static_cast<std::uint32_t>(query.integer(5)));
    item.set_last_line(static_cast<std::uint32_t>(query.integer(6)));
    item.set_status(std::string{query.text(7)});
    item.set_text(std::string{authorization::rule_text(item.reason())});
  }
  return items;
}

Status gather_authorizations(session::Session& session, const Tally& tally,
                             report::ReportInput& input) {
  PALERMO_TRY(const auto all, authorization::load_all(session.db()));
  const std::int64_t now = core::now_us();
  for (const auto& [id, stored] : all) {
    report::AuthorizationStrip strip;
    PALERMO_TRY(strip.summary, authorization::summarize(session.db(), stored, now));
    PALERMO_TRY(const authorization::Coverage coverage,
                authorization::Coverage::compile(stored.authorization));
    for (const authorization::Period& period : coverage.periods())
      strip.authorized.push_back({period.from_us, period.to_us});
    if (const auto product = tally.products.find(id); product != tally.products.end()) {
      strip.product.push_back({product->second.from_us, product->second.to_us});
      strip.summary.set_stored(static_cast<std::uint32_t>(product->second.records));
    } else {
      strip.summary.set_stored(0);
    }
    std::map<std::string, std::uint64_t> held;
    for (const v1::QuarantineItem& item : input.quarantine)
      if (item.authorization_id() == id && item.status() == "held")
        held[item.reason()] += item.count();
    for (const auto& [reason, count] : held) strip.held.push_back({reason, count, {}});
    input.authorizations.push_back(std::move(strip));
  }
  return core::ok();
}

Status gather_network(store::Database& db, report::ReportInput& input) {
  input.has_network = true;
  PALERMO_TRY(network::LoadedNetwork loaded, network::load(db, {}));
  if (loaded.table.nodes.empty()) return core::ok();
  PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded.table));
  PALERMO_TRY(input.network, network::summarize(graph));
  network::MetricsOptions options;
  options.sort = "betweenness";
  PALERMO_TRY(input.metrics, network::metrics(graph, options));
  add_basis(*input.metrics.mutable_basis(), loaded.basis);

  // The drawing shows members and the best connected; a page holds no more.
  constexpr std::size_t kMostDrawn = 160;
  const report::Names names{input.persons, input.export_key};
  std::vector<std::uint32_t> order(graph.n());
  std::iota(order.begin(), order.end(), 0U);
  const auto member = [&](std::uint32_t v) {
    const report::KnownPerson* person = names.user_of(graph.nodes()[v].id);
    return person != nullptr && person->category == "suspect";
  };
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
    if (member(x) != member(y)) return member(x);
    return graph.degree(x) > graph.degree(y);
  });
  if (order.size() > kMostDrawn) order.resize(kMostDrawn);
  std::sort(order.begin(), order.end());
  std::vector<std::optional<std::uint32_t>> place(graph.n());
  network::TieTable table;
  for (const std::uint32_t v : order) {
    place[v] = static_cast<std::uint32_t>(table.nodes.size());
    table.nodes.push_back(graph.nodes()[v]);
  }
  for (const network::Edge& edge : graph.edges()) {
    if (!place[edge.a] || !place[edge.b]) continue;
    network::Tie tie;
    tie.a = *place[edge.a];
    tie.b = *place[edge.b];
    tie.weight = edge.weight;
    table.ties.push_back(tie);
  }
  PALERMO_TRY(const network::Graph drawn, network::Graph::make(table));
  PALERMO_TRY(const std::vector<network::Point> points, network::layout(drawn));
  for (std::uint32_t v = 0; v < drawn.n(); ++v)
    input.nodes.push_back({drawn.nodes()[v].id, drawn.nodes()[v].label, points[v].x, points[v].y});
  for (const network::Edge& edge : drawn.edges())
    input.ties.push_back({edge.a, edge.b, edge.weight});
  return core::ok();
}

}  // namespace

// Where statements
// disagree on a category, the protected one counts: sealing too much can be undone, naming cannot.
std::vector<report::KnownPerson> known_persons(const v1::FactsFile& facts) {
  std::map<std::string, report::KnownPerson> known;
  const auto add_alias = [](report::KnownPerson& person, const std::string& alias) {
    if (!alias.empty() && alias != person.id && alias != person.name &&
        std::find(person.identifiers.begin(), person.identifiers.end(), alias) ==
            person.identifiers.end())
      person.identifiers.push_back(alias);
  };
  for (const v1::Statement& statement : facts.statements()) {
    if (statement.has_person()) {
      const v1::Person& stated = statement.person();
      const bool fresh = known.count(stated.id()) == 0;
      report::KnownPerson& person = known[stated.id()];
      person.id = stated.id();
      report::KnownPerson now{stated.id(),
                              stated.name(),
                              stated.category() == v1::Person::category_unspecified
                                  ? std::string{}
                                  : v1::Person::Category_Name(stated.category()),
                              stated.minor(),
                              {}};
      if (fresh || person.name.empty()) person.name = now.name;
      add_alias(person, now.name);
      if (person.category.empty() || (!report::is_protected(person) && report::is_protected(now)))
        person.category = now.category;
      person.minor = person.minor || now.minor;
    } else if (statement.has_attribution()) {
      report::KnownPerson& person = known[statement.attribution().person()];
      person.id = statement.attribution().person();
      add_alias(person, statement.attribution().identifier());
    }
  }
  // Who is the same as a protected person is protected too.
  for (bool changed = true; changed;) {
    changed = false;
    for (const v1::Statement& statement : facts.statements()) {
      if (!statement.has_identity() || statement.identity().relation() != v1::Identity::same ||
          statement.polarity() == v1::Statement::contradicts)
        continue;
      for (const auto& [one, other] :
           {std::pair{statement.identity().a(), statement.identity().b()},
            std::pair{statement.identity().b(), statement.identity().a()}}) {
        const auto found = known.find(one);
        if (found == known.end() || !report::is_protected(found->second)) continue;
        const report::KnownPerson sealed = found->second;
        report::KnownPerson& twin = known[other];
        twin.id = other;
        if (report::is_protected(twin)) continue;
        twin.category = sealed.category;
        twin.minor = sealed.minor;
        changed = true;
      }
    }
  }
  std::vector<report::KnownPerson> persons;
  for (auto& [id, person] : known)
    if (!id.empty()) persons.push_back(std::move(person));
  return persons;
}

Result<report::ReportInput> gather_report(session::Session& session, const GatherOptions& options) {
  store::Database& db = session.db();
  report::ReportInput input;
  input.case_title = session.info().title();
  input.case_id = session.info().case_id();
  input.case_state = session.info().state();
  input.purpose = session.purpose();
  input.prepared_by = session.operator_name();
  input.prepared_at = core::format_utc(core::now_us());
  input.software_version = analysis::kSoftwareVersion;
  input.export_key = core::to_hex(core::random_bytes(32));

  // What named officers decided counts here as it does in `assess`.
  PALERMO_TRY(const v1::FactsFile facts, criteria::stated_by_case(db, std::nullopt));
  input.persons = known_persons(facts);
  PALERMO_TRY(const std::uint64_t ledger_size, session.ledger().size());
  if (facts.statements_size() > 0) {
    criteria::AssessOptions assess;
    assess.group = options.group;
    assess.standard = options.standard;
    assess.as_of = options.as_of;
    assess.ledger_size = static_cast<std::uint32_t>(ledger_size);
    const auto lens = criteria::lens_named(options.lens);
    if (!lens)
      return core::Error{
          core::ErrorCode::Usage,
          fmt::format("--lens: there is no lens '{}'", core::printable(options.lens, 40)),
          std::nullopt, "use all, lawful, corroborated, without_undercover or without_restricted"};
    assess.lens = *lens;
    PALERMO_TRY(input.finding, criteria::assess(facts, assess));
  }

  Tally tally;
  PALERMO_CHECK_OK(count_calls(db, tally));
  PALERMO_CHECK_OK(count_records(db, tally));
  for (const auto& [day, counts] : tally.days) input.days.push_back(counts);
  PALERMO_TRY(input.quarantine, quarantine_of(db));
  input.records_used = tally.records;
  input.records_held = tally.records;
  for (const v1::QuarantineItem& item : input.quarantine)
    if (item.status() == "held") input.records_held += item.count();
  PALERMO_CHECK_OK(gather_authorizations(session, tally, input));
  PALERMO_CHECK_OK(gather_network(db, input));
  return input;
}

}  // namespace palermo::cli
