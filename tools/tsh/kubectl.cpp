#include <algorithm>
#include <cstdlib>

#include "libbase/file.h"
#include "tools/shell/exec.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/relogin.h"

namespace sallyport {
namespace {

struct KubectlOptions {
  std::vector<std::string> words;
};

// A cluster chosen by TELEPORT_KUBE_CLUSTER has its own kubeconfig; otherwise kubectl uses its default.
std::string OwnKubeconfig(const Invocation& invocation) {
  const std::string kube = invocation.Env("TELEPORT_KUBE_CLUSTER");
  if (!IsSafePathPart(kube)) return {};
  const auto directory = ProfilesOf(invocation);
  const auto profile = directory ? directory->Load(ProfileNameOf(invocation)) : Result<Profile>(Profile());
  if (!profile || profile->user.empty()) return {};
  std::string path = PathsOf(*directory, *profile).KubeConfig(ClusterOf(invocation, *profile), kube);
  return FileExists(path) ? path : "";
}

// kubectl runs `tsh kube credentials`, which must not prompt. So tsh asks for a new login before it starts kubectl.
// Commands of kubectl without a server, or for a cluster of another provider, need no login.
Status CheckLogin(const Invocation& invocation, const KubectlOptions& given, const std::string& config) {
  constexpr std::string_view kLocal[] = {"config", "completion", "help", "options"};
  if (!MayLogInAgain(invocation) || given.words.empty() || std::ranges::count(kLocal, given.words.front()) > 0) {
    return {};
  }

  const auto kubeconfig = ReadKubeconfig(config.empty() ? KubeconfigOf(invocation) : config);
  const auto directory = ProfilesOf(invocation);
  const auto profile = directory ? directory->Load(ProfileNameOf(invocation)) : Result<Profile>(Profile());
  if (!kubeconfig || !profile || kubeconfig->SelectedCluster(ClusterOf(invocation, *profile)).empty()) return {};
  const auto session = SessionOf(invocation);
  if (!session && session.error().kind == ErrorKind::kNotLoggedIn) return std::unexpected(session.error());
  return {};
}

// The options of kubectl that choose a kubeconfig, or a part of one.
constexpr std::string_view kKubeconfig = "--kubeconfig";
constexpr std::string_view kChosen[] = {kKubeconfig, "--context", "--cluster", "--user"};

Result<Output> RunKubectl(const Invocation& invocation, const KubectlOptions& given) {
  std::vector<std::string> words{"kubectl"};
  bool chooses_config = false;
  bool chooses = false;
  for (const auto& word : given.words) {
    const std::string_view option = std::string_view(word).substr(0, word.find('='));
    chooses_config = chooses_config || option == kKubeconfig;
    chooses = chooses || std::ranges::count(kChosen, option) > 0;
    words.push_back(word);
  }
  const std::string config = chooses_config ? "" : OwnKubeconfig(invocation);
  if (!chooses) RETURN_IF_ERROR(CheckLogin(invocation, given, config));
  if (!config.empty()) ::setenv("KUBECONFIG", config.c_str(), 1);
  return BecomeProgram(std::move(words), "install kubectl, or put its directory into PATH");
}

}  // namespace

Command KubectlCommand() {
  return {.path = "kubectl",
          .summary = "Run kubectl with the Kubernetes cluster that is selected",
          .example = "tsh kubectl get pods",
          .formats = "",
          .passthrough = true,
          .words = Into<&KubectlOptions::words>,
          .needs_login = true,
          .run = RunWith<RunKubectl>};
}

}  // namespace sallyport
