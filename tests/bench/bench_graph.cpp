// Seconds from a stored case to its contact graph, and what the process holds then.
//
// usage: bench_graph CASE [THREADS]; prints nodes, ties, edges, records, seconds to read the ties,
// seconds to make the graph, peak resident bytes, a digest of the graph, and the processor seconds
// of both.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "analysis/network/graph.hpp"
#include "analysis/network/load.hpp"

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  if (argc < 2) {
    std::fputs("usage: bench_graph CASE [THREADS]\n", stderr);
    return 2;
  }
  auto db = palermo::store::Database::open(argv[1], palermo::store::Database::Mode::ReadOnly);
  if (!db) {
    std::fprintf(stderr, "%s\n", db.error().message.c_str());
    return 1;
  }
  palermo::network::LoadOptions options;
  options.layers = {"calls"};
  if (argc > 2) options.threads = static_cast<unsigned>(std::atoi(argv[2]));
  const auto begin = Clock::now();
  const auto loaded = palermo::network::load(*db, options);
  const auto read = Clock::now();
  if (!loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
    return 1;
  }
  const auto graph = palermo::network::Graph::make(loaded->table);
  const auto made = Clock::now();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  if (!graph) {
    std::fprintf(stderr, "%s\n", graph.error().message.c_str());
    return 1;
  }
  std::uint64_t records = 0, digest = 14695981039346656037U;
  const auto mix = [&digest](std::uint64_t value) { digest = (digest ^ value) * 1099511628211U; };
  for (const palermo::network::Tie& tie : loaded->table.ties) {
    records += tie.count;
    for (const std::uint64_t value :
         {std::uint64_t{tie.a}, std::uint64_t{tie.b}, tie.count,
          static_cast<std::uint64_t>(tie.first_us), static_cast<std::uint64_t>(tie.last_us),
          static_cast<std::uint64_t>(tie.seconds)})
      mix(value);
    for (const auto& ref : tie.evidence) mix(ref.line);
  }
  for (const palermo::network::Edge& edge : graph->edges()) {
    mix(edge.a);
    mix(edge.b);
    mix(edge.count);
    for (const auto& ref : edge.evidence) mix(ref.line);
  }
  const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
  const auto seconds = [](auto from, auto to) {
    return std::chrono::duration<double>(to - from).count();
  };
  fmt::print("{} {} {} {} {:.3f} {:.3f} {} {:016x} {:.3f}\n", graph->n(), loaded->table.ties.size(),
             graph->m(), records, seconds(begin, read), seconds(read, made),
             static_cast<std::uint64_t>(usage.ru_maxrss) * 1024, digest, cpu);
  return 0;
}
