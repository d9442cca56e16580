#include "libcluster/agents/discovery/discovered_name.h"

#include <catch2/catch.hpp>
#include <vector>

namespace sallyport {

TEST_CASE("a suffix has the parts that the name lacks") {
  const auto suffix = [](std::string_view name, std::vector<std::string> parts) {
    return DiscoverySuffix(name, parts);
  };
  CHECK(suffix("prod", {"aks", "westeurope", "rg1", "sub"}) == "aks-westeurope-rg1-sub");
  CHECK(suffix("prod-AKS-rg1", {"aks", "westeurope", "rg1", "sub"}) == "westeurope-sub");
  CHECK(suffix("prod", {"aks", "", "my  group -", "s"}) == "aks-my-group-s");
  CHECK(suffix("prod", {"aks", "west(europe)", "r/g", "\xc3\xa9"}) == "aks");
  CHECK(suffix("prod", {"--", " "}) == "");
  CHECK(suffix("aks", {"aks"}) == "");
}

}  // namespace sallyport
