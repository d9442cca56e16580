// Errors are values: a function that can fail returns Result<T> and never throws. An Error says what kind of failure it
// is, what failed and where, and what to do next. The one table below ties each kind to its gRPC code, HTTP status and
// exit code; only a program's main turns a kind into an exit code.
//
// gRPC and HTTP columns follow the wire of Teleport 18 (trace kinds), in both directions.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace sallyport {

enum class ErrorKind {
  kInternal,           // a defect, or a failure with no better kind
  kBadParameter,       // the input of the caller is wrong
  kNotFound,           // the requested object does not exist
  kAlreadyExists,      // the object to create exists already
  kAccessDenied,       // the caller is known and not allowed
  kNotLoggedIn,        // the caller has no credentials, or expired ones
  kCompareFailed,      // another caller changed the object since it was read
  kLimitExceeded,      // too many, too large, too fast
  kConnectionProblem,  // the peer cannot be reached, or closed the connection
  kNotImplemented,     // the function is known, but not implemented
  kVersion,            // the versions of client and server do not fit
  kPartlyDone,         // some of several operations succeeded
  kUsage,              // the command line is wrong
  kInterrupted,        // the user stopped the command
};

// Distinguishes errors of one kind after which callers continue differently. Most errors have no detail.
enum class ErrorDetail {
  kNone,
  kNotTrusted,        // kConnectionProblem: the peer's certificate is not trusted
  kNoCommonProtocol,  // kConnectionProblem: the peer speaks none of the offered ALPN protocols
  kAmbiguousNode,     // kNotFound: several nodes match
  kOutputFailed,      // kInternal: the result cannot be written
};

struct [[nodiscard]] Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string message;  // lower case, no full stop, what failed and where
  std::string hint;     // what to do next; may be empty
  ErrorDetail detail = ErrorDetail::kNone;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

// One row of the error table.
struct ErrorKindRow {
  ErrorKind kind;
  std::string_view name;  // "not found": what a program prints and what JSON carries
  int grpc_code;          // grpc::StatusCode
  int http_status;
  int exit_code;
};

// Returns every row, one per kind. Static storage.
std::span<const ErrorKindRow> ErrorKinds();

// Returns the row of a kind.
const ErrorKindRow& RowOf(ErrorKind kind);

// Returns the kind that a peer meant by a gRPC code (0 is not an error: kInternal) or by an HTTP status. Several kinds
// share a code; the first row of the table wins.
ErrorKind KindOfGrpcCode(int grpc_code);
ErrorKind KindOfHttpStatus(int http_status);

// Makes the failed half of a Result, with a formatted message.
template <typename... Args>
std::unexpected<Error> Fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Error{kind, fmt::format(format, std::forward<Args>(args)...), {}});
}

// Makes the failed half of a Result with a hint that says what to do next.
inline std::unexpected<Error> FailWithHint(ErrorKind kind, std::string message, std::string hint) {
  return std::unexpected(Error{kind, std::move(message), std::move(hint)});
}

// Returns the error with "context: " before its message; kind, hint and detail stay.
Error InContext(std::string_view context, Error error);

// Returns the text that a program prints: "kind: message", and the hint on a second line when there is one.
std::string ToText(const Error& error);

}  // namespace sallyport

#define SALLYPORT_CONCAT_(a, b) a##b
#define SALLYPORT_CONCAT(a, b) SALLYPORT_CONCAT_(a, b)

// Returns the error of a Result from the enclosing function, if there is one.
#define RETURN_IF_ERROR(expression) RETURN_IF_ERROR_(SALLYPORT_CONCAT(status_, __LINE__), expression)
#define RETURN_IF_ERROR_(status, expression)                        \
  do {                                                              \
    auto status = (expression);                                     \
    if (!status) return std::unexpected(std::move(status).error()); \
  } while (false)

// Declares or assigns `target` from a Result, or returns its error from the enclosing function.
#define ASSIGN_OR_RETURN(target, expression) ASSIGN_OR_RETURN_(SALLYPORT_CONCAT(result_, __LINE__), target, expression)
#define ASSIGN_OR_RETURN_(result, target, expression)             \
  auto result = (expression);                                     \
  if (!result) return std::unexpected(std::move(result).error()); \
  target = std::move(*result)
