#include "analysis/statistics/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "analysis/compliance/load_facts.hpp"
#include "analysis/compliance/rules.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/record_store.hpp"

namespace palermo::statistics {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

/// An order, or one renewal of it.
struct Period {
  const CaseFacts* of = nullptr;
  const v1::Authorization* order = nullptr;
  bool first = true;
  std::uint32_t days = 0;  // authorized; 0: the order does not say
};

std::optional<std::int64_t> instant(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto read = core::parse_date_or_instant(text, false);
  return read ? std::optional{read->us} : std::nullopt;
}

bool in_year(const std::string& granted, int year) {
  if (year == 0) return true;
  const auto at = instant(granted);
  return at && core::format_utc_us(*at).substr(0, 4) == fmt::format("{:04}", year);
}

std::uint32_t days_between(const std::string& from, const std::string& to) {
  const auto begin = instant(from);
  const auto end = instant(to);
  if (!begin || !end || *end <= *begin) return 0;
  return static_cast<std::uint32_t>((*end - *begin + core::kUsPerDay - 1) / core::kUsPerDay);
}

std::string granted_at(const v1::Authorization& a) {
  return a.granted_at().empty() ? a.urgent().oral_at() : a.granted_at();
}

std::vector<Period> periods_of(const std::vector<CaseFacts>& cases, const std::string& state,
                               int year) {
  std::vector<Period> periods;
  for (const CaseFacts& each : cases)
    for (const auto& [id, fact] : each.facts.authorizations) {
      const v1::Authorization& a = fact.data;
      if (a.state() != state) continue;
      const std::string from = a.effective_from().empty() ? granted_at(a) : a.effective_from();
      if (in_year(granted_at(a), year))
        periods.push_back({&each, &a, true, days_between(from, a.expires_at())});
      std::string before = a.expires_at();
      for (const auto& renewal : a.renewals()) {
        if (in_year(renewal.granted_at(), year))
          periods.push_back({&each, &a, false, days_between(before, renewal.expires_at())});
        before = renewal.expires_at();
      }
    }
  return periods;
}

using Where = std::function<bool(const Period&)>;
using Words = std::function<std::vector<std::string>(const Period&)>;

/// A table whose rows are the words that occur and whose columns are fixed. A period may have
/// several words: a row then counts mentions, and totals add up mentions.
Table counted(const std::string& section, const std::vector<Period>& periods, const Words& row,
              const std::vector<std::pair<std::string, Where>>& columns,
              std::vector<std::string> rows = {}) {
  std::set<std::string> seen;
  for (const Period& period : periods)
    for (const std::string& word : row(period)) seen.insert(word);
  for (const std::string& word : rows) seen.erase(word);
  rows.insert(rows.end(), seen.begin(), seen.end());
  if (rows.empty()) rows.emplace_back("none");
  std::vector<std::string> names;
  for (const auto& [name, where] : columns) names.push_back(name);
  Table table = Table::make(section, rows, names);
  for (const Period& period : periods)
    for (const std::string& word : row(period)) {
      const auto r =
          static_cast<std::size_t>(std::find(rows.begin(), rows.end(), word) - rows.begin());
      for (std::size_t c = 0; c < columns.size(); ++c)
        if (columns[c].second(period)) ++table.cells[r][c].value;
    }
  table.add_up();
  return table;
}

/// One count, or several that do not add up to anything.
void single(Sheet& sheet, const std::string& section, const std::string& row, std::uint64_t value) {
  Table table = Table::make(section, {row}, {"number"});
  table.cells[0][0].value = static_cast<std::uint32_t>(value);
  sheet.tables.push_back(std::move(table));
}

std::vector<std::string> offences(const Period& period) {
  const auto& refs = period.order->offence_refs();
  if (refs.empty()) return {"no offence named"};
  return {refs.begin(), refs.end()};
}

std::vector<std::string> kind(const Period& period) {
  return {period.order->kind().empty() ? "no kind named" : period.order->kind()};
}

bool is_urgent(const Period& period) { return period.order->has_urgent(); }
bool is_refused(const Period& period) { return !period.order->urgent().refused_at().empty(); }

const std::vector<std::pair<std::string, Where>>& first_and_renewal() {
  static const std::vector<std::pair<std::string, Where>> kColumns{
      {"first orders", [](const Period& p) { return p.first; }},
      {"extensions", [](const Period& p) { return !p.first; }}};
  return kColumns;
}

std::vector<Period> of_kinds(const std::vector<Period>& periods,
                             const std::set<std::string>& kinds) {
  std::vector<Period> kept;
  std::copy_if(periods.begin(), periods.end(), std::back_inserter(kept),
               [&](const Period& p) { return kinds.contains(p.order->kind()); });
  return kept;
}

/// Orders, each once whatever its renewals.
std::vector<const v1::Authorization*> orders_of(const std::vector<Period>& periods) {
  std::set<const v1::Authorization*> seen;
  std::vector<const v1::Authorization*> orders;
  for (const Period& period : periods)
    if (seen.insert(period.order).second) orders.push_back(period.order);
  return orders;
}

std::size_t cases_of(const std::vector<Period>& periods) {
  std::set<const CaseFacts*> seen;
  for (const Period& period : periods) seen.insert(period.of);
  return seen.size();
}

bool is_person(const compliance::PersonFact& person, const std::string& id) {
  return !id.empty() && (person.id == id || std::find(person.members.begin(), person.members.end(),
                                                      id) != person.members.end());
}

/// Persons that orders name, by what the case says they are.
void persons(Sheet& sheet, const std::string& section, const std::vector<Period>& periods) {
  Table table = Table::make(section, {"suspects", "others", "not known"}, {"persons"});
  std::set<std::pair<const CaseFacts*, std::string>> seen;
  for (const Period& period : periods)
    for (const auto& target : period.order->targets()) {
      const std::string& id = target.person_id().empty() ? target.value() : target.person_id();
      if (id.empty() || !seen.insert({period.of, id}).second) continue;
      std::size_t row = 2;
      for (const auto& person : period.of->facts.persons)
        if (!person.category.empty() && is_person(person, target.person_id()))
          row = person.category == "suspect" ? 0 : 1;
      ++table.cells[row][0].value;
    }
  table.add_up();
  sheet.tables.push_back(std::move(table));
}

void notices(Sheet& sheet, const std::string& section, const std::vector<Period>& periods) {
  Table table = Table::make(section, {"given", "deferred", "neither"}, {"orders"});
  for (const v1::Authorization* order : orders_of(periods)) {
    const auto& notice = order->notification();
    ++table.cells[!notice.done_at().empty() ? 0U : notice.has_deferred() ? 1U : 2U][0].value;
  }
  table.add_up();
  sheet.tables.push_back(std::move(table));
}

void intercepts(Sheet& sheet, const std::string& section, const std::vector<Period>& periods) {
  Table table =
      Table::make(section, {"relevant", "not relevant", "not judged yet"},
                  {"not privileged", "privileged or core private", "privilege not stated"});
  std::set<std::pair<const CaseFacts*, std::string>> ids;
  for (const Period& period : periods) ids.insert({period.of, period.order->id()});
  std::set<const CaseFacts*> cases;
  for (const Period& period : periods) cases.insert(period.of);
  using Session = v1::InterceptSession;
  for (const CaseFacts* each : cases)
    for (const auto& session : each->sessions) {
      if (!ids.contains({each, session.authorization_id})) continue;
      const std::size_t r = session.relevance == Session::relevant       ? 0
                            : session.relevance == Session::not_relevant ? 1
                                                                         : 2;
      const std::size_t c = session.privileged == Session::none                    ? 0
                            : session.privileged == Session::privilege_unspecified ? 2
                                                                                   : 1;
      ++table.cells[r][c].value;
    }
  table.add_up();
  sheet.tables.push_back(std::move(table));
}

void days(Sheet& sheet, const std::string& section, const std::vector<Period>& periods) {
  for (const bool first : {true, false}) {
    Sum sum{section, "days authorized", first ? "first orders" : "extensions", 0, 0};
    for (const Period& period : periods)
      if (period.first == first && period.days > 0) {
        sum.value += period.days;
        ++sum.over;
      }
    sheet.sums.push_back(std::move(sum));
  }
}

void unrecorded(Sheet& sheet, const std::string& section, std::initializer_list<const char*> rows) {
  for (const char* row : rows) sheet.not_recorded.emplace_back(section, row);
}

Sheet germany(const std::vector<CaseFacts>& cases, int year) {
  Sheet sheet;
  sheet.title = "Statistics of the Federal Office of Justice on measures under StPO";
  sheet.source = "StPO s. 101b";
  const std::vector<Period> all = periods_of(cases, "DE", year);
  const std::pair<const char*, std::set<std::string>> measures[] = {
      {"s. 100a", {"content_interception"}},
      {"s. 100b", {"equipment_interference"}},
      {"s. 100c", {"audio_bug"}},
      {"s. 100g", {"traffic_data", "location", "tower_dump"}}};
  for (const auto& [name, kinds] : measures) {
    const std::string section = name;
    const std::vector<Period> some = of_kinds(all, kinds);
    single(sheet, section, "proceedings", cases_of(some));
    sheet.tables.push_back(
        counted(section + ", orders by offence", some, offences, first_and_renewal()));
    if (section == "s. 100c") {
      persons(sheet, section + ", persons monitored", some);
      notices(sheet, section + ", notification", some);
      intercepts(sheet, section + ", results", some);
      days(sheet, section, some);
      unrecorded(sheet, section,
                 {"object: dwelling of the accused or of a third party",
                  "duration of actual listening", "costs"});
    }
    if (section == "s. 100a" || section == "s. 100b")
      unrecorded(sheet, section, {"intrusion into a device: ordered, carried out"});
    if (section == "s. 100g")
      unrecorded(sheet, section, {"weeks back", "partly or fully without result"});
  }
  return sheet;
}

std::vector<std::string> length_class(const Period& period) {
  if (period.days == 0) return {"length not stated"};
  for (const std::uint32_t limit : {60U, 120U, 180U, 240U})
    if (period.days <= limit) return {fmt::format("up to {} days", limit)};
  return {"more than 240 days"};
}

Sheet canada(const std::vector<CaseFacts>& cases, int year) {
  Sheet sheet;
  sheet.title = "Annual report on interception of private communications";
  sheet.source = "Criminal Code s. 195(2); urgent: s. 184.4";
  const std::vector<Period> all =
      of_kinds(periods_of(cases, "CA", year), {"content_interception", "audio_bug"});
  for (const bool urgent : {false, true}) {
    const std::string section = urgent ? "s. 184.4" : "s. 186";
    std::vector<Period> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [urgent](const Period& p) { return is_urgent(p) == urgent; });
    sheet.tables.push_back(counted(section + ", applications", some,
                                   [](const Period& p) -> std::vector<std::string> {
                                     if (is_refused(p)) return {"refused"};
                                     const bool conditions = p.order->conditions_size() > 0 ||
                                                             p.order->condition_states_size() > 0;
                                     return {conditions ? "granted with conditions" : "granted"};
                                   },
                                   {{"applications", [](const Period& p) { return p.first; }},
                                    {"renewals", [](const Period& p) { return !p.first; }}},
                                   {"granted", "granted with conditions", "refused"}));
    sheet.tables.push_back(
        counted(section + ", length", some, length_class,
                {{"authorizations and renewals", [](const Period&) { return true; }}}));
    sheet.tables.push_back(counted(section + ", offences", some, offences, first_and_renewal()));
    sheet.tables.push_back(counted(section + ", method", some, kind, first_and_renewal()));
    notices(sheet, section + ", notifications", some);
    days(sheet, section, some);
    unrecorded(sheet, section,
               {"persons identified in an authorization, proceedings commenced",
                "persons not identified, proceedings commenced", "classes of place", "arrests",
                "proceedings in which it was adduced, convictions", "used but not adduced",
                "prosecutions of officials"});
  }
  return sheet;
}

Sheet united_states(const std::vector<CaseFacts>& cases, int year) {
  Sheet sheet;
  sheet.title = "Wiretap report";
  sheet.source = "18 USC 2519";
  const std::vector<Period> all =
      of_kinds(periods_of(cases, "US", year), {"content_interception", "audio_bug"});
  sheet.tables.push_back(counted("orders", all,
                                 [](const Period& p) -> std::vector<std::string> {
                                   return {is_refused(p) ? "denied" : "authorized"};
                                 },
                                 first_and_renewal(), {"authorized", "denied"}));
  sheet.tables.push_back(counted("orders by offense", all, offences, first_and_renewal()));
  sheet.tables.push_back(counted("type of surveillance", all, kind, first_and_renewal()));
  persons(sheet, "persons named", all);
  intercepts(sheet, "intercepts, incriminating or not", all);
  days(sheet, "length", all);
  unrecorded(sheet, "orders",
             {"installed", "location", "encryption: met, defeated", "average cost", "arrests",
              "motions to suppress", "trials", "convictions"});
  return sheet;
}

Sheet united_kingdom(const std::vector<CaseFacts>& cases, int year) {
  Sheet sheet;
  sheet.title = "Use of investigatory powers";
  sheet.source = "Annual report of the Investigatory Powers Commissioner (2019 layout)";
  const std::vector<Period> all = periods_of(cases, "GB", year);
  sheet.tables.push_back(
      counted("authorizations by power", all, kind,
              {{"routine", [](const Period& p) { return !is_urgent(p); }}, {"urgent", is_urgent}}));
  sheet.tables.push_back(
      counted("decisions on urgent authorizations", all,
              [](const Period& p) -> std::vector<std::string> {
                if (!is_urgent(p) || !p.first) return {};
                if (is_refused(p)) return {"refused"};
                return {p.order->urgent().confirmed_at().empty() ? "not confirmed" : "confirmed"};
              },
              {{"authorizations", [](const Period&) { return true; }}},
              {"confirmed", "refused", "not confirmed"}));
  Table special =
      Table::make("protected persons", {"lawyer, journalist, doctor, clergy, MP", "minor"},
                  {"orders naming one"});
  special.column_totals.clear();  // one order may name both
  for (const v1::Authorization* order : orders_of(all)) {
    const auto any = [order](auto&& of) {
      return std::any_of(order->targets().begin(), order->targets().end(), of);
    };
    if (any([](const auto& t) { return !t.profession().empty(); })) ++special.cells[0][0].value;
    if (any([](const auto& t) { return t.minor(); })) ++special.cells[1][0].value;
  }
  sheet.tables.push_back(std::move(special));
  std::map<std::string, std::uint32_t> errors;
  std::set<std::pair<const CaseFacts*, std::string>> ids;
  for (const Period& period : all) ids.insert({period.of, period.order->id()});
  for (const CaseFacts& each : cases)
    for (const auto& [rule, authorization] : each.violations)
      if (ids.contains({&each, authorization})) ++errors[rule];
  std::vector<std::string> rows;
  for (const auto& [rule, count] : errors) rows.push_back(rule);
  if (rows.empty()) rows.emplace_back("none");
  Table found = Table::make("errors by rule", rows, {"found by audit rules"});
  std::size_t r = 0;
  for (const auto& [rule, count] : errors) found.cells[r++][0].value = count;
  found.add_up();
  sheet.tables.push_back(std::move(found));
  unrecorded(sheet, "errors", {"self-reported or found on inspection", "serious errors notified"});
  unrecorded(sheet, "communications data", {"requests by organization"});
  unrecorded(sheet, "covert human intelligence sources", {"criminal conduct authorizations"});
  return sheet;
}

}  // namespace

Result<CaseFacts> load(store::Database& db, std::int64_t as_of_us) {
  CaseFacts out;
  PALERMO_TRY(out.facts, compliance::load_facts(db, as_of_us));
  const v1::ComplianceResult judged = compliance::judge(out.facts);
  for (const v1::Violation& violation : judged.violations())
    out.violations.emplace_back(violation.rule(), violation.authorization_id());
  store::RecordQuery sessions;
  sessions.kind = "intercept";
  PALERMO_CHECK_OK(store::for_each_record(db, sessions, [&out](const store::StoredRecord& stored) {
    const v1::InterceptSession& session = stored.record.intercept();
    out.sessions.push_back(
        {stored.record.authorization_id(), session.relevance(), session.privileged()});
    return core::ok();
  }));
  return out;
}

Result<Sheet> sheet_of(std::string_view id, int year, const std::vector<CaseFacts>& cases) {
  if (id == "de") return germany(cases, year);
  if (id == "ca") return canada(cases, year);
  if (id == "us") return united_states(cases, year);
  if (id == "uk") return united_kingdom(cases, year);
  return Error{ErrorCode::Usage, fmt::format("--table: no table '{}'", core::printable(id, 20)),
               std::nullopt, "tables: de, ca, us, uk"};
}

}  // namespace palermo::statistics
