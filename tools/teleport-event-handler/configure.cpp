// teleport-event-handler configure: writes the certificates, the configurations and the role to begin with.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <future>

#include <fmt/ranges.h>

#include "libbase/address.h"
#include "libbase/encoding.h"
#include "libbase/text.h"
#include "libbase/version.h"
#include "libclient/network.h"
#include "libclient/prompt.h"
#include "libmachine/bot/destination/file_set.h"
#include "libmachine/export/handler_files.h"
#include "libmachine/export/sink_certificates.h"
#include "tools/teleport-event-handler/commands.h"

namespace sallyport {
namespace {

struct ConfigureHandler {
  std::string out = ".";
  std::string address = "localhost:3025";
  std::string ca_name = "ca";
  std::string server_name = "server";
  std::string client_name = "client";

  std::string output;
  std::string ttl = "87600h";
  std::string length = "4096";
  std::optional<std::string> common_name;
  std::vector<std::string> dns_names{"localhost"};
  std::vector<std::string> addresses;
  bool overwrite = false;
};

constexpr int kProxyPort = 443;
constexpr std::size_t kMaxNames = 100;
constexpr std::size_t kMaxCommonName = 64;  // RFC 5280, ub-common-name
constexpr std::size_t kMaxPassphraseInput = 4096;
constexpr std::size_t kPassphraseBytes = 32;
constexpr std::chrono::hours kLongestLifetime{100 * 365 * 24};

// The work of the command, checked.
struct HandlerPlan {
  HandlerFilesRequest files;
  SinkCertificateRequest certificates;
  std::vector<std::string> to_look_up;
  std::vector<std::string> notices;
};

bool HasControl(std::string_view text) { return StripControl(text) != text; }

Result<std::string> HandlerFolder(const std::string& given) {
  std::error_code failed;
  const auto path = std::filesystem::canonical(given, failed);
  if (failed || !std::filesystem::is_directory(path, failed)) {
    const std::string shown = StripControl(given);
    return FailWithHint(ErrorKind::kNotFound, fmt::format("the output folder \"{}\" is not a folder", shown),
                        fmt::format("make the folder: mkdir -p {}", ShellQuoted(shown)));
  }
  if (HasControl(path.string())) {
    return Fail(ErrorKind::kBadParameter, "the path of the output folder has control characters or is not UTF-8");
  }
  return path.string();
}

Result<std::string> ClusterAddress(const std::string& given, std::vector<std::string>& notices) {
  const auto address = ParseHostPort(given, 0);
  if (!address || address->host.empty() || HasControl(given) || given.contains('/') || given.contains(' ')) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("the address \"{}\" is not HOST:PORT", StripControl(given)),
                        "name the proxy or the auth service: teleport.example.com:443");
  }
  if (address->port != 0) return given;
  notices.push_back(fmt::format("the address {} has no port: the configuration has port {}", given, kProxyPort));
  return FormatHostPort({address->host, kProxyPort});
}

Result<KeyAlgorithm> KeyOfLength(std::string_view length) {
  if (length == "4096") return KeyAlgorithm::kRsa4096;
  if (length == "2048") return KeyAlgorithm::kRsa2048;
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("--length: the TLS of Fluentd and of this program refuses keys of {} bits", length),
                      "use 2048 or 4096");
}

Result<Nanoseconds> LifetimeOf(const std::string& ttl) {
  const auto lifetime = ParseDuration(ttl);
  if (lifetime && *lifetime >= std::chrono::minutes(1) && *lifetime <= kLongestLifetime) return *lifetime;
  return Fail(ErrorKind::kBadParameter, "--ttl: \"{}\" is not a duration from 1m to {}h", StripControl(ttl),
              kLongestLifetime.count());
}

Status CheckNames(const ConfigureHandler& given) {
  if (given.dns_names.empty()) return Fail(ErrorKind::kBadParameter, "--dns-names: there is no name");
  for (const std::string& name : given.dns_names) {
    const bool odd = name.empty() || name.size() > 253 || HasControl(name) || name.contains(' ') ||
                     name.contains('/') || name.contains(':');
    if (odd) return Fail(ErrorKind::kBadParameter, "--dns-names: \"{}\" is not a host name", StripControl(name));
  }

  for (const std::string& address : given.addresses) {
    if (IsIpAddress(address)) continue;
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("--ip: \"{}\" is not an address", StripControl(address)),
                        "give names as --dns-names");
  }

  if (given.dns_names.size() + given.addresses.size() > kMaxNames) {
    return Fail(ErrorKind::kLimitExceeded, "--dns-names and --ip: more than {} names and addresses", kMaxNames);
  }
  if (given.common_name &&
      (given.common_name->empty() || given.common_name->size() > kMaxCommonName || HasControl(*given.common_name))) {
    return Fail(ErrorKind::kBadParameter, "--cn: \"{}\" is not a name of 1 to {} bytes",
                StripControl(*given.common_name), kMaxCommonName);
  }
  return {};
}

Status CheckFileNames(const ConfigureHandler& given) {
  RETURN_IF_ERROR(CheckKeyFileName("ca-name", given.ca_name));
  RETURN_IF_ERROR(CheckKeyFileName("server-name", given.server_name));
  RETURN_IF_ERROR(CheckKeyFileName("client-name", given.client_name));
  if (given.ca_name != given.server_name && given.ca_name != given.client_name &&
      given.server_name != given.client_name) {
    return {};
  }
  return Fail(ErrorKind::kBadParameter, "ca-name, server-name and client-name must be three different names");
}

Result<HandlerPlan> PlanOf(const ConfigureHandler& given) {
  HandlerPlan plan;
  RETURN_IF_ERROR(CheckFileNames(given));
  RETURN_IF_ERROR(CheckNames(given));
  ASSIGN_OR_RETURN(plan.files.folder, HandlerFolder(given.out));
  ASSIGN_OR_RETURN(plan.files.address, ClusterAddress(given.address, plan.notices));
  plan.files.ca_name = given.ca_name;
  plan.files.server_name = given.server_name;
  plan.files.client_name = given.client_name;
  plan.files.sink_host = given.dns_names.front();

  ASSIGN_OR_RETURN(plan.certificates.algorithm, KeyOfLength(given.length));
  ASSIGN_OR_RETURN(plan.certificates.ttl, LifetimeOf(given.ttl));
  plan.certificates.now = Now();
  plan.certificates.names = given.dns_names;
  plan.certificates.names.insert(plan.certificates.names.end(), given.addresses.begin(), given.addresses.end());
  if (given.common_name) plan.certificates.client_name = *given.common_name;

  for (const std::string& name : given.dns_names) {
    if (!name.starts_with('*')) plan.to_look_up.push_back(name);
  }
  if (given.common_name) plan.to_look_up.push_back(*given.common_name);
  return plan;
}

// Looks all names up at the same time. A name that has no address is told, or refused.
Status LookUpNames(const HandlerPlan& plan, bool strict, std::vector<std::string>& notices) {
  std::vector<std::future<Status>> lookups;
  lookups.reserve(plan.to_look_up.size());
  for (const auto& name : plan.to_look_up) lookups.push_back(std::async(std::launch::async, LookUpHost, name));

  std::vector<std::string> unknown;
  for (std::size_t i = 0; i < lookups.size(); ++i) {
    if (lookups[i].get()) continue;
    unknown.push_back(plan.to_look_up[i]);
  }
  if (unknown.empty()) return {};

  const std::string text = fmt::format("this host finds no address of {}", fmt::join(unknown, ", "));
  if (strict) return FailWithHint(ErrorKind::kNotFound, text, "make the DNS records first, or leave --strict out");
  notices.push_back(text + ": make the DNS records before the handler starts");
  return {};
}

// Returns what is piped into the program, or else a random text.
Result<Secret> PassphraseOfKey() {
  struct stat input{};
  if (::fstat(STDIN_FILENO, &input) == 0 && !S_ISCHR(input.st_mode)) {
    std::string text(kMaxPassphraseInput, '\0');
    std::size_t size = 0;
    ssize_t count = 0;
    while (size < text.size() && (count = ::read(STDIN_FILENO, text.data() + size, text.size() - size)) > 0) {
      size += static_cast<std::size_t>(count);
    }
    text.resize(size);

    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    if (!text.empty()) {
      Secret given(std::move(text));
      RETURN_IF_ERROR(CheckPassphrase(given));
      return given;
    }
  }
  return Secret(ToHex(RandomBytes(kPassphraseBytes)));
}

std::vector<std::string> NamesOfFiles(const HandlerFilesRequest& request) {
  std::vector<std::string> names;
  for (const auto& name : {request.ca_name, request.server_name, request.client_name}) {
    names.push_back(name + ".crt");
    names.push_back(name + ".key");
  }
  for (const char* name : {"fluent.conf", "teleport-event-handler-role.yaml", "teleport-event-handler.toml"}) {
    names.emplace_back(name);
  }
  return names;
}

// Asks before files are replaced: all of them, because they belong together.
Status AskToOverwrite(const HandlerFilesRequest& request) {
  std::vector<std::string> existing;
  for (const auto& name : NamesOfFiles(request)) {
    if (FileExists(request.folder + "/" + name)) existing.push_back(name);
  }
  if (existing.empty()) return {};

  const std::string there = fmt::format("{} has {} already", request.folder, fmt::join(existing, ", "));
  constexpr std::string_view kWayOut = "write into another folder, or replace the files: --overwrite";
  if (!HasTerminal()) return FailWithHint(ErrorKind::kAlreadyExists, there, std::string(kWayOut));
  ASSIGN_OR_RETURN(const std::string answer, AskLine(there + ". Replace all files, keys included? [y/N] "));
  if (answer == "y" || answer == "Y" || answer == "yes") return {};
  return FailWithHint(ErrorKind::kAlreadyExists, "no file is changed", std::string(kWayOut));
}

std::vector<BotFile> FilesOf(const HandlerFilesRequest& request, SinkCertificates made, const Secret& passphrase) {
  std::vector<Secret> contents;
  for (KeyPairText* pair : {&made.authority, &made.server, &made.client}) {
    contents.emplace_back(std::move(pair->certificate));
    contents.push_back(std::move(pair->key));
  }
  contents.push_back(FluentdConfig(request, passphrase));
  contents.emplace_back(HandlerRole());
  contents.emplace_back(HandlerConfig(request));

  std::vector<BotFile> files;
  const auto names = NamesOfFiles(request);
  for (std::size_t i = 0; i < names.size(); ++i) files.push_back({names[i], std::move(contents[i])});
  return files;
}

std::string ConfiguredText(const HandlerFilesRequest& request) {
  const auto& [folder, address, sink_host, ca, server, client] = request;
  const std::string quoted = ShellQuoted(folder);
  return fmt::format(
      R"(Teleport event handler v{} Sallyport v{}

Wrote into {}, readable by you alone:
  {}.crt, {}.key           authority of both: keep the key away from both hosts
  {}.crt, {}.key   Fluentd's certificate, and its key with the passphrase of fluent.conf
  {}.crt, {}.key   the handler's certificate
  fluent.conf              configuration of Fluentd
  teleport-event-handler-role.yaml  role and user of the handler
  teleport-event-handler.toml       configuration of the handler

Next steps:
  1. Start Fluentd, with these files as /keys:
       docker run -p 8888:8888 -v {}:/keys -v {}:/fluentd/etc/fluent.conf fluent/fluentd:edge
  2. Make the role and the user:
       tctl create -f {}
  3. Make the file "identity": by tbot, which renews it, for a bot with the role:
       tctl bots update BOT --add-roles teleport-event-handler
     or for some hours:
       tctl auth sign --user=teleport-event-handler --out=identity
  4. Start the handler:
       teleport-event-handler start --config {}
)",
      kWireVersion, kSallyportVersion, folder, ca, ca, server, server, client, client, quoted,
      ShellQuoted(folder + "/fluent.conf"), ShellQuoted(folder + "/teleport-event-handler-role.yaml"),
      ShellQuoted(folder + "/teleport-event-handler.toml"));
}

Result<Output> RunConfigureHandler(const Invocation& invocation, const ConfigureHandler& given) {
  ASSIGN_OR_RETURN(HandlerPlan plan, PlanOf(given));
  if (!given.overwrite) RETURN_IF_ERROR(AskToOverwrite(plan.files));
  ASSIGN_OR_RETURN(const OpenDirectory folder, OpenDirectoryFor(plan.files.folder, SymlinkMode::kInsecure));
  RETURN_IF_ERROR(RecoverFileSet(folder));
  RETURN_IF_ERROR(TestWriting(folder, std::string(kWriteTestFile), ""));
  RETURN_IF_ERROR(RemoveFile(fmt::format("{}/{}", plan.files.folder, kWriteTestFile)));
  RETURN_IF_ERROR(LookUpNames(plan, GivenToProgram<HandlerOptions>(invocation).strict, plan.notices));

  ASSIGN_OR_RETURN(const Secret passphrase, PassphraseOfKey());
  ASSIGN_OR_RETURN(SinkCertificates made, MakeSinkCertificates(plan.certificates, passphrase));
  RETURN_IF_ERROR(ReplaceFiles(folder, FilesOf(plan.files, std::move(made), passphrase), ""));

  Value value = Value::EmptyMap();
  value.Set("folder", plan.files.folder);
  value.Set("files", Value::Strings(NamesOfFiles(plan.files)));
  Output output = Output::Of(std::move(value), [text = ConfiguredText(plan.files)](const Value&) { return text; });
  output.notices = std::move(plan.notices);
  return output;
}

std::vector<Argument> ConfigureArguments() {
  using C = ConfigureHandler;
  return {
      {.name = "out", .help = "Folder for the files (default .)", .required = false, .into = Into<&C::out>},
      {.name = "addr",
       .help = "Proxy or auth service of the cluster (default localhost:3025)",
       .required = false,
       .into = Into<&C::address>},
      {.name = "ca-name", .help = "Name of the authority's files", .required = false, .into = Into<&C::ca_name>},
      {.name = "server-name", .help = "Name of Fluentd's files", .required = false, .into = Into<&C::server_name>},
      {.name = "client-name", .help = "Name of the handler's files", .required = false, .into = Into<&C::client_name>}};
}

std::vector<Option> ConfigureOptions() {
  using C = ConfigureHandler;
  return {{.name = "output",
           .value_name = "TARGET",
           .help = "What the files are for (default fluentd)",
           .choices = "fluentd",
           .into = Into<&C::output>},
          {.name = "ttl",
           .value_name = "DURATION",
           .help = "Lifetime of the certificates (default 87600h)",
           .into = Into<&C::ttl>},

          {.name = "dns-names",
           .value_name = "NAME,...",
           .help = "Names of Fluentd's host (default localhost), which are looked up",
           .repeated = true,
           .into = Into<&C::dns_names>},
          {.name = "ip",
           .value_name = "ADDRESS,...",
           .help = "Addresses of Fluentd's host",
           .repeated = true,
           .into = Into<&C::addresses>},
          {.name = "cn",
           .value_name = "NAME",
           .help = "Name in the handler's certificate (default Client)",
           .into = Into<&C::common_name>},
          {.name = "length",
           .value_name = "BITS",
           .help = "Length of the keys: 2048 or 4096 (default 4096)",
           .choices = "1024 2048 4096",
           .into = Into<&C::length>},
          {.name = "overwrite", .help = "Replace existing files without a question", .into = Into<&C::overwrite>}};
}

}  // namespace

Command ConfigureCommand() {
  return {.path = "configure",
          .summary = "Write certificates, configurations and a role to begin with",
          .arguments = ConfigureArguments(),
          .options = ConfigureOptions(),
          .example = "teleport-event-handler configure . teleport.example.com:443",
          .run = RunWith<RunConfigureHandler>};
}

}  // namespace sallyport
