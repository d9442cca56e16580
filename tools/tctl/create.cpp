#include <unistd.h>

#include "libbase/file.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/kind_calls.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxInputBytes = 10 << 20;

Result<std::string> ReadInput(const std::string& path) {
  if (!path.empty() && path != "-") return ReadFile(path, kMaxInputBytes);
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Fail(ErrorKind::kInternal, "cannot read standard input");
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kMaxInputBytes) {
      return Fail(ErrorKind::kLimitExceeded, "standard input is larger than {} bytes", kMaxInputBytes);
    }
  }
}

// The name of a token is its secret.
std::string Describe(const Resource& resource) {
  if (resource.kind->name_is_secret) return std::string(resource.kind->kind);
  return fmt::format("{} \"{}\"", resource.kind->kind, NameOf(*resource.message));
}

Result<Output> Run(const Invocation& invocation) {
  const std::string& path = invocation.Arg("file");
  ASSIGN_OR_RETURN(const std::string text, ReadInput(path));
  DecodeOptions options;
  options.source = path.empty() || path == "-" ? "stdin" : path;
  // All documents are read before the first is written: a mistake in one changes nothing.
  ASSIGN_OR_RETURN(const auto resources, DecodeResources(text, options));
  if (resources.empty()) return Fail(ErrorKind::kBadParameter, "{}: no resources", options.source);
  for (const auto& resource : resources) {
    ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*resource.kind));
    if (calls->put == nullptr) {
      return Fail(ErrorKind::kNotImplemented, "a {} cannot be written with tctl create", resource.kind->kind);
    }
  }
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  std::string report;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Resource& resource = resources[i];
    ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*resource.kind));
    const auto created = calls->put(*rpc, resource, invocation.Flag("force"));
    if (!created) {
      Error error = created.error();
      if (i > 0) error.message += fmt::format(" ({} of {} documents were written)", i, resources.size());
      return std::unexpected(std::move(error));
    }
    report += fmt::format("{} has been {}\n", Describe(resource), *created ? "created" : "updated");
  }
  return Output::Text(std::move(report));
}

}  // namespace

Command CreateCommand() {
  return {.path = "create",
          .summary = "Write resources from YAML or JSON",
          .arguments = {{"file", "File to read; standard input without it", false}},
          .options = {{"force", 'f', "", "Replace what exists"}},
          .example = "tctl create -f role.yaml",
          .formats = "",
          .run = Run};
}

}  // namespace sallyport
