#include "libresources/kinds/aws_endpoint.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using Kind = AwsEndpoint::Kind;

struct Row {
  std::optional<AwsEndpoint> (*parse)(std::string_view address);
  std::string_view address;
  AwsEndpoint wanted;  // an empty region: the name is not an endpoint of the service
};

const Row kEndpoints[] = {
    {&ParseRdsEndpoint, "db.abc.us-east-1.rds.amazonaws.com:5432", {"db", "us-east-1", "", "instance"}},
    {&ParseRdsEndpoint, "db.abc.rds.cn-north-1.amazonaws.com.cn", {"db", "cn-north-1", "", "instance"}},
    {&ParseRdsEndpoint,
     "db.cluster-abc.us-east-1.rds.amazonaws.com:1",
     {"db", "us-east-1", "", "primary", Kind::kCluster}},
    {&ParseRdsEndpoint,
     "db.cluster-ro-abc.us-east-1.rds.amazonaws.com:1",
     {"db", "us-east-1", "", "reader", Kind::kCluster}},
    {&ParseRdsEndpoint,
     "db.cluster-custom-abc.us-east-1.rds.amazonaws.com:1",
     {"db", "us-east-1", "", "custom", Kind::kCustom}},
    {&ParseRdsEndpoint, "db.proxy-abc.us-east-1.rds.amazonaws.com:1", {"db", "us-east-1", "", "", Kind::kProxy}},
    {&ParseRdsEndpoint,
     "db.endpoint.proxy-abc.us-east-1.rds.amazonaws.com:1",
     {"db", "us-east-1", "", "", Kind::kProxyEndpoint}},
    {&ParseRdsEndpoint, "a.b.c.us-east-1.rds.amazonaws.com:1", {}},
    {&ParseRdsEndpoint, "db.us-east-1.rds.amazonaws.com:1", {}},
    {&ParseRdsEndpoint, "db.abc.us-east-1.rds.example.com:1", {}},
    {&ParseRedshiftEndpoint,
     "db.abc.us-east-1.redshift.amazonaws.com:5439",
     {"db", "us-east-1", "", "", Kind::kCluster}},
    {&ParseRedshiftEndpoint,
     "db.abc.redshift.cn-north-1.amazonaws.com.cn:5439",
     {"db", "cn-north-1", "", "", Kind::kCluster}},
    {&ParseRedshiftServerlessEndpoint,
     "group.123456789012.us-east-1.redshift-serverless.amazonaws.com:5439",
     {"group", "us-east-1", "123456789012", "", Kind::kWorkgroup}},
    {&ParseRedshiftServerlessEndpoint,
     "mine-endpoint-abc.123456789012.us-east-1.redshift-serverless.amazonaws.com:5439",
     {"mine", "us-east-1", "123456789012", "", Kind::kEndpoint}},
    {&ParseElastiCacheEndpoint,
     "rediss://clustercfg.cache.abc.use1.cache.amazonaws.com:6379",
     {"cache", "us-east-1", "", "configuration", Kind::kInstance, true}},
    {&ParseElastiCacheEndpoint,
     "cache.abc.clustercfg.usgw1.cache.amazonaws.com:6379",
     {"cache", "us-gov-west-1", "", "configuration"}},
    {&ParseElastiCacheEndpoint,
     "my-cache-0001-002.abc.0001.euc1.cache.amazonaws.com:6379",
     {"my-cache", "eu-central-1", "", "node"}},
    {&ParseElastiCacheEndpoint,
     "master.cache.abc.cnnw1.cache.amazonaws.com.cn:6379",
     {"cache", "cn-northwest-1", "", "primary", Kind::kInstance, true}},
    {&ParseElastiCacheEndpoint,
     "replica.cache.abc.apne3.cache.amazonaws.com:6379",
     {"cache", "ap-northeast-3", "", "reader", Kind::kInstance, true}},
    {&ParseElastiCacheEndpoint,
     "cache-ro.abc.ng.0001.use1.cache.amazonaws.com:6379",
     {"cache", "us-east-1", "", "reader"}},
    {&ParseElastiCacheEndpoint,
     "cache.abc.ng.0001.use1.cache.amazonaws.com:6379",
     {"cache", "us-east-1", "", "primary"}},
    {&ParseElastiCacheEndpoint, "cache.abc.ng.0001.usx1.cache.amazonaws.com:6379", {}},
    {&ParseElastiCacheEndpoint, "cache.abc.ng.0001.use.cache.amazonaws.com:6379", {}},
    {&ParseElastiCacheEndpoint, "cache.amazonaws.com:6379", {}},
    {&ParseElastiCacheServerlessEndpoint,
     "my-cache-abc.serverless.use1.cache.amazonaws.com:6379",
     {"my-cache", "us-east-1", "", "configuration", Kind::kInstance, true}},
    {&ParseMemoryDbEndpoint,
     "clustercfg.mem.abc.memorydb.us-east-1.amazonaws.com:6379",
     {"mem", "us-east-1", "", "cluster", Kind::kInstance, true}},
    {&ParseMemoryDbEndpoint,
     "mem-0001-001.mem.abc.memorydb.us-east-1.amazonaws.com:6379",
     {"mem", "us-east-1", "", "node", Kind::kInstance, true}},
    {&ParseMemoryDbEndpoint,
     "mem-0001-001.abc.0001.memorydb.us-east-1.amazonaws.com:6379",
     {"mem", "us-east-1", "", "node"}},
    {&ParseDocumentDbEndpoint,
     "mongodb://me@doc.cluster-abc.us-east-1.docdb.amazonaws.com:27017/?tls=true",
     {"doc", "us-east-1", "", "cluster", Kind::kCluster}},
    {&ParseDocumentDbEndpoint,
     "doc.cluster-ro-abc.docdb.cn-north-1.amazonaws.com.cn:27017",
     {"doc", "cn-north-1", "", "reader", Kind::kCluster}},
    {&ParseDocumentDbEndpoint, "doc.abc.us-east-1.docdb.amazonaws.com:27017", {"doc", "us-east-1", "", "instance"}},
    {&ParseDynamoDbEndpoint, "aws://DynamoDB.us-east-1.amazonaws.com", {"dynamodb", "us-east-1"}},
    {&ParseDynamoDbEndpoint, "streams.dynamodb.us-east-1.amazonaws.com", {"streams.dynamodb", "us-east-1"}},
    {&ParseDynamoDbEndpoint, "dynamodb.cn-north-1.amazonaws.com", {}},
    {&ParseDynamoDbEndpoint, "s3.us-east-1.amazonaws.com", {}},
    {&ParseOpenSearchEndpoint, "search.us-east-1.es.amazonaws.com:443", {"search", "us-east-1"}},
    {&ParseOpenSearchEndpoint, "search.us-east-1.rds.amazonaws.com:443", {}},
    {&ParseKeyspacesEndpoint, "cassandra.us-east-1.amazonaws.com:9142", {"cassandra", "us-east-1"}},
};

TEST_CASE("names of databases in AWS say what they are") {
  for (const Row& row : kEndpoints) {
    INFO(row.address);
    const auto found = row.parse(row.address);
    REQUIRE(found.has_value() == !row.wanted.region.empty());
    if (!found) continue;
    CHECK(found->id == row.wanted.id);
    CHECK(found->region == row.wanted.region);
    CHECK(found->account == row.wanted.account);
    CHECK(found->endpoint_type == row.wanted.endpoint_type);
    CHECK(found->kind == row.wanted.kind);
    CHECK(found->encrypted == row.wanted.encrypted);
  }
}

TEST_CASE("the host of an address") {
  CHECK(HostOfAddress("redis://me:word@host:1/path?a=b@c") == "host");
  CHECK(HostOfAddress("[fd00::1]:80") == "fd00::1");
  CHECK(HostOfAddress("[") == "");
  CHECK(HostOfAddress("") == "");
  CHECK(AwsPartitionOf("us-gov-west-1") == "aws-us-gov");
}

}  // namespace
}  // namespace sallyport
