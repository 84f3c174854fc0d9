// Time to read back the history of one number after another in one process.
//
// usage: bench_history CASE NUMBER...; prints for each: milliseconds of wall clock, records,
// milliseconds of processor time (all threads)
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <ctime>

#include "core/store/database.hpp"
#include "core/store/read_back.hpp"

namespace {

using namespace palermo;

core::Result<std::size_t> history(store::Database& db, const std::string& number) {
  PALERMO_TRY(const auto meant, store::identifiers_meant(db, number));
  store::ReadBackQuery query;
  for (const store::StoredIdentifier& identifier : meant)
    query.identifiers.push_back(static_cast<std::uint32_t>(identifier.id));
  if (query.identifiers.empty()) return std::size_t{0};  // an empty list would ask for all
  PALERMO_TRY(const v1::RecordsResult result, store::read_back(db, query));
  return static_cast<std::size_t>(result.records_size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: bench_history CASE NUMBER...\n", stderr);
    return 2;
  }
  auto db = store::Database::open(argv[1], store::Database::Mode::ReadOnly);
  if (!db) {
    fmt::print(stderr, "{}\n", db.error().message);
    return 1;
  }
  for (int i = 2; i < argc; ++i) {
    const std::clock_t busy = std::clock();
    const auto begin = std::chrono::steady_clock::now();
    const auto records = history(*db, argv[i]);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    if (!records) {
      fmt::print(stderr, "{}\n", records.error().message);
      return 1;
    }
    fmt::print("{:.3f} {} {:.3f}\n", took.count(), *records,
               1000.0 * static_cast<double>(std::clock() - busy) / CLOCKS_PER_SEC);
  }
  return 0;
}
