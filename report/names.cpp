#include "report/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/encoding.hpp"

namespace palermo::report {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// Letters and digits of any script; bytes above 0x7F belong to a word.
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string_view prefix_of(const KnownPerson& person) {
  if (person.category == "undercover_officer") return "Officer U-";
  if (person.category == "informant") return "Informant I-";
  if (person.category == "witness") return "Witness W-";
  if (person.category == "victim") return "Victim V-";
  if (person.category == "smuggled_migrant") return "Migrant M-";
  return "Minor J-";
}

std::string code_of(std::string_view key, std::string_view id, int attempt) {
  constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
  const core::Digest digest =
      core::sha256(fmt::format("palermo/report-pseudonym/v1\n{}\n{}\n{}", key, attempt, id));
  std::string out;
  for (std::size_t i = 0; i < 4; ++i) out += kAlphabet[digest[i] % kAlphabet.size()];
  return out;
}

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : name) {
    if (c == ' ' || c == ',' || c == '-' || c == '\'') {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

}  // namespace

bool is_protected(const KnownPerson& person) {
  return person.minor || person.category == "undercover_officer" ||
         person.category == "informant" || person.category == "witness" ||
         person.category == "victim" || person.category == "smuggled_migrant";
}

Names::Names(std::vector<KnownPerson> persons, std::string_view export_key)
    : persons_{std::move(persons)} {
  std::set<std::string> taken;
  std::set<std::size_t> lengths;
  const auto seal = [&](std::string_view term, const std::string& pseudonym) {
    if (term.size() < 2) return;
    words_.emplace(lower(term), pseudonym);
    lengths.insert(term.size());
  };
  for (std::size_t i = 0; i < persons_.size(); ++i) {
    const KnownPerson& person = persons_[i];
    by_id_.emplace(person.id, i);
    for (const std::string& identifier : person.identifiers) by_identifier_.emplace(identifier, i);
    if (!is_protected(person) || pseudonyms_.count(person.id) != 0) continue;
    std::string pseudonym;
    for (int attempt = 0; pseudonym.empty() || !taken.insert(pseudonym).second; ++attempt)
      pseudonym = std::string{prefix_of(person)} + code_of(export_key, person.id, attempt);
    pseudonyms_.emplace(person.id, pseudonym);
    seal(person.id, pseudonym);
    seal(person.name, pseudonym);
    for (const std::string& identifier : person.identifiers) seal(identifier, pseudonym);
    for (const std::string& word : words_of(person.name))
      if (word.size() >= 4) seal(word, pseudonym);
  }
  lengths_.assign(lengths.rbegin(), lengths.rend());
}

const KnownPerson* Names::find(std::string_view person_id) const {
  const auto found = by_id_.find(person_id);
  return found == by_id_.end() ? nullptr : &persons_[found->second];
}

const KnownPerson* Names::user_of(std::string_view identifier) const {
  const auto found = by_identifier_.find(identifier);
  return found == by_identifier_.end() ? nullptr : &persons_[found->second];
}

bool Names::is_sealed(std::string_view person_id) const {
  return pseudonyms_.find(person_id) != pseudonyms_.end();
}

std::string Names::of(std::string_view person_id) const {
  if (const auto sealed = pseudonyms_.find(person_id); sealed != pseudonyms_.end())
    return sealed->second;
  const KnownPerson* person = find(person_id);
  if (person == nullptr) return scrub(person_id);
  if (person->name.empty() || person->name == person->id) return person->id;
  return scrub(fmt::format("{} ({})", person->name, person->id));
}

std::string Names::scrub(std::string_view text) const {
  if (words_.empty()) return std::string{text};
  const std::string folded = lower(text);
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const bool begins = at == 0 || !is_word(folded[at - 1]) || !is_word(folded[at]);
    const std::string* pseudonym = nullptr;
    std::size_t taken = 0;
    if (begins) {
      for (const std::size_t length : lengths_) {
        if (at + length > folded.size()) continue;
        const bool ends = at + length == folded.size() || !is_word(folded[at + length]) ||
                          !is_word(folded[at + length - 1]);
        if (!ends) continue;
        const auto found = words_.find(std::string_view{folded}.substr(at, length));
        if (found == words_.end()) continue;
        pseudonym = &found->second;
        taken = length;
        break;
      }
    }
    if (pseudonym != nullptr) {
      out += *pseudonym;
      at += taken;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace palermo::report
