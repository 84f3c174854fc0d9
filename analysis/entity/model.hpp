// The entities of a case: persons as statements name them, identifiers as records show them, merged
// where facts or operators say so.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/criteria/facts.hpp"
#include "analysis/entity/decisions.hpp"
#include "core/base/confusable.hpp"
#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "core/store/identifier_store.hpp"
#include "palermo/v1/entity.pb.h"

namespace palermo::entity {

/// A person, or several ids merged into one.
struct PersonEntity {
  std::string id;                    // the first of its ids, in natural order
  std::vector<std::string> members;  // every id, `id` first
  std::vector<std::string> names;    // stated, each once, in order
  std::string category;              // as the element tests read it
  bool category_decided = false;
  std::set<std::string> nationalities;
  bool organisation = false;
};

/// A person used an identifier, by a fact, an assessment, a link record or a decision.
struct Use {
  std::string person;      // as stated, not merged
  std::string identifier;  // entity id, or the value where the case holds no such identifier
  v1::Link link;
};

/// Which part of a case a model is made of.
struct View {
  /// As the case stood when the ledger had this many entries; absent: now.
  std::optional<std::int64_t> before_leaf;
  /// Of the identifiers only those that statements, links and decisions name, for readers who ask
  /// who used them: a case may list millions.
  bool named_only = false;
};

class Model {
 public:
  /// @cost one pass over the records and identifiers of the case; no call is read
  [[nodiscard]] static core::Result<Model> load(store::Database& db, const View& view = {});

  [[nodiscard]] const v1::FactsFile& facts_file() const { return *file_; }
  [[nodiscard]] const criteria::Facts& facts() const { return *facts_; }
  [[nodiscard]] const Decisions& decisions() const { return *decisions_; }
  [[nodiscard]] const std::map<std::string, PersonEntity, criteria::NaturalLess>& persons() const {
    return persons_;
  }
  [[nodiscard]] const std::vector<store::StoredIdentifier>& identifiers() const {
    return identifiers_;
  }
  [[nodiscard]] const std::vector<Use>& uses() const { return uses_; }
  [[nodiscard]] const core::NameReader& reader() const { return *reader_; }

  /// The entity an id belongs to after all merges; the id itself when it is not known.
  [[nodiscard]] std::string canonical(const std::string& id) const;
  [[nodiscard]] const store::StoredIdentifier* identifier(const std::string& id) const;
  /// person, organisation or identifier; empty: no such id (merged ids are known too).
  [[nodiscard]] std::string kind_of(const std::string& id) const;
  [[nodiscard]] std::string label_of(const std::string& id) const;
  /// Identifiers that belong to an entity: an identifier and those merged with it, or those that
  /// facts and decisions say a person used.
  [[nodiscard]] std::vector<const store::StoredIdentifier*> identifiers_of(
      const std::string& id) const;

  /// Who used what: the persons (entity ids, in order) of each identifier that facts, link records
  /// or decisions give to somebody, by its number in the case. Assessments and what is contradicted
  /// or split do not count.
  [[nodiscard]] std::map<std::int64_t, std::set<std::string>> persons_by_identifier() const;

  /// What a user may mean: an id, an identifier's value, or a person's name (canonically equal).
  /// @error NotFound         nothing is so called
  /// @error InvalidArgument  several are; names them
  [[nodiscard]] core::Result<std::string> meant(const std::string& text) const;

  /// Entities in order: persons and organisations by id, then identifiers in order of appearance.
  /// Without links. Flags and look-alikes are filled.
  [[nodiscard]] std::vector<v1::Entity> entities() const;

 private:
  Model() = default;
  void read_statements();
  core::Status read_links(store::Database& db, std::optional<std::int64_t> before_leaf);
  [[nodiscard]] bool counts(const Use& use) const;
  PersonEntity& person(const std::string& id);
  std::unique_ptr<v1::FactsFile> file_;
  std::unique_ptr<criteria::Facts> facts_;
  std::unique_ptr<Decisions> decisions_;
  std::unique_ptr<core::NameReader> reader_;
  std::map<std::string, PersonEntity, criteria::NaturalLess> persons_;
  std::map<std::string, std::string> person_of_;  // any person id → entity id
  std::vector<store::StoredIdentifier> identifiers_;
  std::map<std::string, std::size_t> by_id_;  // kind:value
  std::map<std::string, std::vector<std::size_t>> by_value_;
  std::vector<Use> uses_;
};

/// "msisdn:+447700900001".
[[nodiscard]] std::string id_of(const store::ObservedIdentifier& identifier);

/// Whether values of this kind are words people read, so that letters may deceive.
[[nodiscard]] bool is_name_kind(std::string_view kind);

/// Everything that links one entity to others, stated, assessed or decided; observed links come
/// from the device history.
[[nodiscard]] std::vector<v1::Link> links_of(const Model& model, const std::string& id);

}  // namespace palermo::entity
