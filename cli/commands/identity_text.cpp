#include "cli/commands/identity_text.hpp"

#include <fmt/format.h>

#include <vector>

#include "core/base/text.hpp"
#include "core/sealing/identities.hpp"

namespace palermo::cli {
namespace {

std::string day_of(const std::string& instant) { return instant.substr(0, 10); }

std::string notices_text(const google::protobuf::RepeatedPtrField<std::string>& notices) {
  std::string text;
  for (const std::string& notice : notices)
    text += core::wrapped("note: " + core::printable(notice, 600), 98, 6) + "\n";
  return text;
}

}  // namespace

std::string key_text(const v1::IdentityKeyResult& result) {
  return fmt::format(
      "Key {} of the role {}; secret half in {}\n"
      "Keep that file on its custodian's own medium, and the passphrase in nobody's file.\n",
      result.key_id(), result.role(), core::printable(result.file()));
}

std::string sealed_text(const v1::IdentitySealed& result, const std::string& fields_file) {
  std::string text = fmt::format(
      "{} ({}), revision {}: {} field{} sealed to {} pair{} of keys.\nBoth keys of a pair open it, "
      "neither alone.\n",
      result.pseudonym(), result.category(), result.revision(), result.fields(),
      result.fields() == 1 ? "" : "s", result.wrapped_to_size(),
      result.wrapped_to_size() == 1 ? "" : "s");
  if (fields_file != "-")
    text +=
        fmt::format("Destroy {}: it holds the identity in clear.\n", core::printable(fields_file));
  return text;
}

std::string list_text(const v1::IdentityList& list) {
  std::string text;
  if (list.identities().empty()) {
    text = "No identity is sealed in this case.\n";
  } else {
    std::vector<std::vector<std::string>> rows{
        {"pseudonym", "category", "rev", "status", "sealed", "by", "asked", "opened", "destroyed"}};
    for (const auto& item : list.identities())
      rows.push_back({item.pseudonym(), item.category(), std::to_string(item.revision()),
                      item.status(), day_of(item.sealed_at()), item.sealed_by(),
                      std::to_string(item.requests()), std::to_string(item.unsealings()),
                      day_of(item.destroyed_at())});
    text = core::table(rows);
  }
  std::vector<std::vector<std::string>> keys{{"key", "role", "registered", "by"}};
  for (const auto& key : list.keys())
    keys.push_back({key.key_id(), key.role(), day_of(key.registered_at()), key.registered_by()});
  if (keys.size() > 1) text += "\n" + core::table(keys);
  return text + notices_text(list.notices());
}

std::string request_text(const v1::UnsealingResult& result) {
  return fmt::format(
      "{}: {} asks to see who {} is.\nA legal officer agrees with `palermo identity approve {}`.\n",
      result.request_id(), core::printable(result.requested_by(), 70), result.pseudonym(),
      result.request_id());
}

std::string approve_text(const v1::UnsealingResult& result) {
  return fmt::format(
      "{}: {} agreed that {} may see who {} is, until {}.\nGrant in {}: it opens with the "
      "requester's key alone, once.\n",
      result.request_id(), core::printable(result.approved_by(), 70),
      core::printable(result.requested_by(), 70), result.pseudonym(), result.valid_until(),
      core::printable(result.file()));
}

std::string shown_text(const v1::IdentityShown& shown) {
  std::vector<std::vector<std::string>> rows{{"field", "value"}};
  for (const auto& field : shown.fields()) rows.push_back({field.name(), field.value()});
  return fmt::format("{} ({}), revision {}; {}, agreed by {}\n", shown.pseudonym(),
                     shown.category(), shown.revision(), shown.request_id(),
                     core::printable(shown.approved_by(), 70)) +
         core::table(rows) + "Shown once and stored nowhere; the look is in the log.\n";
}

std::string destroyed_text(const v1::IdentityDestroyed& result) {
  return fmt::format(
             "{} destroyed: {} data key{} erased with what {} sealed. Places that still hold "
             "them: {}.\n",
             result.pseudonym(), result.key_ids_size(), result.key_ids_size() == 1 ? "" : "s",
             result.key_ids_size() == 1 ? "it" : "they", result.search_hits()) +
         notices_text(result.notices());
}

std::string backup_text(const v1::IdentityBackupResult& result) {
  return fmt::format(
      "{} identities in {}, under the key {}\nDestroy that key by {}: then this backup holds "
      "nothing. Keep the two apart.\n",
      result.identities(), core::printable(result.file()), core::printable(result.key_file()),
      result.due_at());
}

std::string restore_text(const v1::IdentityBackupResult& result) {
  return fmt::format("{} of {} put back; {} destroyed since stay{} destroyed.\n", result.restored(),
                     result.identities(), result.left_out(), result.left_out() == 1 ? "s" : "") +
         notices_text(result.notices());
}

}  // namespace palermo::cli
