// Who may be whom: the identity questions of a case and the bounds they set.
#pragma once

#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "analysis/criteria/statements.hpp"

namespace palermo::criteria {

/// What an identity statement says of two persons: a denial turns it round.
enum class SaysOfTwo { Same, Distinct, Open };
/// @param s  with a body of kind identity
[[nodiscard]] SaysOfTwo says_of_two(const v1::Statement& s);

/// An identity question that no fact answers.
struct OpenPair {
  std::string a;
  std::string b;
  bool conflict = false;  // facts say both same and distinct
  std::vector<const v1::Statement*> statements;
};

class Identities {
 public:
  /// Facts under the lens merge (`same`) and separate (`distinct`); a `same` outside the lens or by
  /// assessment only opens the question; a `distinct` outside the lens separates nothing. Two
  /// persons to whom facts attribute one identifier at the same time may be the same. Facts that
  /// contradict (same and distinct, also through a chain) leave the persons concerned open.
  /// A decision that an operator signed (Statement.decided) settles as a fact does, and like one it
  /// leaves the question open where a fact says the opposite. Identifiers decided to have one user
  /// count as one identifier; an attribution decided to be wrong is left out.
  /// @param statements  must outlive the object
  /// @param in_lens     by number: whether the statement stands under the lens
  /// @cost O(i log i) for i identities and attributions, and O(n) for n persons
  Identities(const Statements& statements, const std::vector<char>& in_lens);

  /// The person somebody is kept under: the first, in natural order, of those stated to be the
  /// same.
  [[nodiscard]] PersonId canonical(PersonId person) const {
    return person == kNobody ? person : canonical_[person];
  }
  /// The name; as it is where no statement names the person.
  [[nodiscard]] std::string canonical(const std::string& person) const;

  /// Fewest distinct persons among `counted` if every open question that can be answered "same" is.
  /// A counted person who may be one of `excluded` may add nothing.
  /// @param counted, excluded  canonical
  /// @return the exact minimum where at most 13 persons hang together by open questions, else a
  /// lower
  ///         bound (a set of mutually distinct persons, less the excluded ones)
  /// @cost O(3^13) for the largest connected set
  [[nodiscard]] int fewest(Persons counted, Persons excluded) const;

  /// Open questions in which one of `persons` (canonical) stands, in natural order.
  [[nodiscard]] std::vector<OpenPair> open_pairs(Persons persons) const;
  [[nodiscard]] std::vector<OpenPair> open_pairs_of(const std::string& person) const;
  /// Identity statements that say one thing of two of `persons` (canonical), under any lens.
  [[nodiscard]] std::vector<const v1::Statement*> statements(Persons persons, SaysOfTwo what) const;

 private:
  using Pair = std::pair<PersonId, PersonId>;  // the first in natural order first
  struct Open {
    Pair pair;
    bool conflict = false;
    std::vector<const v1::Statement*> statements;
  };
  /// Pairs in the order of their names' bytes: what is found first stays first.
  struct Spelled {
    const Names* names;
    bool operator()(const Pair& a, const Pair& b) const {
      return std::pair{names->spelled(a.first), names->spelled(a.second)} <
             std::pair{names->spelled(b.first), names->spelled(b.second)};
    }
  };
  [[nodiscard]] Pair key(PersonId a, PersonId b) const;
  [[nodiscard]] bool apart(PersonId a, PersonId b) const { return distinct_.contains(key(a, b)); }
  [[nodiscard]] int fewest_classes(const std::vector<PersonId>& nodes, Persons counted,
                                   Persons excluded) const;
  struct PairHash {
    std::size_t operator()(const Pair& p) const {
      return std::hash<std::uint64_t>{}(std::uint64_t{p.first} << 32U | p.second);
    }
  };
  const Statements* all_;
  std::vector<PersonId> canonical_;
  std::map<Pair, Open, Spelled> open_;
  std::map<PersonId, std::vector<PersonId>> neighbours_;  // by open questions
  std::unordered_set<Pair, PairHash> distinct_;
  std::vector<const v1::Statement*> statements_;
};

}  // namespace palermo::criteria
