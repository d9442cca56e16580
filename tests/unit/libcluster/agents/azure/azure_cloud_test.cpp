#include "libcluster/agents/azure/azure_cloud.h"

#include <catch2/catch.hpp>
#include <map>

namespace sallyport {
namespace {

Result<AzureCloud> CloudOf(std::map<std::string, std::string, std::less<>> variables) {
  return AzureCloudFrom([variables = std::move(variables)](std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

}  // namespace

TEST_CASE("the environment chooses the cloud of Azure") {
  SECTION("the public one without variables") {
    const auto cloud = CloudOf({});
    REQUIRE(cloud);
    CHECK(cloud->authority == "https://login.microsoftonline.com");
    CHECK(cloud->resource_manager == "https://management.azure.com");
    CHECK(cloud->audience == "https://management.core.windows.net/");
  }
  SECTION("a sovereign one by the host of its logins") {
    const auto cloud = CloudOf({{"AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/"}});
    REQUIRE(cloud);
    CHECK(cloud->resource_manager == "https://management.usgovcloudapi.net");
    CHECK(cloud->audience == "https://management.core.usgovcloudapi.net/");
  }
  SECTION("a sovereign one by its name") {
    const auto cloud = CloudOf({{"AZURE_ENVIRONMENT", "AzureChinaCloud"}});
    REQUIRE(cloud);
    CHECK(cloud->authority == "https://login.chinacloudapi.cn");
    CHECK(cloud->resource_manager == "https://management.chinacloudapi.cn");
  }
  SECTION("an own one by both of its hosts") {
    const auto cloud = CloudOf({{"AZURE_AUTHORITY_HOST", "login.stack.example.com"},
                                {"AZURE_RESOURCE_MANAGER_ENDPOINT", "https://arm.stack.example.com:8443"}});
    REQUIRE(cloud);
    CHECK(cloud->authority == "https://login.stack.example.com");
    CHECK(cloud->resource_manager == "https://arm.stack.example.com:8443");
    CHECK(cloud->audience == "https://arm.stack.example.com:8443/");
  }
}

TEST_CASE("a cloud of Azure that cannot be is refused") {
  CHECK(CloudOf({{"AZURE_AUTHORITY_HOST", "http://login.microsoftonline.com"}}).error().kind ==
        ErrorKind::kBadParameter);
  CHECK(CloudOf({{"AZURE_AUTHORITY_HOST", "https://login.example.com"}}).error().hint.contains("RESOURCE_MANAGER"));
  CHECK(CloudOf({{"AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/common"}}).error().kind ==
        ErrorKind::kBadParameter);
  CHECK(CloudOf({{"AZURE_ENVIRONMENT", "moon"}}).error().kind == ErrorKind::kBadParameter);
  CHECK(CloudOf({{"AZURE_ENVIRONMENT", "AzureChinaCloud"}, {"AZURE_AUTHORITY_HOST", "login.microsoftonline.us"}})
            .error()
            .message.contains("different clouds"));
}

}  // namespace sallyport
