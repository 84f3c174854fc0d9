#include "core/ledger/witness.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/ledger/check.hpp"

namespace palermo::ledger {
namespace {

core::Error bad_state(std::string why) {
  return core::Error{core::ErrorCode::BadInput, "the witness's state file: " + std::move(why),
                     std::nullopt,
                     "restore it from a copy; a state begun anew would forget what was signed"};
}

}  // namespace

core::Result<WitnessState> WitnessState::parse(std::string_view json) {
  WitnessState state;
  PALERMO_TRY(const core::Json root, core::parse_json(json));
  if (!root.is_object() || !root.contains("logs") || !root["logs"].is_array())
    return bad_state("no member 'logs'");
  for (const core::Json& each : root["logs"]) {
    const auto text = [&each](const char* member) {
      return each.is_object() && each.contains(member) && each[member].is_string()
                 ? each[member].get<std::string>()
                 : std::string{};
    };
    Log log;
    PALERMO_TRY(log.key, VerifierKey::parse(text("vkey")));
    const auto size = parse_count(text("size"));
    const auto bytes = core::from_base64(text("root"));
    const auto hash = bytes ? core::digest_from(*bytes) : std::nullopt;
    if (!size || !hash) return bad_state("a log without size or root");
    log.size = *size;
    log.root = *hash;
    state.logs_.push_back(std::move(log));
  }
  return state;
}

std::string WitnessState::text() const {
  core::Json logs = core::Json::array();
  for (const Log& log : logs_)
    logs.push_back({{"vkey", log.key.text()},
                    {"size", std::to_string(log.size)},
                    {"root", core::to_base64(log.root)}});
  core::Json root = core::Json::object();
  root["logs"] = std::move(logs);
  return root.dump(2) + "\n";
}

void WitnessState::follow(const VerifierKey& key) {
  const bool known = std::any_of(logs_.begin(), logs_.end(),
                                 [&key](const Log& log) { return log.key.text() == key.text(); });
  if (!known) logs_.push_back({key, 0, empty_root()});
}

v1::ProofResult WitnessState::advance(std::string_view request) {
  v1::ProofResult result;
  const auto parsed = parse_consistency_file(request);
  const auto refused = [&result](const char* reason, std::string text) {
    result.set_ok(false);
    result.add_reason_codes(reason);
    result.set_text(std::move(text));
    return result;
  };
  if (!parsed) return refused("MALFORMED", parsed.error().message);
  const auto log = std::find_if(logs_.begin(), logs_.end(), [&parsed](const Log& each) {
    const std::vector<VerifierKey> key{each.key};
    const auto& signatures = parsed->checkpoint.note.signatures;
    return std::any_of(
        signatures.begin(), signatures.end(), [&each](const NoteSignature& signature) {
          return signature.name == each.key.name && signature.key_id == each.key.key_id;
        });
  });
  if (log == logs_.end())
    return refused(
        "UNSIGNED",
        fmt::format("this witness follows no log whose key signed the checkpoint of '{}'",
                    core::printable(parsed->checkpoint.checkpoint.origin, 100)));
  OldTree old;
  old.size = log->size;
  old.root = log->root;
  const std::vector<VerifierKey> keys{log->key};
  result = check_consistency(old, request, keys, FromEmpty::Accept);
  if (!result.ok()) return result;
  log->size = parsed->checkpoint.checkpoint.size;
  log->root = parsed->checkpoint.checkpoint.root;
  return result;
}

}  // namespace palermo::ledger
