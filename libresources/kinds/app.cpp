#include "libresources/kinds/app.h"

#include <algorithm>

#include "libbase/text.h"
#include "libresources/kinds/metadata.h"
#include "libresources/matching/labels.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Message;

constexpr std::string_view kClouds[] = {"AWS", "Azure", "GCP"};
constexpr std::string_view kAwsConsoles[] = {"https://console.aws.amazon.com", "https://console.amazonaws-us-gov.com",
                                             "https://console.amazonaws.cn"};
constexpr std::string_view kJwtClaims[] = {"roles-and-traits", "roles", "traits", "none"};
constexpr std::string_view kMcpSchemes[] = {"mcp+stdio", "mcp+sse+http", "mcp+sse+https", "mcp+http", "mcp+https"};
constexpr std::string_view kMcpStdio = "mcp+stdio";
constexpr std::string_view kMcp = "mcp";
constexpr std::string_view kSubKindLabel = "teleport.internal/app-sub-kind";
// Names that begin so lead to Kubernetes.
constexpr std::string_view kKubeUriPrefix = "kube-teleport-proxy-alpn.";
constexpr std::uint32_t kMaxPort = 65535;

const types::AppV3& AsApp(const Message& resource) { return static_cast<const types::AppV3&>(resource); }

std::string Uri(const Message& resource) { return AsApp(resource).spec().uri(); }
std::string PublicAddress(const Message& resource) { return AsApp(resource).spec().publicaddr(); }
std::string AppLabels(const Message& resource) { return ShownLabels(AsApp(resource)); }

constexpr TextColumn kAppColumns[] = {{"Name", &NameOf},      {"Description", &DescriptionOf},
                                      {"URI", &Uri},          {"Public Address", &PublicAddress},
                                      {"Labels", &AppLabels}, {"Version", &VersionOf}};

std::string_view SchemeOf(std::string_view uri) {
  const auto end = uri.find("://");
  return end == std::string_view::npos ? std::string_view() : uri.substr(0, end);
}

Status FillAddress(types::AppSpecV3& spec) {
  if (spec.uri().empty()) {
    if (!spec.cloud().empty()) {
      spec.set_uri("cloud://" + spec.cloud());
    } else if (!spec.mcp().command().empty()) {
      spec.set_uri(fmt::format("{}://", kMcpStdio));
    } else {
      return FailWithHint(ErrorKind::kBadParameter, "spec.uri is missing",
                          "set spec.uri to the address of the application");
    }
  }

  const bool aws = std::ranges::any_of(kAwsConsoles, [&](std::string_view url) { return spec.uri().starts_with(url); });
  if (spec.cloud().empty() && aws) spec.set_cloud("AWS");
  if (spec.cloud().empty() || IsOneOf(kClouds, spec.cloud())) return {};
  return Fail(ErrorKind::kBadParameter, "spec.cloud must be one of {}, not \"{}\"", fmt::join(kClouds, ", "),
              StripControl(spec.cloud()));
}

Status CheckPublicAddress(const types::AppSpecV3& spec) {
  std::string_view host = spec.publicaddr();
  if (const auto scheme = host.find("//"); scheme != std::string_view::npos) host.remove_prefix(scheme + 2);
  if (!host.starts_with(kKubeUriPrefix)) return {};
  return Fail(ErrorKind::kBadParameter, "spec.public_addr: names that begin with {} are reserved", kKubeUriPrefix);
}

// A list of ports is for TCP; others do not look at it.
Status CheckPorts(const types::AppSpecV3& spec) {
  if (spec.tcpports().empty() || SchemeOf(spec.uri()) != "tcp") return {};
  const std::string_view host = std::string_view(spec.uri()).substr(std::string_view("tcp://").size());
  if (host.find(':', host.starts_with('[') ? host.find(']') : 0) != std::string_view::npos) {
    return FailWithHint(ErrorKind::kBadParameter, "spec.uri has a port, and spec.tcp_ports has ports",
                        "remove the port from spec.uri");
  }

  for (const auto& range : spec.tcpports()) {
    const bool port = range.port() > 0 && range.port() <= kMaxPort;
    const bool end = range.endport() == 0 || (range.endport() > range.port() && range.endport() <= kMaxPort);
    if (port && end) continue;
    return Fail(ErrorKind::kBadParameter, "spec.tcp_ports: {}-{} is not a range of ports", range.port(),
                range.endport());
  }
  return {};
}

Status CheckMcp(types::AppV3& app) {
  const std::string_view scheme = SchemeOf(app.spec().uri());
  if (!scheme.starts_with("mcp+")) return {};
  if (!IsOneOf(kMcpSchemes, scheme)) {
    return Fail(ErrorKind::kBadParameter, "spec.uri: the scheme of an MCP server must be one of {}, not \"{}\"",
                fmt::join(kMcpSchemes, ", "), StripControl(scheme));
  }
  app.set_subkind(std::string(kMcp));
  if (scheme != kMcpStdio) return {};
  if (app.spec().mcp().command().empty()) return Fail(ErrorKind::kBadParameter, "spec.mcp.command is missing");
  if (!app.spec().mcp().run_as_host_user().empty()) return {};
  return Fail(ErrorKind::kBadParameter, "spec.mcp.run_as_host_user is missing");
}

// Fills in derived fields (address, cloud, sub kind and its label) and validates. Fails with kBadParameter.
Status CheckApp(Message& resource) {
  auto& app = static_cast<types::AppV3&>(resource);
  auto& spec = *app.mutable_spec();
  for (const auto& [key, command] : spec.dynamiclabels()) {
    if (!IsLabelKey(key)) {
      return Fail(ErrorKind::kBadParameter, "spec.dynamic_labels: \"{}\" is not a label key", StripControl(key));
    }
  }

  RETURN_IF_ERROR(FillAddress(spec));
  RETURN_IF_ERROR(CheckPublicAddress(spec));
  const std::string& claims = spec.rewrite().jwtclaims();
  if (!claims.empty() && !IsOneOf(kJwtClaims, claims)) {
    return Fail(ErrorKind::kBadParameter, "spec.rewrite.jwt_claims must be one of {}, not \"{}\"",
                fmt::join(kJwtClaims, ", "), StripControl(claims));
  }

  RETURN_IF_ERROR(CheckPorts(spec));
  RETURN_IF_ERROR(CheckMcp(app));
  if (!app.subkind().empty()) SetLabel(app, std::string(kSubKindLabel), app.subkind());
  return {};
}

}  // namespace

KindRow AppKind() {
  return {
      .kind = "app",
      .aliases = "apps",
      .versions = "v3",
      .prototype = &Prototype<types::AppV3>,
      .check = &CheckApp,
      .columns = kAppColumns,
  };
}

}  // namespace sallyport
