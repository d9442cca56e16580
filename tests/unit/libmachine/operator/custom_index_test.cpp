#include "libmachine/operator/custom_index.h"

#include <catch2/catch.hpp>

#include "libbase/yaml.h"

namespace sallyport {
namespace {

Value Seen(std::string_view metadata) {
  return ParseYaml(fmt::format("metadata: {{name: one, uid: u, {}}}", metadata), "test").value().front();
}

const CustomKind& Indexed() { return *FindCustomKind("TeleportRoleV7"); }
constexpr std::string_view kHeld = "generation: 1, finalizers: [resources.teleport.dev/deletion]";

TEST_CASE("a change that needs a pass is told from the operator's own writes") {
  CustomIndex index;
  CHECK(index.Note(Indexed(), Seen("generation: 1")));
  CHECK_FALSE(index.Note(Indexed(), Seen(kHeld)));                                           // its finalizer
  CHECK_FALSE(index.Note(Indexed(), Seen(fmt::format("{}, resourceVersion: '9'", kHeld))));  // its status
  CHECK(index.Note(Indexed(), Seen("generation: 1")));  // the finalizer was removed
  CHECK(index.Note(Indexed(), Seen("generation: 2")));
  CHECK(index.Note(Indexed(), Seen("generation: 2, labels: {team: a}")));
  index.Forget(Indexed(), "one");
  CHECK(index.Note(Indexed(), Seen("generation: 2, labels: {team: a}")));
}

TEST_CASE("an object without the finalizer is remembered as it was seen") {
  CustomIndex index;
  CHECK_FALSE(index.UnheldOf(Indexed(), "one"));
  index.Note(Indexed(), Seen("generation: 1, resourceVersion: '5'"));
  REQUIRE(index.UnheldOf(Indexed(), "one"));
  CHECK(index.UnheldOf(Indexed(), "one")->resource_version == "5");
  index.Note(Indexed(), Seen(kHeld));
  CHECK_FALSE(index.UnheldOf(Indexed(), "one"));
}

TEST_CASE("a resource that says what the last pass left is known, an unknown one is not") {
  CustomIndex index;
  index.SetContent(Indexed(), "one", "digest");
  CHECK_FALSE(index.HasContent(Indexed(), "one", "digest"));  // the object is not known
  index.Note(Indexed(), Seen("generation: 1"));
  CHECK_FALSE(index.HasContent(Indexed(), "one", ""));
  index.SetContent(Indexed(), "one", "digest");
  CHECK(index.HasContent(Indexed(), "one", "digest"));
  CHECK_FALSE(index.HasContent(Indexed(), "one", "other"));
  index.SetContent(Indexed(), "one", "");
  CHECK_FALSE(index.HasContent(Indexed(), "one", ""));
}

}  // namespace
}  // namespace sallyport
