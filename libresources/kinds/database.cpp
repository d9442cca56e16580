#include "libresources/kinds/database.h"

#include <algorithm>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "libbase/text.h"
#include "libidentity/x509.h"
#include "libresources/kinds/aws_endpoint.h"
#include "libresources/kinds/database_address.h"
#include "libresources/kinds/database_protocol.h"
#include "libresources/kinds/metadata.h"
#include "libresources/matching/labels.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Message;
using types::DatabaseV3;

constexpr std::string_view kAdminLabel = "teleport.dev/db-admin";
constexpr std::string_view kKerberosFile = "/etc/krb5.conf";
constexpr std::size_t kAccountDigits = 12;
constexpr std::size_t kArnParts = 6;  // arn:aws:iam::123456789012:role/name

const DatabaseV3& AsDatabase(const Message& resource) { return static_cast<const DatabaseV3&>(resource); }

std::string DatabaseProtocolOf(const Message& resource) { return AsDatabase(resource).spec().protocol(); }
std::string Uri(const Message& resource) { return AsDatabase(resource).spec().uri(); }
std::string DatabaseLabels(const Message& resource) { return ShownLabels(AsDatabase(resource)); }

constexpr TextColumn kDatabaseColumns[] = {
    {"Name", &NameOf}, {"Protocol", &DatabaseProtocolOf}, {"URI", &Uri}, {"Labels", &DatabaseLabels}};

// Returns whether nothing is set, also where an empty message is.
bool IsBlank(const Message& message) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  const auto& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  return std::ranges::all_of(fields, [&](const auto* field) {
    return !field->is_repeated() && field->message_type() != nullptr && IsBlank(reflection.GetMessage(message, field));
  });
}

// Finds the AWS service by the fields that are set; the first matching row decides.
struct AwsService {
  std::string_view type;
  bool (*holds)(const types::AWS& aws);
};
constexpr AwsService kAwsServices[] = {
    {"redshift", [](const types::AWS& aws) { return !aws.redshift().clusterid().empty(); }},
    {"redshift-serverless",
     [](const types::AWS& aws) {
       const auto& serverless = aws.redshiftserverless();
       return !serverless.workgroupname().empty() || !serverless.endpointname().empty();
     }},
    {"elasticache", [](const types::AWS& aws) { return !aws.elasticache().replicationgroupid().empty(); }},
    {"elasticache-serverless", [](const types::AWS& aws) { return !aws.elasticacheserverless().cachename().empty(); }},
    {"memorydb", [](const types::AWS& aws) { return !aws.memorydb().clustername().empty(); }},
    {"rdsproxy",
     [](const types::AWS& aws) {
       return !aws.rdsproxy().name().empty() || !aws.rdsproxy().customendpointname().empty();
     }},
    {"docdb",
     [](const types::AWS& aws) {
       return !aws.documentdb().clusterid().empty() || !aws.documentdb().instanceid().empty();
     }},
    {"rds",
     [](const types::AWS& aws) {
       return !aws.region().empty() || !aws.rds().instanceid().empty() || !aws.rds().resourceid().empty() ||
              !aws.rds().clusterid().empty();
     }},
};

// Returns "" outside of AWS.
std::string_view AwsTypeOf(const DatabaseV3& database) {
  const auto& aws = AwsOf(database);
  const std::string& protocol = database.spec().protocol();
  if (protocol == "cassandra" && !IsBlank(aws)) return "keyspace";
  if (protocol == "dynamodb") return "dynamodb";
  if (protocol == "opensearch") return "opensearch";
  if (protocol == "oracle" && !IsBlank(aws)) return "rds-oracle";
  const auto* const found =
      std::ranges::find_if(kAwsServices, [&](const AwsService& service) { return service.holds(aws); });
  return found == std::end(kAwsServices) ? std::string_view() : found->type;
}

std::string_view GcpTypeOf(const types::DatabaseSpecV3& spec) {
  if (spec.protocol() == "spanner") return "spanner";
  if (spec.uri().starts_with("alloydb://") || !IsBlank(spec.gcp().alloydb())) return "alloydb";
  return IsBlank(spec.gcp()) ? std::string_view() : "gcp";
}

// Letters, digits and -, a letter first and no - at the end.
Status CheckName(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool known = std::ranges::all_of(name, [&](char c) { return letter(c) || IsDigit(c) || c == '-'; });
  if (!name.empty() && known && letter(name.front()) && name.back() != '-') return {};
  return FailWithHint(ErrorKind::kBadParameter, "metadata.name is not a name for a database",
                      "use letters, digits and -, start with a letter, and do not end with -");
}

bool IsAccount(std::string_view text) { return text.size() == kAccountDigits && std::ranges::all_of(text, IsDigit); }

// Checks that the assumed role has the same account and partition.
Status CheckAssumedRole(const types::AWS& aws) {
  if (aws.accountid().empty()) return Fail(ErrorKind::kBadParameter, "spec.aws.account_id is missing");

  std::vector<std::string_view> parts;
  for (std::string_view rest = aws.assumerolearn(); parts.size() < kArnParts;) {
    const auto colon = parts.size() + 1 < kArnParts ? rest.find(':') : std::string_view::npos;
    parts.push_back(rest.substr(0, colon));
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  if (parts.size() < kArnParts || parts[0] != "arn" || parts[2] != "iam" || !parts[5].starts_with("role/") ||
      parts[5].ends_with('/') || !IsAccount(parts[4])) {
    return FailWithHint(ErrorKind::kBadParameter, "spec.aws.assume_role_arn is not the ARN of a role",
                        "write arn:aws:iam::123456789012:role/NAME");
  }

  if (parts[1] == AwsPartitionOf(aws.region()) && parts[4] == aws.accountid()) return {};
  return Fail(ErrorKind::kBadParameter,
              "spec.aws.assume_role_arn is a role of account {} in {}, and the database is in account {} in {}",
              parts[4], StripControl(parts[1]), aws.accountid(), AwsPartitionOf(aws.region()));
}

Status CheckAws(const DatabaseV3& database) {
  constexpr std::string_view kUsersAreRoles[] = {"keyspace", "dynamodb", "opensearch", "redshift-serverless", "docdb"};
  const auto& aws = database.spec().aws();
  if (!aws.accountid().empty() && !IsAccount(aws.accountid())) {
    return Fail(ErrorKind::kBadParameter, "spec.aws.account_id must have 12 digits");
  }
  const bool users_are_roles = std::ranges::find(kUsersAreRoles, AwsTypeOf(database)) != std::end(kUsersAreRoles);
  if (!aws.externalid().empty() && aws.assumerolearn().empty() && !users_are_roles) {
    return Fail(ErrorKind::kBadParameter, "spec.aws.external_id needs spec.aws.assume_role_arn");
  }
  return AwsOf(database).assumerolearn().empty() ? Status() : CheckAssumedRole(AwsOf(database));
}

Status CheckGcp(const types::GCPCloudSQL& gcp) {
  if (gcp.projectid().empty() == gcp.instanceid().empty()) return {};
  return Fail(ErrorKind::kBadParameter, "spec.gcp.{} is missing",
              gcp.projectid().empty() ? "project_id" : "instance_id");
}

// Users are made by an administrator where Teleport knows how.
Status CheckAdminUser(const DatabaseV3& database) {
  const auto label = database.metadata().labels().find(std::string(kAdminLabel));
  const bool labelled = label != database.metadata().labels().end() && !label->second.empty();
  if (database.spec().adminuser().name().empty() && !labelled) return {};
  const std::string& protocol = database.spec().protocol();
  const std::string_view type = DatabaseTypeOf(database);
  const bool sql = protocol == "postgres" || protocol == "mysql";
  if (type == "self-hosted" && (sql || protocol == "mongodb")) return {};
  if ((type == "rds" && sql) || (type == "redshift" && protocol == "postgres")) return {};
  return Fail(ErrorKind::kBadParameter, "spec.admin_user: users of {} databases ({}) cannot be created", protocol,
              type);
}

// The scheme of ClickHouse may be left out.
Status FillClickHouse(types::DatabaseSpecV3& spec) {
  if (!spec.protocol().starts_with("clickhouse")) return {};
  const auto colons = std::ranges::count(spec.uri(), ':');
  if (colons == 2) return {};
  if (colons != 1) return Fail(ErrorKind::kBadParameter, "spec.uri is not an address of ClickHouse: write HOST:PORT");
  const std::string_view scheme = spec.protocol() == "clickhouse" ? "clickhouse" : "https";
  if (spec.protocol() == "clickhouse" || !spec.uri().starts_with(scheme)) {
    spec.set_uri(fmt::format("{}://{}", scheme, spec.uri()));
  }
  return {};
}

Status CheckCertificate(std::string_view field, const std::string& pem) {
  if (pem.empty() || Certificate::FromPem(pem)) return {};
  return Fail(ErrorKind::kBadParameter, "spec.{} is not a certificate in PEM form", field);
}

// Checks the settings for Kerberos; SQL Server in Azure and behind an RDS proxy authenticates in other ways.
Status CheckActiveDirectory(const DatabaseV3& database) {
  const auto& spec = database.spec();
  if (spec.protocol() != "sqlserver") return {};
  const bool elsewhere = spec.uri().contains(".database.windows.net") || !AwsOf(database).rdsproxy().name().empty();
  if (spec.ad().domain().empty() && elsewhere) return {};

  const auto missing = [](std::string_view field) -> Status {
    return Fail(ErrorKind::kBadParameter, "spec.ad.{} is missing", field);
  };
  if (spec.ad().keytabfile().empty() && spec.ad().kdchostname().empty()) return missing("keytab_file or kdc_host_name");
  if (spec.ad().domain().empty()) return missing("domain");
  if (spec.ad().spn().empty()) return missing("spn");
  if (spec.ad().kdchostname().empty()) return {};
  if (spec.ad().ldapcert().empty()) return missing("ldap_cert");
  return CheckCertificate("ad.ldap_cert", spec.ad().ldapcert());
}

// Fills in derived fields (address, region, names of the cloud) and validates. Fails with kBadParameter.
Status CheckDatabase(Message& resource) {
  auto& database = static_cast<DatabaseV3&>(resource);
  auto& spec = *database.mutable_spec();
  RETURN_IF_ERROR(CheckName(NameOf(database)));
  for (const auto& [key, command] : spec.dynamiclabels()) {
    if (!IsLabelKey(key)) {
      return Fail(ErrorKind::kBadParameter, "spec.dynamic_labels: \"{}\" is not a label key", StripControl(key));
    }
  }

  if (spec.protocol().empty()) return Fail(ErrorKind::kBadParameter, "spec.protocol is missing");
  if (!spec.mysql().serverversion().empty() && spec.protocol() != "mysql") {
    return Fail(ErrorKind::kBadParameter, "spec.mysql.server_version is for databases of protocol mysql only");
  }

  RETURN_IF_ERROR(FillFromAddress(database));
  RETURN_IF_ERROR(CheckAws(database));
  RETURN_IF_ERROR(CheckGcp(spec.gcp()));
  RETURN_IF_ERROR(CheckAdminUser(database));
  RETURN_IF_ERROR(FillClickHouse(spec));
  if (!spec.ad().domain().empty() && spec.ad().krb5file().empty()) {
    spec.mutable_ad()->set_krb5file(std::string(kKerberosFile));
  }

  RETURN_IF_ERROR(CheckDatabaseProtocol(database));
  RETURN_IF_ERROR(CheckCertificate("tls.ca_cert", spec.tls().cacert()));
  return CheckActiveDirectory(database);
}

}  // namespace

KindRow DatabaseKind() {
  return {
      .kind = "db",
      .versions = "v3",
      .prototype = &Prototype<types::DatabaseV3>,
      .check = &CheckDatabase,
      .columns = kDatabaseColumns,
  };
}

const types::AWS& AwsOf(const DatabaseV3& database) {
  return IsBlank(database.status().aws()) ? database.spec().aws() : database.status().aws();
}

std::string_view DatabaseTypeOf(const DatabaseV3& database) {
  if (!database.spec().mongoatlas().name().empty()) return "mongo-atlas";
  if (const auto type = AwsTypeOf(database); !type.empty()) return type;
  if (const auto type = GcpTypeOf(database.spec()); !type.empty()) return type;
  const auto& azure = IsBlank(database.status().azure()) ? database.spec().azure() : database.status().azure();
  return azure.name().empty() ? "self-hosted" : "azure";
}

}  // namespace sallyport
