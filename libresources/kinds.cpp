#include "libresources/kinds.h"

#include <google/protobuf/message.h>

#include "libbase/text.h"
#include "libbase/yaml.h"
#include "libresources/access/role.h"
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
#include "libresources/kinds/namespace.h"
#include "libresources/kinds/node.h"
#include "libresources/kinds/server_info.h"
#include "libresources/kinds/token.h"
#include "libresources/kinds/trusted_cluster.h"
#include "libresources/kinds/user.h"

namespace sallyport {
namespace {

using google::protobuf::Message;

// The rows in the order in which commands list kinds.
constexpr KindRow (*kRows[])() = {
    &RoleKind,
    &UserKind,
    &TokenKind,
    &KubeClusterKind,
    &KubeServerKind,
    &CertAuthorityKind,
    &AuthPreferenceKind,
    &NetworkingConfigKind,
    &RecordingConfigKind,
    &LockKind,
    &GithubConnectorKind,
    &OidcConnectorKind,
    &SamlConnectorKind,
    &BotKind,
    &BotInstanceKind,
    &NodeKind,
    &AppKind,
    &AppServerKind,
    &ClusterAlertKind,
    &DatabaseKind,
    &DiscoveryConfigKind,
    &ServerInfoKind,
    &NamespaceKind,
    &TrustedClusterKind,
    &AccessRequestKind,
};

Result<const KindRow*> RowOf(const Message& resource) {
  const KindRow* const row = KindOf(resource);
  if (row == nullptr) return Fail(ErrorKind::kBadParameter, "{} is not a resource", resource.GetTypeName());
  return row;
}

}  // namespace

std::span<const KindRow> Kinds() {
  static const auto* const rows = [] {
    auto* made = new std::vector<KindRow>();
    for (const auto row : kRows) made->push_back(row());
    return made;
  }();
  return *rows;
}

const KindRow* FindKind(std::string_view name) {
  for (const KindRow& row : Kinds()) {
    if (row.IsNamed(name)) return &row;
  }
  return nullptr;
}

Result<const KindRow*> KindNamed(std::string_view name) {
  if (const KindRow* row = FindKind(name)) return row;
  std::vector<std::string_view> names;
  for (const KindRow& row : Kinds()) names.push_back(row.kind);
  const auto meant = DidYouMean(name, std::span<const std::string_view>(names));
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("unknown kind of resource \"{}\"", StripControl(name)),
                      meant ? fmt::format("did you mean \"{}\"?", *meant) : std::string());
}

const KindRow* KindOf(const Message& resource) {
  for (const KindRow& row : Kinds()) {
    if (row.prototype().GetDescriptor() == resource.GetDescriptor()) return &row;
  }
  return nullptr;
}

Result<Resource> DecodeResource(const Value& value, const DecodeOptions& options) {
  if (!value.is_map()) return FailAtValue(value, options, fmt::format("a resource is a map, not {}", TypeName(value)));
  const Value* const kind = value.Find("kind");
  if (kind == nullptr || !kind->is_string()) {
    return FailAtValue(value, options, "kind is missing", "every resource starts with \"kind: ...\"");
  }

  const auto row = KindNamed(kind->as_string());
  if (!row) return FailAtValue(*kind, options, row.error().message, row.error().hint);
  return DecodeAs(**row, value, options);
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
  ASSIGN_OR_RETURN(const KindRow* const row, RowOf(resource));
  return CheckAs(*row, resource);
}

Status CheckNewResource(Message& resource) {
  ASSIGN_OR_RETURN(const KindRow* const row, RowOf(resource));
  return CheckAsNew(*row, resource);
}

}  // namespace sallyport
