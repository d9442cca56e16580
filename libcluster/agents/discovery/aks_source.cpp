// The AKS clusters of Azure's subscriptions.
#include <algorithm>

#include "libbase/text.h"
#include "libcluster/agents/azure/aks_clusters.h"
#include "libcluster/agents/discovery/aks_resource.h"
#include "libcluster/agents/discovery/cloud_source.h"
#include "libkube/call_limits.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxSearchProblems = 20;

bool IsAll(const std::vector<std::string>& texts) { return texts.size() == 1 && texts.front() == "*"; }

bool HasText(const std::vector<std::string>& texts, std::string_view text) {
  return IsAll(texts) || std::ranges::find(texts, text) != texts.end();
}

// Azure compares these names in any case.
bool HasName(const std::vector<std::string>& texts, std::string_view name) {
  const std::string lower = LowerCase(name);
  return IsAll(texts) || std::ranges::any_of(texts, [&](const auto& text) { return LowerCase(text) == lower; });
}

AksPlace PlaceOf(const types::KubernetesClusterV3& cluster) {
  const auto& azure = cluster.spec().azure();
  return {azure.subscriptionid(), azure.resourcegroup(), azure.resourcename()};
}

void AddSearchProblem(const Error& error, const ArmRefusal& refused, FoundClusters& found) {
  if (found.problems.size() < kMaxSearchProblems) found.problems.push_back(error.message);
  if (!refused.missing_right.empty() && found.missing_rights.size() < kMaxSearchProblems) {
    found.missing_rights.push_back(refused.missing_right);
  }
  if (refused.retry_after && (!found.pause || *found.pause < *refused.retry_after)) found.pause = refused.retry_after;
}

class AksSource : public CloudSource {
 public:
  explicit AksSource(ArmClient::Parts parts) : arm_(std::move(parts)) {}

  FoundClusters Find(const DiscoveryMatcher& matcher) override {
    FoundClusters found;
    std::vector<std::string> subscriptions = matcher.wanted.subscriptions;
    if (IsAll(subscriptions)) {
      ArmRefusal refused;
      auto listed = ListSubscriptions(arm_, &refused);
      if (!listed) {
        AddSearchProblem(listed.error(), refused, found);
        return found;
      }
      subscriptions = std::move(*listed);
    }

    const auto& given = matcher.wanted.resource_groups;
    const std::vector<std::string> groups = IsAll(given) ? std::vector<std::string>{""} : given;
    for (const std::string& subscription : subscriptions) {
      for (const std::string& group : groups) {
        if (!FindIn(subscription, group, matcher, found)) return found;
      }
    }
    return found;
  }

  bool Covers(const DiscoveryMatcher& matcher, const types::KubernetesClusterV3& cluster) const override {
    const auto& wanted = matcher.wanted;
    const auto region = cluster.metadata().labels().find("region");
    const bool there = region == cluster.metadata().labels().end() || HasText(wanted.regions, region->second);
    return there && HasName(wanted.subscriptions, cluster.spec().azure().subscriptionid()) &&
           HasName(wanted.resource_groups, cluster.spec().azure().resourcegroup());
  }

  Presence Look(const types::KubernetesClusterV3& cluster, FoundClusters& found) override {
    ArmRefusal refused;
    const auto got = GetAksCluster(arm_, PlaceOf(cluster), &refused);
    if (got) return Presence::kThere;
    if (got.error().kind == ErrorKind::kNotFound && refused.code.ends_with("NotFound")) return Presence::kGone;
    AddSearchProblem(got.error(), refused, found);
    return Presence::kUnknown;
  }

 private:
  // Returns whether the search goes on: a process without credentials would fail everywhere alike.
  bool FindIn(const std::string& subscription, const std::string& group, const DiscoveryMatcher& matcher,
              FoundClusters& found) {
    ArmRefusal refused;
    const auto listed = ListAksClusters(arm_, subscription, group, &refused);
    if (!listed) {
      AddSearchProblem(listed.error(), refused, found);
      return refused.status != 0 || listed.error().kind == ErrorKind::kConnectionProblem;
    }
    for (const std::string& odd : listed->left_out) {
      if (found.problems.size() >= kMaxSearchProblems) break;
      found.problems.push_back(
          fmt::format("an AKS cluster of subscription {} cannot be read: {}", StripControl(subscription), odd));
    }
    const LabelMatcher tags({matcher.wanted.tags, ""}, {});
    for (const AksCluster& cluster : listed->clusters) Sort(cluster, matcher, tags, found);
    return true;
  }

  static void Sort(const AksCluster& cluster, const DiscoveryMatcher& matcher, const LabelMatcher& tags,
                   FoundClusters& found) {
    auto resource = ResourceOfAks(cluster);
    const bool wanted = cluster.runs && HasText(matcher.wanted.regions, cluster.location) &&
                        tags.Matches(RoleCondition::kAllow, LabelsOfAks(cluster)).value_or(false);
    if (resource && wanted) {
      found.clusters.push_back(std::move(*resource));
      return;
    }
    types::KubernetesClusterV3 place;
    place.mutable_spec()->mutable_azure()->set_subscriptionid(cluster.place.subscription);
    place.mutable_spec()->mutable_azure()->set_resourcegroup(cluster.place.group);
    place.mutable_spec()->mutable_azure()->set_resourcename(cluster.place.name);
    found.unwanted.insert(CloudKeyOf(place));
    if (wanted && found.notices.size() < kMaxSearchProblems) {
      found.notices.push_back(fmt::format("AKS cluster \"{}\" of subscription {} is left out: {}", cluster.place.name,
                                          cluster.place.subscription, resource.error().message));
    }
  }

  ArmClient arm_;
};

Result<std::unique_ptr<CloudSource>> MakeAksSource(const CloudParts& parts) {
  ASSIGN_OR_RETURN(const AzureCloud cloud, AzureCloudFrom(parts.environment));
  NetworkSettings network = parts.network;
  network.stop_descriptor = parts.stop.descriptor();
  const AzureCaller call = CallAzureBy(network);
  auto tokens = std::make_shared<AzureTokens>(parts.environment, cloud, call);
  return std::make_unique<AksSource>(ArmClient::Parts{
      cloud, call, std::move(tokens),
      [&stop = parts.stop](std::chrono::milliseconds time) { return PauseUnlessStopped(time, stop); }});
}

}  // namespace

CloudRow AksRow() {
  return {.cloud = "azure",
          .type = "aks",
          .is_of =
              [](const types::KubernetesClusterV3& cluster) {
                return cluster.spec().has_azure() && !cluster.spec().azure().resourcename().empty();
              },
          .make = MakeAksSource};
}

}  // namespace sallyport
