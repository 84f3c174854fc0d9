// The users of a case's identifiers and what proves them different persons.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/network/distinct.hpp"
#include "analysis/network/distinct_graph.hpp"
#include "analysis/network/load.hpp"
#include "palermo/v1/network_persons.pb.h"

namespace palermo::network {

struct PersonsQuery {
  LoadOptions load;
  DistinctRules rules;
  std::vector<std::uint32_t> identifiers;  // numbers in the case; empty: the whole case
  std::vector<std::string> persons;        // beside them, by id
  /// Identifiers whose records are read for proofs, at most: those with most conversations among
  /// one another (largest coreness, then degree). The others count for hi alone.
  std::uint32_t most = 2'000;
};

/// A user as the case knows it.
struct CaseUser {
  std::string id;
  std::string label;
  std::string kind;                            // person, organisation, identifier
  std::vector<std::uint32_t> identifiers;      // as DistinctInput numbers them
  std::optional<std::int64_t> from_us, to_us;  // where the user had it for a time alone
  bool counted = false;                        // for hi: occurs in the period
};

/// What claims rest on.
struct ClaimSource {
  std::string statement_id, record_id, text;
};

struct DistinctCase {
  DistinctInput input;
  DistinctGraph graph;
  std::vector<CaseUser> users;
  std::vector<std::uint32_t> numbers;  // in the case, by identifier
  std::vector<std::string> names;      // by identifier
  std::vector<std::string> cells;
  std::vector<ClaimSource> sources;
  EvidenceNames evidence;
  std::map<std::uint32_t, std::vector<std::uint32_t>> stands_for;  // handsets, SIMs: their numbers
  std::uint32_t left_out = 0;          // identifiers beyond PersonsQuery::most
  std::uint32_t left_out_at_most = 0;  // no clique of conversations with one of them is larger
  std::uint64_t places_unknown = 0, places_contradicting = 0;
  bool whole = false;
  std::vector<std::string> notices;

  /// All users that count, or those behind some identifiers (numbers in the case); ascending.
  [[nodiscard]] std::vector<std::uint32_t> counted() const;
  [[nodiscard]] std::vector<std::uint32_t> users_of(
      const std::vector<std::uint32_t>& identifiers) const;
};

/// Reads users and proofs:
/// - MSISDN, accounts and other identifiers that somebody can use are users until facts, links or
///   decisions say who used them; then the person is. A person who used an identifier for a time
///   has it for that time, and whoever had it before or after is another user. An identifier that
///   several persons used at once, or that an organisation used, proves nothing.
/// - A handset or SIM (IMEI, IMSI) stands for the numbers that its own records show beside it: what
///   stands in one record has one user. Without such a number it stands for itself.
/// - Short codes, names of senders, plates, documents and the like have no user and do not count.
/// - For the whole case, persons with no identifier count too; facts tell them from others.
/// @param loaded  load(db, query.load), over identifiers
/// @error Integrity  a segment or record does not hold
/// @cost load(), a pass over the segments that mention the identifiers looked at (some 150 ns and
/// 60
///       bytes a call), and the comparisons of places, which the rules bound
[[nodiscard]] core::Result<DistinctCase> load_distinct(store::Database& db,
                                                       const LoadedNetwork& loaded,
                                                       const PersonsQuery& query);

struct PersonsLimits {
  std::uint64_t budget = 5'000'000;                // search steps, of each bound
  std::vector<std::uint32_t> within = {1, 7, 30};  // days
  std::size_t open_listed = 200;                   // open pairs; 0: all of up to 50 users
};

/// The answer about some users. Basis without what it was loaded from.
[[nodiscard]] v1::NetworkPersons persons_answer(const DistinctCase& found,
                                                const std::vector<std::uint32_t>& users,
                                                const DistinctRules& rules,
                                                const PersonsLimits& limits);

/// Persons behind each of several sets of identifiers (numbers in the case), from one reading.
/// @return as many intervals as sets; absent where the sets together hold more than query.most
///         identifiers, which only persons_behind() can then count
[[nodiscard]] core::Result<std::optional<std::vector<PersonInterval>>> persons_of_sets(
    store::Database& db, const LoadedNetwork& loaded, PersonsQuery query,
    const std::vector<std::vector<std::uint32_t>>& sets, std::uint64_t budget = 5'000'000);

}  // namespace palermo::network
