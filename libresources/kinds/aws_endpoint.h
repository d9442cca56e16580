// Parses the host names of databases in AWS: "orders.abcdef.us-east-1.rds.amazonaws.com" and similar names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

// The parts of the name of a database. Missing parts are empty.
struct AwsEndpoint {
  std::string id;             // of the instance, cluster, proxy, workgroup or cache, as `kind` says
  std::string region;         // "us-east-1"
  std::string account;        // of serverless Redshift
  std::string endpoint_type;  // "primary", "reader", "node", "configuration", "cluster", ...
  enum class Kind {
    kInstance,
    kCluster,
    kCustom,
    kProxy,
    kProxyEndpoint,
    kWorkgroup,
    kEndpoint
  } kind = Kind::kInstance;
  bool encrypted = false;  // connections, of a cache
};

// Returns the host of "SCHEME://USER@HOST:PORT/...", all but the host optional.
std::string HostOfAddress(std::string_view address);

// Returns whether an address contains the end of the names of AWS.
bool IsAwsAddress(std::string_view address);
// Returns whether an address names a service of AWS: "rds", "redshift", "memorydb", ...
bool IsAwsService(std::string_view address, std::string_view service);
// Returns "aws", "aws-cn" or "aws-us-gov".
std::string_view AwsPartitionOf(std::string_view region);
// Returns the end of names in a region, from the first point on.
std::string_view AwsSuffixOf(std::string_view region);

// Parse the address of one service; return nothing for an address of another service.
std::optional<AwsEndpoint> ParseRdsEndpoint(std::string_view address);
std::optional<AwsEndpoint> ParseRedshiftEndpoint(std::string_view address);
std::optional<AwsEndpoint> ParseRedshiftServerlessEndpoint(std::string_view address);
std::optional<AwsEndpoint> ParseElastiCacheEndpoint(std::string_view address);
std::optional<AwsEndpoint> ParseElastiCacheServerlessEndpoint(std::string_view address);
std::optional<AwsEndpoint> ParseMemoryDbEndpoint(std::string_view address);
std::optional<AwsEndpoint> ParseDocumentDbEndpoint(std::string_view address);
std::optional<AwsEndpoint> ParseDynamoDbEndpoint(std::string_view address);
std::optional<AwsEndpoint> ParseOpenSearchEndpoint(std::string_view address);
std::optional<AwsEndpoint> ParseKeyspacesEndpoint(std::string_view address);

}  // namespace sallyport
