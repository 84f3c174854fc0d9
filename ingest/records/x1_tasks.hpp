// ETSI TS 103 221-1 (X1): how an administration function tasks network elements.
#pragma once

#include "ingest/batch.hpp"

namespace palermo::ingest {

/// X1 requests: each ActivateTask, ModifyTask and DeactivateTask is one technique use. They are
/// orders to network elements, not warrants. Other messages are rejected with a code that says what
/// they are; a file without any order is refused. docs/formats/warrants.md
[[nodiscard]] Adapter x1_adapter();

}  // namespace palermo::ingest
