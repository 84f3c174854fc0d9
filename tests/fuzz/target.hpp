// What the fuzz targets share: a function for each, in one program that is told which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace palermo::test {

struct FuzzTarget {
  std::string name;  // and that of its folder under corpus/
  std::function<void(std::string_view bytes)> run;
};

/// Every target: those of the files beside this one, and one for each format of `ingest --format`.
[[nodiscard]] std::vector<FuzzTarget> fuzz_targets();
/// The latter.
void add_adapter_targets(std::vector<FuzzTarget>& all);

void fuzz_archives(std::string_view bytes);
void fuzz_authorizations(std::string_view bytes);
void fuzz_hi1(std::string_view bytes);
void fuzz_json(std::string_view bytes);
void fuzz_notes(std::string_view bytes);
void fuzz_profile(std::string_view bytes);
void fuzz_segment(std::string_view bytes);
void fuzz_tables(std::string_view bytes);
void fuzz_xml(std::string_view bytes);

/// An input after which this does not hold is a finding, as a crash is.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace palermo::test
