#include "libmachine/operator/custom_claims.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("the oldest custom resource has the resource, whatever the order in which they are seen") {
  const CustomKind& six = *FindCustomKind("TeleportRoleV6");
  const CustomKind& seven = *FindCustomKind("TeleportRoleV7");
  CustomClaims claims;
  CHECK(claims.OlderThan(six, "one") == nullptr);

  claims.Add("one", {.kind = &seven, .created = "2026-11-29T09:12:00Z", .uid = "b"});
  claims.Add("one", {.kind = &six, .created = "2026-11-29T09:11:00Z", .uid = "c"});
  CHECK(claims.OlderThan(six, "one") == nullptr);
  CHECK(claims.OlderThan(seven, "one") == &six);
  CHECK(claims.Other(six, "one") == &seven);
  CHECK(claims.OlderThan(seven, "two") == nullptr);

  claims.Remove(six, "one");
  CHECK(claims.OlderThan(seven, "one") == nullptr);
  CHECK(claims.Other(seven, "one") == nullptr);
}

TEST_CASE("a claim of the same kind replaces the one before") {
  const CustomKind& six = *FindCustomKind("TeleportRoleV6");
  const CustomKind& seven = *FindCustomKind("TeleportRoleV7");
  CustomClaims claims;
  claims.Add("one", {.kind = &six, .created = "2026-11-29T09:11:00Z", .uid = "a"});
  claims.Add("one", {.kind = &six, .created = "2026-11-29T09:13:00Z", .uid = "b"});
  claims.Add("one", {.kind = &seven, .created = "2026-11-29T09:12:00Z", .uid = "c"});
  CHECK(claims.OlderThan(six, "one") == &seven);
}

}  // namespace
}  // namespace sallyport
