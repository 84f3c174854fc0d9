// Runs a fuzz target over files and folders: the corpus in every build, or one input that a fuzzer
// found.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/target.hpp"

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    if (std::filesystem::is_directory(argv[i])) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i]))
        if (entry.is_regular_file()) files.push_back(entry.path());
    } else {
      files.emplace_back(argv[i]);
    }
  }
  if (files.empty()) {
    std::fputs("no input\n", stderr);
    return 1;
  }
  std::sort(files.begin(), files.end());
  std::size_t inputs = 0;
  for (const auto& file : files) {
    std::ifstream in{file, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    const auto run = [&](std::size_t size) {
      // A copy of its own, so that a sanitizer sees a read past the end.
      const std::vector<std::uint8_t> copy(bytes.begin(),
                                           bytes.begin() + static_cast<std::ptrdiff_t>(size));
      LLVMFuzzerTestOneInput(copy.data(), copy.size());
      ++inputs;
    };
    // Each file whole and cut off at some places, as a transfer that broke leaves it.
    for (std::size_t part = 0; part < 16; ++part) run(bytes.size() * part / 16);
    run(bytes.size());
  }
  std::printf("%zu files, %zu inputs\n", files.size(), inputs);
  return 0;
}
