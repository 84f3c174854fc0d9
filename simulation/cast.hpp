// Who takes part in the synthetic case, with which phones.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/random.hpp"

namespace palermo::simulation {

/// Cells of the group, one a State.
enum class Cell : std::uint8_t { It = 0, Ch = 1, De = 2, None = 3 };
[[nodiscard]] std::string_view state_of(Cell cell);  // ISO 3166-1 alpha-2; empty for None

/// Days of the calls, counted from 2023-05-01; the whole period has the offset +02:00 in all three
/// States.
inline constexpr int kDays = 123;
inline constexpr std::int64_t kLocalOffsetS = 7200;
/// UTC seconds of local midnight of day 0: 2023-04-30T22:00:00Z.
inline constexpr std::int64_t kFirstMidnightS = 1'682'892'000;

struct Phone {
  int suffix = 0;  // of +44 7700 900xxx; also the index in Cast::phones_by_suffix
  std::string number;
  std::string imsi;
  int from_day = 0;
  int to_day = kDays - 1;                             // inclusive
  std::vector<std::pair<int, std::string>> handsets;  // (first day, IMEI), ascending
  [[nodiscard]] const std::string& imei_on(int day) const;
};

struct Person {
  std::string id;    // P01 …
  std::string name;  // invented; a pseudonym for officer and informant
  std::string category;
  std::string role;
  Cell cell = Cell::None;  // of members; whose order names the phones
  Cell home = Cell::None;  // where the phone usually is
  std::string nationality;
  bool minor = false;
  std::vector<int> phones;  // indexes into Cast::phones
  std::string account;      // mark in the money mover's ledger
};

struct Cast {
  std::vector<Person> persons;
  std::vector<Phone> phones;
  [[nodiscard]] const Person& by_role(std::string_view role) const;
  [[nodiscard]] std::size_t index_of(std::string_view role) const;
  [[nodiscard]] std::vector<std::size_t> of_category(std::string_view category) const;
};

/// @param persons  within kMinPersons … kMaxPersons
[[nodiscard]] Cast make_cast(std::uint64_t seed, std::uint32_t persons);

/// 15 digits: test TAC 00440100, six digits of serial, Luhn check digit.
[[nodiscard]] std::string make_imei(std::uint32_t serial);

}  // namespace palermo::simulation
