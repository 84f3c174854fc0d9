// Errors as values. A function that can fail returns Result<T> or Status.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace palermo::core {

/// Closed list of failures. exit_code() maps each to the contract's exit codes.
enum class ErrorCode {
  Internal,         // our bug, or a library said something it should not
  Io,               // file, disk or database could not be read or written
  Usage,            // the command line makes no sense
  BadInput,         // a file is not what it claims to be; nothing was stored
  InvalidArgument,  // a value is outside what the operation accepts
  NotFound,         // the named thing does not exist in this case
  Refused,          // role, authorization or hop limit
  Integrity,        // ledger, segment or signature does not hold
  Graph,            // igraph reported a failure
};

/// Place in an ingested file.
struct SourcePosition {
  std::string file;        // name as given by the user
  std::uint64_t line = 0;  // 1-based, 0 = the file as a whole
};

/// One clear error: what, where, why, and what to do next.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;  // places, not values: "line 1812: 13 columns, expected 14"
  std::optional<SourcePosition> where = std::nullopt;
  std::string next = {};    // what the user can do now
  std::string reason = {};  // machine-readable code, e.g. "SC02" or "ROLLBACK"
};

/// Exit code of the contract: 1 internal, 2 usage, 3 bad input, 4 refused, 5 integrity.
[[nodiscard]] int exit_code(ErrorCode code) noexcept;
[[nodiscard]] const char* name_of(ErrorCode code) noexcept;

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  // NOLINTNEXTLINE(google-explicit-constructor): `return value;` and `return Error{…};` read well.
  template <typename U = T, typename = std::enable_if_t<std::is_convertible_v<U&&, T> &&
                                                        !std::is_same_v<std::decay_t<U>, Result> &&
                                                        !std::is_same_v<std::decay_t<U>, Error>>>
  Result(U&& value) : state_{std::in_place_index<0>, std::forward<U>(value)} {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_{std::in_place_index<1>, std::move(error)} {}

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] T& value() & { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }
  [[nodiscard]] Error& error() & { return std::get<1>(state_); }
  [[nodiscard]] const Error& error() const& { return std::get<1>(state_); }
  [[nodiscard]] Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

struct Done {};
/// Result of a function that yields nothing.
using Status = Result<Done>;
[[nodiscard]] inline Status ok() { return Done{}; }

#define PALERMO_CONCAT_(a, b) a##b
#define PALERMO_CONCAT(a, b) PALERMO_CONCAT_(a, b)
/// Binds the value of a Result to a declaration, or returns its Error. Commas in a type need a using.
#define PALERMO_TRY(declaration, ...)                                 \
  auto PALERMO_CONCAT(palermo_try_, __LINE__) = (__VA_ARGS__);        \
  if (!PALERMO_CONCAT(palermo_try_, __LINE__))                        \
    return std::move(PALERMO_CONCAT(palermo_try_, __LINE__)).error(); \
  declaration = *std::move(PALERMO_CONCAT(palermo_try_, __LINE__))
/// Returns the Error of a Status, if it holds one.
#define PALERMO_CHECK_OK(...)                                                                  \
  do {                                                                                         \
    if (auto palermo_status = (__VA_ARGS__); !palermo_status)                                  \
      return std::move(palermo_status).error();                                                \
  } while (false)

}  // namespace palermo::core
