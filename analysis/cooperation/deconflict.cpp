#include "analysis/cooperation/deconflict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::cooperation {
namespace {

constexpr const char* kFormat = "palermo/deconflict/1";
constexpr std::size_t kMultiple = 64;
constexpr std::size_t kHexDigits = 64;

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_e164(std::string_view text) {
  return text.size() >= 8 && text.size() <= 16 && text.front() == '+' && text[1] != '0' &&
         all_digits(text.substr(1));
}

const store::StoredIdentifier* held_as(const entity::Model& model, const std::string& text) {
  const auto meant = model.meant(text);
  return meant ? model.identifier(*meant) : nullptr;
}

/// Of an identifier that statements name; where the case holds no such one, a number in E.164 is
/// taken at its word.
std::optional<Comparable> form_of(const store::StoredIdentifier* held, const std::string& text) {
  if (held != nullptr) return comparable(held->identifier.kind, held->identifier.value);
  for (const std::string_view kind : {"msisdn", "imei", "imsi"})
    if (text.starts_with(kind) && text.size() > kind.size() && text[kind.size()] == ':')
      return comparable(kind, std::string_view{text}.substr(kind.size() + 1));
  return comparable("msisdn", text);
}

bool is_hash(const std::string& text) {
  return text.size() == kHexDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

core::Error bad(const std::string& path, std::string why, std::string next) {
  return core::Error{core::ErrorCode::BadInput, std::move(why), core::SourcePosition{path},
                     std::move(next)};
}

std::string check_of(const sealing::SecretBytes& key) {
  return sealing::keyed_hash(key, "key", "check");
}

}  // namespace

std::optional<Comparable> comparable(std::string_view kind, std::string_view value) {
  constexpr std::size_t kImeiWithoutCheck = 14;
  if (value.empty()) return std::nullopt;
  if (kind == "msisdn") {
    if (!is_e164(value)) return std::nullopt;  // whether it is assigned is another question
  } else if (kind == "imei") {
    if (!all_digits(value) || value.size() < kImeiWithoutCheck) return std::nullopt;
    value = value.substr(0, kImeiWithoutCheck);
  } else if (kind == "imsi") {
    if (!all_digits(value)) return std::nullopt;
  } else if (kind == "label" || kind == "name") {
    return std::nullopt;  // a word of one case means nothing in another
  }
  return Comparable{std::string{kind}, std::string{value}};
}

Deconfliction to_compare(const v1::FactsFile& disclosable, const entity::Model& model,
                         const std::set<std::string>& sealed) {
  const auto counted = model.persons_by_identifier();
  const auto is_sealed = [&](const std::string& person) {
    return sealed.contains(person) || sealed.contains(model.canonical(person));
  };
  Deconfliction out;
  std::set<Comparable> kept_back;
  // Of protected persons first, from everything the case states.
  for (const entity::Use& use : model.uses()) {
    if (!is_sealed(use.person)) continue;
    const auto form = form_of(held_as(model, use.identifier), use.identifier);
    out.protected_identifiers.insert(form ? form->first + ":" + form->second : use.identifier);
    if (form) kept_back.insert(*form);
  }
  for (const v1::Statement& s : disclosable.statements()) {
    if (!s.has_attribution() || s.kind() != v1::Statement::fact ||
        s.polarity() == v1::Statement::contradicts)
      continue;
    const std::string& text = s.attribution().identifier();
    if (out.protected_identifiers.contains(text)) continue;
    const store::StoredIdentifier* const held = held_as(model, text);
    const auto form = form_of(held, text);
    if (!form) {
      out.not_comparable.insert(text);
      continue;
    }
    if (kept_back.contains(*form)) continue;
    const std::string person = model.canonical(s.attribution().person());
    if (held != nullptr) {
      const auto users = counted.find(held->id);
      if (users == counted.end() || !users->second.contains(person)) continue;
    }
    Compared& one = out.identifiers[*form];
    one.persons.insert(person);
    one.statements.insert(s.id());
  }
  return out;
}

v1::DeconflictionFile hashed(const Deconfliction& mine, const sealing::SecretBytes& key) {
  std::set<std::string> hashes;
  for (const auto& [form, who] : mine.identifiers)
    hashes.insert(sealing::keyed_hash(key, form.first, form.second));
  const std::size_t full = std::max<std::size_t>(1, (hashes.size() + kMultiple - 1) / kMultiple);
  while (hashes.size() < full * kMultiple)
    hashes.insert(core::to_hex(core::random_bytes(kHexDigits / 2)));
  v1::DeconflictionFile file;
  file.set_format(kFormat);
  file.set_key_check(check_of(key));
  file.set_made_at(core::format_utc(core::now_us()));
  for (const std::string& hash : hashes) file.add_hashes(hash);
  return file;
}

core::Result<v1::DeconflictionFile> read_deconfliction(const std::string& text,
                                                       const std::string& path,
                                                       const sealing::SecretBytes& key) {
  constexpr const char* kAskAgain = "ask the other office for the file again";
  const auto json = core::parse_json(text);
  v1::DeconflictionFile file;
  if (!json || !core::fill_message(*json, file) || file.format() != kFormat)
    return bad(path, "is no list of keyed hashes",
               "`palermo cooperation deconflict-list` makes them");
  if (file.key_check() != check_of(key))
    return bad(path, "was made under another key, so that nothing in it could match",
               "both offices need the same key: `palermo cooperation deconflict-key`");
  for (int i = 0; i < file.hashes_size(); ++i) {
    if (!is_hash(file.hashes(i)))
      return bad(path, fmt::format("entry {} is no hash of 64 lower-case hex digits", i + 1),
                 kAskAgain);
    if (i > 0 && file.hashes(i - 1) >= file.hashes(i))
      return bad(path, fmt::format("entry {} is out of order or stands twice", i + 1), kAskAgain);
  }
  if (file.hashes_size() == 0 || static_cast<std::size_t>(file.hashes_size()) % kMultiple != 0)
    return bad(path,
               fmt::format("holds {} hashes, no multiple of {}: something is missing",
                           file.hashes_size(), kMultiple),
               kAskAgain);
  if (!core::parse_date_or_instant(file.made_at(), false))
    return bad(path, "does not say when it was made", kAskAgain);
  return file;
}

std::vector<v1::DeconflictionHit> hits(const Deconfliction& mine,
                                       const v1::DeconflictionFile& theirs,
                                       const sealing::SecretBytes& key) {
  std::vector<v1::DeconflictionHit> out;
  for (const auto& [form, who] : mine.identifiers) {
    if (!std::binary_search(theirs.hashes().begin(), theirs.hashes().end(),
                            sealing::keyed_hash(key, form.first, form.second)))
      continue;
    v1::DeconflictionHit& hit = out.emplace_back();
    hit.set_kind(form.first);
    hit.set_value(form.second);
    for (const std::string& person : who.persons) hit.add_persons(person);
    for (const std::string& id : who.statements) hit.add_statements(id);
  }
  return out;
}

}  // namespace palermo::cooperation
