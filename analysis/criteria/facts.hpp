// The statements of a case as the evaluators see them: under one lens, about one group.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/criteria/identity.hpp"
#include "analysis/criteria/outcome.hpp"

namespace palermo::criteria {

/// Which evidence an assessment may rest on. DESIGN section 4.
enum class Lens { All, Lawful, Corroborated, WithoutUndercover, WithoutRestricted };
inline constexpr Lens kAllLenses[] = {Lens::All, Lens::Lawful, Lens::Corroborated,
                                      Lens::WithoutUndercover, Lens::WithoutRestricted};
[[nodiscard]] std::string_view name_of(Lens lens);
[[nodiscard]] std::optional<Lens> lens_named(std::string_view name);

/// Why a person counts towards three, or does not.
struct Counted {
  enum class Standing { Certain, Uncertain, Excluded };
  PersonId id = kNobody;  // canonical
  std::string person;
  std::string category;
  Standing standing = Standing::Excluded;
  std::string reason;
  bool outsider = false;                         // excluded as nobody's stated member
  std::set<Reason> open;                         // for Uncertain
  std::vector<const v1::Statement*> statements;  // also those outside the lens; none when brief
};

/// An act or an agreement in which persons of the group worked together.
struct Joint {
  const v1::Statement* statement = nullptr;
  PersonSet persons;          // of the group, canonical, genuine at that date
  std::uint32_t offence = 0;  // by number; see Statements::offence()
  std::optional<core::Date> day;
  bool agreement = false;
  bool contested = false;  // denied of so many that fewer than two are left
};

struct Penalty;  // evaluators.hpp

/// Weighs each statement once: what contradicts it, whose act it is. Not for several threads.
class Facts {
 public:
  struct Choice {
    Lens lens = Lens::All;
    std::string group;  // empty: the only one, or the one with most members
    bool count_legal_persons = false;
    std::string as_of;
    std::set<std::string> without;  // authorizations whose statements are left out
    /// Further statements that are left out, judgements too; must outlive the object.
    const std::unordered_set<const v1::Statement*>* left_out = nullptr;
    bool brief = false;  // for outcomes that are only compared: what is shown is counted alone
  };
  /// What is left out, by the lens or by name, stays known as evidence that nothing may rest on: it
  /// is never read as silence.
  /// @param file  must outlive the object
  /// @cost O(n log n) for n statements
  Facts(const v1::FactsFile& file, const Choice& choice);
  /// @param statements  of a file; must outlive the object
  /// @cost O(n)
  Facts(const Statements& statements, const Choice& choice);
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  [[nodiscard]] const v1::FactsFile& file() const { return stated_->file(); }
  [[nodiscard]] const Statements& statements() const { return *stated_; }
  [[nodiscard]] const Names& names() const { return stated_->names(); }
  [[nodiscard]] Lens lens() const { return choice_.lens; }
  [[nodiscard]] bool brief() const { return choice_.brief; }
  [[nodiscard]] const std::string& as_of() const { return as_of_; }
  [[nodiscard]] const std::string& group() const { return group_; }
  /// Groups of which a member is stated, in natural order; none when brief and a group is chosen.
  [[nodiscard]] const std::vector<std::string>& groups() const { return groups_; }
  [[nodiscard]] bool has_memberships() const { return has_memberships_; }
  [[nodiscard]] const std::vector<const v1::Statement*>& all() const { return stated_->ordered(); }
  [[nodiscard]] const std::vector<const v1::Statement*>& used() const { return used_; }
  /// Whether an answer under the lens may rest on the statement.
  [[nodiscard]] bool under_lens(const v1::Statement& s) const;
  /// Whether the statement is left out by name, whatever the lens.
  [[nodiscard]] bool is_left_out(const v1::Statement& s) const;
  /// Where evidence lies that nothing may rest on: "outside the lens 'lawful'".
  [[nodiscard]] std::string outside_in_words() const;
  [[nodiscard]] const Identities& identities() const { return *identities_; }

  /// Facts under the lens of one kind that support, in natural order of their ids.
  [[nodiscard]] const std::vector<const v1::Statement*>& supporting(
      v1::Statement::BodyCase body) const;
  /// Facts under the lens of one kind that contradict.
  [[nodiscard]] const std::vector<const v1::Statement*>& contradicting(
      v1::Statement::BodyCase body) const;
  /// Assessments under the lens of one kind: leads, never enough.
  [[nodiscard]] const std::vector<const v1::Statement*>& assessments(
      v1::Statement::BodyCase body) const;

  /// Facts under the lens that contradict the very thing `s` states.
  [[nodiscard]] const std::vector<const v1::Statement*>& against(const v1::Statement& s) const;
  /// Persons of an act or agreement, without those a contradicting fact takes out of it.
  [[nodiscard]] Persons persons_of(const v1::Statement& s) const;
  /// Whether contradicting facts leave nothing of `s`.
  [[nodiscard]] bool contested(const v1::Statement& s) const;

  /// The person, canonical; kNobody where no statement names anybody so.
  [[nodiscard]] PersonId person(const std::string& name) const;
  /// "A, B and C".
  [[nodiscard]] std::string listed(Persons persons) const;
  /// Category words stated for a person (all lenses: a label is no evidence), in order; where an
  /// operator decided the category, that word alone.
  [[nodiscard]] std::vector<v1::Person::Category> categories(PersonId person) const;
  [[nodiscard]] bool is(PersonId person, v1::Person::Category category) const;
  [[nodiscard]] const std::vector<const v1::Statement*>& person_statements(PersonId person) const;
  /// Whether the person acts on orders of an authority on that day.
  [[nodiscard]] bool tasked(PersonId person, std::optional<core::Date> day) const;
  /// Whether what the person does can be the group's or a smuggler's own doing: not an officer or
  /// informant while tasked, not a victim, not a migrant who is only the object of smuggling.
  [[nodiscard]] bool genuine(PersonId person, std::optional<core::Date> day) const;
  /// persons_of, canonical, those who are genuine on the statement's day.
  [[nodiscard]] Persons genuine_persons(const v1::Statement& s) const;
  /// A migrant with an act or a membership and an uncontested benefit of their own.
  [[nodiscard]] bool acts_for_benefit(PersonId person) const;

  /// Persons stated as fact, under the lens, to deal with a group without belonging to it.
  [[nodiscard]] const PersonSet& associates() const { return associates_; }

  /// Everybody who was weighed for the count.
  [[nodiscard]] const std::vector<Counted>& counted() const { return counted_; }
  [[nodiscard]] const PersonSet& certain() const { return certain_; }
  [[nodiscard]] const PersonSet& possible() const { return possible_; }  // certain and uncertain
  [[nodiscard]] const PersonSet& excluded() const { return excluded_; }
  [[nodiscard]] int lo() const { return lo_; }
  [[nodiscard]] int hi() const { return hi_; }

  /// Joint acts and agreements under the lens, facts only, in natural order.
  [[nodiscard]] const std::vector<Joint>& joints() const { return joints_; }
  /// Whether an act or agreement concerns the chosen group.
  [[nodiscard]] bool of_group(const v1::Statement& s) const;

  [[nodiscard]] const v1::Offence* offence(const std::string& id) const;
  /// The offence an act names; the only one of the file when it names none.
  [[nodiscard]] const std::string& offence_of(const v1::Statement& s) const;
  /// The same by number; see Statements::offence().
  [[nodiscard]] std::uint32_t offence_number(const v1::Statement& s) const;
  /// Whether the offence implements an element id that starts with `prefix`.
  [[nodiscard]] bool implements(const std::string& offence, std::string_view prefix) const;
  /// The same for every offence that a statement names, by number.
  [[nodiscard]] std::vector<char> implementing(std::string_view prefix) const;
  /// States Parties named by the case; nullopt when the file names none.
  /// @param day  for a question about that day: a State known to be bound only later was not bound
  [[nodiscard]] std::optional<bool> is_party(const std::string& state,
                                             std::optional<core::Date> day = std::nullopt) const;
  /// The last date of the offences that implement the Protocol, if one is stated.
  [[nodiscard]] std::optional<core::Date> smuggling_day() const;

  /// One origin for statements that repeat each other, followed through statements and through
  /// sources all of whose statements repeat one other; "" for those that name no source or quote
  /// each other in a ring, which corroborate nothing.
  [[nodiscard]] const std::string& origin(const v1::Statement& s) const;
  [[nodiscard]] const v1::Statement* statement(const std::string& id) const;
  [[nodiscard]] v1::Evidence evidence(const v1::Statement& s, std::string why) const;
  /// Counts what a brief derivation does not show; its origin too, under the lens that asks for
  /// two.
  /// @param carries  whether the outcome may rest on it
  void weigh(const v1::Statement& s, bool carries, Weight& into) const;
  /// Where penalty_of() keeps what it found, one an offence.
  [[nodiscard]] std::map<std::pair<std::string, double>, std::shared_ptr<const Penalty>>&
  penalties() const {
    return penalties_;
  }

 private:
  using Number = Statements::Number;
  Facts(std::unique_ptr<const Statements> own, const Choice& choice);
  /// Under the lens, facts for and against and assessments, of one kind of body.
  struct OfBody {
    std::vector<const v1::Statement*> supporting, contradicting, assessments;
    std::unordered_map<PersonId, std::vector<std::size_t>> denied_of;  // into contradicting
    std::vector<std::size_t> denied_of_all;                            // that name nobody
  };
  /// What is found out about one statement when it is first asked for.
  struct Weighed {
    std::vector<const v1::Statement*> against;
    Persons persons, genuine;
    bool known = false, genuine_known = false, contested = false;
  };
  /// Who acts or belongs, who benefits, of whom a benefit is denied, by person: filled when first
  /// asked for.
  struct Motives {
    std::vector<char> involved, benefits, denied;
    bool all_denied = false;
  };
  void sort_by_lens();
  void sort_by_body();
  void describe_persons();
  void find_motives() const;
  void choose_group();
  void count();
  void find_joints();
  /// Persons as the statement names them, canonical.
  [[nodiscard]] Persons stated_persons(Number n) const {
    return Persons{canonical_}.subspan(canonical_from_[n],
                                       canonical_from_[n + 1] - canonical_from_[n]);
  }
  [[nodiscard]] bool in_lens(const v1::Statement& s) const;
  [[nodiscard]] const OfBody* of_body(v1::Statement::BodyCase body) const;
  [[nodiscard]] std::vector<const v1::Statement*> find_against(const v1::Statement& s,
                                                               Persons mine) const;
  [[nodiscard]] Weighed& weighed(const v1::Statement& s) const;
  std::unique_ptr<const Statements> own_;
  const Statements* stated_;
  Choice choice_;
  std::string as_of_, group_;
  std::vector<std::string> groups_;
  bool has_memberships_ = false;
  std::vector<const v1::Statement*> used_;
  std::vector<char> in_lens_, left_out_;  // by number
  std::unique_ptr<Identities> identities_;
  std::vector<std::uint32_t> canonical_from_;  // by number, into canonical_
  std::vector<PersonId> canonical_;
  std::vector<std::vector<const v1::Statement*>> persons_;  // by person
  std::vector<const v1::Statement*> decided_categories_;    // the newest decision of each
  std::vector<std::uint32_t> categories_;                   // by person, a bit a word
  std::vector<char> may_be_tasked_;                         // by person
  std::map<int, OfBody> by_body_;
  std::vector<std::vector<const v1::Statement*>> knowing_, unwitting_;  // by person
  mutable std::vector<Weighed> weighed_;
  mutable std::deque<std::vector<PersonId>> fewer_;  // persons of statements that lose some
  mutable std::map<std::pair<std::string, double>, std::shared_ptr<const Penalty>> penalties_;
  mutable std::optional<Motives> motives_;
  PersonSet associates_;
  std::vector<Counted> counted_;
  PersonSet certain_, possible_, excluded_;
  std::vector<char> possible_at_;  // by person
  int lo_ = 0, hi_ = 0;
  std::vector<Joint> joints_;
};

/// Ids of all persons a statement names, as it names them.
[[nodiscard]] NameSet persons_named(const v1::Statement& s);

}  // namespace palermo::criteria
