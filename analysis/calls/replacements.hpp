// Numbers that started with the contacts of one that fell silent.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "analysis/calls/events.hpp"
#include "palermo/v1/calls_replacements.pb.h"

namespace palermo::calls {

struct ReplacementOptions {
  std::optional<std::uint32_t> asked;  // a number that fell silent, or one that started
  std::optional<std::int64_t> at_us;   // the change; absent: found for each number
  bool at_is_local = false;            // at_us is a local midnight, read as if it were UTC
  std::size_t signature = 30;          // contacts kept, the weightiest
  double half_life_days = 14;          // of a record's weight, away from the change
  double drop = 0.2;                   // rate after / rate before (or the reverse) at most
  std::uint32_t least_records = 5;     // on the busy side
  std::int32_t gap_days = 14;          // the new one starts at most so long after
  std::int32_t overlap_days = 3;       // or so long before
  std::uint32_t draws = 199;
  std::uint32_t seed = 1;
  std::size_t limit = 3;  // candidates listed for each number; 0 = all
  std::size_t evidence = 3;
  std::set<std::uint32_t> towards;  // parties; not empty: who fell silent, and who started, is told
                                    // from records with these alone, and they are not compared
};

/// Signature = the contacts of a number before it fell silent (after it started), weighted by
/// records that decay away from the change. Two are ranked by how far the number of contacts they
/// share is beyond chance, so that one busy contact does not outweigh four; beside it stands the
/// cosine of their weights, each contact counting 1 / (all its records), so that who talks with
/// everybody tells little.
///
/// Never says that two numbers are one person's: a relative of the old user, a colleague who takes
/// his work over, and he himself leave the same trace.
/// @cost O(numbers x days + pairs in contact) a draw
/// @source Cortes, Pregibon and Volinsky, "Communities of interest", Intelligent Data Analysis 6
///         (2002), first at IDA 2001
[[nodiscard]] v1::CallsReplacements replacements(const Log& log, const ReplacementOptions& options);

/// A second look where several changed together: whose contacts with *them* ended, and whose began?
/// Someone whose contacts all take new numbers seems to lose these contacts though he does not fall
/// silent, and if he changes too, nothing that he shares with his own new number is left to see. So
/// pairs that match each other best with p below 0.05 and no more than one in twenty impostors as
/// good are read as one number each, and only records with these decide who fell silent and who
/// started; signatures are of all records. There is no p: the choice itself makes the two sides
/// share contacts, so impostors are those who are in touch with the group afterwards. Everything
/// rests on the pairs being right, which the answer says.
/// @param log    as given to replacements()
/// @param first  its answer, for no number by name and with draws
/// @return absent where fewer than two pairs match so well
[[nodiscard]] core::Result<std::optional<v1::CallsReplacements::Together>> changed_together(
    Log log, const ReplacementOptions& options, const v1::CallsReplacements& first);

}  // namespace palermo::calls
