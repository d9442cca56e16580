#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "libbase/file.h"
#include "libbase/text.h"
#include "libbase/write_all.h"
#include "libcluster/config/sample_config.h"
#include "libcluster/config/teleport_config.h"
#include "libcluster/proxy/web_certificate.h"
#include "libmachine/join_methods.h"
#include "tools/teleport/commands.h"
#include "tools/teleport/label_option.h"

namespace sallyport {
namespace {

// The options of both commands.
struct FileOptions {
  std::string cluster_name;
  std::string public_addr;
  std::string data_dir;
  std::string token;
  std::string join_method;
  std::string proxy;
  std::string auth_server;
  std::string node_name;
  std::string version;
  std::optional<std::string> output;
};

struct ConfigureOptions {
  FileOptions file;
  std::vector<std::string> roles;
  std::string cert_file;
  std::string key_file;
  std::vector<std::string> node_labels;
  std::string test;

  // Not implemented.
  bool acme = false;
  std::string acme_email;
  std::string app_name;
  std::string app_uri;
  bool mcp_demo_server = false;
};

struct NodeConfigure {
  FileOptions file;
  std::vector<std::string> labels;
  std::vector<std::string> ca_pins;
  bool silent = false;
  std::string azure_client_id;  // not implemented
};

constexpr std::string_view kDefaultPath = "/etc/teleport.yaml";
constexpr std::string_view kOutputHelp = "stdout, file (/etc/teleport.yaml), file:///PATH or PATH (default stdout)";

// Returns the path that --output names, "" for stdout.
Result<std::string> OutputPath(const FileOptions& given) {
  if (!given.output) return std::string();
  std::string output = *given.output;
  constexpr std::string_view kFileScheme = "file://";
  if (output == "stdout" || output == "stdout://") return std::string();
  if (output.empty() || output == "file") return std::string(kDefaultPath);

  if (output.starts_with(kFileScheme)) {
    output.erase(0, kFileScheme.size());
    if (output.starts_with('/')) return output;
    return Fail(ErrorKind::kUsage, "--output: file:// needs an absolute path: file:///etc/teleport.yaml");
  }
  if (!output.contains("://")) return output;
  return FailWithHint(ErrorKind::kUsage, fmt::format("--output: \"{}\" does not name a file", StripControl(output)),
                      fmt::format("use {}", kDefaultPath));
}

// Makes the file with mode 0600; fails when it exists.
Status WriteNewFile(const std::string& path, std::string_view text) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (!folder.empty()) RETURN_IF_ERROR(MakeDirectories(folder, 0755));

  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.valid() && errno == EEXIST) {
    return FailWithHint(ErrorKind::kAlreadyExists, fmt::format("{} exists already", path),
                        "remove the file or name another file");
  }
  if (!fd.valid()) {
    return Fail(errno == EACCES ? ErrorKind::kAccessDenied : ErrorKind::kInternal, "cannot write {}: {}", path,
                std::strerror(errno));
  }

  if (!WriteAll(fd.get(), text)) {
    const int reason = errno;
    ::unlink(path.c_str());
    return Fail(ErrorKind::kInternal, "cannot write {}: {}", path, std::strerror(reason));
  }
  return {};
}

Status CheckMethod(std::string_view method) {
  if (method.empty() || FindJoinMethod(method)) return {};
  return FailWithHint(ErrorKind::kNotImplemented,
                      fmt::format("joining by \"{}\" is not implemented", StripControl(method)),
                      fmt::format("use {}", JoinMethodNames()));
}

// Options that are not implemented.
Status CheckServed(const ConfigureOptions& given) {
  RETURN_IF_ERROR(CheckMethod(given.file.join_method));
  if (given.acme || !given.acme_email.empty()) {
    return FailWithHint(ErrorKind::kNotImplemented, "certificates by ACME are not implemented",
                        "give a certificate: --cert-file and --key-file");
  }
  for (const auto& [option, asked] :
       {std::pair("app-name", !given.app_name.empty()), std::pair("app-uri", !given.app_uri.empty()),
        std::pair("mcp-demo-server", given.mcp_demo_server)}) {
    if (asked) return Fail(ErrorKind::kNotImplemented, "--{}: applications are not implemented", option);
  }
  return {};
}

Status CheckServed(const NodeConfigure& given) {
  RETURN_IF_ERROR(CheckMethod(given.file.join_method));
  return given.azure_client_id.empty() ? Status() : CheckMethod("azure");
}

std::string AbsolutePath(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).string();
}

SampleOptions SampleOf(const FileOptions& given) {
  SampleOptions options;
  if (!given.version.empty()) options.version = given.version;
  options.cluster_name = given.cluster_name;
  options.public_addr = given.public_addr;
  if (!given.data_dir.empty()) options.data_dir = given.data_dir;
  options.node_name = given.node_name;
  options.auth_server = given.auth_server;
  options.proxy = given.proxy;
  if (!given.join_method.empty()) options.join_method = given.join_method;
  options.token = given.token;
  return options;
}

std::vector<std::string> WarningsOf(const TeleportConfig& config) {
  std::vector<std::string> warnings;
  std::error_code failed;
  std::filesystem::directory_iterator entries(config.data_dir, failed);
  for (; !failed && entries != std::filesystem::directory_iterator(); entries.increment(failed)) {
    if (entries->path().filename() == "bot") continue;
    warnings.push_back(
        fmt::format("the data directory {} is not empty: teleport start uses an existing cluster in it; use another "
                    "directory for a new cluster: --data-dir",
                    config.data_dir));
    break;
  }

  if (config.IsAgent() && config.join.address.host.empty()) {
    warnings.emplace_back("the file names no cluster: set teleport.proxy_server before the start");
  }
  return warnings;
}

// Writes the configuration for the options; `teleport start` must accept it.
Result<Output> Write(const FileOptions& given, const SampleOptions& options, bool silent) {
  ASSIGN_OR_RETURN(const std::string path, OutputPath(given));
  ASSIGN_OR_RETURN(const std::string text, SampleConfig(options));
  ASSIGN_OR_RETURN(const TeleportConfig config, ParseTeleportConfig(text, "the configuration"));
  // The file of a node may get the address of its cluster later.
  if (!config.IsAgent()) RETURN_IF_ERROR(CheckConfig(config));

  Output output;
  if (path.empty()) {
    output = Output::Text(text);
  } else {
    RETURN_IF_ERROR(WriteNewFile(path, text));
    output = silent ? Output::Nothing()
                    : Output::Text(fmt::format("Wrote {}. Start it: teleport start -c {}\n", path, path));
  }
  output.notices = WarningsOf(config);
  return output;
}

// Checks whether `teleport start` would accept a file.
Result<Output> Test(const std::string& path) {
  const auto config = LoadTeleportConfig(path);
  const Status status = config ? CheckConfig(*config) : std::unexpected(config.error());
  fmt::print(stderr, "{} {}\n", status ? "OK" : "FAIL", path);
  if (!status) return std::unexpected(status.error());
  Output output = Output::Nothing();
  output.notices = config->notes;
  return output;
}

Result<Output> RunConfigure(const Invocation&, const ConfigureOptions& given) {
  if (!given.test.empty()) {
    if (given.file.output && *given.file.output != "stdout") {
      return Fail(ErrorKind::kUsage, "--test reads a file and --output writes a file: give one of the options");
    }
    return Test(given.test);
  }

  RETURN_IF_ERROR(CheckServed(given));
  SampleOptions options = SampleOf(given.file);
  options.roles = given.roles;
  ASSIGN_OR_RETURN(options.node_labels, LabelsOf("node-labels", given.node_labels));
  options.cert_file = AbsolutePath(given.cert_file);
  options.key_file = AbsolutePath(given.key_file);
  if (!options.cert_file.empty() && !options.key_file.empty()) {
    RETURN_IF_ERROR(LoadKeyPair({options.key_file, options.cert_file}));
  }
  return Write(given.file, options, false);
}

Result<Output> RunNodeConfigure(const Invocation&, const NodeConfigure& given) {
  RETURN_IF_ERROR(CheckServed(given));
  SampleOptions options = SampleOf(given.file);
  options.roles = {"node"};
  ASSIGN_OR_RETURN(options.node_labels, LabelsOf("labels", given.labels));
  options.ca_pins = given.ca_pins;
  return Write(given.file, options, given.silent);
}

// Options of both commands.
template <auto To>
std::vector<Option> WithFileRows(std::vector<Option> options) {
  const std::vector<Option> shared{
      {.name = "cluster-name",
       .value_name = "NAME",
       .help = "Name of the cluster, which cannot change later",
       .into = Into<To, &FileOptions::cluster_name>},
      {.name = "data-dir",
       .value_name = "DIR",
       .help = "Directory of the state (default /var/lib/teleport)",
       .into = Into<To, &FileOptions::data_dir>},
      {.name = "token",
       .value_name = "TOKEN",
       .help = "Token to join a cluster on another host, or the file with the token",
       .into = Into<To, &FileOptions::token>},
      {.name = "join-method",
       .value_name = "METHOD",
       .help = "Join method of the host: token or kubernetes",
       .into = Into<To, &FileOptions::join_method>},
      {.name = "proxy",
       .value_name = "HOST:PORT",
       .help = "Proxy of the cluster on another host",
       .into = Into<To, &FileOptions::proxy>},
      {.name = "auth-server",
       .value_name = "HOST:PORT",
       .help = "Auth service of that cluster, instead of its proxy",
       .into = Into<To, &FileOptions::auth_server>},
      {.name = "node-name",
       .value_name = "NAME",
       .help = "Name of this host (default the name of the system)",
       .into = Into<To, &FileOptions::node_name>},
      {.name = "version",
       .value_name = "VERSION",
       .help = "Version of the configuration file (default v3)",
       .choices = "v1 v2 v3",
       .into = Into<To, &FileOptions::version>},
      {.name = "output",
       .short_name = 'o',
       .value_name = "WHERE",
       .help = kOutputHelp,
       .may_be_empty = true,
       .into = Into<To, &FileOptions::output>},
  };

  options.insert(options.end(), shared.begin(), shared.end());
  return options;
}

std::vector<Option> ConfigureRows() {
  return {{.name = "public-addr",
           .value_name = "HOST:PORT",
           .help = "Address that users reach the proxy at",
           .into = Into<&ConfigureOptions::file, &FileOptions::public_addr>},
          {.name = "roles",
           .value_name = "ROLES",
           .help = "Services of this host: proxy, node, auth (default all)",
           .repeated = true,
           .into = Into<&ConfigureOptions::roles>},
          {.name = "cert-file",
           .value_name = "FILE",
           .help = "Certificate of the proxy, PEM",
           .into = Into<&ConfigureOptions::cert_file>},
          {.name = "key-file",
           .value_name = "FILE",
           .help = "Key of the certificate, PEM without a password",
           .into = Into<&ConfigureOptions::key_file>},
          {.name = "node-labels",
           .value_name = "KEY=VALUE",
           .help = "Labels of this host",
           .repeated = true,
           .into = Into<&ConfigureOptions::node_labels>},
          {.name = "test",
           .value_name = "FILE",
           .help = "Check a configuration file and show its mistakes",
           .into = Into<&ConfigureOptions::test>},

          {.name = "acme", .help = "Not implemented: a certificate by ACME", .into = Into<&ConfigureOptions::acme>},
          {.name = "acme-email",
           .value_name = "EMAIL",
           .help = "Not implemented: the address for ACME",
           .into = Into<&ConfigureOptions::acme_email>},
          {.name = "app-name",
           .value_name = "NAME",
           .help = "Not implemented: the name of an application",
           .into = Into<&ConfigureOptions::app_name>},
          {.name = "app-uri",
           .value_name = "URI",
           .help = "Not implemented: the address of an application",
           .into = Into<&ConfigureOptions::app_uri>},
          {.name = "mcp-demo-server",
           .help = "Not implemented: a demonstration server for MCP",
           .into = Into<&ConfigureOptions::mcp_demo_server>}};
}

}  // namespace

Command ConfigureCommand() {
  return {
      .path = "configure",
      .summary = "Print a configuration to start from, or test one",
      .options = WithFileRows<&ConfigureOptions::file>(ConfigureRows()),
      .example = "teleport configure --cluster-name=example.com --public-addr=example.com:443 -o /etc/teleport.yaml",
      .formats = "",
      .run = RunWith<RunConfigure>};
}

Command NodeConfigureCommand() {
  return {
      .path = "node configure",
      .summary = "Print a configuration for a node of a cluster on another host",
      .options = WithFileRows<&NodeConfigure::file>({{.name = "public-addr",
                                                      .value_name = "HOST:PORT",
                                                      .help = "Additional name of this host",
                                                      .into = Into<&NodeConfigure::file, &FileOptions::public_addr>},
                                                     {.name = "labels",
                                                      .value_name = "KEY=VALUE",
                                                      .help = "Labels of this host",
                                                      .repeated = true,
                                                      .into = Into<&NodeConfigure::labels>},
                                                     {.name = "ca-pin",
                                                      .value_name = "PIN",
                                                      .help = "CA pin of the cluster, from tctl status",
                                                      .repeated = true,
                                                      .into = Into<&NodeConfigure::ca_pins>},
                                                     {.name = "silent",
                                                      .help = "Print no message when the file is written",
                                                      .into = Into<&NodeConfigure::silent>},
                                                     {.name = "azure-client-id",
                                                      .value_name = "ID",
                                                      .help = "Not implemented: joining as a managed identity of Azure",
                                                      .into = Into<&NodeConfigure::azure_client_id>}}),

      .example = "teleport node configure --proxy=example.com:443 --token=/etc/token -o file",
      .formats = "",
      .run = RunWith<RunNodeConfigure>};
}

}  // namespace sallyport
