// What an inspector brings: signed notes, checkpoints, proofs, keys.
#include <vector>

#include "core/ledger/check.hpp"
#include "tests/fuzz/target.hpp"

void palermo::test::fuzz_notes(std::string_view bytes) {
  using namespace palermo::ledger;
  static const std::vector<VerifierKey> kKeys = [] {
    std::vector<VerifierKey> keys;
    if (auto key = VerifierKey::parse(
            "palermo/4a276861b556d090+0fb97f56+AVcVeULHiuSlUsDva0uo871F/OiQl13Ia+tcbh+D6yt8"))
      keys.push_back(*std::move(key));
    return keys;
  }();
  if (const auto note = parse_note(bytes))
    require(bytes.starts_with(note->text), "a note's text stands at its head");
  if (const auto checkpoint = parse_checkpoint(bytes); checkpoint && checkpoint->extensions.empty())
    require(checkpoint_text(checkpoint->origin, checkpoint->size, checkpoint->root) == bytes,
            "a checkpoint has one text");
  require(!check_note(bytes, {}).ok(), "nothing is signed by nobody");
  static_cast<void>(check_note(bytes, kKeys));
  static_cast<void>(check_inclusion(bytes, "leaf", kKeys));
  static_cast<void>(check_consistency({}, bytes, kKeys, FromEmpty::Refuse));
  static_cast<void>(VerifierKey::parse(bytes));
}
