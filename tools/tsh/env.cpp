#include "libbase/file.h"

#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

struct EnvOptions {
  bool unset = false;
};

constexpr std::string_view kVariables[] = {"TELEPORT_PROXY", "TELEPORT_CLUSTER", "TELEPORT_KUBE_CLUSTER", "KUBECONFIG"};

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:@%+,").contains(c);
}

// Returns a quoted word for a POSIX shell. The values come from a server, so they must not become commands.
std::string ShellWord(const std::string& text) {
  if (!text.empty() && std::ranges::all_of(text, IsPlain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

Output Unset() {
  std::string text;
  Value value = Value::EmptyMap();
  for (const auto name : kVariables) {
    text += fmt::format("unset {}\n", name);
    value.Set(name, "");
  }
  return Output::Of(std::move(value), [text](const Value&) { return text; });
}

std::string ToExports(const Value& value) {
  std::string text;
  for (const auto name : kVariables) {
    const Value* found = value.Find(name);
    if (found == nullptr) continue;
    if (name == "KUBECONFIG") text += "# a kubeconfig with the selected Kubernetes cluster alone\n";
    text += fmt::format("export {}={}\n", name, ShellWord(found->as_string()));
  }
  return text;
}

Result<Output> RunEnv(const Invocation& invocation, const EnvOptions& given) {
  if (given.unset) return Unset();
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  const std::string& cluster = session.profile.cluster;
  Value value = Value::EmptyMap();
  const auto config = ReadKubeconfig(KubeconfigOf(invocation));
  const std::string kube = config ? config->SelectedCluster(cluster) : "";
  if (!kube.empty() && IsSafePathPart(kube)) {
    if (std::string path = session.paths.KubeConfig(cluster, kube); FileExists(path)) value.Set("KUBECONFIG", path);
  }
  value.Set("TELEPORT_CLUSTER", cluster);
  if (!kube.empty()) value.Set("TELEPORT_KUBE_CLUSTER", kube);
  value.Set("TELEPORT_PROXY", session.profile.web_proxy_addr);
  return Output::Of(std::move(value), ToExports);
}

}  // namespace

Command EnvCommand() {
  return {.path = "env",
          .summary = "Print commands that set the environment for this login",
          .options = {{.name = "unset",
                       .help = "Print commands that clear the environment",
                       .into = Into<&EnvOptions::unset>}},
          .example = "eval \"$(tsh env)\"",
          .run = RunWith<RunEnv>};
}

}  // namespace sallyport
