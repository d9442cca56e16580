#include "libcluster/agents/azure/aks_clusters.h"

#include <algorithm>
#include <array>

#include "libbase/encoding.h"
#include "libbase/percent_encoding.h"
#include "libbase/text.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr std::string_view kSubscriptionsVersion = "2016-06-01";
constexpr std::string_view kAksVersion = "2025-02-01";
constexpr std::string_view kAksProvider = "providers/Microsoft.ContainerService/managedClusters";
constexpr std::string_view kAksRights = "Microsoft.ContainerService/managedClusters";
constexpr std::string_view kPathPlain = "-._~()";
constexpr std::size_t kMaxAksText = 256;
constexpr std::size_t kMaxTags = 100;  // Azure allows 50
constexpr std::size_t kMaxTagKey = 512;
constexpr std::size_t kMaxTagValue = 1024;
constexpr std::size_t kMaxLeftOut = 20;
constexpr std::size_t kMaxKubeconfig = 1 << 20;

std::string InPath(std::string_view text) { return PercentEncoded(text, kPathPlain); }

std::string ScopeOf(const std::string& subscription, const std::string& group) {
  std::string scope = "/subscriptions/" + InPath(subscription);
  if (!group.empty()) scope += "/resourceGroups/" + InPath(group);
  return scope;
}

std::string ArmIdOf(const AksPlace& place) {
  return fmt::format("{}/{}/{}", ScopeOf(place.subscription, place.group), kAksProvider, InPath(place.name));
}

std::string PathOf(const AksPlace& place, std::string_view action) {
  return fmt::format("{}/{}?api-version={}", ArmIdOf(place), action, kAksVersion);
}

ArmSubject AksSubject(std::string_view verb, std::string_view action, const AksPlace& place) {
  return {fmt::format("{} AKS cluster \"{}\"", verb, StripControl(place.name)),
          fmt::format("{}/{}", kAksRights, action), ArmIdOf(place)};
}

bool FitsAks(std::string_view text) {
  return !text.empty() && text.size() <= kMaxAksText && StripControl(text) == text && !text.contains('/');
}

Result<std::map<std::string, std::string>> TagsOf(const Value& item) {
  std::map<std::string, std::string> tags;
  const Value* const given = item.Find("tags");
  if (given == nullptr || given->is_null()) return tags;
  if (!given->is_map() || given->as_map().size() > kMaxTags)
    return Fail(ErrorKind::kBadParameter, "its tags cannot be read");
  for (const auto& [key, value] : given->as_map()) {
    if (!value.is_string() && !value.is_null()) return Fail(ErrorKind::kBadParameter, "its tags cannot be read");
    if (key.size() > kMaxTagKey || value.as_string().size() > kMaxTagValue) {
      return Fail(ErrorKind::kBadParameter, "one of its tags is too long");
    }
    tags[key] = value.as_string();
  }
  return tags;
}

Result<Secret> KubeconfigOf(const Value& answer, const ArmSubject& subject) {
  const Value* const kubeconfigs = answer.Find("kubeconfigs");
  if (kubeconfigs == nullptr || kubeconfigs->as_list().empty()) {
    return Fail(ErrorKind::kConnectionProblem, "{}: the answer has no kubeconfig", subject.asked);
  }
  auto yaml = FromBase64(TextAt(kubeconfigs->as_list().front(), "value"));
  if (!yaml || yaml->empty() || yaml->size() > kMaxKubeconfig) {
    return Fail(ErrorKind::kConnectionProblem, "{}: the kubeconfig in the answer cannot be read", subject.asked);
  }
  return Secret(std::move(*yaml));
}

}  // namespace

Result<AksPlace> ParseAksId(std::string_view id) {
  constexpr std::array<std::string_view, 4> kNames{"subscriptions", "resourcegroups", "providers", "managedclusters"};
  const auto parts = SplitNonEmpty(id, '/');
  const bool whole = id.size() <= 4 * kMaxAksText && id.starts_with('/') && parts.size() == 8;
  for (std::size_t i = 0; whole && i < kNames.size(); ++i) {
    if (LowerCase(parts[2 * i]) != kNames[i])
      return Fail(ErrorKind::kBadParameter, "its id is not the one of an AKS cluster");
  }
  if (!whole || LowerCase(parts[5]) != "microsoft.containerservice" ||
      !std::ranges::all_of(parts, [](const std::string& part) { return FitsAks(part); })) {
    return Fail(ErrorKind::kBadParameter, "its id is not the one of an AKS cluster");
  }
  return AksPlace{parts[1], parts[3], parts[7]};
}

Result<AksCluster> ParseAksCluster(const Value& item) {
  const Value* const properties = item.Find("properties");
  if (properties == nullptr || !properties->is_map()) return Fail(ErrorKind::kBadParameter, "it has no properties");
  AksCluster cluster;
  ASSIGN_OR_RETURN(cluster.place, ParseAksId(TextAt(item, "id")));
  const std::string name = TextAt(item, "name");
  if (!FitsAks(name)) return Fail(ErrorKind::kBadParameter, "its name cannot be read");
  cluster.place.name = name;
  cluster.location = TextAt(item, "location");
  if (!FitsAks(cluster.location)) return Fail(ErrorKind::kBadParameter, "its location cannot be read");
  ASSIGN_OR_RETURN(cluster.tags, TagsOf(item));

  cluster.tenant_id = TextAt(item.Find("identity"), "tenantId");
  if (!cluster.tenant_id.empty() && !FitsAks(cluster.tenant_id)) {
    return Fail(ErrorKind::kBadParameter, "its tenant cannot be read");
  }
  cluster.runs = TextAt(properties->Find("powerState"), "code") == "Running";
  const Value* const directory = properties->Find("aadProfile");
  cluster.uses_azure_ad = directory != nullptr && directory->is_map();
  const Value* const decides = cluster.uses_azure_ad ? directory->Find("enableAzureRBAC") : nullptr;
  cluster.uses_azure_rbac = decides != nullptr && decides->as_bool();
  return cluster;
}

Result<std::vector<std::string>> ListSubscriptions(ArmClient& arm, ArmRefusal* refused) {
  const ArmSubject subject{"list the subscriptions of Azure", "Microsoft.Resources/subscriptions/read", "/"};
  std::vector<std::string> ids;
  RETURN_IF_ERROR(arm.List(
      fmt::format("/subscriptions?api-version={}", kSubscriptionsVersion), subject,
      [&](const Value& item) -> Status {
        const std::string id = TextAt(item, "subscriptionId");
        if (!FitsAks(id)) return Fail(ErrorKind::kConnectionProblem, "{}: a subscription has no id", subject.asked);
        if (LowerCase(TextAt(item, "state")) != "deleted") ids.push_back(id);
        return {};
      },
      refused));
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Result<AksList> ListAksClusters(ArmClient& arm, const std::string& subscription, const std::string& group,
                                ArmRefusal* refused) {
  ArmSubject subject{fmt::format("list the AKS clusters of subscription {}", StripControl(subscription)),
                     fmt::format("{}/read", kAksRights), ScopeOf(subscription, group)};
  if (!group.empty()) subject.asked += fmt::format(", resource group {}", StripControl(group));
  ArmRefusal why;
  AksList list;
  const Status listed = arm.List(
      fmt::format("{}/{}?api-version={}", subject.scope, kAksProvider, kAksVersion), subject,
      [&](const Value& item) -> Status {
        auto cluster = ParseAksCluster(item);
        if (cluster) {
          list.clusters.push_back(std::move(*cluster));
        } else if (list.left_out.size() < kMaxLeftOut) {
          list.left_out.push_back(fmt::format("\"{}\": {}", StripControl(TextAt(item, "name").substr(0, kMaxAksText)),
                                              cluster.error().message));
        }
        return {};
      },
      &why);
  if (refused != nullptr) *refused = why;
  if (!listed && !group.empty() && why.code == "ResourceGroupNotFound") return AksList{};
  if (!listed) return std::unexpected(listed.error());
  return list;
}

Result<AksCluster> GetAksCluster(ArmClient& arm, const AksPlace& place, ArmRefusal* refused) {
  const ArmSubject subject = AksSubject("read", "read", place);
  ASSIGN_OR_RETURN(const Value answer,
                   arm.Get(fmt::format("{}?api-version={}", ArmIdOf(place), kAksVersion), subject, refused));
  auto cluster = ParseAksCluster(answer);
  if (!cluster) return Fail(ErrorKind::kConnectionProblem, "{}: {}", subject.asked, cluster.error().message);
  return cluster;
}

Result<Secret> GetAksUserKubeconfig(ArmClient& arm, const AksPlace& place) {
  const ArmSubject subject = AksSubject("get the user's kubeconfig of", "listClusterUserCredential/action", place);
  ASSIGN_OR_RETURN(const Value answer,
                   arm.Post(PathOf(place, "listClusterUserCredential") + "&format=exec", nullptr, subject));
  return KubeconfigOf(answer, subject);
}

Result<Secret> GetAksAdminKubeconfig(ArmClient& arm, const AksPlace& place) {
  const ArmSubject subject =
      AksSubject("get the administrator's kubeconfig of", "listClusterAdminCredential/action", place);
  ASSIGN_OR_RETURN(const Value answer, arm.Post(PathOf(place, "listClusterAdminCredential"), nullptr, subject));
  return KubeconfigOf(answer, subject);
}

Result<AksCommandResult> RunAksCommand(ArmClient& arm, const AksPlace& place, const std::string& command,
                                       const Secret& cluster_token, std::chrono::seconds longest) {
  const ArmSubject subject = AksSubject("run a command in", "runcommand/action", place);
  Value body(Value::Map{{"command", command}});
  if (!cluster_token.empty()) body.Set("clusterToken", cluster_token.Reveal());
  ASSIGN_OR_RETURN(const Value answer, arm.Run(PathOf(place, "runCommand"), body, subject, longest));
  const Value* const properties = answer.Find("properties");
  const Value* const code = properties == nullptr ? nullptr : properties->Find("exitCode");
  if (code == nullptr || !code->is_int()) {
    return Fail(ErrorKind::kConnectionProblem, "{}: the answer has no exit code", subject.asked);
  }
  return AksCommandResult{static_cast<int>(code->as_int()), TextAt(*properties, "logs")};
}

}  // namespace sallyport
