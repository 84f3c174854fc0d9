// Intercept logs, undercover reports, technique uses, payments, relations and statements: JSON,
// JSON lines, and CSV where the record is flat.
#pragma once

#include "ingest/batch.hpp"

namespace palermo::ingest {

[[nodiscard]] Adapter statements_adapter();         // docs/formats/statements.md
[[nodiscard]] Adapter undercover_report_adapter();  // docs/formats/undercover-report.md
[[nodiscard]] Adapter intercept_log_adapter();      // docs/formats/intercept-log.md
[[nodiscard]] Adapter technique_use_adapter();
[[nodiscard]] Adapter payments_adapter();   // docs/formats/payments.md
[[nodiscard]] Adapter relations_adapter();  // JSON form of docs/formats/relations.md

}  // namespace palermo::ingest
