#include "libresources/kinds/join_method.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("join methods are found by their names") {
  for (const JoinMethodRules& method : AllJoinMethods()) CHECK(FindJoinMethodRules(method.name) == &method);
  CHECK(AllJoinMethods().front().name == kJoinByToken);
  CHECK(FindJoinMethodRules("telepathy") == nullptr);
  CHECK(FindJoinMethodRules("") == nullptr);
}

}  // namespace
}  // namespace sallyport
