#include "libresources/kinds/database_address.h"

#include <algorithm>
#include <span>

#include "libbase/text.h"
#include "libresources/kinds/aws_endpoint.h"
#include "libresources/kinds/database.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using types::DatabaseV3;
using Kind = AwsEndpoint::Kind;

constexpr std::string_view kSpannerAddress = "spanner.googleapis.com:443";
constexpr std::string_view kAzureDatabase = ".database.azure.com";
constexpr std::string_view kAzureRedis = ".redis.cache.windows.net";
constexpr std::string_view kAzureRedisEnterprise = ".redisenterprise.cache.azure.net";
constexpr std::string_view kAzureSqlServer = ".database.windows.net";
constexpr std::string_view kAtlas = ".mongodb.net";

bool Contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

void FillIn(std::string* field, const std::string& value) {
  if (field->empty()) *field = value;
}

template <typename... Args>
std::unexpected<Error> Bad(fmt::format_string<Args...> text, Args&&... args) {
  return Fail(ErrorKind::kBadParameter, text, std::forward<Args>(args)...);
}

Status FillSpanner(DatabaseV3& database) {
  const auto& gcp = database.spec().gcp();
  if (gcp.projectid().empty()) return Bad("spec.gcp.project_id is missing");
  if (gcp.instanceid().empty()) return Bad("spec.gcp.instance_id is missing");
  return {};
}

constexpr std::string_view kAlloyTypes[] = {"public", "private", "psc"};

Status FillAlloyDb(DatabaseV3& database) {
  auto& gcp = *database.mutable_spec()->mutable_gcp();
  auto& alloy = *gcp.mutable_alloydb();
  if (alloy.endpointtype().empty() && alloy.endpointoverride().empty()) alloy.set_endpointtype("private");
  if (!alloy.endpointtype().empty() && std::ranges::find(kAlloyTypes, alloy.endpointtype()) == std::end(kAlloyTypes)) {
    return Bad("spec.gcp.alloydb.endpoint_type must be one of {}, not \"{}\"", fmt::join(kAlloyTypes, ", "),
               StripControl(alloy.endpointtype()));
  }
  if (!gcp.instanceid().empty() || !gcp.projectid().empty()) {
    return Bad("spec.gcp.project_id and instance_id must be empty: the address of AlloyDB contains both");
  }
  return {};
}

// Fills in the region for services whose address may be outside of AWS when the region is given.
Status FillRegion(DatabaseV3& database, const std::optional<AwsEndpoint>& endpoint) {
  auto& aws = *database.mutable_spec()->mutable_aws();
  if (aws.accountid().empty()) return Bad("spec.aws.account_id is missing");
  if (!endpoint) {
    if (aws.region().empty()) return Bad("spec.aws.region is missing, and spec.uri does not contain the region");
    if (IsAwsAddress(database.spec().uri())) return Bad("spec.uri is not an address of {}", database.spec().protocol());
    return {};
  }
  FillIn(aws.mutable_region(), endpoint->region);
  if (aws.region() == endpoint->region) return {};
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("spec.aws.region is {}, and spec.uri is in {}", StripControl(aws.region()),
                                  StripControl(endpoint->region)),
                      "leave spec.uri out, or use the same region in both");
}

Status FillDynamoDb(DatabaseV3& database) { return FillRegion(database, ParseDynamoDbEndpoint(database.spec().uri())); }
Status FillOpenSearch(DatabaseV3& database) {
  return FillRegion(database, ParseOpenSearchEndpoint(database.spec().uri()));
}

// Leaves addresses unchanged that resemble those of a service but do not parse: a later format may allow them.
Status FillRds(DatabaseV3& database) {
  const auto endpoint = ParseRdsEndpoint(database.spec().uri());
  if (!endpoint) return {};
  auto& aws = *database.mutable_spec()->mutable_aws();
  if (endpoint->kind == Kind::kInstance) FillIn(aws.mutable_rds()->mutable_instanceid(), endpoint->id);
  if (endpoint->kind == Kind::kCluster) FillIn(aws.mutable_rds()->mutable_clusterid(), endpoint->id);
  if (endpoint->kind == Kind::kProxy) FillIn(aws.mutable_rdsproxy()->mutable_name(), endpoint->id);
  if (endpoint->kind == Kind::kProxyEndpoint)
    FillIn(aws.mutable_rdsproxy()->mutable_customendpointname(), endpoint->id);
  FillIn(aws.mutable_region(), endpoint->region);
  if (endpoint->kind != Kind::kCustom || !aws.rds().clusterid().empty()) return {};
  return Bad("spec.aws.rds.cluster_id is missing: a custom endpoint of Aurora does not contain the ID");
}

Status FillRedshift(DatabaseV3& database) {
  const auto endpoint = ParseRedshiftEndpoint(database.spec().uri());
  if (!endpoint) return Bad("spec.uri is not an address of Redshift");
  auto& aws = *database.mutable_spec()->mutable_aws();
  FillIn(aws.mutable_redshift()->mutable_clusterid(), endpoint->id);
  FillIn(aws.mutable_region(), endpoint->region);
  return {};
}

Status FillRedshiftServerless(DatabaseV3& database) {
  const auto endpoint = ParseRedshiftServerlessEndpoint(database.spec().uri());
  if (!endpoint) return {};
  auto& aws = *database.mutable_spec()->mutable_aws();
  auto& serverless = *aws.mutable_redshiftserverless();
  FillIn(endpoint->kind == Kind::kWorkgroup ? serverless.mutable_workgroupname() : serverless.mutable_endpointname(),
         endpoint->id);
  FillIn(aws.mutable_accountid(), endpoint->account);
  FillIn(aws.mutable_region(), endpoint->region);
  return {};
}

Status FillElastiCache(DatabaseV3& database) {
  const auto endpoint = ParseElastiCacheEndpoint(database.spec().uri());
  auto& aws = *database.mutable_spec()->mutable_aws();
  FillIn(aws.mutable_elasticache()->mutable_replicationgroupid(), endpoint->id);
  FillIn(aws.mutable_region(), endpoint->region);
  aws.mutable_elasticache()->set_transitencryptionenabled(endpoint->encrypted);
  aws.mutable_elasticache()->set_endpointtype(endpoint->endpoint_type);
  return {};
}

Status FillElastiCacheServerless(DatabaseV3& database) {
  const auto endpoint = ParseElastiCacheServerlessEndpoint(database.spec().uri());
  auto& aws = *database.mutable_spec()->mutable_aws();
  FillIn(aws.mutable_elasticacheserverless()->mutable_cachename(), endpoint->id);
  FillIn(aws.mutable_region(), endpoint->region);
  return {};
}

Status FillMemoryDb(DatabaseV3& database) {
  const auto endpoint = ParseMemoryDbEndpoint(database.spec().uri());
  if (!endpoint) return {};
  auto& aws = *database.mutable_spec()->mutable_aws();
  FillIn(aws.mutable_memorydb()->mutable_clustername(), endpoint->id);
  FillIn(aws.mutable_region(), endpoint->region);
  aws.mutable_memorydb()->set_tlsenabled(endpoint->encrypted);
  aws.mutable_memorydb()->set_endpointtype(endpoint->endpoint_type);
  return {};
}

Status FillDocumentDb(DatabaseV3& database) {
  const auto endpoint = ParseDocumentDbEndpoint(database.spec().uri());
  if (!endpoint) return {};
  auto& aws = *database.mutable_spec()->mutable_aws();
  auto& document = *aws.mutable_documentdb();
  FillIn(endpoint->kind == Kind::kCluster ? document.mutable_clusterid() : document.mutable_instanceid(), endpoint->id);
  FillIn(aws.mutable_region(), endpoint->region);
  document.set_endpointtype(endpoint->endpoint_type);
  return {};
}

Status FillKeyspaces(DatabaseV3& database) {
  auto& aws = *database.mutable_spec()->mutable_aws();
  if (aws.accountid().empty()) return Bad("spec.aws.account_id is missing");
  if (!aws.region().empty()) return {};
  const auto endpoint = ParseKeyspacesEndpoint(database.spec().uri());
  if (DatabaseTypeOf(database) != "keyspace" || !endpoint) return Bad("spec.aws.region is missing");
  aws.set_region(endpoint->region);
  return {};
}

// Fills in the name of a server in Azure, the first word of its host of `words` words.
Status FillAzureName(DatabaseV3& database, std::string_view suffix, std::size_t words) {
  const std::string host = HostOfAddress(database.spec().uri());
  const auto dots = static_cast<std::size_t>(std::ranges::count(host, '.'));
  const std::string name = host.substr(0, host.find('.'));
  if (!host.ends_with(suffix) || dots + 1 != words || name.empty()) {
    return Bad("spec.uri is not the address of a server NAME{}", suffix);
  }
  FillIn(database.mutable_spec()->mutable_azure()->mutable_name(), name);
  return {};
}

Status FillAzureDatabase(DatabaseV3& database) { return FillAzureName(database, kAzureDatabase, 5); }
Status FillAzureSqlServer(DatabaseV3& database) {
  return database.spec().azure().name().empty() ? FillAzureName(database, kAzureSqlServer, 4) : Status();
}

Status FillAzureRedis(DatabaseV3& database) {
  if (database.spec().azure().resourceid().empty()) return Bad("spec.azure.resource_id is missing");
  if (Contains(database.spec().uri(), kAzureRedis)) return FillAzureName(database, kAzureRedis, 5);
  return FillAzureName(database, kAzureRedisEnterprise, 6);
}

Status FillAtlas(DatabaseV3& database) {
  const std::string host = HostOfAddress(database.spec().uri());
  if (std::ranges::count(host, '.') < 2) return Bad("spec.uri is not an address of MongoDB Atlas");
  database.mutable_spec()->mutable_mongoatlas()->set_name(host.substr(0, host.find('.')));
  return {};
}

// The first row that matches fills in.
struct AddressRow {
  bool (*matches)(const DatabaseV3& database, std::string_view uri);
  Status (*fill)(DatabaseV3& database);
};
template <const auto& kService>
bool IsService(const DatabaseV3&, std::string_view uri) {
  return IsAwsService(uri, kService);
}
template <const auto& kType>
bool IsType(const DatabaseV3& database, std::string_view) {
  return DatabaseTypeOf(database) == kType;
}
template <const auto& kPart>
bool HasPart(const DatabaseV3&, std::string_view uri) {
  return Contains(uri, kPart);
}
constexpr std::string_view kRds = "rds";
constexpr std::string_view kRedshift = "redshift";
constexpr std::string_view kRedshiftServerless = "redshift-serverless";
constexpr std::string_view kMemoryDb = "memorydb";
constexpr std::string_view kDocumentDb = "docdb";
constexpr std::string_view kAlloyDb = "alloydb";
constexpr std::string_view kDynamoDb = "dynamodb";
constexpr std::string_view kOpenSearch = "opensearch";

bool IsSpanner(const DatabaseV3& database, std::string_view uri) {
  return uri == kSpannerAddress || DatabaseTypeOf(database) == "spanner";
}
bool IsElastiCache(const DatabaseV3&, std::string_view uri) { return ParseElastiCacheEndpoint(uri).has_value(); }
bool IsElastiCacheServerless(const DatabaseV3&, std::string_view uri) {
  return ParseElastiCacheServerlessEndpoint(uri).has_value();
}
bool IsKeyspaces(const DatabaseV3&, std::string_view uri) {
  return (uri.starts_with("cassandra.") || uri.starts_with("cassandra-fips.")) && IsAwsAddress(uri);
}
bool IsAzureRedis(const DatabaseV3&, std::string_view uri) {
  return Contains(uri, kAzureRedis) || Contains(uri, kAzureRedisEnterprise);
}

constexpr AddressRow kAddressRows[] = {
    {&IsSpanner, &FillSpanner},
    {&IsType<kAlloyDb>, &FillAlloyDb},
    {&IsType<kDynamoDb>, &FillDynamoDb},
    {&IsType<kOpenSearch>, &FillOpenSearch},
    {&IsService<kRds>, &FillRds},
    {&IsService<kRedshift>, &FillRedshift},
    {&IsService<kRedshiftServerless>, &FillRedshiftServerless},
    {&IsElastiCache, &FillElastiCache},
    {&IsElastiCacheServerless, &FillElastiCacheServerless},
    {&IsService<kMemoryDb>, &FillMemoryDb},
    {&IsService<kDocumentDb>, &FillDocumentDb},
    {&HasPart<kAzureDatabase>, &FillAzureDatabase},
    {&IsKeyspaces, &FillKeyspaces},
    {&IsAzureRedis, &FillAzureRedis},
    {&HasPart<kAzureSqlServer>, &FillAzureSqlServer},
    {&HasPart<kAtlas>, &FillAtlas},
};

// Some services have one address in a region, which need not be given.
Status FillEmptyAddress(DatabaseV3& database) {
  auto& spec = *database.mutable_spec();
  const std::string_view type = DatabaseTypeOf(database);
  if (type == "spanner") {
    spec.set_uri(std::string(kSpannerAddress));
    return {};
  }
  if (type != "keyspace" && type != kDynamoDb) {
    return FailWithHint(ErrorKind::kBadParameter, "spec.uri is missing", "set spec.uri to the address of the database");
  }
  const std::string& region = spec.aws().region();
  if (region.empty()) return Bad("spec.uri and spec.aws.region are missing: set one of them");
  spec.set_uri(type == kDynamoDb ? fmt::format("aws://dynamodb.{}{}", region, AwsSuffixOf(region))
                                 : fmt::format("cassandra.{}{}:9142", region, AwsSuffixOf(region)));
  return {};
}

}  // namespace

Status FillFromAddress(DatabaseV3& database) {
  if (database.spec().uri().empty()) RETURN_IF_ERROR(FillEmptyAddress(database));
  for (const AddressRow& row : kAddressRows) {
    if (row.matches(database, database.spec().uri())) return row.fill(database);
  }
  return {};
}

}  // namespace sallyport
