#include "core/ledger/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/text.hpp"

namespace palermo::ledger {
namespace {

v1::ProofResult refuse(v1::ProofResult result, std::string reason, std::string text) {
  result.set_ok(false);
  result.add_reason_codes(std::move(reason));
  result.set_text(std::move(text));
  return result;
}

void describe(const Checkpoint& checkpoint, v1::ProofResult& result) {
  result.set_origin(checkpoint.origin);
  result.set_size(static_cast<std::uint32_t>(checkpoint.size));
  result.set_root(core::to_base64(checkpoint.root));
}

/// Whether a note means to be a checkpoint, however badly.
bool looks_like_checkpoint(std::string_view text, std::span<const VerifierKey> keys,
                           const NoteRules& rules) {
  if (!rules.origin.empty()) return true;
  std::vector<std::string_view> lines;
  for (std::string_view rest = text; !rest.empty() && lines.size() < 3;) {
    const std::size_t end = rest.find('\n');
    lines.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  if (lines.empty()) return false;
  if (std::any_of(keys.begin(), keys.end(),
                  [&](const VerifierKey& key) { return key.name == lines[0]; }))
    return true;
  return lines.size() >= 3 && !lines[1].empty() &&
         lines[1].find_first_not_of("+-0123456789 ") == std::string_view::npos;
}

/// Signatures and origin of a checkpoint that was read. Empty result = good.
std::optional<v1::ProofResult> refuse_checkpoint(const SignedCheckpoint& signed_checkpoint,
                                                 std::span<const VerifierKey> keys,
                                                 const NoteRules& rules,
                                                 const v1::ProofResult& result,
                                                 std::string* seen = nullptr) {
  const auto verified = verify_note(signed_checkpoint.note, keys);
  if (!verified) return refuse(result, verified.error().reason, verified.error().message);
  const auto is_log = [](const VerifierKey& key) { return key.type == kEd25519; };
  std::size_t cosignatures = 0;
  const VerifierKey* log = nullptr;
  std::string times;
  for (const VerifiedSignature& each : *verified) {
    if (each.time_s) {
      ++cosignatures;
      times += fmt::format("; {} saw it at {} (POSIX seconds)",
                           core::printable(keys[each.key].name, 100), *each.time_s);
    } else if (log == nullptr) {
      log = &keys[each.key];
    }
  }
  if (log == nullptr && std::any_of(keys.begin(), keys.end(), is_log))
    return refuse(result, "UNSIGNED", "witnesses signed, but not the log whose key was given");
  const std::string& wanted = !rules.origin.empty() ? rules.origin
                              : log != nullptr      ? log->name
                                                    : signed_checkpoint.checkpoint.origin;
  if (signed_checkpoint.checkpoint.origin != wanted)
    return refuse(result, "WRONG_ORIGIN",
                  fmt::format("the checkpoint is of the log '{}', not of '{}'",
                              core::printable(signed_checkpoint.checkpoint.origin, 100),
                              core::printable(wanted, 100)));
  if (cosignatures < rules.quorum)
    return refuse(result, "UNSIGNED",
                  fmt::format("{} of {} cosignatures asked for", cosignatures, rules.quorum));
  if (seen != nullptr) *seen = times;
  return std::nullopt;
}

}  // namespace

v1::ProofResult check_note(std::string_view bytes, std::span<const VerifierKey> keys,
                           const NoteRules& rules) {
  v1::ProofResult result;
  const auto note = parse_note(bytes);
  if (!note) return refuse(result, "MALFORMED", note.error().message);
  if (!looks_like_checkpoint(note->text, keys, rules)) {
    const auto verified = verify_note(*note, keys);
    if (!verified) return refuse(result, verified.error().reason, verified.error().message);
    result.set_ok(true);
    result.set_text(
        fmt::format("{} of {} signature(s) checked, all good; the text is no checkpoint",
                    verified->size(), note->signatures.size()));
    return result;
  }
  auto checkpoint = parse_checkpoint(note->text);
  if (!checkpoint) return refuse(result, "MALFORMED", checkpoint.error().message);
  describe(*checkpoint, result);
  std::string times;
  if (auto bad = refuse_checkpoint({*checkpoint, *note}, keys, rules, result, &times)) return *bad;
  result.set_ok(true);
  result.set_text(fmt::format("checkpoint of {} entries, signed{}", checkpoint->size, times));
  return result;
}

v1::ProofResult check_inclusion(std::string_view file, std::string_view leaf,
                                std::span<const VerifierKey> keys, const NoteRules& rules) {
  v1::ProofResult result;
  const auto parsed = parse_inclusion_file(file);
  if (!parsed) return refuse(result, "MALFORMED", parsed.error().message);
  const Checkpoint& checkpoint = parsed->checkpoint.checkpoint;
  describe(checkpoint, result);
  result.set_index(static_cast<std::uint32_t>(parsed->index));
  if (auto bad = refuse_checkpoint(parsed->checkpoint, keys, rules, result)) return *bad;
  const auto holds = [&](std::string_view bytes) {
    return verify_inclusion(parsed->index, checkpoint.size, leaf_hash(bytes), parsed->proof,
                            checkpoint.root);
  };
  if (!holds(leaf)) {
    std::string text = fmt::format("these {} bytes are not entry {} of the log of {} entries",
                                   leaf.size(), parsed->index, checkpoint.size);
    std::string_view shorter = leaf;
    if (shorter.ends_with('\n')) shorter.remove_suffix(1);
    if (shorter.size() != leaf.size() && holds(shorter))
      text +=
          "; without the newline at the end of the file they are: an entry is exact bytes, so cut "
          "it off";
    return refuse(result, "ALTERED", text);
  }
  result.set_ok(true);
  result.set_text(fmt::format("these {} bytes are entry {} of the log of {} entries", leaf.size(),
                              parsed->index, checkpoint.size));
  return result;
}

v1::ProofResult check_consistency(const OldTree& old, std::string_view file,
                                  std::span<const VerifierKey> keys, FromEmpty from_empty,
                                  const NoteRules& rules) {
  v1::ProofResult result;
  const auto parsed = parse_consistency_file(file);
  if (!parsed) return refuse(result, "MALFORMED", parsed.error().message);
  const Checkpoint& now = parsed->checkpoint.checkpoint;
  describe(now, result);
  if (auto bad = refuse_checkpoint(parsed->checkpoint, keys, rules, result)) return *bad;

  OldTree kept = old;
  if (!old.note.empty()) {
    const auto retained = parse_signed_checkpoint(old.note);
    if (!retained)
      return refuse(result, "MALFORMED", "the older checkpoint: " + retained.error().message);
    NoteRules same_log;
    same_log.origin = now.origin;
    if (auto bad = refuse_checkpoint(*retained, keys, same_log, result)) {
      bad->set_text("the older checkpoint: " + bad->text());
      return *bad;
    }
    kept.size = retained->checkpoint.size;
    kept.root = retained->checkpoint.root;
  }
  if (now.size < kept.size)
    return refuse(result, "ROLLBACK",
                  fmt::format("the log had {} entries and now shows {}", kept.size, now.size));
  if (now.size == kept.size && now.root != kept.root)
    return refuse(
        result, "SPLIT_VIEW",
        fmt::format(
            "two different logs of {} entries bear the same name: root {} was kept, {} is shown",
            now.size, core::to_hex(kept.root), core::to_hex(now.root)));
  if (parsed->old_size != kept.size)
    return refuse(result, "NOT_EXTENSION",
                  fmt::format("the proof begins at size {}, the older checkpoint has size {}",
                              parsed->old_size, kept.size));
  if (!verify_consistency(kept.size, now.size, kept.root, now.root, parsed->proof, from_empty))
    return refuse(result, "NOT_EXTENSION",
                  kept.size == 0
                      ? "a proof from the empty log is refused here, or is not empty"
                      : fmt::format("the log of {} entries does not extend that of {}: something "
                                    "before was altered, removed or put in",
                                    now.size, kept.size));
  result.set_ok(true);
  result.set_text(fmt::format("the first {} of {} entries are as they were", kept.size, now.size));
  return result;
}

}  // namespace palermo::ledger
