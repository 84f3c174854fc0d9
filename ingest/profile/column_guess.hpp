// What a column of an unknown table may be: by the words of its header and by its values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "palermo/v1/profile.pb.h"

namespace palermo::ingest {

/// One column of a sample, outer blanks off.
struct SampleColumn {
  std::string name;                 // of the header; empty without one
  std::vector<std::string> values;  // of the rows, empty cells too
};

/// How the times of a column can be written.
struct TimeGuess {
  v1::MappedColumn::Role role = v1::MappedColumn::ROLE_UNSPECIFIED;  // DATE_TIME, DATE or TIME
  std::vector<std::string> patterns;  // more than one: the values do not tell which
  bool zoned = false;                 // an offset or an epoch
  std::string why;
};
/// role ROLE_UNSPECIFIED: no times.
[[nodiscard]] TimeGuess guess_times(const SampleColumn& column);

/// A role for a column with the points it has for it and why.
struct RoleGuess {
  v1::MappedColumn::Role role = v1::MappedColumn::ROLE_UNSPECIFIED;
  int points = 0;  // 10 and more: a word of the header and the values agree
  std::string why;
};
/// Every role that something speaks for, best first.
[[nodiscard]] std::vector<RoleGuess> guess_roles(const SampleColumn& column);

/// What a word of a direction or kind column means; direction and kind unset: nobody knows.
[[nodiscard]] v1::MappedWord guess_word(std::string_view word);

/// The check digit of 15 digits is right (Luhn), as that of an IMEI is.
[[nodiscard]] bool has_check_digit(std::string_view digits);

}  // namespace palermo::ingest
