// JSON and its canonical form.
#include "core/base/json_message.hpp"
#include "core/ledger/canonical.hpp"
#include "ingest/facts/facts_reader.hpp"
#include "tests/fuzz/target.hpp"

void palermo::test::fuzz_json(std::string_view bytes) {
  const auto json = palermo::core::parse_json(bytes);
  if (!json) return;
  static_cast<void>(palermo::ingest::read_facts(*json));
  const auto once = palermo::ledger::canonical_json(*json);
  if (!once) return;
  const auto again = palermo::core::parse_json(*once);
  require(static_cast<bool>(again), "a canonical form is JSON");
  const auto twice = palermo::ledger::canonical_json(*again);
  require(twice && *twice == *once, "a canonical form is its own canonical form");
}
