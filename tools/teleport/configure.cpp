#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "libbase/file.h"
#include "libbase/text.h"
#include "libcluster/config/sample_config.h"
#include "libcluster/config/teleport_config.h"
#include "libcluster/proxy/web_certificate.h"
#include "libmachine/join_methods.h"
#include "tools/teleport/commands.h"
#include "tools/teleport/label_option.h"

namespace sallyport {
namespace {

constexpr std::string_view kDefaultPath = "/etc/teleport.yaml";
constexpr std::string_view kOutputHelp = "stdout, file (/etc/teleport.yaml), file:///PATH or PATH (default stdout)";

// Returns the path that --output names, "" for stdout.
Result<std::string> OutputPath(const Invocation& invocation) {
  if (!invocation.Has("output")) return std::string();
  std::string output = invocation.Get("output");
  constexpr std::string_view kFileScheme = "file://";
  if (output == "stdout" || output == "stdout://") return std::string();
  if (output.empty() || output == "file") return std::string(kDefaultPath);

  if (output.starts_with(kFileScheme)) {
    output.erase(0, kFileScheme.size());
    if (output.starts_with('/')) return output;
    return Fail(ErrorKind::kUsage, "--output: file:// is followed by an absolute path: file:///etc/teleport.yaml");
  }
  if (!output.contains("://")) return output;
  return FailWithHint(ErrorKind::kUsage, fmt::format("--output: \"{}\" names no file", StripControl(output)),
                      fmt::format("use {}", kDefaultPath));
}

// Makes the file, which nobody else may read, and replaces none.
Status WriteNewFile(const std::string& path, std::string_view text) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (!folder.empty()) RETURN_IF_ERROR(MakeDirectories(folder, 0755));

  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.valid() && errno == EEXIST) {
    return FailWithHint(ErrorKind::kAlreadyExists, fmt::format("{} exists", path), "remove it or name another file");
  }
  if (!fd.valid()) {
    return Fail(errno == EACCES ? ErrorKind::kAccessDenied : ErrorKind::kInternal, "cannot write {}: {}", path,
                std::strerror(errno));
  }

  while (!text.empty()) {
    const ssize_t written = ::write(fd.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int reason = errno;
      ::unlink(path.c_str());
      return Fail(ErrorKind::kInternal, "cannot write {}: {}", path, std::strerror(reason));
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status CheckMethod(std::string_view method) {
  if (method.empty() || FindJoinMethod(method)) return {};
  return FailWithHint(ErrorKind::kNotImplemented,
                      fmt::format("joining by \"{}\" is not implemented", StripControl(method)),
                      fmt::format("use {}", JoinMethodNames()));
}

// Options for what is not implemented.
Status CheckServed(const Invocation& invocation) {
  RETURN_IF_ERROR(CheckMethod(invocation.Get("join-method")));
  if (invocation.Flag("acme") || invocation.Has("acme-email")) {
    return FailWithHint(ErrorKind::kNotImplemented, "certificates by ACME are not implemented",
                        "give a certificate: --cert-file and --key-file");
  }
  for (const char* option : {"app-name", "app-uri", "mcp-demo-server"}) {
    if (!invocation.Has(option)) continue;
    return Fail(ErrorKind::kNotImplemented, "--{}: applications are not implemented", option);
  }
  return invocation.Has("azure-client-id") ? CheckMethod("azure") : Status();
}

std::string AbsolutePath(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).string();
}

Result<SampleOptions> OptionsOf(const Invocation& invocation) {
  SampleOptions options;
  RETURN_IF_ERROR(CheckServed(invocation));
  if (invocation.Has("version")) options.version = invocation.Get("version");
  options.cluster_name = invocation.Get("cluster-name");
  options.public_addr = invocation.Get("public-addr");
  if (invocation.Has("data-dir")) options.data_dir = invocation.Get("data-dir");
  options.node_name = invocation.Get("node-name");
  options.auth_server = invocation.Get("auth-server");
  options.proxy = invocation.Get("proxy");
  if (!invocation.Get("join-method").empty()) options.join_method = invocation.Get("join-method");
  options.token = invocation.Get("token");
  return options;
}

std::vector<std::string> WarningsOf(const TeleportConfig& config) {
  std::vector<std::string> warnings;
  std::error_code failed;
  std::filesystem::directory_iterator entries(config.data_dir, failed);
  for (; !failed && entries != std::filesystem::directory_iterator(); entries.increment(failed)) {
    if (entries->path().filename() == "bot") continue;
    warnings.push_back(fmt::format(
        "the data directory {} is not empty: a cluster that is there is started, not made; name another by --data-dir",
        config.data_dir));
    break;
  }

  if (config.IsAgent() && config.join.address.host.empty()) {
    warnings.emplace_back("the file names no cluster: set teleport.proxy_server before it is started");
  }
  return warnings;
}

// Writes what the options say; it must be accepted as it stands.
Result<Output> Write(const Invocation& invocation, const SampleOptions& options) {
  ASSIGN_OR_RETURN(const std::string path, OutputPath(invocation));
  ASSIGN_OR_RETURN(const std::string text, SampleConfig(options));
  ASSIGN_OR_RETURN(const TeleportConfig config, ParseTeleportConfig(text, "the configuration"));
  // A node's file may get its cluster later.
  if (!config.IsAgent()) RETURN_IF_ERROR(CheckConfig(config));

  Output output;
  if (path.empty()) {
    output = Output::Text(text);
  } else {
    RETURN_IF_ERROR(WriteNewFile(path, text));
    output = invocation.Flag("silent")
                 ? Output::Nothing()
                 : Output::Text(fmt::format("Wrote {}. Start it: teleport start -c {}\n", path, path));
  }
  output.notices = WarningsOf(config);
  return output;
}

// Says whether a file could be started from.
Result<Output> Test(const std::string& path) {
  const auto config = LoadTeleportConfig(path);
  const Status status = config ? CheckConfig(*config) : std::unexpected(config.error());
  fmt::print(stderr, "{} {}\n", status ? "OK" : "FAIL", path);
  if (!status) return std::unexpected(status.error());
  Output output = Output::Nothing();
  output.notices = config->notes;
  return output;
}

Result<Output> RunConfigure(const Invocation& invocation) {
  if (invocation.Has("test")) {
    if (invocation.Has("output") && invocation.Get("output") != "stdout") {
      return Fail(ErrorKind::kUsage, "--test reads a file and --output writes one: give one of them");
    }
    return Test(invocation.Get("test"));
  }

  ASSIGN_OR_RETURN(SampleOptions options, OptionsOf(invocation));
  options.roles = invocation.GetList("roles");
  ASSIGN_OR_RETURN(options.node_labels, LabelsOf(invocation, "node-labels"));
  options.cert_file = AbsolutePath(invocation.Get("cert-file"));
  options.key_file = AbsolutePath(invocation.Get("key-file"));
  if (!options.cert_file.empty() && !options.key_file.empty()) {
    RETURN_IF_ERROR(LoadKeyPair({options.key_file, options.cert_file}));
  }
  return Write(invocation, options);
}

Result<Output> RunNodeConfigure(const Invocation& invocation) {
  ASSIGN_OR_RETURN(SampleOptions options, OptionsOf(invocation));
  options.roles = {"node"};
  ASSIGN_OR_RETURN(options.node_labels, LabelsOf(invocation, "labels"));
  options.ca_pins = invocation.GetList("ca-pin");
  return Write(invocation, options);
}

// Options of both commands.
std::vector<Option> WithSharedOptions(std::vector<Option> options) {
  const std::vector<Option> shared{
      {"cluster-name", '\0', "NAME", "Name of the cluster, for ever"},
      {"data-dir", '\0', "DIR", "Where state is kept (default /var/lib/teleport)"},
      {"token", '\0', "TOKEN", "Token to join a cluster elsewhere with, or the file it is in"},
      {"join-method", '\0', "METHOD", "How the host joins; token is implemented"},
      {"proxy", '\0', "HOST:PORT", "The proxy of the cluster elsewhere"},
      {"auth-server", '\0', "HOST:PORT", "The auth service of that cluster, instead of its proxy"},
      {"node-name", '\0', "NAME", "The name of this host (default: as the system has it)"},
      {"version", '\0', "VERSION", "Version of the file (default v3)", "", "v1 v2 v3"},
      {"output", 'o', "WHERE", kOutputHelp, "", "", false, false, "", true},
  };

  options.insert(options.end(), shared.begin(), shared.end());
  return options;
}

}  // namespace

Command ConfigureCommand() {
  return {
      .path = "configure",
      .summary = "Print a configuration to start from, or test one",
      .options = WithSharedOptions(
          {{"public-addr", '\0', "HOST:PORT", "Address that users reach the proxy at"},
           {"roles", '\0', "ROLES", "The services of this host: proxy, node, auth (default: all)", "", "", true},
           {"cert-file", '\0', "FILE", "Certificate of the proxy, PEM"},
           {"key-file", '\0', "FILE", "Its key, PEM without a password"},
           {"node-labels", '\0', "KEY=VALUE", "Labels of this host", "", "", true},
           {"test", '\0', "FILE", "Say whether a file is a configuration, and what is wrong with it"},
           {"acme", '\0', "", "Not implemented: a certificate by ACME"},
           {"acme-email", '\0', "EMAIL", "Not implemented: the address for ACME"},
           {"app-name", '\0', "NAME", "Not implemented: the name of an application"},
           {"app-uri", '\0', "URI", "Not implemented: the address of an application"},
           {"mcp-demo-server", '\0', "", "Not implemented: a demonstration server for MCP"}}),

      .example = "teleport configure --cluster-name=example.com --public-addr=example.com:443 -o /etc/teleport.yaml",
      .formats = "",
      .run = RunConfigure};
}

Command NodeConfigureCommand() {
  return {.path = "node configure",
          .summary = "Print a configuration for a node of a cluster elsewhere",
          .options = WithSharedOptions(
              {{"public-addr", '\0', "HOST:PORT", "A name of this host beside its own"},
               {"labels", '\0', "KEY=VALUE", "Labels of this host", "", "", true},
               {"ca-pin", '\0', "PIN", "What tctl status shows of the cluster", "", "", true},
               {"silent", '\0', "", "Say nothing when the file is written"},
               {"azure-client-id", '\0', "ID", "Not implemented: joining as a managed identity of Azure"}}),
          .example = "teleport node configure --proxy=example.com:443 --token=/etc/token -o file",
          .formats = "",
          .run = RunNodeConfigure};
}

}  // namespace sallyport
