// The only door to igraph. A detail header: include it from analysis/network/*.cpp alone.
#pragma once

#include <fmt/format.h>
#include <igraph/igraph.h>

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/network/graph.hpp"
#include "core/base/result.hpp"

namespace palermo::network::detail {

/// Debian builds igraph without thread-local storage: one call at a time in the whole process.
[[nodiscard]] std::mutex& igraph_mutex();
/// Makes igraph report by code instead of aborting. Called by igraph_call before anything else.
void install_handlers();
/// What igraph said first about the failure of the call in progress. Hold the mutex.
[[nodiscard]] const char* igraph_reason();
void clear_igraph_reason();

/// Runs one or more igraph calls under the lock; `call` returns an igraph_error_t.
/// @param seed  when not null, seeds igraph's generator first, or randomized calls would not repeat
/// @error Graph  with what igraph said
template <typename Call>
[[nodiscard]] core::Status igraph_call(const char* what, const std::uint64_t* seed, Call&& call) {
  const std::scoped_lock lock{igraph_mutex()};
  install_handlers();
  clear_igraph_reason();
  if (seed != nullptr && igraph_rng_seed(igraph_rng_default(), *seed) != IGRAPH_SUCCESS)
    return core::Error{core::ErrorCode::Graph, fmt::format("{}: {}", what, igraph_reason())};
  const igraph_error_t code = std::forward<Call>(call)();
  if (code == IGRAPH_SUCCESS) return core::ok();
  const char* reason = igraph_reason();
  return core::Error{core::ErrorCode::Graph,
                     fmt::format("{}: {}", what, *reason != '\0' ? reason : igraph_strerror(code))};
}

template <typename Call>
[[nodiscard]] core::Status igraph_call(const char* what, Call&& call) {
  return igraph_call(what, nullptr, std::forward<Call>(call));
}

/// Move-only owner of an igraph_vector_t.
class RealVector {
 public:
  [[nodiscard]] static core::Result<RealVector> make(std::size_t size = 0);
  [[nodiscard]] static core::Result<RealVector> make(std::span<const double> values);
  RealVector(RealVector&& other) noexcept : vector_{std::exchange(other.vector_, {})} {}
  RealVector& operator=(RealVector&& other) noexcept {
    std::swap(vector_, other.vector_);
    return *this;
  }
  ~RealVector() {
    if (vector_.stor_begin != nullptr) igraph_vector_destroy(&vector_);
  }
  [[nodiscard]] igraph_vector_t* get() { return &vector_; }
  [[nodiscard]] const igraph_vector_t* get() const { return &vector_; }
  [[nodiscard]] std::span<double> values() {
    return {vector_.stor_begin, static_cast<std::size_t>(vector_.end - vector_.stor_begin)};
  }
  [[nodiscard]] std::vector<double> copy() { return {values().begin(), values().end()}; }

 private:
  RealVector() = default;
  igraph_vector_t vector_{};
};

/// Move-only owner of an igraph_vector_int_t.
class IntVector {
 public:
  [[nodiscard]] static core::Result<IntVector> make(std::size_t size = 0);
  IntVector(IntVector&& other) noexcept : vector_{std::exchange(other.vector_, {})} {}
  IntVector& operator=(IntVector&& other) noexcept {
    std::swap(vector_, other.vector_);
    return *this;
  }
  ~IntVector() {
    if (vector_.stor_begin != nullptr) igraph_vector_int_destroy(&vector_);
  }
  [[nodiscard]] igraph_vector_int_t* get() { return &vector_; }
  [[nodiscard]] std::span<igraph_integer_t> values() {
    return {vector_.stor_begin, static_cast<std::size_t>(vector_.end - vector_.stor_begin)};
  }
  [[nodiscard]] std::vector<std::uint32_t> copy() { return {values().begin(), values().end()}; }

 private:
  IntVector() = default;
  igraph_vector_int_t vector_{};
};

/// Move-only owner of an igraph_matrix_t.
class Matrix {
 public:
  [[nodiscard]] static core::Result<Matrix> make(std::size_t rows, std::size_t columns);
  Matrix(Matrix&& other) noexcept : matrix_{std::exchange(other.matrix_, {})} {}
  Matrix& operator=(Matrix&& other) noexcept {
    std::swap(matrix_, other.matrix_);
    return *this;
  }
  ~Matrix() {
    if (matrix_.data.stor_begin != nullptr) igraph_matrix_destroy(&matrix_);
  }
  [[nodiscard]] igraph_matrix_t* get() { return &matrix_; }
  [[nodiscard]] double& at(std::size_t row, std::size_t column) {
    return *igraph_matrix_get_ptr(&matrix_, static_cast<igraph_integer_t>(row),
                                  static_cast<igraph_integer_t>(column));
  }

 private:
  Matrix() = default;
  igraph_matrix_t matrix_{};
};

struct GraphDeleter {
  void operator()(igraph_t* graph) const;
};
using IgraphHandle = std::unique_ptr<igraph_t, GraphDeleter>;

/// Undirected igraph graph of the same vertices and edges, in edge order. Attributes are not used.
[[nodiscard]] core::Result<IgraphHandle> to_igraph(const Graph& graph);

}  // namespace palermo::network::detail
