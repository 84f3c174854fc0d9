// Who may be whom: the identity questions of a case and the bounds they set.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "palermo/v1/statement.pb.h"

namespace palermo::criteria {

/// Orders "S2" before "S10": digits compare as numbers.
[[nodiscard]] bool natural_less(const std::string& a, const std::string& b);
struct NaturalLess {
  bool operator()(const std::string& a, const std::string& b) const { return natural_less(a, b); }
};
using PersonSet = std::set<std::string, NaturalLess>;

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
  /// @param all   every statement, in any order
  /// @param used  those under the lens
  Identities(std::span<const v1::Statement* const> all, std::span<const v1::Statement* const> used);

  /// The name a person is kept under: the first, in natural order, of those stated to be the same.
  [[nodiscard]] std::string canonical(const std::string& person) const;
  [[nodiscard]] PersonSet canonical(const PersonSet& persons) const;

  /// Fewest distinct persons among `counted` if every open question that can be answered "same" is.
  /// A counted person who may be one of `excluded` may add nothing.
  /// @return the exact minimum where at most 13 persons hang together by open questions, else a
  /// lower
  ///         bound (a set of mutually distinct persons, less the excluded ones)
  /// @cost O(3^13) for the largest connected set
  [[nodiscard]] int fewest(const PersonSet& counted, const PersonSet& excluded) const;

  /// Open questions in which one of `persons` stands, in natural order.
  [[nodiscard]] std::vector<OpenPair> open_pairs(const PersonSet& persons) const;
  /// Identity statements that say one thing of two of `persons`, under any lens.
  [[nodiscard]] std::vector<const v1::Statement*> statements(const PersonSet& persons,
                                                             SaysOfTwo what) const;

 private:
  using Pair = std::pair<std::string, std::string>;
  [[nodiscard]] Pair key(const std::string& a, const std::string& b) const;
  std::map<std::string, std::string> canonical_;
  std::map<Pair, OpenPair> open_;
  std::map<std::string, std::vector<std::string>> neighbours_;  // by open questions
  std::set<Pair> distinct_;
  std::vector<const v1::Statement*> statements_;
};

}  // namespace palermo::criteria
