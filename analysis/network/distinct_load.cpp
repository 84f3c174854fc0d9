#include "analysis/network/distinct_load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "analysis/entity/model.hpp"
#include "analysis/location/sightings.hpp"
#include "analysis/network/load/contact.hpp"
#include "analysis/network/load/known_at.hpp"
#include "analysis/network/load/record_contacts.hpp"
#include "core/base/time.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/segment_store.hpp"

namespace palermo::network {
namespace {

constexpr std::uint32_t kOutside = std::numeric_limits<std::uint32_t>::max();

/// Kinds of identifiers that nobody uses: services, senders' names, things.
bool has_user(std::string_view kind) {
  static constexpr std::string_view kNot[] = {"short_code", "alphanumeric", "plate",
                                              "document",   "conversation", "crypto"};
  return std::find(std::begin(kNot), std::end(kNot), kind) == std::end(kNot);
}
bool is_device(std::string_view kind) { return kind == "imei" || kind == "imsi"; }

std::optional<std::int64_t> time_of(const std::string& text, bool end) {
  if (text.empty()) return std::nullopt;
  const auto instant = core::parse_date_or_instant(text, end);
  if (!instant) return std::nullopt;
  return instant->us;
}

/// A person used an identifier from then to then, both included.
struct Used {
  std::string person;
  std::int64_t from_us = std::numeric_limits<std::int64_t>::min();
  std::int64_t to_us = std::numeric_limits<std::int64_t>::max();
};

class Reader {
 public:
  Reader(store::Database& db, const LoadedNetwork& loaded, const PersonsQuery& query)
      : db_{&db}, loaded_{&loaded}, query_{&query} {}

  core::Result<DistinctCase> run() {
    out_.whole = query_->identifiers.empty() && query_->persons.empty();
    if (query_->load.known_at_us) {
      PALERMO_TRY(before_leaf_, detail::entries_until(*db_, *query_->load.known_at_us));
    }
    PALERMO_CHECK_OK(read_model());
    PALERMO_CHECK_OK(choose());
    make_users();
    const std::vector<std::string>& layers = query_->load.layers;
    const bool calls =
        layers.empty() || std::find(layers.begin(), layers.end(), "calls") != layers.end();
    if (calls) PALERMO_CHECK_OK(read_calls());
    PALERMO_CHECK_OK(for_each_record_contact(
        *db_, query_->load, [this](const RecordContact& contact) { add_contact(contact); }));
    add_claims();
    out_.input.users = static_cast<std::uint32_t>(out_.users.size());
    out_.graph = distinct_graph(out_.input, query_->rules);
    return std::move(out_);
  }

 private:
  /// Whether facts, links or decisions say so: no assessment, nothing contradicted or split.
  [[nodiscard]] bool counts(const entity::Use& use) const {
    if (use.link.contradicted() || use.link.basis() == "assessed") return false;
    const v1::EntityEvent* decided = model_->decisions().about(use.person, use.identifier);
    return decided == nullptr || decided->action() != entity::kSplit;
  }

  core::Status read_model() {
    entity::View view;
    view.before_leaf = before_leaf_;
    view.named_only = true;
    PALERMO_TRY(entity::Model model, entity::Model::load(*db_, view));
    model_.emplace(std::move(model));
    for (const entity::Use& use : model_->uses()) {
      if (!counts(use)) continue;
      Used used;
      used.person = model_->canonical(use.person);
      if (const auto from = time_of(use.link.valid_from(), false)) used.from_us = *from;
      if (const auto to = time_of(use.link.valid_to(), true)) used.to_us = *to;
      for (const std::string& member : model_->decisions().together_with(use.identifier))
        if (const store::StoredIdentifier* found = model_->identifier(member))
          used_[static_cast<std::uint32_t>(found->id)].push_back(used);
    }
    // Identifiers that decisions joined have one user.
    for (const store::StoredIdentifier& stored : model_->identifiers()) {
      const std::string first =
          model_->decisions().together_with(entity::id_of(stored.identifier)).front();
      if (const store::StoredIdentifier* found = model_->identifier(first))
        first_of_[static_cast<std::uint32_t>(stored.id)] = static_cast<std::uint32_t>(found->id);
    }
    return core::ok();
  }

  /// Which identifiers' records are read.
  core::Status choose() {
    std::vector<std::uint32_t> nodes;
    if (out_.whole) {
      for (std::uint32_t v = 0; v < loaded_->table.nodes.size(); ++v)
        if (has_user(loaded_->table.nodes[v].kind)) nodes.push_back(v);
      for (const std::uint32_t v : most_connected(std::move(nodes)))
        PALERMO_CHECK_OK(take(static_cast<std::uint32_t>(loaded_->identifiers[v]),
                              loaded_->table.nodes[v].id, loaded_->table.nodes[v].kind));
    } else {
      std::map<std::int64_t, std::uint32_t> node_of;
      for (std::uint32_t v = 0; v < loaded_->identifiers.size(); ++v)
        node_of.emplace(loaded_->identifiers[v], v);
      std::vector<std::uint32_t> elsewhere;
      for (const std::uint32_t number : query_->identifiers) {
        const auto found = node_of.find(number);
        if (found != node_of.end() && !has_user(loaded_->table.nodes[found->second].kind)) {
          ++no_user_;
        } else if (found != node_of.end()) {
          nodes.push_back(found->second);
        } else {
          elsewhere.push_back(number);
        }
      }
      for (const std::uint32_t v : most_connected(std::move(nodes)))
        PALERMO_CHECK_OK(take(static_cast<std::uint32_t>(loaded_->identifiers[v]),
                              loaded_->table.nodes[v].id, loaded_->table.nodes[v].kind));
      for (const std::uint32_t number : elsewhere) {
        PALERMO_TRY(const store::StoredIdentifier stored, store::find_identifier(*db_, number));
        if (has_user(stored.identifier.kind)) {
          PALERMO_CHECK_OK(take(number, stored.identifier.value, stored.identifier.kind));
        } else {
          ++no_user_;
        }
      }
    }
    PALERMO_CHECK_OK(expand_devices());
    if (no_user_ > 0)
      out_.notices.push_back(fmt::format(
          "{} identifiers of those asked for are of kinds that nobody uses (short codes, senders' "
          "names, plates, documents) and do not count",
          no_user_));
    out_.input.identifiers = static_cast<std::uint32_t>(out_.numbers.size());
    out_.input.own.assign(out_.numbers.size(), false);
    return core::ok();
  }

  core::Status take(std::uint32_t number, const std::string& name, const std::string& kind) {
    if (is_device(kind)) {
      devices_[number] = name;
      return core::ok();
    }
    return add(number, name);
  }
  core::Status add(std::uint32_t number, const std::string& name) {
    if (local_.size() <= number) local_.resize(std::size_t{number} + 1, kOutside);
    if (local_[number] != kOutside) return core::ok();
    local_[number] = static_cast<std::uint32_t>(out_.numbers.size());
    out_.numbers.push_back(number);
    out_.names.push_back(name);
    return core::ok();
  }
  [[nodiscard]] std::uint32_t local(std::uint32_t number) const {
    return number < local_.size() ? local_[number] : kOutside;
  }

  /// At most `most` nodes: those the case names a user of, then by coreness, degree and order.
  std::vector<std::uint32_t> most_connected(std::vector<std::uint32_t> nodes) {
    if (nodes.size() <= query_->most) return nodes;
    const auto n = static_cast<std::uint32_t>(loaded_->table.nodes.size());
    std::vector<std::pair<std::uint32_t, std::uint32_t>> spoke;
    std::vector<std::uint32_t> degree(n, 0);
    std::vector<bool> asked(n, false);
    for (const std::uint32_t v : nodes) asked[v] = true;
    for (const Tie& tie : loaded_->table.ties)
      if (tie.spoke && asked[tie.a] && asked[tie.b]) {
        spoke.emplace_back(tie.a, tie.b);
        ++degree[tie.a];
        ++degree[tie.b];
      }
    const std::vector<std::uint32_t> coreness = coreness_of(n, spoke);
    const auto key = [&](std::uint32_t v) {
      return std::tuple{!used_.contains(static_cast<std::uint32_t>(loaded_->identifiers[v])),
                        std::numeric_limits<std::uint32_t>::max() - coreness[v],
                        std::numeric_limits<std::uint32_t>::max() - degree[v], v};
    };
    std::sort(nodes.begin(), nodes.end(),
              [&](std::uint32_t x, std::uint32_t y) { return key(x) < key(y); });
    for (std::size_t i = query_->most; i < nodes.size(); ++i)
      out_.left_out_at_most = std::max(out_.left_out_at_most, coreness[nodes[i]] + 1);
    out_.left_out = static_cast<std::uint32_t>(nodes.size() - query_->most);
    nodes.resize(query_->most);
    std::sort(nodes.begin(), nodes.end());
    return nodes;
  }

  /// A handset or SIM stands for the numbers that its own records show.
  core::Status expand_devices() {
    if (devices_.empty()) return core::ok();
    store::SegmentQuery query = segments();
    query.columns = store::kColParties | store::kColTime | store::kColUse | store::kColDevices;
    for (const auto& [number, name] : devices_) query.identifiers.push_back(number);
    std::map<std::uint32_t, std::set<std::uint32_t>> served;
    PALERMO_CHECK_OK(store::for_each_segment(*db_, query, [&](const store::CallColumns& columns) {
      for (std::size_t row = 0; row < columns.records; ++row) {
        if (!in_period(columns.started_at_us[row])) continue;
        const bool of_b = (columns.flags[row] & static_cast<unsigned>(v1::OWNER_IS_B)) != 0;
        const std::uint32_t owner = of_b ? columns.b[row] : columns.a[row];
        for (const auto* column : {&columns.imei, &columns.imsi}) {
          const std::uint32_t device = store::CallColumns::at(*column, row);
          if (owner != 0 && owner != device && devices_.contains(device))
            served[device].insert(owner);
        }
      }
      return core::ok();
    }));
    std::size_t stand_for = 0;
    for (const auto& [device, name] : devices_) {
      const auto found = served.find(device);
      bool any = false;
      if (found != served.end())
        for (const std::uint32_t number : found->second) {
          PALERMO_TRY(const store::StoredIdentifier stored, store::find_identifier(*db_, number));
          if (is_device(stored.identifier.kind) || !has_user(stored.identifier.kind)) continue;
          any = true;
          out_.stands_for[device].push_back(number);
          PALERMO_CHECK_OK(add(number, stored.identifier.value));
        }
      if (any) {
        ++stand_for;
      } else {
        PALERMO_CHECK_OK(add(device, name));
      }
    }
    if (stand_for > 0)
      out_.notices.push_back(fmt::format(
          "{} handsets and SIMs stand for the numbers that their own records show: what stands in "
          "one record has one user",
          stand_for));
    return core::ok();
  }

  std::uint32_t user_named(const std::string& person) {
    const auto [at, fresh] =
        by_id_.try_emplace(person, static_cast<std::uint32_t>(out_.users.size()));
    if (fresh) {
      CaseUser user;
      user.id = person;
      user.label = model_->label_of(person);
      user.kind = model_->kind_of(person);
      out_.users.push_back(std::move(user));
    }
    return at->second;
  }

  void make_users() {
    std::map<std::pair<std::uint32_t, std::int64_t>, std::uint32_t> unnamed;
    for (std::uint32_t i = 0; i < out_.numbers.size(); ++i) {
      const auto used = used_.find(out_.numbers[i]);
      static const std::vector<Used> kNobody;
      const std::vector<Used>& uses = used == used_.end() ? kNobody : used->second;
      std::set<std::int64_t> begins{std::numeric_limits<std::int64_t>::min()};
      for (const Used& one : uses) {
        begins.insert(one.from_us);
        if (one.to_us != std::numeric_limits<std::int64_t>::max()) begins.insert(one.to_us + 1);
      }
      std::vector<UserSpan>& spans = out_.input.spans.emplace_back();
      std::vector<std::vector<std::uint32_t>>& involved = involved_.emplace_back();
      for (auto begin = begins.begin(); begin != begins.end(); ++begin) {
        UserSpan span;
        span.from_us = *begin;
        if (const auto next = std::next(begin); next != begins.end()) span.to_us = *next - 1;
        std::set<std::string> persons;
        for (const Used& one : uses)
          if (one.from_us <= span.from_us && one.to_us >= span.to_us) persons.insert(one.person);
        std::vector<std::uint32_t> users;
        for (const std::string& person : persons) users.push_back(user_named(person));
        if (persons.empty()) {
          const auto first = first_of_.find(out_.numbers[i]);
          const std::uint32_t root = first == first_of_.end() ? out_.numbers[i] : first->second;
          const auto [at, fresh] = unnamed.try_emplace(
              {root, span.from_us}, static_cast<std::uint32_t>(out_.users.size()));
          if (fresh) add_unnamed(i, span, begins.size() > 1);
          users = {at->second};
        }
        for (const std::uint32_t user : users)
          if (auto& own = out_.users[user].identifiers; own.empty() || own.back() != i)
            own.push_back(i);
        // An organisation has many users, and of several at once none is known to have spoken.
        if (users.size() == 1 && out_.users[users.front()].kind != "organisation")
          span.user = users.front();
        if (!spans.empty() && spans.back().user == span.user && span.user != kNoUser) {
          spans.back().to_us = span.to_us;
        } else {
          spans.push_back(span);
          involved.push_back(users);
        }
      }
      if (spans.size() == 1)
        for (const std::uint32_t user : involved.front()) out_.users[user].counted = true;
    }
    for (const std::string& person : query_->persons)
      out_.users[user_named(model_->canonical(person))].counted = true;
    if (out_.whole)
      for (const auto& [id, person] : model_->persons())
        if (!person.organisation) out_.users[user_named(id)].counted = true;
  }

  void add_unnamed(std::uint32_t identifier, const UserSpan& span, bool for_a_time) {
    CaseUser user;
    user.id = out_.names[identifier];
    user.label = out_.names[identifier];
    user.kind = "identifier";
    if (for_a_time) {
      if (span.from_us != std::numeric_limits<std::int64_t>::min()) user.from_us = span.from_us;
      if (span.to_us != std::numeric_limits<std::int64_t>::max()) user.to_us = span.to_us;
    }
    out_.users.push_back(std::move(user));
  }

  /// The identifier was in use then.
  void mark(std::uint32_t identifier, std::int64_t at_us) {
    const std::vector<UserSpan>& spans = out_.input.spans[identifier];
    if (spans.size() == 1) return;
    for (std::size_t k = 0; k < spans.size(); ++k)
      if (at_us >= spans[k].from_us && at_us <= spans[k].to_us)
        for (const std::uint32_t user : involved_[identifier][k]) out_.users[user].counted = true;
  }

  [[nodiscard]] store::SegmentQuery segments() const {
    store::SegmentQuery query;
    query.from_us = query_->load.from_us;
    query.to_us = query_->load.to_us;
    query.before_leaf = before_leaf_;
    return query;
  }
  [[nodiscard]] bool in_period(std::int64_t at_us) const {
    return (!query_->load.from_us || at_us >= *query_->load.from_us) &&
           (!query_->load.to_us || at_us <= *query_->load.to_us);
  }
  std::uint32_t source_number(const std::string& id) {
    std::vector<std::string>& known = out_.evidence.sources;
    if (known.empty() || known.back() != id) {
      const auto found = std::find(known.begin(), known.end(), id);
      if (found != known.end()) return static_cast<std::uint32_t>(found - known.begin());
      known.push_back(id);
    }
    return static_cast<std::uint32_t>(known.size() - 1);
  }

  core::Status read_calls() {
    if (out_.numbers.empty()) return core::ok();
    store::SegmentQuery query = segments();
    query.columns = store::kColParties | store::kColTime | store::kColUse | store::kColLine |
                    store::kColDevices;
    if (query_->rules.places) query.columns |= store::kColPlaces;
    query.identifiers = out_.numbers;
    std::sort(query.identifiers.begin(), query.identifiers.end());
    analysis::SightingReader places;
    PALERMO_CHECK_OK(store::for_each_segment(*db_, query, [&](const store::CallColumns& columns) {
      const std::uint32_t source = source_number(columns.source_id);
      for (std::size_t row = 0; row < columns.records; ++row)
        if (in_period(columns.started_at_us[row])) add_row(columns, row, source, places);
      return core::ok();
    }));
    PALERMO_TRY(const std::vector<analysis::Sighted> seen, places.find(*db_));
    std::vector<std::uint32_t> source_of;
    for (const std::string& id : places.sources()) source_of.push_back(source_number(id));
    for (const analysis::Sighted& one : seen)
      out_.input.seen.push_back(
          {local(one.identifier), one.cell, one.at, {source_of[one.source], one.line}});
    out_.cells = places.cells();
    out_.places_unknown = places.unknown();
    out_.places_contradicting = places.contradicting();
    return core::ok();
  }

  void add_row(const store::CallColumns& columns, std::size_t row, std::uint32_t source,
               analysis::SightingReader& places) {
    const std::uint32_t a = local(columns.a[row]), b = local(columns.b[row]);
    if (a == kOutside && b == kOutside) return;
    const std::int64_t at_us = columns.started_at_us[row];
    const unsigned flags = columns.flags[row];
    const bool of_b = (flags & static_cast<unsigned>(v1::OWNER_IS_B)) != 0;
    const std::uint32_t owner = of_b ? b : a;
    if (a != kOutside) mark(a, at_us);
    if (b != kOutside) mark(b, at_us);
    const auto kind = static_cast<v1::CallKind>(columns.kind[row]);
    // Who calls, writes, or shows a handset, SIM or cell of its own is no answering machine.
    if (a != kOutside && kind != v1::LOCATION && kind != v1::DATA) out_.input.own[a] = true;
    if (owner != kOutside && (store::CallColumns::at(columns.imei, row) != 0 ||
                              store::CallColumns::at(columns.imsi, row) != 0 ||
                              store::CallColumns::at(columns.cell, row) != 0))
      out_.input.own[owner] = true;
    if (query_->rules.places && owner != kOutside) places.add(columns, row);
    if (kind != v1::CALL || columns.a[row] == columns.b[row]) return;
    const bool answered = analysis::talked(columns, row);
    // Without a duration nobody knows whether it was answered.
    if (!answered &&
        (flags & (static_cast<unsigned>(v1::DURATION_ABSENT) |
                  static_cast<unsigned>(v1::NEGATIVE_DURATION))) != 0 &&
        (flags & static_cast<unsigned>(v1::NOT_ANSWERED)) == 0)
      return;
    Talk talk;
    talk.a = a != kOutside ? a : out_.input.identifiers + columns.a[row];
    talk.b = b != kOutside ? b : out_.input.identifiers + columns.b[row];
    talk.at_us = at_us;
    talk.diverted = analysis::forwarded(columns, row);
    talk.spoke = answered && !talk.diverted;
    talk.seconds = answered ? columns.duration_s[row] : 0;
    talk.of_called = of_b;
    talk.evidence = {source, columns.line[row]};
    out_.input.talks.push_back(talk);
  }

  void add_contact(const RecordContact& contact) {
    const std::uint32_t a = local(contact.a), b = local(contact.b);
    if (a == kOutside && b == kOutside) return;
    for (const std::uint32_t one : {a, b})
      if (one != kOutside && contact.first_us != kNoTime) mark(one, contact.first_us);
    if (a != kOutside) out_.input.own[a] = true;
    // Who is called in an intercept may be a machine; accounts and named persons are none.
    if (b != kOutside && !contact.intercept) out_.input.own[b] = true;
    if (!contact.spoke || contact.a == contact.b) return;
    Talk talk;
    talk.a = a != kOutside ? a : out_.input.identifiers + contact.a;
    talk.b = b != kOutside ? b : out_.input.identifiers + contact.b;
    talk.at_us = contact.first_us;
    talk.seconds = static_cast<std::int32_t>(
        std::clamp<std::int64_t>(contact.seconds, 0, std::numeric_limits<std::int32_t>::max()));
    talk.spoke = true;
    talk.interval = !contact.relation;
    talk.evidence = {kNamedRecord, static_cast<std::uint32_t>(out_.evidence.records.size())};
    out_.evidence.records.push_back(contact.record_id);
    out_.input.talks.push_back(talk);
  }

  void add_claim(std::uint32_t u, std::uint32_t v, ProofKind kind, ClaimSource source) {
    out_.input.claims.push_back({u, v, kind, static_cast<std::uint32_t>(out_.sources.size())});
    out_.sources.push_back(std::move(source));
  }

  /// Whether other facts or decisions say that the two are one.
  [[nodiscard]] bool contested(const std::string& a, const std::string& b) const {
    const auto open = model_->facts().identities().open_pairs_of(a);
    return std::any_of(open.begin(), open.end(), [&](const criteria::OpenPair& pair) {
      return (pair.a == a && pair.b == b) || (pair.a == b && pair.b == a);
    });
  }

  /// What facts and decisions say of two persons, or decisions of two identifiers.
  void add_claims() {
    for (const v1::Statement* s : model_->facts().all()) {
      if (!s->has_identity() || s->decided().of_identifiers()) continue;
      if (s->kind() != v1::Statement::fact && !s->has_decided()) continue;
      if (criteria::says_of_two(*s) != criteria::SaysOfTwo::Distinct) continue;
      const auto a = by_id_.find(model_->canonical(s->identity().a()));
      const auto b = by_id_.find(model_->canonical(s->identity().b()));
      if (a == by_id_.end() || b == by_id_.end() || a->second == b->second) continue;
      if (contested(a->first, b->first)) {
        ++contested_;
        continue;
      }
      const bool person =
          out_.users[a->second].kind == "person" && out_.users[b->second].kind == "person";
      if (person)
        add_claim(a->second, b->second, s->has_decided() ? ProofKind::Decided : ProofKind::Stated,
                  {s->has_decided() ? s->decided().event_id() : s->id(), s->trace().record_id(),
                   s->text()});
    }
    for (const v1::EntityEvent& event : model_->decisions().events()) {
      if (event.action() != entity::kSplit || !event.in_effect()) continue;
      std::vector<std::string> others(event.apart_from().begin(), event.apart_from().end());
      if (!event.b().empty()) others.push_back(event.b());
      for (const std::string& other : others) {
        const std::uint32_t u = only_user(event.a()), v = only_user(other);
        if (u != kNoUser && v != kNoUser && u != v)
          add_claim(u, v, ProofKind::Decided, {event.id(), "", event.reason()});
      }
    }
    if (contested_ > 0)
      out_.notices.push_back(fmt::format(
          "{} statements that two persons are two are contradicted by others and prove nothing",
          contested_));
  }
  [[nodiscard]] std::uint32_t only_user(const std::string& id) const {
    const store::StoredIdentifier* found = model_->identifier(id);
    const std::uint32_t i =
        found == nullptr ? kOutside : local(static_cast<std::uint32_t>(found->id));
    if (i == kOutside || out_.input.spans[i].size() != 1) return kNoUser;
    return out_.input.spans[i].front().user;
  }

  store::Database* db_;
  const LoadedNetwork* loaded_;
  const PersonsQuery* query_;
  std::optional<std::int64_t> before_leaf_;
  std::optional<entity::Model> model_;
  std::map<std::uint32_t, std::vector<Used>> used_;
  std::map<std::uint32_t, std::uint32_t> first_of_;
  std::map<std::uint32_t, std::string> devices_;
  std::vector<std::uint32_t> local_;
  std::map<std::string, std::uint32_t> by_id_;                     // persons
  std::vector<std::vector<std::vector<std::uint32_t>>> involved_;  // users, beside spans
  std::uint64_t no_user_ = 0, contested_ = 0;
  DistinctCase out_;
};

}  // namespace

std::vector<std::uint32_t> DistinctCase::counted() const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t u = 0; u < users.size(); ++u)
    if (users[u].counted) out.push_back(u);
  return out;
}

std::vector<std::uint32_t> DistinctCase::users_of(
    const std::vector<std::uint32_t>& identifiers) const {
  std::set<std::uint32_t> asked(identifiers.begin(), identifiers.end());
  for (const auto& [device, served] : stands_for)
    if (asked.contains(device)) asked.insert(served.begin(), served.end());
  std::vector<std::uint32_t> out;
  for (std::uint32_t u = 0; u < users.size(); ++u)
    if (users[u].counted &&
        std::any_of(users[u].identifiers.begin(), users[u].identifiers.end(),
                    [&](std::uint32_t i) { return asked.contains(numbers[i]); }))
      out.push_back(u);
  return out;
}

core::Result<DistinctCase> load_distinct(store::Database& db, const LoadedNetwork& loaded,
                                         const PersonsQuery& query) {
  return Reader{db, loaded, query}.run();
}

core::Result<std::optional<std::vector<PersonInterval>>> persons_of_sets(
    store::Database& db, const LoadedNetwork& loaded, PersonsQuery query,
    const std::vector<std::vector<std::uint32_t>>& sets, std::uint64_t budget) {
  std::set<std::uint32_t> all;
  for (const std::vector<std::uint32_t>& identifiers : sets)
    all.insert(identifiers.begin(), identifiers.end());
  if (all.empty() || all.size() > query.most) return std::optional<std::vector<PersonInterval>>{};
  query.identifiers.assign(all.begin(), all.end());
  PALERMO_TRY(const DistinctCase found, load_distinct(db, loaded, query));
  std::vector<PersonInterval> out;
  for (const std::vector<std::uint32_t>& identifiers : sets) {
    const std::vector<std::uint32_t> users = found.users_of(identifiers);
    PersonInterval& persons = out.emplace_back();
    persons.hi = static_cast<std::uint32_t>(users.size());
    if (users.empty()) continue;
    const Clique clique = most_distinct(found.graph, users, budget);
    persons.lo = static_cast<std::uint32_t>(clique.members.size());
    persons.exact_lo = clique.exact && !found.graph.counts.places_cut;
  }
  return std::optional{std::move(out)};
}

}  // namespace palermo::network
