#include "libresources/kinds/database_protocol.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "libbase/address.h"
#include "libbase/text.h"
#include "libresources/kinds/aws_endpoint.h"
#include "libresources/kinds/database.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using types::DatabaseV3;

constexpr std::size_t kAlloyDbWords = 8;  // projects/P/locations/L/clusters/C/instances/I
constexpr std::string_view kAlloyDbScheme = "alloydb://";
constexpr std::string_view kAlloyDbParts[] = {"projects", "locations", "clusters", "instances"};
constexpr std::string_view kReadPreferences[] = {"primary", "primarypreferred", "secondary", "secondarypreferred",
                                                 "nearest"};

std::unexpected<Error> NotAnAddress(const std::string& uri, std::string_view wanted) {
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("spec.uri \"{}\" is not an address of a database", StripControl(uri)),
                      fmt::format("write {}", wanted));
}

std::string_view UriSchemeOf(std::string_view uri) {
  const auto end = uri.find("://");
  return end == std::string_view::npos ? std::string_view() : uri.substr(0, end);
}

// Returns the part between the scheme and the path.
std::string_view Authority(std::string_view uri) {
  if (const auto scheme = uri.find("://"); scheme != std::string_view::npos) uri.remove_prefix(scheme + 3);
  uri = uri.substr(0, uri.find_first_of("/?#"));
  if (const auto user = uri.rfind('@'); user != std::string_view::npos) uri.remove_prefix(user + 1);
  return uri;
}

// Returns a parameter after "?", in lower case.
std::string Parameter(std::string_view uri, std::string_view name) {
  const auto start = uri.find('?');
  if (start == std::string_view::npos) return {};
  for (const std::string& pair : SplitNonEmpty(uri.substr(start + 1), '&')) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || pair.substr(0, equals) != name) continue;
    return LowerCase(std::string_view(pair).substr(equals + 1));
  }
  return {};
}

// Returns whether a text is HOST:PORT, brackets around IPv6; the port may be a name.
bool HasPort(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view host = address.substr(0, colon);
  if (host.starts_with('[')) return host.ends_with(']');
  return host.find_first_of(":[]") == std::string_view::npos;
}

Status CheckHostAndPort(const DatabaseV3& database) {
  // Cassandra and DynamoDB in AWS are found by region and account.
  const auto& aws = AwsOf(database);
  const std::string& protocol = database.spec().protocol();
  if ((protocol == "cassandra" || protocol == "dynamodb") && !aws.region().empty() && !aws.accountid().empty()) {
    return {};
  }
  if (HasPort(database.spec().uri())) return {};
  return NotAnAddress(database.spec().uri(), "HOST:PORT");
}

// "HOST:PORT", or a connection string with one or several hosts.
Status CheckMongo(const DatabaseV3& database) {
  const std::string& uri = database.spec().uri();
  const std::string_view scheme = UriSchemeOf(uri);
  if (scheme != "mongodb" && scheme != "mongodb+srv") return CheckHostAndPort(database);
  const auto hosts = SplitNonEmpty(Authority(uri), ',');
  bool right = !hosts.empty() && (scheme == "mongodb" || (hosts.size() == 1 && !Authority(uri).contains(':')));
  for (const std::string& host : hosts) right = right && ParseHostPort(host, 0).has_value();
  if (!right) return NotAnAddress(uri, "mongodb://HOST:PORT,HOST:PORT/?replicaSet=NAME");
  const std::string preference = Parameter(uri, "readPreference");
  if (preference.empty() || std::ranges::find(kReadPreferences, preference) != std::end(kReadPreferences)) return {};
  return NotAnAddress(uri, "readPreference=primary, primaryPreferred, secondary, secondaryPreferred or nearest");
}

// Several, with commas between.
Status CheckOracle(const DatabaseV3& database) {
  std::string_view rest = database.spec().uri();
  for (;;) {
    const auto comma = rest.find(',');
    if (!HasPort(rest.substr(0, comma))) return NotAnAddress(database.spec().uri(), "HOST:PORT or HOST:PORT,HOST:PORT");
    if (comma == std::string_view::npos) return {};
    rest.remove_prefix(comma + 1);
  }
}

Status CheckRedis(const DatabaseV3& database) {
  const std::string& uri = database.spec().uri();
  const std::string_view scheme = UriSchemeOf(uri);
  const std::string mode = Parameter(uri, "mode");
  const bool known = !uri.contains("://") || scheme == "redis" || scheme == "rediss";
  if (known && ParseHostPort(Authority(uri), 0) && (mode.empty() || mode == "standalone" || mode == "cluster")) {
    return {};
  }
  return NotAnAddress(uri, "HOST:PORT or rediss://HOST:PORT?mode=cluster");
}

Status CheckSnowflake(const DatabaseV3& database) {
  if (database.spec().uri().contains("snowflakecomputing.com")) return {};
  return NotAnAddress(database.spec().uri(), "NAME.snowflakecomputing.com");
}

Status CheckClickHouse(const DatabaseV3& database) {
  const std::string_view scheme = database.spec().protocol() == "clickhouse" ? "clickhouse" : "https";
  if (UriSchemeOf(database.spec().uri()) == scheme) return {};
  return NotAnAddress(database.spec().uri(), fmt::format("{}://HOST:PORT", scheme));
}

// Kerberos needs the computer's name and its domain.
Status CheckSqlServer(const DatabaseV3& database) {
  const std::string& uri = database.spec().uri();
  const bool scheme = !uri.contains("://") || UriSchemeOf(uri) == "mssql";
  const std::string_view authority = Authority(uri);
  const std::string host = HostOfAddress(uri);
  if (scheme && uri.ends_with(authority) && HasPort(authority) && !authority.ends_with(':') && !IsIpAddress(host) &&
      std::ranges::count(host, '.') >= 2) {
    return {};
  }
  return NotAnAddress(uri, "COMPUTER.DOMAIN:PORT, such as db.ad.example.com:1433");
}

Status CheckSpanner(const DatabaseV3& database) {
  if (database.spec().uri() == "spanner.googleapis.com:443") return {};
  return NotAnAddress(database.spec().uri(), "spanner.googleapis.com:443");
}

Status CheckAlloyDb(const DatabaseV3& database) {
  std::string_view uri = database.spec().uri();
  const bool scheme = uri.starts_with(kAlloyDbScheme);
  if (scheme) uri.remove_prefix(kAlloyDbScheme.size());
  const auto parts = SplitNonEmpty(uri, '/');
  bool right = scheme && parts.size() == kAlloyDbWords && std::ranges::count(uri, '/') + 1 == kAlloyDbWords &&
               !uri.contains('?');
  for (std::size_t i = 0; right && i < std::size(kAlloyDbParts); ++i) right = parts[2 * i] == kAlloyDbParts[i];
  if (right) return {};
  return NotAnAddress(database.spec().uri(),
                      "alloydb://projects/PROJECT/locations/LOCATION/clusters/CLUSTER/instances/INSTANCE");
}

struct ProtocolRow {
  std::string_view name;
  Status (*check)(const DatabaseV3& database);
};
constexpr ProtocolRow kProtocols[] = {
    {"postgres", &CheckHostAndPort},    {"mysql", &CheckHostAndPort},
    {"mongodb", &CheckMongo},           {"oracle", &CheckOracle},
    {"cockroachdb", &CheckHostAndPort}, {"redis", &CheckRedis},
    {"snowflake", &CheckSnowflake},     {"sqlserver", &CheckSqlServer},
    {"cassandra", &CheckHostAndPort},   {"elasticsearch", &CheckHostAndPort},
    {"opensearch", &CheckHostAndPort},  {"dynamodb", &CheckHostAndPort},
    {"clickhouse", &CheckClickHouse},   {"clickhouse-http", &CheckClickHouse},
    {"spanner", &CheckSpanner},
};

}  // namespace

Status CheckDatabaseProtocol(const DatabaseV3& database) {
  const auto* const found = std::ranges::find(kProtocols, database.spec().protocol(), &ProtocolRow::name);
  if (found == std::end(kProtocols)) {
    std::vector<std::string_view> names;
    for (const ProtocolRow& protocol : kProtocols) names.push_back(protocol.name);
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("spec.protocol \"{}\" is not known", StripControl(database.spec().protocol())),
                        fmt::format("use one of {}", fmt::join(names, ", ")));
  }
  const bool plain = found->check == &CheckHostAndPort;
  return plain && DatabaseTypeOf(database) == "alloydb" ? CheckAlloyDb(database) : found->check(database);
}

}  // namespace sallyport
