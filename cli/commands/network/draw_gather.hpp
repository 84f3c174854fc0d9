// From the case to a network that can be drawn: which nodes and ties, in which layers and groups.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/network/chaining.hpp"
#include "cli/pictures.hpp"
#include "draw/network.hpp"
#include "palermo/v1/picture.pb.h"

namespace palermo::cli {

struct DrawArguments {
  Selection selection;
  PictureOptions picture;
  std::uint32_t top = 150;
  std::uint32_t most_ties = 600;
  std::string ego;
  std::uint32_t hops = 1;
  std::string authorization;
  bool groups = false;
  bool users = false;
  std::string label = "all";
  std::uint32_t seed = 1;
};

struct GatheredNetwork {
  draw::NetworkDrawing drawing;  // without page
  v1::NetworkPicture answer;     // without picture, labels
  v1::Access entry;
};

/// Chooses, with a rule that the answer states:
/// - nodes: all, or the `top` with most contacts in the selection (equal ones: the stronger, then
/// by
///   id); from an ego, the nearest first;
/// - ties: those between chosen nodes, or the `most_ties` strongest;
/// - a line for each layer in which a pair is tied.
/// @error Refused  --ego beyond the authorized hops (SC02), logged
[[nodiscard]] core::Result<GatheredNetwork> gather_network(session::Session& session,
                                                           const DrawArguments& arguments,
                                                           const PictureCase& of);

}  // namespace palermo::cli
