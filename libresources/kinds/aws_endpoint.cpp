#include "libresources/kinds/aws_endpoint.h"

#include <algorithm>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "libbase/text.h"

namespace sallyport {
namespace {

using Kind = AwsEndpoint::Kind;
using Parts = std::vector<std::string>;

constexpr std::string_view kSuffix = ".amazonaws.com";
constexpr std::string_view kChinaSuffix = ".amazonaws.com.cn";
constexpr std::string_view kChina = "cn-";
constexpr std::string_view kGovernment = "us-gov-";
constexpr std::string_view kDynamoServices[] = {"dynamodb", "dynamodb-fips", "streams.dynamodb", "dax"};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

Parts Split(std::string_view text, char separator) {
  Parts parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string Join(const Parts& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

// The labels of a name below AWS, without its end.
struct AwsName {
  Parts parts;
  bool china = false;

  std::size_t size() const { return parts.size(); }
  const std::string& operator[](std::size_t i) const { return parts[i]; }
};

std::optional<AwsName> NameInAws(std::string_view address) {
  const std::string host = HostOfAddress(address);
  for (const std::string_view suffix : {kChinaSuffix, kSuffix}) {
    if (!host.ends_with(suffix)) continue;
    return AwsName{Split(std::string_view(host).substr(0, host.size() - suffix.size()), '.'), suffix == kChinaSuffix};
  }
  return std::nullopt;
}

// Of names such as ID.HASH.REGION.SERVICE, in China ID.HASH.SERVICE.REGION.
struct Regional {
  Parts head;  // the parts before the service
  std::string region;
};

std::optional<Regional> RegionalName(std::string_view address, std::string_view service) {
  const auto name = NameInAws(address);
  if (!name || name->size() < 3) return std::nullopt;
  const std::size_t last = name->size() - 1;
  const auto& [found, region] =
      name->china ? std::tie((*name)[last - 1], (*name)[last]) : std::tie((*name)[last], (*name)[last - 1]);
  if (found != service) return std::nullopt;
  return Regional{Parts(name->parts.begin(), name->parts.end() - 2), region};
}

// The direction in the short name of a region, longer ones first.
struct Direction {
  std::string_view code;
  std::string_view word;
};
constexpr Direction kDirections[] = {{"nw", "northwest"}, {"ne", "northeast"}, {"se", "southeast"},
                                     {"sw", "southwest"}, {"n", "north"},      {"e", "east"},
                                     {"w", "west"},       {"s", "south"},      {"c", "central"}};

bool IsNumber(std::string_view text) { return !text.empty() && std::ranges::all_of(text, IsDigit); }

// Returns the region of "use1": "us-east-1".
std::optional<std::string> RegionOfShort(std::string_view short_region) {
  const std::string lower = Lower(short_region);
  std::string_view rest = lower;
  std::string prefix;
  if (rest.starts_with("usg")) {
    prefix = kGovernment;
    rest.remove_prefix(3);
  } else if (rest.size() >= 2) {
    prefix = fmt::format("{}-", rest.substr(0, 2));
    rest.remove_prefix(2);
  }

  const auto* const direction =
      std::ranges::find_if(kDirections, [&](const Direction& row) { return rest.starts_with(row.code); });
  if (prefix.empty() || direction == std::end(kDirections)) return std::nullopt;
  rest.remove_prefix(direction->code.size());
  if (!IsNumber(rest)) return std::nullopt;
  return fmt::format("{}{}-{}", prefix, direction->word, rest);
}

bool IsShard(std::string_view part) { return part.size() == 4 && IsNumber(part); }

// Returns the name of a cache without the numbers of its shard and node: "cache-0001-002" is "cache".
std::string WithoutShardAndNode(std::string_view id) {
  Parts parts = Split(id, '-');
  if (parts.back().size() == 3 && IsNumber(parts.back())) parts.pop_back();
  if (!parts.empty() && IsShard(parts.back())) parts.pop_back();
  return Join(parts, "-");
}

std::optional<AwsEndpoint> OfEncryptedOrClustered(const AwsName& name, const std::string& region) {
  if (name[0] == "clustercfg") {
    return AwsEndpoint{.id = name[1], .region = region, .endpoint_type = "configuration", .encrypted = true};
  }
  if (name[2] == "clustercfg") {
    return AwsEndpoint{.id = name[0], .region = region, .endpoint_type = "configuration"};
  }
  if (IsShard(name[2])) {
    return AwsEndpoint{.id = WithoutShardAndNode(name[0]), .region = region, .endpoint_type = "node"};
  }

  const std::string first = Lower(name[0]);
  const std::string_view type = first == "master" ? "primary" : first == "replica" ? "reader" : "node";
  return AwsEndpoint{.id = name[1], .region = region, .endpoint_type = std::string(type), .encrypted = true};
}

std::optional<AwsEndpoint> OfService(std::string_view address, std::span<const std::string_view> services) {
  const auto name = NameInAws(Lower(address));
  if (!name || name->size() < 2 || name->size() > 3) return std::nullopt;
  const std::string service = Join(Parts(name->parts.begin(), name->parts.end() - 1), ".");
  const std::string& region = name->parts.back();
  if (std::ranges::find(services, service) == services.end()) return std::nullopt;
  if (region.empty() || region.starts_with(kChina) != name->china) return std::nullopt;
  return AwsEndpoint{.id = service, .region = region};
}

}  // namespace

std::string HostOfAddress(std::string_view address) {
  if (const auto scheme = address.find("://"); scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  address = address.substr(0, address.find_first_of("/?#"));
  if (const auto user = address.rfind('@'); user != std::string_view::npos) address.remove_prefix(user + 1);
  if (address.starts_with('[')) return std::string(address.substr(1, address.find(']') - 1));
  return std::string(address.substr(0, address.rfind(':')));
}

bool IsAwsAddress(std::string_view address) { return address.find(kSuffix) != std::string_view::npos; }

bool IsAwsService(std::string_view address, std::string_view service) {
  return IsAwsAddress(address) && address.find(fmt::format(".{}.", service)) != std::string_view::npos;
}

std::string_view AwsPartitionOf(std::string_view region) {
  if (region.starts_with(kChina)) return "aws-cn";
  return region.starts_with(kGovernment) ? "aws-us-gov" : "aws";
}

std::string_view AwsSuffixOf(std::string_view region) { return region.starts_with(kChina) ? kChinaSuffix : kSuffix; }

std::optional<AwsEndpoint> ParseRdsEndpoint(std::string_view address) {
  const auto name = RegionalName(address, "rds");
  if (!name) return std::nullopt;

  const Parts& head = name->head;
  AwsEndpoint endpoint{.id = head[0], .region = name->region};
  if (head.size() == 3) {
    if (head[1] != "endpoint" || !head[2].starts_with("proxy-")) return std::nullopt;
    endpoint.kind = Kind::kProxyEndpoint;
    return endpoint;
  }

  if (head.size() != 2) return std::nullopt;
  endpoint.endpoint_type = "instance";
  if (head[1].starts_with("cluster-custom-")) {
    endpoint.kind = Kind::kCustom;
    endpoint.endpoint_type = "custom";
  } else if (head[1].starts_with("cluster-")) {
    endpoint.kind = Kind::kCluster;
    endpoint.endpoint_type = head[1].starts_with("cluster-ro-") ? "reader" : "primary";
  } else if (head[1].starts_with("proxy-")) {
    endpoint.kind = Kind::kProxy;
    endpoint.endpoint_type.clear();
  }
  return endpoint;
}

std::optional<AwsEndpoint> ParseRedshiftEndpoint(std::string_view address) {
  const auto name = RegionalName(address, "redshift");
  if (!name || name->head.size() != 2) return std::nullopt;
  return AwsEndpoint{.id = name->head[0], .region = name->region, .kind = Kind::kCluster};
}

std::optional<AwsEndpoint> ParseRedshiftServerlessEndpoint(std::string_view address) {
  const auto name = NameInAws(address);
  if (!name || name->china || name->size() != 4 || (*name)[3] != "redshift-serverless") return std::nullopt;
  AwsEndpoint endpoint{.id = (*name)[0], .region = (*name)[2], .account = (*name)[1], .kind = Kind::kWorkgroup};
  if (const auto mark = endpoint.id.find("-endpoint-"); mark != std::string::npos) {
    endpoint.id.resize(mark);
    endpoint.kind = Kind::kEndpoint;
  }
  return endpoint;
}

std::optional<AwsEndpoint> ParseElastiCacheEndpoint(std::string_view address) {
  const auto name = NameInAws(address);
  if (!name || name->size() < 5 || name->size() > 6 || name->parts.back() != "cache") return std::nullopt;
  const auto region = RegionOfShort((*name)[name->size() - 2]);
  if (!region) return std::nullopt;
  if (name->size() == 5) return OfEncryptedOrClustered(*name, *region);
  if (!IsShard((*name)[3])) return std::nullopt;

  AwsEndpoint endpoint{.id = (*name)[0], .region = *region, .endpoint_type = "primary"};
  if (endpoint.id.ends_with("-ro")) {
    endpoint.id.resize(endpoint.id.size() - std::string_view("-ro").size());
    endpoint.endpoint_type = "reader";
  }
  return endpoint;
}

std::optional<AwsEndpoint> ParseElastiCacheServerlessEndpoint(std::string_view address) {
  const auto name = NameInAws(address);
  if (!name || name->size() != 4 || (*name)[1] != "serverless" || (*name)[3] != "cache") return std::nullopt;
  const auto region = RegionOfShort((*name)[2]);
  if (!region) return std::nullopt;
  // A random word follows the name.
  const std::string& id = (*name)[0];
  return AwsEndpoint{
      .id = id.substr(0, id.rfind('-')), .region = *region, .endpoint_type = "configuration", .encrypted = true};
}

std::optional<AwsEndpoint> ParseMemoryDbEndpoint(std::string_view address) {
  const auto name = NameInAws(address);
  if (!name || name->size() != 5 || (*name)[3] != "memorydb") return std::nullopt;
  const std::string& region = (*name)[4];
  if ((*name)[2] == "clustercfg") return AwsEndpoint{.id = (*name)[0], .region = region, .endpoint_type = "cluster"};
  if ((*name)[0] == "clustercfg") {
    return AwsEndpoint{.id = (*name)[1], .region = region, .endpoint_type = "cluster", .encrypted = true};
  }
  return AwsEndpoint{.id = WithoutShardAndNode((*name)[0]),
                     .region = region,
                     .endpoint_type = "node",
                     .encrypted = !IsShard((*name)[2])};
}

std::optional<AwsEndpoint> ParseDocumentDbEndpoint(std::string_view address) {
  const auto name = RegionalName(address, "docdb");
  if (!name || name->head.size() != 2) return std::nullopt;
  AwsEndpoint endpoint{.id = name->head[0], .region = name->region, .endpoint_type = "instance"};
  if (!name->head[1].starts_with("cluster-")) return endpoint;
  endpoint.kind = Kind::kCluster;
  endpoint.endpoint_type = name->head[1].starts_with("cluster-ro-") ? "reader" : "cluster";
  return endpoint;
}

std::optional<AwsEndpoint> ParseDynamoDbEndpoint(std::string_view address) {
  return OfService(address, kDynamoServices);
}

std::optional<AwsEndpoint> ParseOpenSearchEndpoint(std::string_view address) {
  const auto name = NameInAws(Lower(address));
  if (!name || name->size() != 3 || (*name)[2] != "es") return std::nullopt;
  const std::string& region = (*name)[1];
  if (region.empty() || region.starts_with(kChina) != name->china) return std::nullopt;
  return AwsEndpoint{.id = (*name)[0], .region = region};
}

std::optional<AwsEndpoint> ParseKeyspacesEndpoint(std::string_view address) {
  const auto name = NameInAws(address);
  if (!name || name->size() != 2) return std::nullopt;
  return AwsEndpoint{.id = (*name)[0], .region = (*name)[1]};
}

}  // namespace sallyport
