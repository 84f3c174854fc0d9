// Whether the actions of a chain of custody follow one another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace palermo::ingest {

/// One action. An action with one time only took place at that time.
struct CustodyStep {
  std::string name;
  std::uint32_t line = 0;
  std::optional<std::int64_t> begin_us;  // UTC
  std::optional<std::int64_t> end_us;
};

/// What the times of a file's actions say, in sentences: whether each begins after the former
/// ended, each overlap, each time of more than a day between two, actions without a time or in
/// another order than the file lists them. The check compares times; it does not know who held what
/// between them. Empty for fewer than two actions.
[[nodiscard]] std::vector<std::string> check_custody_chain(const std::vector<CustodyStep>& steps);

}  // namespace palermo::ingest
