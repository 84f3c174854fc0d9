// One authorization with a use, and what came of it, that keeps every compliance rule.
#pragma once

#include <string>
#include <vector>

#include "core/base/json_message.hpp"
#include "simulation/random.hpp"

namespace palermo::simulation {

enum class Technique { Tap, Search, Officer, Delivery, Metadata };

/// Parts that a plant may change; null where the technique yields none.
struct Unit {
  core::Json authorization;
  std::vector<core::Json> uses;
  core::Json report;                   // undercover report, or null
  core::Json session;                  // intercept session, or null
  std::vector<core::Json> statements;
  [[nodiscard]] std::string id() const { return authorization["id"].get<std::string>(); }
};

/// @param number  distinct for every unit of a case: identifiers and words derive from it
[[nodiscard]] Unit make_unit(const std::string& id, std::uint32_t number, Technique technique,
                             std::uint32_t uses, Random& random);

/// Three short texts that no two units share: necessity, subsidiarity, proportionality.
void write_grounds(core::Json& authorization, std::uint32_t number, Random& random);

/// "2024-03-05T08:00:00Z" of a day counted from 2023-01-01.
[[nodiscard]] std::string time_text(int day, int hour, int minute = 0);

/// IMSI of the test network, for numbers below 10^10.
[[nodiscard]] std::string imsi_text(std::uint64_t number);

}  // namespace palermo::simulation
