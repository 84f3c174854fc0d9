// A synthetic smuggling case with its ground truth: three cells in Italy, Switzerland and Germany.
// Nobody in it exists: numbers are +44 7700 900000-900999, IMSI 001-01, IMEI of the test range.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace palermo::simulation {

inline constexpr std::uint32_t kMinPersons = 40;
inline constexpr std::uint32_t kMaxPersons = 600;  // so that phones stay within the 1,000 numbers
inline constexpr std::uint64_t kMinCalls = 600;
inline constexpr std::uint64_t kMaxCalls = 100'000'000;

struct Options {
  std::uint64_t seed = 1;
  std::uint32_t persons = 60;
  std::uint64_t calls = 5000;
  std::filesystem::path folder;
  /// Called now and then with the calls written so far; may be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};

/// One file of the case and what ingesting it must give.
struct CaseFile {
  std::string name;
  std::string format;         // as for `ingest --format`; "authorizations" for `authorize add`
  std::string authorization;  // for `ingest --authorization`; empty: records name their own
  std::string technique;      // for `ingest --technique`; NONE where no authorization is needed
  std::uint64_t rows = 0;     // records: statements inside a report or session count as rows
  std::uint64_t stored = 0;
  std::map<std::string, std::uint64_t> quarantined;  // by rule code
  std::uint64_t bytes = 0;
  std::string sha256;
};

struct WrittenCase {
  std::filesystem::path manifest;
  std::vector<CaseFile> files;
  std::uint32_t persons = 0;
  std::uint32_t phones = 0;
};

/// Writes the case. The same options give the same bytes on every machine. The manifest is written
/// last, so a folder without one is incomplete.
/// @error InvalidArgument  persons or calls out of range
/// @error BadInput         the folder is not empty, or is a file
/// @error Io               cannot be written
/// @cost O(calls), memory O(persons + calls of one day)
[[nodiscard]] core::Result<WrittenCase> write_case(const Options& options);

}  // namespace palermo::simulation
