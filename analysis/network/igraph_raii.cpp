#include "analysis/network/igraph_raii.hpp"

#include <algorithm>
#include <cstring>

namespace palermo::network::detail {
namespace {

// igraph calls its handler once per unwound frame, with the reason only the first time. The handler
// must return. A fixed buffer, because the handler must not throw.
char g_reason[512] = "";

extern "C" void palermo_igraph_error(const char* reason, const char*, int, igraph_error_t) {
  if (g_reason[0] == '\0' && reason != nullptr) {
    std::strncpy(g_reason, reason, sizeof g_reason - 1);
    g_reason[sizeof g_reason - 1] = '\0';
  }
  IGRAPH_FINALLY_FREE();
}

extern "C" void palermo_igraph_warning(const char*, const char*, int) {}

}  // namespace

std::mutex& igraph_mutex() {
  static std::mutex mutex;
  return mutex;
}

void install_handlers() {
  static const bool installed = [] {
    igraph_set_error_handler(&palermo_igraph_error);
    igraph_set_warning_handler(&palermo_igraph_warning);
    return true;
  }();
  static_cast<void>(installed);
}

const char* igraph_reason() { return g_reason; }
void clear_igraph_reason() { g_reason[0] = '\0'; }

core::Result<RealVector> RealVector::make(std::size_t size) {
  RealVector owner;
  PALERMO_CHECK_OK(igraph_call("allocating a vector", [&] {
    igraph_vector_t fresh{};
    const igraph_error_t code = igraph_vector_init(&fresh, static_cast<igraph_integer_t>(size));
    if (code == IGRAPH_SUCCESS) owner.vector_ = fresh;
    return code;
  }));
  return owner;
}

core::Result<RealVector> RealVector::make(std::span<const double> values) {
  PALERMO_TRY(RealVector owner, make(values.size()));
  std::copy(values.begin(), values.end(), owner.vector_.stor_begin);
  return owner;
}

core::Result<IntVector> IntVector::make(std::size_t size) {
  IntVector owner;
  PALERMO_CHECK_OK(igraph_call("allocating a vector", [&] {
    igraph_vector_int_t fresh{};
    const igraph_error_t code = igraph_vector_int_init(&fresh, static_cast<igraph_integer_t>(size));
    if (code == IGRAPH_SUCCESS) owner.vector_ = fresh;
    return code;
  }));
  return owner;
}

core::Result<Matrix> Matrix::make(std::size_t rows, std::size_t columns) {
  Matrix owner;
  PALERMO_CHECK_OK(igraph_call("allocating a matrix", [&] {
    igraph_matrix_t fresh{};
    const igraph_error_t code = igraph_matrix_init(&fresh, static_cast<igraph_integer_t>(rows),
                                                   static_cast<igraph_integer_t>(columns));
    if (code == IGRAPH_SUCCESS) owner.matrix_ = fresh;
    return code;
  }));
  return owner;
}

void GraphDeleter::operator()(igraph_t* graph) const {
  if (graph == nullptr) return;
  const std::scoped_lock lock{igraph_mutex()};
  igraph_destroy(graph);
  delete graph;
}

core::Result<IgraphHandle> to_igraph(const Graph& graph) {
  PALERMO_TRY(IntVector ends, IntVector::make(2 * std::size_t{graph.m()}));
  const auto values = ends.values();
  for (std::uint32_t e = 0; e < graph.m(); ++e) {
    values[2 * std::size_t{e}] = graph.edges()[e].a;
    values[2 * std::size_t{e} + 1] = graph.edges()[e].b;
  }
  IgraphHandle handle;
  PALERMO_CHECK_OK(igraph_call("building the graph", [&] {
    auto fresh = std::make_unique<igraph_t>();
    const igraph_error_t code = igraph_create(
        fresh.get(), ends.get(), static_cast<igraph_integer_t>(graph.n()), IGRAPH_UNDIRECTED);
    if (code == IGRAPH_SUCCESS) handle.reset(fresh.release());
    return code;
  }));
  return handle;
}

}  // namespace palermo::network::detail
