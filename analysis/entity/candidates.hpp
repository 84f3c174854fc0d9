// Pairs of entities that may be one, with what speaks for and against it. Never a score of a
// person.
#pragma once

#include <string>
#include <vector>

#include "analysis/entity/model.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/entity.pb.h"

namespace palermo::entity {

/// A handset or SIM that served more numbers than this is a gateway, a test set or a copied number:
/// it joins nobody.
inline constexpr std::size_t kMostUsersOfDevice = 20;
/// A contact of more entities than this (a taxi rank, a bank) says nothing about who they are.
inline constexpr std::size_t kMostOfContact = 50;
/// Contacts that two entities must share, and at least half of those of the one with fewer.
inline constexpr std::size_t kFewestShared = 3;
/// Names borne by more entities than this are no clue.
inline constexpr std::size_t kMostOfName = 20;

/// How candidates are classed and ordered, in words.
[[nodiscard]] std::string candidate_rule();

/// Candidates of the whole case, or those in which `about` stands.
///
/// A pair is listed when something speaks for it: the same handset (with or without a change of
/// number), the same SIM, the same document or other identifier, the same name (as written, as it
/// looks, as written in Latin), contacts in common, a statement that the two are or may be one.
/// Against it: they spoke with each other, were in calls far apart at the same time, are stated or
/// decided to be distinct, have categories or nationalities that do not go together. Open (~): what
/// can be read both ways, such as a handset used by both in turns.
///
/// Class: contradicted when it is proved, stated or decided that they are two; strong when a
/// device, document or fact-like statement speaks for it and nothing against; moderate when such a
/// thing is met by something against, or the same name stands alone; weak otherwise. Order: class,
/// then the number of properties for (most first), then of those against (fewest first), then ids.
/// Numbers are lifted to the persons who used them.
/// @param about  an entity id; empty: all
/// @cost network::load, and two passes over the calls
[[nodiscard]] core::Result<v1::CandidateList> find_candidates(store::Database& db,
                                                              const Model& model,
                                                              const std::string& about);

}  // namespace palermo::entity
