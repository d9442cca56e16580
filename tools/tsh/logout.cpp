#include "libclient/key_ring.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

// Removes the entries of a profile from the kubeconfig.
Status CleanKubeconfig(const Invocation& invocation, const Profile& profile) {
  const std::string path = KubeconfigOf(invocation);
  const auto config = ReadKubeconfig(path);
  if (!config) return std::unexpected(config.error());
  if (config->value() == Kubeconfig().value()) return {};
  return UpdateKubeconfig(path, [&](Kubeconfig& changed) -> Status {
    if (!profile.kube_proxy_addr.empty()) changed.RemoveServer("https://" + profile.kube_proxy_addr);
    changed.RemoveCluster(profile.cluster);
    return {};
  });
}

Result<Output> LogOutOne(const Invocation& invocation, const ProfileDirectory& directory) {
  const std::string user = GivenToProgram<TshOptions>(invocation).user;
  const std::string name = ProfileNameOf(invocation);
  auto profile = directory.Load(name);
  if (!profile && profile.error().kind != ErrorKind::kNotFound) return std::unexpected(profile.error());
  Output output;
  if (profile && profile->user == user) {
    if (const Status cleaned = CleanKubeconfig(invocation, *profile); !cleaned) {
      output.notices.push_back(fmt::format("the kubeconfig was not changed: {}", ToText(cleaned.error())));
    }
  }
  ASSIGN_OR_RETURN(const bool found, RemoveKeyRing({directory.home(), name, user}));
  if (!found) return Fail(ErrorKind::kNotFound, "{} is not logged in at {}", user, name);
  auto notices = std::move(output.notices);
  output = Output::Text(fmt::format("Logged out {} from {}.\n", user, name));
  output.notices = std::move(notices);
  return output;
}

Result<Output> LogOutAll(const Invocation& invocation, const ProfileDirectory& directory) {
  ASSIGN_OR_RETURN(const auto names, directory.Names());
  std::vector<std::string> notices;
  for (const auto& name : names) {
    const auto profile = directory.Load(name);
    if (!profile) continue;
    if (const Status cleaned = CleanKubeconfig(invocation, *profile); !cleaned) {
      notices.push_back(fmt::format("the kubeconfig was not changed: {}", ToText(cleaned.error())));
    }
  }
  RETURN_IF_ERROR(RemoveEverything(directory.home()));
  Output output = Output::Text(names.empty() ? "No user was logged in.\n" : "Logged out all users from all proxies.\n");
  output.notices = std::move(notices);
  return output;
}

Result<Output> RunLogout(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const ProfileDirectory directory, ProfilesOf(invocation));
  const TshOptions given = GivenToProgram<TshOptions>(invocation);
  const bool proxy = !given.proxy.empty();
  const bool user = !given.user.empty();
  if (proxy && user) return LogOutOne(invocation, directory);
  if (!proxy && !user) return LogOutAll(invocation, directory);
  return FailWithHint(ErrorKind::kUsage, "--proxy and --user must be given together",
                      "give both to log out one user, or neither to log out all users");
}

}  // namespace

Command LogoutCommand() {
  return {.path = "logout",
          .summary = "Remove keys and certificates, of one user or of all",
          .example = "tsh logout --proxy=access.example.com --user=alice",
          .formats = "",
          .run = RunLogout};
}

}  // namespace sallyport
