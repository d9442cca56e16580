#include "libclient/calls/kind_calls.h"
#include "libresources/kinds.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/own_access.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct RmOptions {
  std::string resource;
  bool force = false;
};

Result<Output> RunRemove(const Invocation& invocation, const RmOptions& given) {
  const std::string& text = given.resource;
  const auto slash = text.find('/');
  ASSIGN_OR_RETURN(const KindRow* kind, KindNamed(text.substr(0, slash)));
  ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*kind));
  if (calls->remove == nullptr) {
    return Fail(ErrorKind::kNotImplemented, "a {} cannot be removed with tctl rm", kind->kind);
  }

  const bool singleton = !kind->singleton_name.empty();
  if (!singleton && (slash == std::string::npos || slash + 1 == text.size())) {
    return FailWithHint(ErrorKind::kUsage, fmt::format("\"{}\" does not name a resource", text),
                        fmt::format("tctl rm {}/NAME", kind->kind));
  }
  const std::string name = singleton ? std::string(kind->singleton_name) : text.substr(slash + 1);

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  if (kind->kind == "user" && !given.force) RETURN_IF_ERROR(CheckKeepsOwnAccess(*rpc, name, nullptr));
  RETURN_IF_ERROR(calls->remove(*rpc, name));

  if (singleton) return Output::Text(fmt::format("{} has been reset to defaults\n", kind->kind));
  if (kind->name_is_secret) return Output::Text(fmt::format("{} has been deleted\n", kind->kind));
  return Output::Text(fmt::format("{} \"{}\" has been deleted\n", kind->kind, name));
}

}  // namespace

Command RemoveCommand() {
  return {
      .path = "rm",
      .summary = "Remove a resource",
      .arguments = {{.name = "resource", .help = "kind/name", .names = "resource", .into = Into<&RmOptions::resource>}},
      .options = {kForceOption<&RmOptions::force>},
      .example = "tctl rm role/dev",
      .formats = "",
      .run = RunWith<RunRemove>};
}

}  // namespace sallyport
