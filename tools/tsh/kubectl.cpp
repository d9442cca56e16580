#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "libbase/file.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"

extern char** environ;

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
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<char*> environment;
  std::string config = has_config ? "" : OwnKubeconfig(invocation);
  for (char** at = environ; *at != nullptr; ++at) {
    if (config.empty() || std::strncmp(*at, "KUBECONFIG=", 11) != 0) environment.push_back(*at);
  }
  if (!config.empty()) {
    config.insert(0, "KUBECONFIG=");
    environment.push_back(config.data());
  }
  environment.push_back(nullptr);
  ::execvpe("kubectl", arguments.data(), environment.data());
  return FailWithHint(ErrorKind::kNotFound, fmt::format("cannot start kubectl: {}", std::strerror(errno)),
                      "install kubectl, or put its directory into PATH");
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
