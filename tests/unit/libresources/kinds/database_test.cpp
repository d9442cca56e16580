#include "libresources/kinds/database.h"
#include "libresources/kinds.h"

#include "teleport/legacy/types/resources.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

Result<Resource> Database(const std::string& spec, const std::string& name = "a") {
  return DecodeResource(Yaml("kind: db\nversion: v3\nmetadata: {name: " + name + "}\nspec: {" + spec + "}\n"), {});
}

types::DatabaseV3 Accepted(const std::string& spec) {
  INFO(spec);
  const auto database = Database(spec);
  if (!database) FAIL(ToText(database.error()));
  return database->as<types::DatabaseV3>();
}

struct Hosted {
  std::string_view spec;
  std::string_view type;
};
constexpr Hosted kHosted[] = {
    {"protocol: postgres, uri: 'localhost:5432'", "self-hosted"},
    {"protocol: postgres, uri: 'db.abc.us-east-1.rds.amazonaws.com:5432'", "rds"},
    {"protocol: postgres, uri: 'db.proxy-abc.us-east-1.rds.amazonaws.com:5432'", "rdsproxy"},
    {"protocol: postgres, uri: 'db.abc.us-east-1.redshift.amazonaws.com:5439'", "redshift"},
    {"protocol: postgres, uri: 'g.123456789012.us-east-1.redshift-serverless.amazonaws.com:5439'",
     "redshift-serverless"},
    {"protocol: redis, uri: 'clustercfg.c.abc.use1.cache.amazonaws.com:6379'", "elasticache"},
    {"protocol: redis, uri: 'c-abc.serverless.use1.cache.amazonaws.com:6379'", "elasticache-serverless"},
    {"protocol: redis, uri: 'clustercfg.c.abc.memorydb.us-east-1.amazonaws.com:6379'", "memorydb"},
    {"protocol: mongodb, uri: 'd.cluster-abc.us-east-1.docdb.amazonaws.com:27017'", "docdb"},
    {"protocol: mongodb, uri: 'mongodb+srv://c.abc.mongodb.net'", "mongo-atlas"},
    {"protocol: mysql, uri: 'm.mysql.database.azure.com:3306'", "azure"},
    {"protocol: sqlserver, uri: 'm.database.windows.net:1433'", "azure"},
    {"protocol: redis, uri: 'r.redis.cache.windows.net:6380', azure: {resource_id: r}", "azure"},
    {"protocol: redis, uri: 'r.eastus.redisenterprise.cache.azure.net:1', azure: {resource_id: r}", "azure"},
    {"protocol: postgres, uri: 'localhost:1', gcp: {project_id: p, instance_id: i}", "gcp"},
    {"protocol: postgres, uri: 'alloydb://projects/p/locations/l/clusters/c/instances/i'", "alloydb"},
    {"protocol: spanner, gcp: {project_id: p, instance_id: i}", "spanner"},
    {"protocol: cassandra, aws: {region: us-east-1, account_id: '123456789012'}", "keyspace"},
    {"protocol: dynamodb, aws: {region: us-east-1, account_id: '123456789012'}", "dynamodb"},
    {"protocol: opensearch, uri: 's.us-east-1.es.amazonaws.com:443', aws: {account_id: '123456789012'}", "opensearch"},
};

TEST_CASE("where a database runs follows from its address") {
  for (const auto& [spec, type] : kHosted) {
    INFO(spec);
    CHECK(DatabaseTypeOf(Accepted(std::string(spec))) == type);
  }
}

TEST_CASE("what a database's address says fills in the rest") {
  const auto rds = Accepted("protocol: mysql, uri: 'db.abc.us-east-1.rds.amazonaws.com:3306', aws: {region: x}");
  CHECK(rds.spec().aws().rds().instanceid() == "db");
  CHECK(rds.spec().aws().region() == "x");  // a given region stays
  const auto china = Accepted("protocol: cassandra, aws: {region: cn-north-1, account_id: '123456789012'}");
  CHECK(china.spec().uri() == "cassandra.cn-north-1.amazonaws.com.cn:9142");
  const auto dynamo = Accepted("protocol: dynamodb, aws: {region: us-east-1, account_id: '123456789012'}");
  CHECK(dynamo.spec().uri() == "aws://dynamodb.us-east-1.amazonaws.com");
  const auto search =
      Accepted("protocol: opensearch, uri: 's.us-east-1.es.amazonaws.com:443', aws: {account_id: '123456789012'}");
  CHECK(search.spec().aws().region() == "us-east-1");
  const auto alloy = Accepted("protocol: postgres, uri: 'alloydb://projects/p/locations/l/clusters/c/instances/i'");
  CHECK(alloy.spec().gcp().alloydb().endpointtype() == "private");
  CHECK(Accepted("protocol: clickhouse, uri: 'a:1'").spec().uri() == "clickhouse://a:1");
  CHECK(Accepted("protocol: clickhouse-http, uri: 'a:1'").spec().uri() == "https://a:1");
  const auto kerberos = Accepted(
      "protocol: sqlserver, uri: 'c.ad.example.com:1433', ad: {domain: d, spn: s, keytab_file: k}, tls: {mode: "
      "insecure}");
  CHECK(kerberos.spec().ad().krb5file() == "/etc/krb5.conf");
  CHECK(kerberos.spec().tls().mode() == types::INSECURE);
}

TEST_CASE("databases that cannot be are refused") {
  for (const char* const spec :
       {"",
        "uri: 'a:1'",
        "protocol: postgres",
        "protocol: postgres, uri: a",
        "protocol: postgres, uri: 'a:b:1'",
        "protocol: pigeon, uri: 'a:1'",
        "protocol: postgres, uri: 'a:1', mysql: {server_version: '8'}",
        "protocol: postgres, uri: 'a:1', dynamic_labels: {'a b': {period: 1h, command: [x]}}",
        "protocol: postgres, uri: 'a:1', tls: {ca_cert: text}",
        "protocol: postgres, uri: 'a:1', tls: {mode: some}",
        "protocol: redis, uri: 'a:1', admin_user: {name: x}",
        "protocol: postgres, uri: 'a:1', gcp: {project_id: p}",
        "protocol: postgres, uri: 'a:1', aws: {account_id: '1'}",
        "protocol: postgres, uri: 'a:1', aws: {external_id: x}",
        "protocol: dynamodb",
        "protocol: dynamodb, uri: 'a:1', aws: {account_id: '123456789012'}",
        "protocol: dynamodb, uri: 'dynamodb.us-east-1.amazonaws.com', aws: {region: us-east-2, account_id: "
        "'123456789012'}",
        "protocol: opensearch, uri: 's.us-east-1.es.amazonaws.com:443'",
        "protocol: postgres, uri: 'db.cluster-custom-a.us-east-1.rds.amazonaws.com:1'",
        "protocol: mysql, uri: 'mysql.database.azure.com:3306'",
        "protocol: redis, uri: 'r.redis.cache.windows.net:6380'",
        "protocol: postgres, uri: 'alloydb://projects/p/locations/l/clusters/c/instances'",
        "protocol: postgres, uri: 'alloydb://projects/p/locations/l/clusters/c/instances/i', gcp: {alloydb: "
        "{endpoint_type: x}}",
        "protocol: postgres, uri: 'a:1', gcp: {alloydb: {endpoint_type: public}}",
        "protocol: spanner",
        "protocol: mongodb, uri: 'mongodb://'",
        "protocol: mongodb, uri: 'mongodb+srv://a,b'",
        "protocol: mongodb, uri: 'mongodb://a/?readPreference=far'",
        "protocol: oracle, uri: 'a:1,,b:1'",
        "protocol: redis, uri: 'http://a:1'",
        "protocol: redis, uri: 'redis://a:1?mode=x'",
        "protocol: snowflake, uri: 'a:1'",
        "protocol: clickhouse, uri: 'https://a:1'",
        "protocol: sqlserver, uri: 'c.ad.example.com:1433'",
        "protocol: sqlserver, uri: 'a.b:1433', ad: {domain: d}",
        "protocol: sqlserver, uri: '10.0.0.1:1433', ad: {domain: d, spn: s, keytab_file: k}",
        "protocol: sqlserver, uri: 'c.ad.example.com:1433', ad: {domain: d, spn: s, kdc_host_name: k}"}) {
    INFO(spec);
    const auto database = Database(spec);
    REQUIRE_FALSE(database);
    CHECK(database.error().kind == ErrorKind::kBadParameter);
  }
  for (const char* const name : {"1a", "a-", "a.b", "a_b"}) {
    INFO(name);
    CHECK_FALSE(Database("protocol: postgres, uri: 'a:1'", name));
  }
}

TEST_CASE("a role to assume is of the database's account and partition") {
  const auto with = [](const std::string& arn) {
    return Database(
        "protocol: postgres, uri: 'a:1', aws: {region: us-east-1, account_id: '123456789012', "
        "assume_role_arn: '" +
        arn + "'}");
  };
  CHECK(with("arn:aws:iam::123456789012:role/path/name"));
  for (const char* const arn :
       {"x", "arn:aws:iam::123456789012:user/name", "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789013:role/a", "arn:aws-cn:iam::123456789012:role/a", "arn:aws:s3::123456789012:role/a"}) {
    INFO(arn);
    CHECK_FALSE(with(arn));
  }
}

}  // namespace
}  // namespace sallyport
