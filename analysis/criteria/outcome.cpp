#include "analysis/criteria/outcome.hpp"

#include <algorithm>

namespace palermo::criteria {
namespace {
bool has(const std::vector<Outcome>& parts, Outcome wanted) {
  return std::find(parts.begin(), parts.end(), wanted) != parts.end();
}
}  // namespace

Outcome kleene_and(const std::vector<Outcome>& parts) {
  if (has(parts, kNotIndicated)) return kNotIndicated;
  return has(parts, kUndetermined) ? kUndetermined : kIndicated;
}

Outcome kleene_or(const std::vector<Outcome>& parts) {
  if (has(parts, kIndicated)) return kIndicated;
  return has(parts, kUndetermined) ? kUndetermined : kNotIndicated;
}

Outcome kleene_not(Outcome part) {
  if (part == kIndicated) return kNotIndicated;
  return part == kNotIndicated ? kIndicated : kUndetermined;
}

std::string in_words(Outcome outcome) {
  if (outcome == kIndicated) return "indicated";
  return outcome == kNotIndicated ? "not indicated" : "undetermined";
}

}  // namespace palermo::criteria
