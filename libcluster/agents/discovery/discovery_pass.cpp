#include "libcluster/agents/discovery/discovery_pass.h"

#include <algorithm>

#include "libbase/log.h"
#include "libresources/kinds/discovery_labels.h"

namespace sallyport {
namespace {

using types::KubernetesClusterV3;

void AppendLines(std::vector<std::string>& to, const std::vector<std::string>& lines) {
  to.insert(to.end(), lines.begin(), lines.end());
}

// The state of one pass.
class Pass {
 public:
  explicit Pass(const PassParts& parts) : parts_(parts) {}

  Result<PassResult> Run() {
    ASSIGN_OR_RETURN(const auto stored, parts_.auth.Clusters());
    for (const auto& [name, not_served] : parts_.configs) {
      auto& config = result_.outcome.configs[name];
      for (const auto& what : not_served) config.problems.push_back(what + " is not implemented");
    }
    for (const auto& matcher : parts_.matchers) Search(matcher);
    if (parts_.stop.stopped()) return Fail(ErrorKind::kInterrupted, "the process stops");

    pass_.whole = result_.outcome.problems.empty();
    const DiscoveryPlan plan = PlanDiscovery(
        stored, pass_, [this](const KubernetesClusterV3& cluster) { return IsCovered(cluster); },
        parts_.owns_uncovered);
    AppendLines(result_.outcome.notices, plan.name_conflicts);
    RETURN_IF_ERROR(Carry(plan, stored));
    result_.outcome.whole = result_.outcome.problems.empty();
    result_.outcome.clusters = pass_.found.size();
    return std::move(result_);
  }

 private:
  void Search(const DiscoveryMatcher& matcher) {
    for (auto& [row, source] : parts_.sources.made) {
      const auto& types = matcher.wanted.types;
      if (row->cloud != matcher.wanted.cloud || std::ranges::find(types, row->type) == types.end()) continue;
      if (parts_.stop.stopped()) return;
      FoundClusters found = source->Find(matcher);
      Take(matcher, found);
    }
  }

  void Take(const DiscoveryMatcher& matcher, FoundClusters& found) {
    auto& outcome = result_.outcome;
    if (!matcher.config.empty()) {
      auto& config = outcome.configs[matcher.config];
      config.found += found.clusters.size();
      AppendLines(config.problems, found.problems);
    }
    for (auto& cluster : found.clusters) {
      auto& labels = *cluster.mutable_metadata()->mutable_labels();
      if (!parts_.group.empty()) labels[std::string(kDiscoveryGroupLabel)] = parts_.group;
      if (!matcher.config.empty()) labels[std::string(kDiscoveryConfigLabel)] = matcher.config;
      pass_.found.push_back(std::move(cluster));
    }
    pass_.unwanted.merge(found.unwanted);
    TakeProblems(found);
    AppendLines(outcome.notices, found.notices);
  }

  void TakeProblems(const FoundClusters& found) {
    AppendLines(result_.outcome.problems, found.problems);
    AppendLines(result_.outcome.missing_rights, found.missing_rights);
    if (found.pause) result_.pause = std::max(result_.pause.value_or(std::chrono::seconds(0)), *found.pause);
  }

  bool IsCovered(const KubernetesClusterV3& cluster) const {
    for (const auto& [row, source] : parts_.sources.made) {
      if (!row->is_of(cluster)) continue;
      for (const auto& matcher : parts_.matchers) {
        const auto& types = matcher.wanted.types;
        const bool of_row = row->cloud == matcher.wanted.cloud && std::ranges::find(types, row->type) != types.end();
        if (of_row && source->Covers(matcher, cluster)) return true;
      }
    }
    return false;
  }

  Status Carry(const DiscoveryPlan& plan, const std::vector<KubernetesClusterV3>& stored) {
    for (const auto& cluster : plan.put) RETURN_IF_ERROR(Put(cluster, stored));
    for (const auto& name : plan.remove) RETURN_IF_ERROR(Remove(name));
    std::size_t asked = 0;
    for (const auto& cluster : plan.confirm) {
      if (asked++ >= kMaxConfirmed) break;
      if (parts_.stop.stopped()) return Fail(ErrorKind::kInterrupted, "the process stops");
      if (IsGone(cluster)) RETURN_IF_ERROR(Remove(cluster.metadata().name()));
    }
    return {};
  }

  // Ends the pass only when the auth service is not reached: another cluster may be taken though one is refused.
  Status Put(const KubernetesClusterV3& cluster, const std::vector<KubernetesClusterV3>& stored) {
    const std::string& name = cluster.metadata().name();
    const bool known = std::ranges::any_of(stored, [&](const auto& has) { return has.metadata().name() == name; });
    const Status put = parts_.auth.Put(cluster);
    if (put) {
      Log(LogLevel::kInfo, known ? "a cluster of a cloud has changed" : "a cluster of a cloud was found",
          {{"kube_cluster", name}});
      return {};
    }
    if (put.error().kind == ErrorKind::kConnectionProblem) return put;
    NoteRefusal(name, put.error().message);
    return {};
  }

  Status Remove(const std::string& name) {
    const Status removed = parts_.auth.Remove(name);
    if (removed) Log(LogLevel::kInfo, "a cluster of a cloud is gone", {{"kube_cluster", name}});
    if (removed || removed.error().kind == ErrorKind::kNotFound) return {};  // another service was faster
    if (removed.error().kind == ErrorKind::kConnectionProblem) return removed;
    NoteRefusal(name, removed.error().message);
    return {};
  }

  void NoteRefusal(const std::string& name, const std::string& reason) {
    const bool is_named = reason.contains(fmt::format("\"{}\"", name));
    result_.outcome.notices.push_back(is_named ? reason : fmt::format("kube_cluster \"{}\": {}", name, reason));
  }

  bool IsGone(const KubernetesClusterV3& cluster) {
    for (auto& [row, source] : parts_.sources.made) {
      if (!row->is_of(cluster)) continue;
      FoundClusters found;
      const Presence presence = source->Look(cluster, found);
      TakeProblems(found);
      return presence == Presence::kGone;
    }
    return false;
  }

  const PassParts& parts_;
  DiscoveryPass pass_;
  PassResult result_;
};

}  // namespace

Result<CloudSources> CloudSources::Make(const CloudParts& parts) {
  CloudSources sources;
  for (const CloudRow& row : AllClouds()) {
    ASSIGN_OR_RETURN(auto source, row.make(parts));
    sources.made.push_back({&row, std::move(source)});
  }
  return sources;
}

Result<PassResult> RunDiscoveryPass(const PassParts& parts) { return Pass(parts).Run(); }

}  // namespace sallyport
