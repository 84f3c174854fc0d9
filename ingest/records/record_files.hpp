// Intercept logs, undercover reports, technique uses, payments, relations and statements: JSON,
// JSON lines, and CSV where the record is flat.
#pragma once

#include "ingest/batch.hpp"

namespace palermo::ingest {

[[nodiscard]] Adapter statements_adapter();         // docs/formats/facts.md
[[nodiscard]] Adapter undercover_report_adapter();  // docs/formats/evidence.md
[[nodiscard]] Adapter intercept_log_adapter();      // docs/formats/evidence.md
[[nodiscard]] Adapter technique_use_adapter();
[[nodiscard]] Adapter payments_adapter();   // docs/formats/evidence.md
[[nodiscard]] Adapter relations_adapter();  // JSON form of docs/formats/evidence.md

}  // namespace palermo::ingest
