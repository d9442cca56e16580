#include <cstdlib>

#include "libbase/file.h"
#include "tools/shell/exec.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

// A cluster chosen by TELEPORT_KUBE_CLUSTER has a kubeconfig of its own; otherwise kubectl looks where it always does.
std::string OwnKubeconfig(const Invocation& invocation) {
  const std::string kube = invocation.Env("TELEPORT_KUBE_CLUSTER");
  if (!IsSafePathPart(kube)) return {};
  const auto directory = ProfilesOf(invocation);
  const auto profile = directory ? directory->Load(ProfileNameOf(invocation)) : Result<Profile>(Profile());
  if (!profile || profile->user.empty()) return {};
  std::string path = PathsOf(*directory, *profile).KubeConfig(ClusterOf(invocation, *profile), kube);
  return FileExists(path) ? path : "";
}

Result<Output> Run(const Invocation& invocation) {
  std::vector<std::string> words{"kubectl"};
  bool has_config = false;
  for (const auto& word : invocation.Args("args")) {
    has_config = has_config || word == "--kubeconfig" || word.starts_with("--kubeconfig=");
    words.push_back(word);
  }
  if (const std::string config = has_config ? "" : OwnKubeconfig(invocation); !config.empty()) {
    ::setenv("KUBECONFIG", config.c_str(), 1);
  }
  return BecomeProgram(std::move(words), "install kubectl, or put its directory into PATH");
}

}  // namespace

Command KubectlCommand() {
  return {.path = "kubectl",
          .summary = "Run kubectl with the Kubernetes cluster that is selected",
          .example = "tsh kubectl get pods",
          .formats = "",
          .passthrough = true,
          .run = Run};
}

}  // namespace sallyport
