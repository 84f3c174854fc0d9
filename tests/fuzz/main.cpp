// All fuzz targets in one program. `--target=NAME` chooses; `--list` names them; `--check=A,B,…`
// compares them with a list. With libFuzzer (preset fuzz) the other arguments are libFuzzer's; in
// every other build they are files and folders that are replayed, whole and cut off.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "tests/fuzz/target.hpp"

namespace palermo::test {

std::vector<FuzzTarget> fuzz_targets() {
  std::vector<FuzzTarget> all{{"archives", fuzz_archives},
                              {"authorizations", fuzz_authorizations},
                              {"hi1", fuzz_hi1},
                              {"json", fuzz_json},
                              {"notes", fuzz_notes},
                              {"profile", fuzz_profile},
                              {"segment", fuzz_segment},
                              {"tables", fuzz_tables},
                              {"xml", fuzz_xml}};
  add_adapter_targets(all);
  return all;
}

namespace {

FuzzTarget chosen;

/// 0 when the list names every target and nothing else.
int check(std::string_view list) {
  std::set<std::string, std::less<>> listed, made;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    listed.emplace(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  for (const FuzzTarget& target : fuzz_targets()) made.insert(target.name);
  int missing = 0;
  for (const std::string& name : made)
    if (!listed.contains(name)) {
      std::fprintf(stderr, "no corpus, or not listed in tests/fuzz/CMakeLists.txt: %s\n",
                   name.c_str());
      missing = 1;
    }
  for (const std::string& name : listed)
    if (!made.contains(name)) {
      std::fprintf(stderr, "no target of this name: %s\n", name.c_str());
      missing = 1;
    }
  return missing;
}

/// Takes the program's own arguments; exits where they say so.
void choose(int argc, char** argv) {
  constexpr std::string_view kTarget = "--target=", kCheck = "--check=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(kCheck)) std::exit(check(argument.substr(kCheck.size())));
    for (const FuzzTarget& target : fuzz_targets()) {
      if (argument == "--list") std::puts(target.name.c_str());
      if (argument.starts_with(kTarget) && argument.substr(kTarget.size()) == target.name)
        chosen = target;
    }
    if (argument == "--list") std::exit(0);
  }
  if (chosen.run) return;
  std::fputs("name a target with --target=NAME; --list names them\n", stderr);
  std::exit(2);
}

}  // namespace
}  // namespace palermo::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  palermo::test::chosen.run({reinterpret_cast<const char*>(data), size});
  return 0;
}

#ifdef PALERMO_LIBFUZZER

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  palermo::test::choose(*argc, *argv);
  return 0;
}

#else

int main(int argc, char** argv) {
  palermo::test::choose(argc, argv);
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view{argv[i]}.starts_with("--")) continue;
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
    for (std::size_t part = 0; part < 8; ++part) run(bytes.size() * part / 8);
    run(bytes.size());
  }
  std::printf("%zu files, %zu inputs\n", files.size(), inputs);
  return 0;
}

#endif
