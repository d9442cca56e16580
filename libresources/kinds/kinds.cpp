#include "libresources/kinds/kinds.h"

#include <algorithm>
#include <charconv>

#include <google/protobuf/message.h>

#include "libbase/text.h"
#include "libbase/yaml.h"
#include "libresources/kinds/access_request.h"
#include "libresources/kinds/app.h"
#include "libresources/kinds/app_server.h"
#include "libresources/kinds/bot.h"
#include "libresources/kinds/cert_authority.h"
#include "libresources/kinds/cluster_alert.h"
#include "libresources/kinds/cluster_config.h"
#include "libresources/kinds/connector.h"
#include "libresources/kinds/database.h"
#include "libresources/kinds/discovery_config.h"
#include "libresources/kinds/kubernetes.h"
#include "libresources/kinds/lock.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/namespace.h"
#include "libresources/kinds/node.h"
#include "libresources/kinds/role.h"
#include "libresources/kinds/server_info.h"
#include "libresources/kinds/token.h"
#include "libresources/kinds/trusted_cluster.h"
#include "libresources/kinds/user.h"
#include "teleport/discoveryconfig/v1/discoveryconfig.pb.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/connector.pb.h"
#include "teleport/legacy/types/header.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/lock.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/server.pb.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "teleport/machineid/v1/bot.pb.h"
#include "teleport/machineid/v1/bot_instance.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Message;

template <typename M>
const Message& Prototype() {
  return M::default_instance();
}

// Columns are made at run time, so the table holds where to get them.
struct KindEntry {
  KindRow row;
  std::span<const TextColumn> (*columns)();
};

constexpr KindEntry kKindEntries[] = {
    {{"role",
      "roles",
      "v3 v4 v5 v6 v7 v8",
      "",
      false,
      &Prototype<types::RoleV6>,
      &CheckRole,
      {},
      nullptr,
      &CheckNewRole,
      &CheckAllowances},
     &RoleColumns},
    {{"user", "users", "v2", "", false, &Prototype<types::UserV2>, &CheckUser, {}}, &UserColumns},
    {{"token", "tokens", "v2", "", true, &Prototype<types::ProvisionTokenV2>, &CheckToken, {}, nullptr, &CheckNewToken},
     &TokenColumns},
    {{"kube_cluster", "kube_clusters", "v3", "", false, &Prototype<types::KubernetesClusterV3>, &CheckKubeCluster, {}},
     &KubeClusterColumns},
    {{"kube_server", "kube_servers", "v3", "", false, &Prototype<types::KubernetesServerV3>, &CheckKubeServer, {}},
     &KubeServerColumns},
    {{"cert_authority",
      "cert_authorities cas",
      "v2",
      "",
      false,
      &Prototype<types::CertAuthorityV2>,
      &CheckCertAuthority,
      {}},
     &CertAuthorityColumns},
    {{"cluster_auth_preference",
      "cluster_authentication_preferences cap",
      "v2",
      "cluster-auth-preference",
      false,
      &Prototype<types::AuthPreferenceV2>,
      &CheckAuthPreference,
      {}},
     &AuthPreferenceColumns},
    {{"cluster_networking_config",
      "networking_config networking net_config netconfig",
      "v2",
      "cluster-networking-config",
      false,
      &Prototype<types::ClusterNetworkingConfigV2>,
      &CheckNetworkingConfig,
      {}},
     &NetworkingConfigColumns},
    {{"session_recording_config",
      "recording_config session_recording rec_config recconfig",
      "v2",
      "session-recording-config",
      false,
      &Prototype<types::SessionRecordingConfigV2>,
      &CheckRecordingConfig,
      {}},
     &RecordingConfigColumns},
    {{"lock", "locks", "v2", "", false, &Prototype<types::LockV2>, &CheckLock, {}}, &LockColumns},
    {{"github", "", "v3", "", false, &Prototype<types::GithubConnectorV3>, &CheckGithubConnector, {}},
     &GithubConnectorColumns},
    {{"oidc", "", "v2 v3", "", false, &Prototype<types::OIDCConnectorV3>, &CheckOidcConnector, {}},
     &OidcConnectorColumns},
    {{"saml", "", "v2", "", false, &Prototype<types::SAMLConnectorV2>, &CheckSamlConnector, {}}, &SamlConnectorColumns},
    {{"bot", "bots", "v1", "", false, &Prototype<teleport::machineid::v1::Bot>, &CheckBot, {}}, &BotColumns},
    {{"bot_instance",
      "bot_instances",
      "v1",
      "",
      false,
      &Prototype<teleport::machineid::v1::BotInstance>,
      &CheckBotInstance,
      {}},
     &BotInstanceColumns},
    {{"node", "nodes", "v2", "", false, &Prototype<types::ServerV2>, &CheckNode, {}, &DefaultNodeName}, &NodeColumns},
    {{"app", "apps", "v3", "", false, &Prototype<types::AppV3>, &CheckApp, {}}, &AppColumns},
    {{"app_server", "app_servers", "v3", "", false, &Prototype<types::AppServerV3>, &CheckAppServer, {}},
     &AppServerColumns},
    {{"cluster_alert", "cluster_alerts", "v1", "", false, &Prototype<types::ClusterAlert>, &CheckAlertResource, {}},
     &AlertColumns},
    {{"db", "", "v3", "", false, &Prototype<types::DatabaseV3>, &CheckDatabase, {}}, &DatabaseColumns},
    {{"discovery_config",
      "discovery_configs discoveryconfig discoveryconfigs",
      "v1",
      "",
      false,
      &Prototype<teleport::discoveryconfig::v1::DiscoveryConfig>,
      &CheckDiscoveryConfig,
      {}},
     &DiscoveryConfigColumns},
    {{"server_info", "", "v1", "", false, &Prototype<types::ServerInfoV1>, &CheckServerInfo, {}}, &ServerInfoColumns},
    {{"namespace", "namespaces ns", "v2", "default", false, &Prototype<types::Namespace>, &CheckNamespace, {}},
     &NamespaceColumns},
    {{"trusted_cluster",
      "tc cluster clusters",
      "v2",
      "",
      false,
      &Prototype<types::TrustedClusterV2>,
      &CheckTrustedCluster,
      {}},
     &TrustedClusterColumns},
    {{"access_request",
      "access_requests",
      "v3",
      "",
      false,
      &Prototype<types::AccessRequestV3>,
      &CheckAccessRequest,
      {}},
     &AccessRequestColumns},
};

const std::vector<KindRow>& Table() {
  static const auto* const table = [] {
    auto* rows = new std::vector<KindRow>();
    for (const KindEntry& row : kKindEntries) {
      rows->push_back(row.row);
      rows->back().columns = row.columns();
    }
    return rows;
  }();
  return *table;
}

// Returns whether a word stands in a list of words with spaces between, in any case.
bool HasWord(std::string_view words, std::string_view wanted) {
  const auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b); };
  while (!words.empty()) {
    const std::size_t space = words.find(' ');
    const std::string_view word = words.substr(0, space);
    if (std::equal(word.begin(), word.end(), wanted.begin(), wanted.end(), same)) return true;
    words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
  }
  return false;
}

std::unexpected<Error> At(const Value& value, const DecodeOptions& options, std::string reason, std::string hint = "") {
  const int line = value.place().line;
  const std::string where = line > 0 ? fmt::format("{}:{}", options.source, line) : options.source;
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("{}: {}", where, reason), std::move(hint));
}

const Value* ItemAt(const Value::List& list, std::string_view number) {
  std::size_t index = list.size();
  std::from_chars(number.data(), number.data() + number.size(), index);
  return index < list.size() ? &list[index] : nullptr;
}

// Returns the part of a resource that a reason begins with ("spec.allow.rules[0].where: ..."), as far as it is there.
const Value& NamedField(const Value& resource, std::string_view reason) {
  const Value* part = &resource;
  while (true) {
    const std::size_t end = std::min(reason.find_first_of(".[]: "), reason.size());
    const std::string_view step = reason.substr(0, end);
    const Value* next = part->is_list() ? ItemAt(part->as_list(), step) : part->Find(step);
    if (!step.empty() && next == nullptr) return *part;
    if (!step.empty()) part = next;
    if (end == reason.size() || reason[end] == ' ' || reason[end] == ':') return *part;
    reason.remove_prefix(end + 1);
  }
}

Status CheckVersion(const Value& value, const KindRow& row, const DecodeOptions& options) {
  const Value* const version = value.Find("version");
  const std::string hint = fmt::format("write \"version: {}\"", row.default_version());
  if (version == nullptr || version->is_null()) return At(value, options, "version is missing", hint);
  if (version->is_string() && HasWord(row.versions, version->as_string())) return {};
  return At(*version, options,
            fmt::format("{} version \"{}\" is not supported, only {}", row.kind, StripControl(version->as_string()),
                        row.versions),
            hint);
}

}  // namespace

std::span<const KindRow> Kinds() { return Table(); }

const KindRow* FindKind(std::string_view name) {
  for (const KindRow& row : Table()) {
    if (HasWord(row.kind, name) || HasWord(row.aliases, name)) return &row;
  }
  return nullptr;
}

Result<const KindRow*> KindNamed(std::string_view name) {
  if (const KindRow* row = FindKind(name)) return row;
  std::vector<std::string_view> names;
  for (const KindRow& row : Table()) names.push_back(row.kind);
  const auto meant = DidYouMean(name, std::span<const std::string_view>(names));
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("unknown kind of resource \"{}\"", StripControl(name)),
                      meant ? fmt::format("did you mean \"{}\"?", *meant) : std::string());
}

const KindRow* KindOf(const Message& resource) {
  for (const KindRow& row : Table()) {
    if (row.prototype().GetDescriptor() == resource.GetDescriptor()) return &row;
  }
  return nullptr;
}

Resource NewResource(const KindRow& kind) {
  Resource resource{.kind = &kind, .message = std::shared_ptr<Message>(kind.prototype().New())};
  SetHeader(*resource.message, kind.kind, kind.default_version());
  if (!kind.singleton_name.empty()) SetName(*resource.message, kind.singleton_name);
  return resource;
}

Result<Resource> DecodeResource(const Value& value, const DecodeOptions& options) {
  if (!value.is_map()) return At(value, options, fmt::format("a resource is a map, not {}", TypeName(value)));
  const Value* const kind = value.Find("kind");
  if (kind == nullptr || !kind->is_string()) {
    return At(value, options, "kind is missing", "every resource starts with \"kind: ...\"");
  }
  const auto row = KindNamed(kind->as_string());
  if (!row) return At(*kind, options, row.error().message, row.error().hint);
  RETURN_IF_ERROR(CheckVersion(value, **row, options));
  Resource resource{.kind = *row, .message = std::shared_ptr<Message>((*row)->prototype().New())};
  RETURN_IF_ERROR(DecodeMessage(value, options, *resource.message));
  SetHeader(*resource.message, (*row)->kind, VersionOf(*resource.message));
  const auto at_field = [&](const Error& error) {
    return At(NamedField(value, error.message), options, error.message, error.hint);
  };
  const Status status = options.as_new ? CheckNewResource(*resource.message) : CheckResource(*resource.message);
  if (!status) return at_field(status.error());
  if (!options.as_new || (*row)->check_allowances == nullptr) return resource;
  if (const Status allows = (*row)->check_allowances(*resource.message); !allows) {
    RETURN_IF_ERROR(Tolerate(options, options.useless_allowances, at_field(allows.error()).error()));
  }
  return resource;
}

std::vector<Result<Resource>> DecodeEach(std::string_view text, const DecodeOptions& options) {
  const auto documents = ParseYaml(text, options.source);
  std::vector<Result<Resource>> resources;
  if (!documents) {
    resources.emplace_back(std::unexpected(documents.error()));
    return resources;
  }
  for (const Value& document : *documents) {
    const Value::List one{document};
    for (const Value& value : document.is_list() ? document.as_list() : one) {
      resources.push_back(DecodeResource(value, options));
    }
  }
  return resources;
}

Result<std::vector<Resource>> DecodeResources(std::string_view text, const DecodeOptions& options) {
  std::vector<Resource> resources;
  for (auto& resource : DecodeEach(text, options)) {
    if (!resource) return std::unexpected(std::move(resource.error()));
    resources.push_back(std::move(*resource));
  }
  return resources;
}

Status CheckResource(Message& resource) {
  const KindRow* const row = KindOf(resource);
  if (row == nullptr) return Fail(ErrorKind::kBadParameter, "{} is not a resource", resource.GetTypeName());
  const std::string version = VersionOf(resource);
  SetHeader(resource, row->kind, version.empty() ? row->default_version() : version);
  if (!HasWord(row->versions, VersionOf(resource))) {
    return Fail(ErrorKind::kBadParameter, "{} version \"{}\" is not supported, only {}", row->kind,
                StripControl(version), row->versions);
  }
  if (!row->singleton_name.empty()) {
    if (NameOf(resource).empty()) SetName(resource, row->singleton_name);
    if (NameOf(resource) != row->singleton_name) {
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("there is only one {}, and its name is \"{}\"", row->kind, row->singleton_name),
                          "remove metadata.name");
    }
  }
  if (row->default_name != nullptr && NameOf(resource).empty()) SetName(resource, row->default_name(resource));
  RETURN_IF_ERROR(CheckMetadata(resource));
  return row->check(resource);
}

Status CheckNewResource(Message& resource) {
  RETURN_IF_ERROR(CheckResource(resource));
  const KindRow& row = *KindOf(resource);
  return row.check_new == nullptr ? Status() : row.check_new(resource);
}

Value EncodeResource(const Message& resource) { return EncodeMessage(resource); }

}  // namespace sallyport
