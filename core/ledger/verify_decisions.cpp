// Whole-log verification: what persons decided, and the findings that were derived.
#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/ledger/verify_detail.hpp"
#include "palermo/v1/entity.pb.h"

namespace palermo::ledger::detail {
namespace {

using core::Status;
using store::Statement;

Status check_element_decisions(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                               Findings& findings) {
  Pairing pairs{entries, Body::kDecision, findings};
  PALERMO_TRY(Statement query,
              db.prepare("SELECT seq, payload, salt, leaf FROM decision ORDER BY seq"));
  std::int64_t before = -1;
  std::int64_t number = 0;
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place =
        fmt::format("decision {} (leaf {})", query.integer(0), query.integer(3));
    const auto* entry = pairs.entry_of(place, query.integer(3));
    // The newest decision about an element counts, so their order is part of what they say.
    if (query.integer(3) <= before || query.integer(0) != ++number)
      findings.add("ALTERED", place, "it stands out of the order in which it was decided");
    before = query.integer(3);
    if (entry == nullptr) continue;
    expect_hash(findings, place, "the commitment", entry->decision().reason_commit(),
                core::to_hex(core::commitment(query.blob(2), query.blob(1))));
  }
  pairs.report_missing("decision");
  return core::ok();
}

/// Events about who is whom. Their order decides which of two counts, so it is part of them.
Status check_entity_events(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                           Findings& findings) {
  Pairing pairs{entries, Body::kEntity, findings};
  PALERMO_TRY(Statement query,
              db.prepare("SELECT seq, payload, salt, leaf FROM entity_event ORDER BY seq"));
  std::int64_t before = -1;
  std::int64_t number = 0;
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place =
        fmt::format("entity event {} (leaf {})", query.integer(0), query.integer(3));
    const auto* entry = pairs.entry_of(place, query.integer(3));
    if (query.integer(3) <= before || query.integer(0) != ++number)
      findings.add("ALTERED", place, "it stands out of the order in which it was decided");
    before = query.integer(3);
    if (entry == nullptr) continue;
    const std::string_view payload = query.blob(1);
    expect_hash(findings, place, "the commitment", entry->entity().commit(),
                core::to_hex(core::commitment(query.blob(2), payload)));
    v1::EntityEvent event;
    if (!event.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
      findings.add("ALTERED", place, "it cannot be read");
      continue;
    }
    expect_same(findings, place, "the number", entry->id(), fmt::format("E-{}", query.integer(0)));
    expect_same(findings, place, "the number in the event", entry->id(), event.id());
    expect_same(findings, place, "the action", entry->entity().action(), event.action());
    expect_same(findings, place, "the event it turns round", entry->entity().target(),
                event.target());
  }
  pairs.report_missing("entity event");
  return core::ok();
}

Status check_findings(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                      Findings& findings) {
  Pairing pairs{entries, Body::kFinding, findings};
  PALERMO_TRY(Statement query, db.prepare("SELECT id, payload, leaf FROM finding ORDER BY leaf"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place = fmt::format("finding {}", core::printable(query.text(0), 60));
    const auto* entry = pairs.entry_of(place, query.integer(2));
    if (entry == nullptr) continue;
    expect_same(findings, place, "the id", entry->id(), query.text(0));
    expect_hash(findings, place, "the SHA-256", entry->finding().sha256(),
                core::to_hex(core::sha256(query.blob(1))));
  }
  pairs.report_missing("finding");
  return core::ok();
}

}  // namespace

Status check_decisions(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                       Findings& findings) {
  const google::protobuf::LogSilencer silence;  // damaged messages are findings
  PALERMO_CHECK_OK(check_element_decisions(db, entries, result, findings));
  PALERMO_CHECK_OK(check_entity_events(db, entries, result, findings));
  return check_findings(db, entries, result, findings);
}

}  // namespace palermo::ledger::detail
