#include "libcluster/ssh/command_labels.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a label is what its command prints, or why it does not") {
  CommandLabels labels({{"name", {"/bin/echo", "  hi  "}, std::chrono::hours(1)},
                        {"fails", {"/bin/sh", "-c", "echo no; exit 3"}, std::chrono::hours(1)},
                        {"absent", {"/nowhere/program"}, std::chrono::hours(1)}});
  labels.WaitForFirst(std::chrono::seconds(20));
  auto values = labels.Values();
  REQUIRE(values.size() == 3);
  CHECK(values["name"] == "hi");
  CHECK(values["fails"] == "exit status 3 output: no");
  CHECK(values["absent"].contains("/nowhere/program"));
}

TEST_CASE("a command that takes long holds up neither the others nor the end") {
  const auto begin = std::chrono::steady_clock::now();
  {
    CommandLabels labels(
        {{"slow", {"/bin/sleep", "60"}, std::chrono::hours(1)}, {"quick", {"/bin/echo", "x"}, std::chrono::hours(1)}});
    labels.WaitForFirst(std::chrono::milliseconds(1500));
    const auto values = labels.Values();
    CHECK(values.contains("quick"));
    CHECK_FALSE(values.contains("slow"));
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

}  // namespace
}  // namespace sallyport
