// Networks as the programs of network analysis write them.
#pragma once

#include "ingest/batch.hpp"

namespace palermo::ingest {

/// DL of UCINET. docs/formats/networks.md
[[nodiscard]] Adapter dl_adapter();
/// Pajek .net, and the networks of a .paj project.
[[nodiscard]] Adapter pajek_adapter();
/// GraphML, with weight and label found by the names of their keys.
[[nodiscard]] Adapter graphml_adapter();
/// GEXF of Gephi.
[[nodiscard]] Adapter gexf_adapter();

}  // namespace palermo::ingest
