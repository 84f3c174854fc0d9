// What proves that two identifiers, or two persons, are not one user.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/entity/model.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/entity.pb.h"

namespace palermo::entity {

/// Two places this far apart cannot both be where one person is in the same minute. A cell covers
/// up to 35 km (GSM) and as much again may be lost to its position; 100 km leaves room.
inline constexpr double kFarKm = 100;

/// A stretch in which an identifier was in use in a call, at a known place.
struct Presence {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
  double latitude = 0;  // degrees, WGS 84
  double longitude = 0;
  std::string record;
};

/// Great-circle distance, mean earth radius. @return km
[[nodiscard]] double distance_km(double latitude_a, double longitude_a, double latitude_b,
                                 double longitude_b);

/// Answered calls with a position, by the identifier that the position belongs to, in order of
/// time.
/// @param identifiers  ids of the identifier table
/// @cost one pass over the segments that mention them
[[nodiscard]] core::Result<std::map<std::uint32_t, std::vector<Presence>>> presences(
    store::Database& db, const std::set<std::uint32_t>& identifiers);

/// The first overlapping pair that lies at least kFarKm apart.
struct FarApart {
  const Presence* a = nullptr;
  const Presence* b = nullptr;
  double km = 0;
};
[[nodiscard]] std::optional<FarApart> far_apart(const std::vector<Presence>& a,
                                                const std::vector<Presence>& b);

/// All that stands against two entities being one: facts that call them distinct, conversations
/// between their identifiers, calls of theirs at the same time in places too far apart. A person's
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
