#include "tools/tsh/commands.h"

namespace sallyport {
namespace {

constexpr std::string_view kToCome[] = {"apps",
                                        "app",
                                        "db",
                                        "mfa",
                                        "sessions",
                                        "join",
                                        "bench",
                                        "proxy app",
                                        "proxy aws",
                                        "proxy azure",
                                        "proxy db",
                                        "proxy gcloud",
                                        "proxy kube",
                                        "proxy mcp",
                                        "aws",
                                        "az",
                                        "gcloud",
                                        "gsutil",
                                        "headless",
                                        "device",
                                        "git",
                                        "workload-identity",
                                        "svid",
                                        "puttyconfig",
                                        "latency",
                                        "show",
                                        "agent",
                                        "vnet",
                                        "mcp",
                                        "daemon",
                                        "fido2",
                                        "touchid",
                                        "webauthnwin",
                                        "piv",
                                        "recordings export",
                                        "kube exec",
                                        "kube join",
                                        "kube sessions"};

Result<Output> Run(const Invocation& invocation) {
  return FailWithHint(ErrorKind::kNotImplemented, fmt::format("\"tsh {}\" is not there yet", invocation.command->path),
                      "see what there is: tsh help");
}

}  // namespace

std::vector<Command> CommandsToCome() {
  std::vector<Command> commands;
  for (const auto path : kToCome) {
    commands.push_back(
        {.path = path, .summary = "Not there yet", .formats = "", .passthrough = true, .hidden = true, .run = Run});
  }
  return commands;
}

}  // namespace sallyport
