// The statements of a file, numbered: what every derivation from them shares, found out once.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/time.hpp"
#include "palermo/v1/statement.pb.h"

namespace palermo::criteria {

/// Orders "S2" before "S10": digits compare as numbers.
[[nodiscard]] bool natural_less(const std::string& a, const std::string& b);
struct NaturalLess {
  bool operator()(const std::string& a, const std::string& b) const { return natural_less(a, b); }
};
using NameSet = std::set<std::string, NaturalLess>;

/// A person by number; the numbers of one file rise with the natural order of the names.
using PersonId = std::uint32_t;
inline constexpr PersonId kNobody = 0xffffffff;
/// Persons in rising order, each once; owned by the facts they came from.
using Persons = std::span<const PersonId>;

/// Persons in rising order, each once.
class PersonSet {
 public:
  PersonSet() = default;
  explicit PersonSet(Persons persons) : ids_(persons.begin(), persons.end()) {}
  /// @cost O(log n), and O(n) where the person is not the last
  void insert(PersonId person);
  void insert(Persons persons);
  [[nodiscard]] bool contains(PersonId person) const;
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  [[nodiscard]] bool empty() const { return ids_.empty(); }
  [[nodiscard]] auto begin() const { return ids_.begin(); }
  [[nodiscard]] auto end() const { return ids_.end(); }
  // NOLINTNEXTLINE(google-explicit-constructor): a set is seen as its persons wherever they are
  // read
  operator Persons() const { return ids_; }

 private:
  std::vector<PersonId> ids_;
};
[[nodiscard]] bool contains(Persons persons, PersonId person);

/// Names of persons as the statements write them.
class Names {
 public:
  Names() = default;
  /// @param names  views into a file that outlives the object
  explicit Names(const std::vector<std::string_view>& names);
  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] const std::string& operator[](PersonId person) const { return names_[person]; }
  /// kNobody where no statement names the person.
  [[nodiscard]] PersonId find(std::string_view name) const;
  /// The place of a name in the order of its bytes.
  [[nodiscard]] std::uint32_t spelled(PersonId person) const { return spelled_[person]; }

 private:
  std::vector<std::string> names_;
  std::vector<std::uint32_t> spelled_;
  std::unordered_map<std::string_view, PersonId> ids_;  // views into names_
};

/// Not for several threads: origins are found when they are first asked for.
class Statements {
 public:
  /// Place of a statement: those of `ordered()` first, then the judgements.
  using Number = std::uint32_t;
  static constexpr Number kNone = 0xffffffff;

  /// @param file  must outlive the object and stay as it is
  /// @cost O(n log n) for n statements, O(n) where they stand in natural order
  explicit Statements(const v1::FactsFile& file);
  Statements(const Statements&) = delete;
  Statements& operator=(const Statements&) = delete;

  [[nodiscard]] const v1::FactsFile& file() const { return *file_; }
  /// All but judgements, in natural order of the ids.
  [[nodiscard]] const std::vector<const v1::Statement*>& ordered() const { return ordered_; }
  [[nodiscard]] const std::vector<const v1::Statement*>& judgements() const { return judgements_; }
  [[nodiscard]] std::size_t size() const { return ordered_.size() + judgements_.size(); }
  /// @param s  of the file
  [[nodiscard]] Number number(const v1::Statement& s) const;
  [[nodiscard]] const Names& names() const { return names_; }
  /// Who acts, belongs, benefits or is concerned, as the statement names them.
  [[nodiscard]] Persons persons(Number n) const {
    return Persons{persons_}.subspan(persons_from_[n], persons_from_[n + 1] - persons_from_[n]);
  }
  [[nodiscard]] std::optional<core::Date> day(Number n) const { return days_[n]; }
  /// The number of the first statement with the same id.
  [[nodiscard]] Number first_of_id(Number n) const { return first_of_id_[n]; }
  [[nodiscard]] Number find(std::string_view id) const;

  /// What an act, an agreement or an effect names as its offence, by number; 0 is "".
  [[nodiscard]] std::uint32_t offence(Number n) const { return offences_[n]; }
  [[nodiscard]] const std::vector<std::string>& offence_names() const { return offence_names_; }
  /// Offences that facts about acts and agreements name.
  [[nodiscard]] const std::set<std::string>& in_question() const { return in_question_; }

  /// See Facts::origin(); of equal names one string.
  [[nodiscard]] const std::string& origin(Number n) const;

  /// Statements about who is whom: identities and attributions; and those about a person.
  [[nodiscard]] const std::vector<Number>& about_identity() const { return about_identity_; }
  [[nodiscard]] const std::vector<Number>& about_persons() const { return about_persons_; }

 private:
  void number_statements();
  void number_persons();
  void number_offences();
  const v1::FactsFile* file_;
  std::vector<const v1::Statement*> ordered_, judgements_;
  std::vector<std::pair<const v1::Statement*, Number>> slots_;  // by address, open addressing
  Names names_;
  std::vector<std::uint32_t> persons_from_;
  std::vector<PersonId> persons_;
  std::vector<std::optional<core::Date>> days_;
  std::vector<Number> first_of_id_;
  std::unordered_map<std::string_view, Number> by_id_;
  std::vector<std::uint32_t> offences_;
  std::vector<std::string> offence_names_;
  std::set<std::string> in_question_;
  std::unordered_map<std::string_view, std::string_view> repeated_by_;  // source -> its one origin
  std::vector<Number> about_identity_, about_persons_;
  mutable std::set<std::string, std::less<>> origin_names_;
  mutable std::vector<const std::string*> origins_;
};

/// The day a statement's body is dated, if it is.
[[nodiscard]] std::optional<core::Date> day_of(const v1::Statement& s);
[[nodiscard]] std::optional<core::Date> day_of(const std::string& text);
[[nodiscard]] bool contradicts(const v1::Statement& s);
[[nodiscard]] bool is_fact(const v1::Statement& s);
/// What the statement names as its offence; the only one of the file when it names none.
[[nodiscard]] const std::string& offence_named(const v1::FactsFile& file, const v1::Statement& s);

}  // namespace palermo::criteria
