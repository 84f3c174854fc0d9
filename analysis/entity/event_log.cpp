#include "analysis/entity/event_log.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/entity/decisions.hpp"
#include "core/base/encoding.hpp"
#include "core/base/time.hpp"

namespace palermo::entity {
namespace {

/// "set_category" is typed set-category.
std::string command_word(std::string action) {
  std::replace(action.begin(), action.end(), '_', '-');
  return action;
}

}  // namespace

core::Result<std::vector<v1::EntityEvent>> load_events(store::Database& db,
                                                       std::optional<std::int64_t> before_leaf) {
  std::vector<v1::EntityEvent> events;
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT payload, leaf FROM entity_event ORDER BY seq"));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return events;
    if (before_leaf && query.integer(1) >= *before_leaf) continue;
    if (!events.emplace_back().ParseFromString(std::string{query.blob(0)}))
      return core::Error{
          core::ErrorCode::Integrity,
          fmt::format("the entity event of leaf {} cannot be read back", query.integer(1)),
          std::nullopt, "run `palermo audit verify`", "ALTERED"};
  }
}

core::Result<std::uint64_t> write_event(session::Session& session, store::Transaction& transaction,
                                        v1::EntityEvent& event) {
  PALERMO_TRY(const std::int64_t before, session.db().scalar("SELECT count(*) FROM entity_event"));
  event.set_id(fmt::format("E-{}", before + 1));
  event.set_by(session.operator_name());
  event.set_at(core::format_utc_us(core::now_us()));
  event.clear_in_effect();
  const std::string payload = event.SerializeAsString();
  const std::string salt = core::random_bytes(32);
  v1::LedgerEntry entry;
  entry.set_id(event.id());
  v1::EntityEntry& body = *entry.mutable_entity();
  body.set_action(event.action());
  body.set_target(event.target());
  body.set_commit(core::to_hex(core::commitment(salt, payload)));
  PALERMO_TRY(const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  PALERMO_TRY(
      store::Statement insert,
      session.db().prepare("INSERT INTO entity_event (payload, salt, leaf) VALUES (?1, ?2, ?3)"));
  PALERMO_CHECK_OK(insert.bind_blob(1, payload));
  PALERMO_CHECK_OK(insert.bind_blob(2, salt));
  PALERMO_CHECK_OK(insert.bind(3, static_cast<std::int64_t>(leaf.index)));
  PALERMO_CHECK_OK(insert.run());

  v1::Access access;
  access.add_objects(event.id());
  access.set_operation(event.action() == kMerge ? "COMBINE" : "ALTER");
  access.set_command("entity " + command_word(event.action()));
  access.set_result_count(1);
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf second,
              session.append_access(transaction, std::move(access)));
  return leaf.index;
}

}  // namespace palermo::entity
