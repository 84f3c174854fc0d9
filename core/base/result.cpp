#include "core/base/result.hpp"

namespace palermo::core {

int exit_code(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::Internal:
    case ErrorCode::Io:
    case ErrorCode::Graph:
      return 1;
    case ErrorCode::Usage:
    case ErrorCode::InvalidArgument:
    case ErrorCode::NotFound:
      return 2;
    case ErrorCode::BadInput:
      return 3;
    case ErrorCode::Refused:
      return 4;
    case ErrorCode::Integrity:
      return 5;
  }
  return 1;
}

const char* name_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::Internal:
      return "internal error";
    case ErrorCode::Io:
      return "input/output error";
    case ErrorCode::Usage:
      return "usage";
    case ErrorCode::BadInput:
      return "bad input";
    case ErrorCode::InvalidArgument:
      return "invalid argument";
    case ErrorCode::NotFound:
      return "not found";
    case ErrorCode::Refused:
      return "refused";
    case ErrorCode::Integrity:
      return "integrity failure";
    case ErrorCode::Graph:
      return "graph error";
  }
  return "error";
}

}  // namespace palermo::core
