#include "analysis/entity/candidates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <unordered_map>

#include "analysis/entity/devices.hpp"
#include "analysis/entity/proofs.hpp"
#include "analysis/network/load.hpp"
#include "core/base/time.hpp"

namespace palermo::entity {
namespace {

using Property = v1::CandidateProperty;

constexpr const char* kDistinctKinds[] = {"spoke", "far_apart", "stated_distinct",
                                          "decided_distinct"};
constexpr const char* kFirmKinds[] = {"handset_then_other_number", "same_sim", "same_document",
                                      "same_identifier", "stated_same"};
constexpr const char* kStrengths[] = {"strong", "moderate", "weak", "contradicted"};

template <std::size_t N>
bool one_of(const std::string& kind, const char* const (&kinds)[N]) {
  return std::any_of(std::begin(kinds), std::end(kinds),
                     [&](const char* each) { return kind == each; });
}

/// Records of one number with one device.
struct Served {
  std::uint32_t records = 0;
  std::int64_t first_us = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_us = std::numeric_limits<std::int64_t>::min();
  std::string first_record;
  std::string last_record;
};

/// The same as read from the calls.
struct Raw {
  struct Record {
    std::int64_t at_us = 0;
    std::uint32_t source = 0;
    std::uint32_t line = 0;
  };
  std::uint32_t records = 0;
  Record first, last;
};

class Finder {
 public:
  Finder(store::Database& db, const Model& model) : db_{&db}, model_{&model} {
    for (const store::StoredIdentifier& each : model.identifiers())
      by_number_.emplace(static_cast<std::uint32_t>(each.id), &each);
    for (const Use& use : model.uses()) {
      if (use.link.contradicted() || use.link.basis() == "assessed") continue;
      users_[model.canonical(use.identifier)].insert(model.canonical(use.person));
    }
  }

  core::Result<v1::CandidateList> run(const std::string& about) {
    PALERMO_CHECK_OK(read_devices());
    share_identifiers();
    compare_names();
    read_statements();
    PALERMO_CHECK_OK(read_contacts());
    if (!about.empty()) {
      const std::string wanted = model_->canonical(about);
      std::erase_if(pairs_, [&](const auto& each) {
        return each.first.first != wanted && each.first.second != wanted;
      });
    }
    PALERMO_CHECK_OK(compare_places());
    compare_persons();
    return listed();
  }

 private:
  using Properties = std::vector<Property>;

  Property& add(const std::string& a, const std::string& b, const char* sign, const char* kind,
                std::string text, std::uint32_t count = 1) {
    Property& property = pairs_[pair_of(a, b)].emplace_back();
    property.set_sign(sign);
    property.set_kind(kind);
    property.set_text(std::move(text));
    property.set_count(count);
    return property;
  }

  /// Whom an identifier leads to: the persons who used it, or itself.
  [[nodiscard]] std::set<std::string> behind(const std::string& identifier) const {
    const auto found = users_.find(identifier);
    return found == users_.end() ? std::set<std::string>{identifier} : found->second;
  }
  void for_each_pair_behind(
      const std::string& x, const std::string& y,
      const std::function<void(const std::string&, const std::string&)>& act) {
    const auto xs = behind(x), ys = behind(y);
    for (const std::string& a : xs)
      for (const std::string& b : ys)
        if (a != b && !xs.contains(b) && !ys.contains(a)) act(a, b);
  }
  [[nodiscard]] std::string entity_of(std::uint32_t identifier) const {
    const auto found = by_number_.find(identifier);
    return found == by_number_.end() ? std::string{}
                                     : model_->canonical(id_of(found->second->identifier));
  }

  core::Status read_devices() {
    // Device and user by identifier number: strings are made once the calls are read.
    std::unordered_map<std::uint64_t, Raw> raw;
    std::vector<std::string> sources;
    PALERMO_CHECK_OK(for_each_device_use(*db_, {}, [&](const DeviceUse& use) {
      if (sources.empty() || sources.back() != *use.source_id) sources.push_back(*use.source_id);
      const Raw::Record at{use.at_us, static_cast<std::uint32_t>(sources.size() - 1), use.line};
      const auto note = [&](std::uint32_t device, std::uint32_t user) {
        if (device == 0 || user == 0) return;
        Raw& served = raw[(std::uint64_t{device} << 32) | user];
        if (served.records == 0 || at.at_us < served.first.at_us) served.first = at;
        if (served.records == 0 || at.at_us >= served.last.at_us) served.last = at;
        ++served.records;
      };
      note(use.imei, use.owner != 0 ? use.owner : use.imsi);
      note(use.imsi, use.owner);
    }));
    std::map<std::uint32_t, std::map<std::string, Served>> devices;  // device → user
    for (const auto& [key, served] : raw) {
      const std::string id = entity_of(static_cast<std::uint32_t>(key));
      if (id.empty()) continue;
      const auto name = [&](const Raw::Record& record) {
        return fmt::format("{}:{}", sources[record.source], record.line);
      };
      Served& sum = devices[static_cast<std::uint32_t>(key >> 32)][id];
      if (served.first.at_us < sum.first_us) sum.first_record = name(served.first);
      if (served.last.at_us > sum.last_us) sum.last_record = name(served.last);
      sum.first_us = std::min(sum.first_us, served.first.at_us);
      sum.last_us = std::max(sum.last_us, served.last.at_us);
      sum.records += served.records;
    }
    for (const auto& [device, users] : devices) {
      if (users.size() < 2) continue;
      const auto known = by_number_.find(device);
      if (known == by_number_.end()) continue;
      const std::string id = id_of(known->second->identifier);
      if (users.size() > kMostUsersOfDevice) {
        notices_.push_back(fmt::format(
            "{} served {} numbers: a gateway, a test set or a copied identity; it joins nobody", id,
            users.size()));
        continue;
      }
      for (auto one = users.begin(); one != users.end(); ++one)
        for (auto other = std::next(one); other != users.end(); ++other)
          compare_use(id, known->second->identifier.kind == "imsi", *one, *other);
    }
    return core::ok();
  }

  void compare_use(const std::string& device, bool sim,
                   const std::pair<const std::string, Served>& one,
                   const std::pair<const std::string, Served>& other) {
    const auto& [first, then] =
        one.second.first_us <= other.second.first_us ? std::tie(one, other) : std::tie(other, one);
    const bool in_turns = then.second.first_us <= first.second.last_us;
    for_each_pair_behind(first.first, then.first, [&](const std::string& a, const std::string& b) {
      const std::string spans = fmt::format(
          "{} {} to {} ({}), {} {} to {} ({})", first.first,
          core::format_utc(first.second.first_us), core::format_utc(first.second.last_us),
          first.second.records, then.first, core::format_utc(then.second.first_us),
          core::format_utc(then.second.last_us), then.second.records);
      Property& property =
          in_turns && !sim
              ? add(a, b, "~", "same_handset_in_turns",
                    fmt::format("{} was used with both in the same time: two SIMs of one user, or "
                                "a shared handset: {}",
                                device, spans))
          : sim ? add(a, b, "+", "same_sim", fmt::format("one SIM, {}: {}", device, spans))
                : add(a, b, "+", "handset_then_other_number",
                      fmt::format(
                          "{} went from the one to the other: a change of SIM, or of hands: {}",
                          device, spans));
      property.set_count(first.second.records + then.second.records);
      property.add_evidence(first.second.last_record);
      property.add_evidence(then.second.first_record);
    });
  }

  void share_identifiers() {
    for (const auto& [identifier, persons] : users_) {
      if (persons.size() < 2 || persons.size() > kMostUsersOfDevice) continue;
      const store::StoredIdentifier* known = model_->identifier(identifier);
      const bool document = known != nullptr && known->identifier.kind == "document";
      for (auto one = persons.begin(); one != persons.end(); ++one)
        for (auto other = std::next(one); other != persons.end(); ++other) {
          Property& property =
              add(*one, *other, "+", document ? "same_document" : "same_identifier",
                  fmt::format("{} is said to be used by both", identifier));
          for (const Use& use : model_->uses())
            if (model_->canonical(use.identifier) == identifier &&
                (model_->canonical(use.person) == *one || model_->canonical(use.person) == *other))
              for (const std::string& record : use.link.evidence()) property.add_evidence(record);
          property.set_count(static_cast<std::uint32_t>(property.evidence_size()));
        }
    }
  }

  void compare_names() {
    struct Named {
      std::string id;
      std::string name;
    };
    std::vector<Named> names;
    for (const auto& [id, person] : model_->persons()) {
      for (const std::string& name : person.names) names.push_back({id, name});
      if (person.names.empty()) names.push_back({id, id});
    }
    for (const store::StoredIdentifier& stored : model_->identifiers()) {
      if (!is_name_kind(stored.identifier.kind)) continue;
      // A label that is only a number is no name.
      if (stored.identifier.value.find_first_not_of("0123456789 ") == std::string::npos) continue;
      names.push_back({model_->canonical(id_of(stored.identifier)), stored.identifier.value});
    }
    const core::NameReader& reader = model_->reader();
    const auto group = [&](const char* kind, const char* text,
                           const std::function<std::string(const std::string&)>& key_of,
                           const char* beside) {
      std::map<std::string, std::vector<std::size_t>> by_key;
      for (std::size_t i = 0; i < names.size(); ++i)
        if (const std::string key = key_of(names[i].name); !key.empty()) by_key[key].push_back(i);
      for (const auto& [key, members] : by_key) {
        if (members.size() < 2 || members.size() > kMostOfName) continue;
        for (const std::size_t x : members)
          for (const std::size_t y : members) {
            const Named &a = names[x], &b = names[y];
            if (x >= y || a.id == b.id || users_of_each_other(a.id, b.id)) continue;
            if (has(a.id, b.id, kind) || (*beside != '\0' && has(a.id, b.id, beside)) ||
                has(a.id, b.id, "same_name"))
              continue;
            add(a.id, b.id, "+", kind, fmt::format("{}: \"{}\" and \"{}\"", text, a.name, b.name));
          }
      }
    };
    group(
        "same_name", "the same name",
        [&](const std::string& name) { return reader.canonical(name); }, "");
    group(
        "look_alike_name", "names that look alike and are written with other characters",
        [&](const std::string& name) { return reader.skeleton(name); }, "");
    group(
        "transliterated_name", "the same name when written in Latin letters",
        [&](const std::string& name) { return reader.transliterated(name); }, "look_alike_name");
  }
  [[nodiscard]] bool users_of_each_other(const std::string& a, const std::string& b) const {
    const auto x = users_.find(a), y = users_.find(b);
    return (x != users_.end() && x->second.contains(b)) ||
           (y != users_.end() && y->second.contains(a));
  }
  [[nodiscard]] bool has(const std::string& a, const std::string& b,
                         const std::string& kind) const {
    const auto found = pairs_.find(pair_of(a, b));
    return found != pairs_.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [&](const Property& each) { return each.kind() == kind; });
  }

  void read_statements() {
    for (const v1::Statement* s : model_->facts().all()) {
      if (!s->has_identity() || s->decided().of_identifiers()) continue;
      const std::string a = model_->canonical(s->identity().a());
      const std::string b = model_->canonical(s->identity().b());
      if (a == b) continue;
      const bool fact = s->kind() == v1::Statement::fact;
      const auto says = criteria::says_of_two(*s);
      const char* sign = says == criteria::SaysOfTwo::Same       ? "+"
                         : says == criteria::SaysOfTwo::Distinct ? "-"
                                                                 : "~";
      const char* kind = says == criteria::SaysOfTwo::Same   ? "stated_same"
                         : says == criteria::SaysOfTwo::Open ? "stated_possibly_same"
                         : s->has_decided()                  ? "decided_distinct"
                         : fact                              ? "stated_distinct"
                                                             : "assessed_distinct";
      Property& property = add(a, b, sign, kind,
                               fmt::format("{} {}: {}",
                                           s->has_decided() ? "decided"
                                           : fact           ? "fact"
                                                            : "assessment",
                                           s->id(), s->text()));
      if (s->has_trace() && !s->trace().record_id().empty())
        property.add_evidence(s->trace().record_id());
    }
  }

  core::Status read_contacts() {
    PALERMO_TRY(const network::LoadedNetwork loaded, network::load(*db_, {}));
    std::vector<std::set<std::string>> behind_node(loaded.identifiers.size());
    for (std::size_t v = 0; v < loaded.identifiers.size(); ++v) {
      const std::string id = entity_of(static_cast<std::uint32_t>(loaded.identifiers[v]));
      if (!id.empty()) behind_node[v] = behind(id);
    }
    std::map<std::string, std::set<std::string>> contacts;
    struct Talk {
      std::uint64_t count = 0;
      std::vector<std::string> records;
    };
    std::map<Pair, Talk> spoke;
    for (const network::Tie& tie : loaded.table.ties)
      for (const std::string& a : behind_node[tie.a])
        for (const std::string& b : behind_node[tie.b]) {
          if (a == b) continue;
          contacts[a].insert(b);
          contacts[b].insert(a);
          if (!tie.spoke) continue;
          Talk& talk = spoke[pair_of(a, b)];
          talk.count += tie.count;
          for (const network::EvidenceRef& ref : tie.evidence)
            if (talk.records.size() < 5) talk.records.push_back(loaded.table.names.name_of(ref));
        }
    // Two that share contacts and have none with each other: an old number and its new one.
    std::map<std::string, std::vector<std::string>> of_contact;
    for (const auto& [entity, others] : contacts)
      for (const std::string& other : others) of_contact[other].push_back(entity);
    std::map<Pair, std::size_t> shared;
    for (const auto& [contact, entities] : of_contact) {
      if (entities.size() > kMostOfContact) continue;
      for (std::size_t i = 0; i < entities.size(); ++i)
        for (std::size_t k = i + 1; k < entities.size(); ++k)
          ++shared[pair_of(entities[i], entities[k])];
    }
    for (const auto& [pair, count] : shared) {
      const auto &mine = contacts[pair.first], &theirs = contacts[pair.second];
      const bool many = count >= kFewestShared &&
                        2 * count >= std::min(mine.size(), theirs.size()) &&
                        !mine.contains(pair.second);
      if (!many && !pairs_.contains(pair)) continue;
      add(pair.first, pair.second, many ? "+" : "~", "shared_contacts",
          fmt::format("{} {} in common, of {} and {}", count, count == 1 ? "contact" : "contacts",
                      mine.size(), theirs.size()),
          static_cast<std::uint32_t>(count));
    }
    for (auto& [pair, properties] : pairs_) {
      const auto found = spoke.find(pair);
      if (found == spoke.end()) continue;
      Property& property = properties.emplace_back();
      property.set_sign("-");
      property.set_kind("spoke");
      property.set_text(
          fmt::format("they spoke with each other: {} contacts, at least one an answered call",
                      found->second.count));
      property.set_count(static_cast<std::uint32_t>(found->second.count));
      for (const std::string& record : found->second.records) property.add_evidence(record);
    }
    return core::ok();
  }

  core::Status compare_places() {
    std::map<std::string, std::set<std::uint32_t>> numbers;
    std::set<std::uint32_t> all;
    for (const auto& [pair, properties] : pairs_)
      for (const std::string& id : {pair.first, pair.second}) {
        if (numbers.contains(id)) continue;
        for (const store::StoredIdentifier* each : model_->identifiers_of(id)) {
          numbers[id].insert(static_cast<std::uint32_t>(each->id));
          all.insert(static_cast<std::uint32_t>(each->id));
        }
      }
    PALERMO_TRY(const auto places, presences(*db_, all));
    if (places.empty()) return core::ok();
    for (auto& [pair, properties] : pairs_) {
      for (const std::uint32_t x : numbers[pair.first])
        for (const std::uint32_t y : numbers[pair.second]) {
          if (x == y || !places.contains(x) || !places.contains(y)) continue;
          const auto apart = far_apart(places.at(x), places.at(y));
          if (!apart) continue;
          Property& property = properties.emplace_back();
          property.set_sign("-");
          property.set_kind("far_apart");
          property.set_text(words_of(*apart));
          property.set_count(1);
          property.add_evidence(apart->a->record);
          property.add_evidence(apart->b->record);
        }
    }
    return core::ok();
  }

  void compare_persons() {
    for (auto& [pair, properties] : pairs_) {
      const auto a = model_->persons().find(pair.first);
      const auto b = model_->persons().find(pair.second);
      if (a == model_->persons().end() || b == model_->persons().end()) continue;
      const auto against = [&, list = &properties](const char* kind, std::string text) {
        Property& property = list->emplace_back();
        property.set_sign("-");
        property.set_kind(kind);
        property.set_text(std::move(text));
        property.set_count(1);
      };
      const std::string &x = a->second.category, &y = b->second.category;
      if (x != y && x != "unknown" && y != "unknown")
        against("category", fmt::format("categories differ: {} and {}", x, y));
      const auto &from = a->second.nationalities, &other = b->second.nationalities;
      const bool common = std::any_of(from.begin(), from.end(),
                                      [&](const std::string& s) { return other.contains(s); });
      if (!from.empty() && !other.empty() && !common)
        against("nationality",
                fmt::format("nationalities differ: {} and {}", *from.begin(), *other.begin()));
    }
  }

  static std::string strength_of(const Properties& properties) {
    bool firm = false, named = false, against = false;
    for (const Property& property : properties) {
      if (property.sign() == "-" && one_of(property.kind(), kDistinctKinds)) return "contradicted";
      if (property.sign() == "-") against = true;
      if (property.sign() == "+" && one_of(property.kind(), kFirmKinds)) firm = true;
      if (property.sign() == "+" && property.kind() == "same_name") named = true;
    }
    if (firm) return against ? "moderate" : "strong";
    return named && !against ? "moderate" : "weak";
  }

  v1::CandidateList listed() {
    v1::CandidateList out;
    struct Row {
      std::size_t strength, plus, minus;
      const Pair* pair;
    };
    std::vector<Row> rows;
    for (const auto& [pair, properties] : pairs_) {
      const auto count = [&, list = &properties](const char* sign) {
        return static_cast<std::size_t>(std::count_if(
            list->begin(), list->end(), [&](const Property& each) { return each.sign() == sign; }));
      };
      // Only what speaks for a pair makes it one.
      if (count("+") + count("~") == 0) continue;
      const std::string strength = strength_of(properties);
      const auto place = std::find(std::begin(kStrengths), std::end(kStrengths), strength);
      rows.push_back({static_cast<std::size_t>(place - std::begin(kStrengths)), count("+"),
                      count("-"), &pair});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row& x, const Row& y) {
      if (x.strength != y.strength) return x.strength < y.strength;
      if (x.plus != y.plus) return x.plus > y.plus;
      if (x.minus != y.minus) return x.minus < y.minus;
      if (x.pair->first != y.pair->first)
        return criteria::natural_less(x.pair->first, y.pair->first);
      return criteria::natural_less(x.pair->second, y.pair->second);
    });
    for (const Row& row : rows) {
      v1::Candidate& candidate = *out.add_candidates();
      candidate.set_a(row.pair->first);
      candidate.set_b(row.pair->second);
      candidate.set_a_label(model_->label_of(row.pair->first));
      candidate.set_b_label(model_->label_of(row.pair->second));
      candidate.set_strength(kStrengths[row.strength]);
      for (const char* sign : {"+", "-", "~"})
        for (const Property& property : pairs_[*row.pair])
          if (property.sign() == sign) *candidate.add_properties() = property;
    }
    out.set_total(static_cast<std::uint32_t>(out.candidates_size()));
    out.set_rule(candidate_rule());
    for (std::string& notice : notices_) out.add_notices(std::move(notice));
    return out;
  }

  store::Database* db_;
  const Model* model_;
  std::unordered_map<std::uint32_t, const store::StoredIdentifier*> by_number_;
  std::map<std::string, std::set<std::string>> users_;  // identifier → persons
  std::map<Pair, Properties> pairs_;
  std::vector<std::string> notices_;
};

}  // namespace

std::string candidate_rule() {
  return "strong: a handset that changed SIM, a SIM, a document or a stated identity speaks for it "
         "and nothing against; moderate: such a thing with something against it, or the same name "
         "alone; weak: all else; contradicted: proved, stated or decided to be two. Inside a "
         "class: "
         "most properties for, then fewest against. Order for reading, no measure of a person";
}

core::Result<v1::CandidateList> find_candidates(store::Database& db, const Model& model,
                                                const std::string& about) {
  return Finder{db, model}.run(about);
}

}  // namespace palermo::entity
