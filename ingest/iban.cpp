#include "ingest/iban.hpp"

#include <algorithm>

namespace palermo::ingest {
namespace {

bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

std::string packed(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ') out += c;
  return out;
}

}  // namespace

bool has_iban_shape(std::string_view text) {
  const std::string number = packed(text);
  return number.size() >= 15 && number.size() <= 34 && upper(number[0]) && upper(number[1]) &&
         digit(number[2]) && digit(number[3]) &&
         std::all_of(number.begin(), number.end(), [](char c) { return upper(c) || digit(c); });
}

bool iban_check_holds(std::string_view text) {
  if (!has_iban_shape(text)) return false;
  std::string number = packed(text);
  std::rotate(number.begin(), number.begin() + 4, number.end());
  unsigned rest = 0;
  for (const char c : number)
    rest = digit(c) ? (rest * 10 + static_cast<unsigned>(c - '0')) % 97
                    : (rest * 100 + static_cast<unsigned>(c - 'A') + 10) % 97;
  return rest == 1;
}

store::ObservedIdentifier read_iban(std::string_view text) {
  return {"iban", packed(text), std::string{text}, iban_check_holds(text), {}};
}

}  // namespace palermo::ingest
