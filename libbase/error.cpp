#include "libbase/error.h"

#include <array>

namespace sallyport {
namespace {

constexpr int kServiceUnavailable = 503;  // the service's own failure; 504 means a server behind it

// gRPC codes: 1 cancelled, 2 unknown, 3 invalid argument, 5 not found, 6 already exists, 7 permission denied, 8
// resource exhausted, 9 failed precondition, 12 unimplemented, 14 unavailable, 16 unauthenticated.
constexpr std::array kTable{
    ErrorKindRow{ErrorKind::kInternal, "internal error", 2, 500, 1},
    ErrorKindRow{ErrorKind::kBadParameter, "bad parameter", 3, 400, 1},
    ErrorKindRow{ErrorKind::kNotFound, "not found", 5, 404, 5},
    ErrorKindRow{ErrorKind::kAlreadyExists, "already exists", 6, 409, 6},
    ErrorKindRow{ErrorKind::kAccessDenied, "access denied", 7, 403, 4},
    ErrorKindRow{ErrorKind::kNotLoggedIn, "not logged in", 16, 401, 3},
    ErrorKindRow{ErrorKind::kCompareFailed, "compare failed", 9, 412, 6},
    ErrorKindRow{ErrorKind::kLimitExceeded, "limit exceeded", 8, 429, 1},
    ErrorKindRow{ErrorKind::kConnectionProblem, "connection problem", 14, 504, 7},
    ErrorKindRow{ErrorKind::kNotImplemented, "not implemented", 12, 501, 1},
    ErrorKindRow{ErrorKind::kVersion, "version mismatch", 7, 403, 8},
    ErrorKindRow{ErrorKind::kPartlyDone, "partly done", 2, 500, 9},
    ErrorKindRow{ErrorKind::kUsage, "usage", 3, 400, 2},
    ErrorKindRow{ErrorKind::kInterrupted, "interrupted", 1, 499, 130},
};

}  // namespace

std::span<const ErrorKindRow> ErrorKinds() { return kTable; }

const ErrorKindRow& RowOf(ErrorKind kind) {
  for (const auto& row : kTable) {
    if (row.kind == kind) return row;
  }
  return kTable.front();
}

ErrorKind KindOfGrpcCode(int grpc_code) {
  for (const auto& row : kTable) {
    if (row.grpc_code == grpc_code) return row.kind;
  }
  return ErrorKind::kInternal;
}

ErrorKind KindOfHttpStatus(int http_status) {
  if (http_status == kServiceUnavailable) return ErrorKind::kConnectionProblem;
  for (const auto& row : kTable) {
    if (row.http_status == http_status) return row.kind;
  }
  return ErrorKind::kInternal;
}

Error InContext(std::string_view context, Error error) {
  error.message = fmt::format("{}: {}", context, error.message);
  return error;
}

std::string ToText(const Error& error) {
  // Many messages of a cluster already begin with the kind.
  const std::string_view name = RowOf(error.kind).name;
  std::string text = error.message.starts_with(name) ? error.message : fmt::format("{}: {}", name, error.message);
  if (!error.hint.empty()) text += fmt::format("\n  hint: {}", error.hint);
  return text;
}

}  // namespace sallyport
