// What proves that two identifiers, or two persons, are not one user.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/entity/model.hpp"
#include "analysis/location/travel.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/entity.pb.h"

namespace palermo::entity {

/// A call of an identifier, served at a known place.
struct Presence {
  analysis::Sighting at;
  std::string record;
};

/// Answered calls at known places, by the identifier whose cell it was, in order of time.
/// @param identifiers  numbers in the case
/// @cost one pass over the segments that mention them, and one over the cell tables
[[nodiscard]] core::Result<std::map<std::uint32_t, std::vector<Presence>>> presences(
    store::Database& db, const std::set<std::uint32_t>& identifiers);

/// The first pair that one person cannot have made (analysis::travel_between).
struct FarApart {
  const Presence* a = nullptr;
  const Presence* b = nullptr;
  analysis::Travel travel;
};
[[nodiscard]] std::optional<FarApart> far_apart(const std::vector<Presence>& a,
                                                const std::vector<Presence>& b);

/// "served 640 km apart within 4 min".
[[nodiscard]] std::string words_of(const FarApart& apart);

/// All that stands against two entities being one: facts that call them distinct, conversations
/// between their identifiers, calls of theirs in places too far apart for one person. A person's
/// identifiers count while facts or decisions say that the person used them. What is against two
/// members of merged sets is against the sets.
/// @cost one pass over the calls that mention the identifiers
[[nodiscard]] core::Result<std::vector<v1::ContraryEvidence>> against_being_one(
    store::Database& db, const Model& model, const std::string& a, const std::string& b);

/// What stands against two entities being two: facts that call them one, or that say that the one
/// uses the other.
[[nodiscard]] std::vector<v1::ContraryEvidence> against_being_two(const Model& model,
                                                                  const std::string& a,
                                                                  const std::string& b);

}  // namespace palermo::entity
