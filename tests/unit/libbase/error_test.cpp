#include "libbase/error.h"

#include <set>

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("every error kind has one row with a name and a non-zero exit code") {
  std::set<ErrorKind> kinds;
  std::set<std::string_view> names;
  for (const auto& row : ErrorKinds()) {
    CHECK(kinds.insert(row.kind).second);
    CHECK(names.insert(row.name).second);
    CHECK(row.exit_code != 0);
    CHECK(row.grpc_code != 0);
    CHECK(row.http_status >= 400);
    CHECK(RowOf(row.kind).name == row.name);
  }
  CHECK(kinds.size() == static_cast<std::size_t>(ErrorKind::kInterrupted) + 1);
}

TEST_CASE("peers' codes map back to the kinds of Teleport's wire") {
  CHECK(KindOfGrpcCode(7) == ErrorKind::kAccessDenied);
  CHECK(KindOfGrpcCode(9) == ErrorKind::kCompareFailed);
  CHECK(KindOfGrpcCode(4) == ErrorKind::kInternal);
  CHECK(KindOfHttpStatus(403) == ErrorKind::kAccessDenied);
  CHECK(KindOfHttpStatus(504) == ErrorKind::kConnectionProblem);
  CHECK(KindOfHttpStatus(503) == ErrorKind::kConnectionProblem);
  CHECK(KindOfHttpStatus(418) == ErrorKind::kInternal);
}

Result<int> Half(int number) {
  if (number % 2 != 0) return Fail(ErrorKind::kBadParameter, "{} is odd", number);
  return number / 2;
}

Result<int> Quarter(int number) {
  ASSIGN_OR_RETURN(const int half, Half(number));
  RETURN_IF_ERROR(Half(half));
  return half / 2;
}

TEST_CASE("errors travel through the macros with kind and message") {
  CHECK(Quarter(8).value() == 2);
  const auto failed = Quarter(6);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "3 is odd");
  const auto error = InContext("dividing", failed.error());
  CHECK(ToText(error) == "bad parameter: dividing: 3 is odd");
}

TEST_CASE("a message that begins with its kind says it once") {
  CHECK(ToText({ErrorKind::kAccessDenied, "access denied", {}}) == "access denied");
  CHECK(ToText({ErrorKind::kAccessDenied, "access denied: the login has expired", "log in"}) ==
        "access denied: the login has expired\n  hint: log in");
}

}  // namespace
}  // namespace sallyport
