#include "libkube/exec_plugin.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/log.h"
#include "libbase/text.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr std::string_view kHidden = "[hidden]";
constexpr std::array<std::string_view, 2> kVersions{"client.authentication.k8s.io/v1",
                                                    "client.authentication.k8s.io/v1beta1"};
constexpr std::string_view kExtension = "client.authentication.k8s.io/exec";
constexpr std::size_t kMinKnownSecret = 6;   // shorter values ("dev", "true") are words
constexpr std::size_t kMinTokenLength = 24;  // the minimum for text that looks like a token

// Returns the text of a plain scalar, also of a YAML number or bool.
std::string Scalar(const Value& value) {
  return value.is_string() || value.source_text().empty() ? value.as_string() : value.source_text();
}

// spec.cluster of the exec info: the kubeconfig's cluster with its CA inside.
std::string ClusterJson(const Value& cluster, std::string_view ca_pem) {
  Value result = Value::EmptyMap();
  for (const char* key :
       {"server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url", "disable-compression"}) {
    if (const Value* value = cluster.Find(key); value != nullptr) result.Set(key, *value);
  }
  if (!ca_pem.empty()) result.Set("certificate-authority-data", ToBase64(ca_pem));

  const Value* extensions = cluster.Find("extensions");
  for (const auto& entry : extensions == nullptr ? Value::List{} : extensions->as_list()) {
    const Value* config = entry.Find("extension");
    if (TextAt(&entry, "name") == kExtension && config != nullptr) result.Set("config", *config);
  }
  return ToJson(result);
}

Status ReadEnvironment(const Value& list, const std::string& source, ExecPlugin& plugin) {
  for (const auto& entry : list.as_list()) {
    const std::string name = TextAt(&entry, "name");
    const Value* value = entry.Find("value");
    if (name.empty() || name.contains('=') || value == nullptr) {
      return Fail(ErrorKind::kBadParameter, "{}: an entry of exec's env needs name and value", source);
    }
    plugin.environment.emplace_back(name, Secret(Scalar(*value)));
  }
  return {};
}

bool LooksLikeToken(std::string_view run) {
  const auto any = [run](int (*is)(int)) {
    return std::ranges::any_of(run, [is](unsigned char c) { return is(c) != 0; });
  };
  return run.size() >= kMinTokenLength && any(std::isupper) && any(std::islower) && any(std::isdigit);
}

bool IsTokenCharacter(unsigned char c) {
  return std::isalnum(c) != 0 || std::string_view("+/=_.~-").contains(static_cast<char>(c));
}

bool NamesSecret(std::string_view option) {
  constexpr std::array<std::string_view, 5> kWords{"secret", "token", "password", "key", "credential"};
  return option.starts_with('-') &&
         std::ranges::any_of(kWords, [option](std::string_view word) { return option.contains(word); });
}

// Returns the secrets to hide: the added environment, and the values of options with names of secrets.
std::vector<std::string_view> SecretsOf(const ExecPlugin& plugin) {
  std::vector<std::string_view> secrets;
  for (const auto& [name, value] : plugin.environment) secrets.push_back(value.Reveal());

  for (std::size_t i = 0; i < plugin.arguments.size(); ++i) {
    const std::string_view argument = plugin.arguments[i];
    const auto equals = std::min(argument.find('='), argument.size());
    if (!NamesSecret(argument.substr(0, equals))) continue;
    if (equals < argument.size()) {
      secrets.push_back(argument.substr(equals + 1));
    } else if (i + 1 < plugin.arguments.size()) {
      secrets.emplace_back(plugin.arguments[i + 1]);
    }
  }
  return secrets;
}

// Logs what a plugin wrote to stderr.
void LogErrors(const ExecPlugin& plugin, const ProgramResult& result, const ExecCredential* credential) {
  if (result.errors.empty()) return;
  std::vector<std::string_view> known = SecretsOf(plugin);
  if (credential != nullptr) known.push_back(credential->token.Reveal());
  Log(credential == nullptr ? LogLevel::kWarning : LogLevel::kInfo, "a credential plugin wrote to stderr",
      {{"command", plugin.command}, {"text", HideSecrets(StripControl(result.errors), known)}});
}

}  // namespace

Result<ExecPlugin> ReadExecPlugin(const Value& exec, const std::string& source, const std::string& directory,
                                  const Value& cluster, std::string_view ca_pem) {
  ExecPlugin plugin;
  plugin.api_version = TextAt(&exec, "apiVersion");
  if (std::ranges::find(kVersions, plugin.api_version) == kVersions.end()) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("{}: exec's apiVersion \"{}\" is not known", source, plugin.api_version),
                        fmt::format("use {}", fmt::join(kVersions, " or ")));
  }
  plugin.command = TextAt(&exec, "command");
  if (plugin.command.empty()) return Fail(ErrorKind::kBadParameter, "{}: exec needs a command", source);
  if (plugin.command.contains('/') && !plugin.command.starts_with('/')) {
    plugin.command = directory + "/" + plugin.command;
  }
  if (TextAt(&exec, "interactiveMode") == "Always") {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("{}: the credential plugin \"{}\" asks for a terminal", source, plugin.command),
                        "a service has no terminal: use a plugin with interactiveMode Never or IfAvailable");
  }
  if (const Value* arguments = exec.Find("args"); arguments != nullptr) {
    for (const auto& argument : arguments->as_list()) plugin.arguments.push_back(Scalar(argument));
  }
  if (const Value* environment = exec.Find("env"); environment != nullptr) {
    RETURN_IF_ERROR(ReadEnvironment(*environment, source, plugin));
  }
  plugin.install_hint = TextAt(&exec, "installHint");
  const Value* provide = exec.Find("provideClusterInfo");
  if (provide != nullptr && provide->as_bool()) plugin.cluster_json = ClusterJson(cluster, ca_pem);
  return plugin;
}

std::string ExecInfoJson(const ExecPlugin& plugin) {
  const std::string cluster = plugin.cluster_json.empty() ? "" : ",\"cluster\":" + plugin.cluster_json;
  return fmt::format(R"({{"kind":"ExecCredential","apiVersion":"{}","spec":{{"interactive":false{}}}}})",
                     plugin.api_version, cluster);
}

Result<ExecCredential> ParseExecCredential(std::string_view output, std::string_view api_version) {
  const auto parsed = ParseJson(output);
  if (!parsed) return Fail(ErrorKind::kBadParameter, "the output is not JSON");
  if (TextAt(&*parsed, "kind") != "ExecCredential") {
    return Fail(ErrorKind::kBadParameter, "the output is not an ExecCredential");
  }
  if (TextAt(&*parsed, "apiVersion") != api_version) {
    return Fail(ErrorKind::kBadParameter, "the output has another apiVersion than {}", api_version);
  }

  const Value* status = parsed->Find("status");
  ExecCredential credential;
  credential.token = Secret(TextAt(status, "token"));
  credential.client_certificate_pem = TextAt(status, "clientCertificateData");
  credential.client_key_pem = Secret(TextAt(status, "clientKeyData"));

  if (credential.client_certificate_pem.empty() != credential.client_key_pem.empty()) {
    return Fail(ErrorKind::kBadParameter, "the output has only one of clientCertificateData and clientKeyData");
  }
  if (credential.token.empty() && credential.client_certificate_pem.empty()) {
    return Fail(ErrorKind::kBadParameter, "the output has neither a token nor a client certificate");
  }
  if (std::ranges::any_of(credential.token.Reveal(), [](unsigned char c) { return c <= ' ' || c == 0x7f; })) {
    return Fail(ErrorKind::kBadParameter, "the token has characters that are not allowed in an HTTP header");
  }

  if (const std::string expires = TextAt(status, "expirationTimestamp"); !expires.empty()) {
    const auto time = ParseTime(expires);
    if (!time) return Fail(ErrorKind::kBadParameter, "expirationTimestamp is not an RFC 3339 time");
    credential.expires = *time;
  }
  return credential;
}

Result<ExecCredential> RunExecPlugin(const ExecPlugin& plugin, const StopSignal& stop) {
  const std::string who = fmt::format("credential plugin \"{}\"", plugin.command);
  ProgramOptions options;
  options.path = plugin.command;
  options.arguments = plugin.arguments;
  for (const auto& [name, value] : plugin.environment) options.environment.emplace_back(name, value.Reveal());
  options.environment.emplace_back("KUBERNETES_EXEC_INFO", ExecInfoJson(plugin));

  auto ran = RunProgram(options, stop);
  for (auto& [name, value] : options.environment) Wipe(value);
  if (!ran) {
    Error error = InContext(who, ran.error());
    if (error.kind == ErrorKind::kNotFound && !plugin.install_hint.empty()) {
      error.message += "; " + StripControl(plugin.install_hint);
    }
    error.kind = ErrorKind::kConnectionProblem;  // for the user the cluster is unreachable
    return std::unexpected(error);
  }

  Result<ExecCredential> credential =
      ran->exit_code == 0 ? ParseExecCredential(ran->output, plugin.api_version)
                          : Fail(ErrorKind::kConnectionProblem, "the plugin ended with exit code {}", ran->exit_code);
  Wipe(ran->output);
  LogErrors(plugin, *ran, credential ? &*credential : nullptr);
  if (credential) return credential;
  Error error = InContext(who, credential.error());
  error.kind = ErrorKind::kConnectionProblem;
  return std::unexpected(error);
}

std::string HideSecrets(std::string_view text, const std::vector<std::string_view>& known) {
  std::string hidden(text);
  for (const auto secret : known) {
    if (secret.size() < kMinKnownSecret) continue;
    for (auto at = hidden.find(secret); at != std::string::npos; at = hidden.find(secret, at + kHidden.size())) {
      hidden.replace(at, secret.size(), kHidden);
    }
  }

  std::string result;
  for (auto rest = std::string_view(hidden); !rest.empty();) {
    const auto end = std::ranges::find_if_not(rest, IsTokenCharacter);
    const auto run = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    result += LooksLikeToken(run) ? kHidden : run;
    rest.remove_prefix(run.size());
    if (rest.empty()) break;
    result += rest.front();
    rest.remove_prefix(1);
  }
  return result;
}

}  // namespace sallyport
