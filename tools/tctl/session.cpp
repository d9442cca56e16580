#include "tools/tctl/session.h"

#include "libbase/address.h"
#include "libbase/file.h"
#include "libbase/yaml.h"
#include "libidentity/identity_file.h"
#include "libidentity/x509.h"

namespace sallyport {
namespace {

constexpr int kAuthPort = 3025;
constexpr const char* kDefaultConfig = "/etc/teleport.yaml";
constexpr const char* kDefaultDataDir = "/var/lib/teleport";

// Where credentials and the address come from.
struct Source {
  std::string description;  // for errors
  std::string identity_path;
  std::string address;
};

// Of a configuration only the data directory matters here; the service itself checks the rest.
Result<std::string> DataDirOf(const std::string& config_path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(config_path));
  ASSIGN_OR_RETURN(const auto documents, ParseYaml(text, config_path));
  const Value* teleport = documents.empty() ? nullptr : documents.front().Find("teleport");
  const Value* data_dir = teleport == nullptr ? nullptr : teleport->Find("data_dir");
  return data_dir == nullptr ? std::string(kDefaultDataDir) : data_dir->as_string();
}

Result<Source> LocalSource(const std::string& data_dir, std::string_view named_by) {
  Source source{fmt::format("the data directory {} ({})", data_dir, named_by), data_dir + "/admin_identity", ""};
  auto address = ReadFile(data_dir + "/auth_address");
  if (!address) {
    return FailWithHint(ErrorKind::kNotLoggedIn,
                        fmt::format("{} is not that of an auth service which ran on this host: {}", source.description,
                                    address.error().message),
                        "start the cluster, name its configuration with -c, or use -i FILE --auth-server HOST:PORT");
  }
  while (address->ends_with('\n')) address->pop_back();
  ASSIGN_OR_RETURN(HostPort parsed, ParseHostPort(*address, kAuthPort));
  if (parsed.host == "0.0.0.0" || parsed.host == "::") parsed.host = "localhost";
  source.address = FormatHostPort(parsed);
  return source;
}

Result<Source> ChooseSource(const Invocation& invocation) {
  if (invocation.Has("identity")) {
    if (!invocation.Has("auth-server")) {
      return FailWithHint(ErrorKind::kUsage, "--identity needs --auth-server",
                          "tctl -i FILE --auth-server HOST:3025 ...");
    }
    return Source{"the identity file " + invocation.Get("identity"), invocation.Get("identity"),
                  invocation.Get("auth-server")};
  }
  if (invocation.Has("data-dir")) return LocalSource(invocation.Get("data-dir"), "--data-dir");
  if (invocation.Has("config")) {
    ASSIGN_OR_RETURN(const std::string data_dir, DataDirOf(invocation.Get("config")));
    return LocalSource(data_dir, invocation.Get("config"));
  }
  if (FileExists(kDefaultConfig)) {
    ASSIGN_OR_RETURN(const std::string data_dir, DataDirOf(kDefaultConfig));
    return LocalSource(data_dir, kDefaultConfig);
  }
  return LocalSource(kDefaultDataDir, "the default");
}

}  // namespace

Result<std::unique_ptr<RpcClient>> ConnectToAuth(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const Source source, ChooseSource(invocation));
  const auto in_context = [&](Error error) {
    return std::unexpected(InContext("with " + source.description, std::move(error)));
  };
  auto identity = ReadIdentityFile(source.identity_path);
  if (!identity) return in_context(identity.error());
  const auto certificate = Certificate::FromPem(identity->tls_certificate);
  if (!certificate) return in_context(certificate.error());

  RpcOptions options;
  const auto address = ParseHostPort(source.address, kAuthPort);
  if (!address) return in_context(address.error());
  options.address = *address;
  options.through_proxy = false;
  options.cluster = certificate->issuer_common_name();
  for (const auto& authority : identity->tls_authorities) options.authorities_pem += authority;
  options.certificate = *certificate;
  options.key_pem = std::move(identity->private_key);
  options.program = "tctl";
  auto client = RpcClient::Connect(options);
  if (!client) return in_context(client.error());
  return client;
}

}  // namespace sallyport
