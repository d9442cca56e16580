#include "libbase/version.h"

#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

struct VersionOptions {
  bool client = false;
};

Result<Output> RunVersion(const Invocation& invocation, const VersionOptions& given) {
  Value version = Value::EmptyMap();
  version.Set("version", kWireVersion);
  version.Set("gitref", "");
  version.Set("runtime", fmt::format("sallyport {}", kSallyportVersion));
  std::string text = fmt::format("Teleport v{} Sallyport v{}\n", kWireVersion, kSallyportVersion);
  const auto shown = [&] { return Output::Of(std::move(version), [text](const Value&) { return text; }); };
  if (given.client) return shown();
  // The version of the proxy is not on the disk, and a request to the proxy could block.
  const auto directory = ProfilesOf(invocation);
  const auto profile = directory ? directory->Load(ProfileNameOf(invocation)) : Result<Profile>(Profile());
  if (profile && !profile->web_proxy_addr.empty()) {
    version.Set("proxyPublicAddress", profile->web_proxy_addr);
    text += fmt::format("Proxy: {}\n", profile->web_proxy_addr);
  }
  return shown();
}

}  // namespace

Command VersionCommand() {
  return {.path = "version",
          .summary = "Show the version of this program and the proxy in use",
          .options = {{.name = "client",
                       .help = "Show only the version of this program",
                       .into = Into<&VersionOptions::client>}},
          .run = RunWith<RunVersion>};
}

}  // namespace sallyport
