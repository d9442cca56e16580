#include "libbase/file.h"
#include "libcluster/config/teleport_config.h"
#include "tools/teleport/commands.h"

namespace sallyport {
namespace {

Result<Output> Run(const Invocation& invocation) {
  SampleOptions options;
  options.cluster_name = invocation.Get("cluster-name");
  options.public_addr = invocation.Get("public-addr");
  if (invocation.Has("data-dir")) options.data_dir = invocation.Get("data-dir");
  const std::string text = SampleConfig(options);
  // What is printed must be accepted.
  RETURN_IF_ERROR(ParseTeleportConfig(text, "the sample"));
  const std::string& path = invocation.Get("output");
  if (path.empty() || path == "stdout") return Output::Text(text);
  if (FileExists(path)) {
    return FailWithHint(ErrorKind::kAlreadyExists, fmt::format("{} exists", path), "remove it or name another file");
  }
  RETURN_IF_ERROR(WritePrivateFile(path, text));
  return Output::Text(fmt::format("Wrote {}. Start the cluster: teleport start -c {}\n", path, path));
}

}  // namespace

Command ConfigureCommand() {
  return {
      .path = "configure",
      .summary = "Print a configuration to start from",
      .options = {{"cluster-name", '\0', "NAME", "Name of the cluster, for ever"},
                  {"public-addr", '\0', "HOST:PORT", "Address that users reach the proxy at"},
                  {"data-dir", '\0', "DIR", "Where state is kept"},
                  {"output", 'o', "FILE", "File to write instead of stdout"}},
      .example = "teleport configure --cluster-name=example.com --public-addr=example.com:443 -o /etc/teleport.yaml",
      .formats = "",
      .run = Run};
}

}  // namespace sallyport
