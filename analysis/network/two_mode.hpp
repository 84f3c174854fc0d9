// Who attended what: persons by events, its projection to persons, and its null model.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/network/graph.hpp"
#include "analysis/network/random.hpp"
#include "core/base/result.hpp"

namespace palermo::network {

/// Rows of a table of 0 and 1: the events of each person, sorted, without doubles.
using Attendance = std::vector<std::vector<std::uint32_t>>;

/// Ties of persons who share events.
struct Projection {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;  // a < b, sorted
  std::vector<std::uint32_t> shared;                           // events shared by each pair
};

/// A person-event table read out of a two-mode network.
struct TwoMode {
  Attendance attended;
  std::vector<std::vector<std::uint64_t>> records;  // behind each attendance, parallel
  std::uint32_t events = 0;
  std::vector<std::uint32_t> persons;  // vertices of the two-mode graph, in order
  std::vector<std::uint32_t> event_vertices;
};

/// Persons are the vertices from which ties lead, events those to which they lead. Absent where a
/// vertex is both, or there is no tie.
[[nodiscard]] std::optional<TwoMode> two_mode_of(const Graph& graph);

/// @param most  pairs (with multiplicity) beyond which the projection is refused
/// @error InvalidArgument  some events have so many persons that the projection would be larger
/// @cost sum over events of the square of its persons
[[nodiscard]] core::Result<Projection> project(const Attendance& attended, std::uint32_t events,
                                               std::uint64_t most = 50'000'000);

/// Graph of the persons with the names of the two-mode graph: a tie weighs the events shared; first
/// and last are those of the attendances, records of a tie are the events shared.
[[nodiscard]] core::Result<Graph> projected_graph(const Graph& graph, const TwoMode& table,
                                                  const Projection& projection);

/// Curveball: two persons trade the events that only one of them attended, at random; each keeps
/// their number, and each event keeps its number of persons. `trades` a person on average (at least
/// 10 in all); the chain is uniform over all tables of these margins.
/// @source Strona, Nappo, Boccacci, Fattorini and San-Miguel-Ayanz (2014); Carstens (2015)
void curveball(Attendance& attended, Random& random, std::uint32_t trades = 10);

}  // namespace palermo::network
