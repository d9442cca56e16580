#include "tools/tctl/session.h"

#include "libbase/address.h"
#include "libbase/file.h"
#include "libbase/yaml.h"
#include "libclient/environment.h"
#include "libclient/identity_connection.h"
#include "libclient/session.h"
#include "libclient/tls.h"
#include "libidentity/identity_file.h"

namespace sallyport {
namespace {

constexpr int kAuthPort = 3025;
constexpr const char* kDefaultConfig = "/etc/teleport.yaml";
constexpr const char* kDefaultDataDir = "/var/lib/teleport";

using Connection = Result<std::unique_ptr<RpcClient>>;

// The input of a source.
struct AskedSession {
  const Invocation& invocation;
  const TctlOptions given = GivenToProgram<TctlOptions>(invocation);
  const NetworkSettings network = NetworkFromEnvironment(invocation.Environment(), given.insecure);
};

std::unexpected<Error> InSource(std::string_view source, const Error& error) {
  return std::unexpected(InContext(fmt::format("with {}", source), error));
}

Connection ConnectWithFile(const std::string& path, const std::string& address, const NetworkSettings& settings) {
  ASSIGN_OR_RETURN(const IdentityFile identity, ReadIdentityFile(path));
  ASSIGN_OR_RETURN(IdentityConnection connection, ConnectWithIdentity(identity, address, "tctl", settings));
  return std::move(connection.client);
}

// The keys of a configuration that tctl reads; the service itself checks the others.
struct HostConfig {
  std::string data_dir;
  bool has_auth = false;
};

Result<HostConfig> ReadHostConfig(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(const auto documents, ParseYaml(text, path));
  HostConfig config{kDefaultDataDir, true};
  if (documents.empty()) return config;
  const Value* teleport = documents.front().Find("teleport");
  if (const Value* found = teleport == nullptr ? nullptr : teleport->Find("data_dir")) {
    config.data_dir = found->as_string();
  }
  const Value* auth = documents.front().Find("auth_service");
  if (const Value* enabled = auth == nullptr ? nullptr : auth->Find("enabled")) {
    const std::string word = enabled->is_bool() ? (enabled->as_bool() ? "yes" : "no") : enabled->as_string();
    config.has_auth = word != "no" && word != "false" && word != "off" && word != "0";
  }
  return config;
}

// Connects to the auth service of this host, as its administrator.
Connection ConnectLocally(const AskedSession& asked, const std::string& data_dir, std::string_view named_by) {
  const std::string source = fmt::format("the data directory {} ({})", data_dir, named_by);
  auto address = ReadFile(data_dir + "/auth_address");
  if (!address) {
    return FailWithHint(
        ErrorKind::kNotLoggedIn,
        fmt::format("{} does not belong to an auth service that has run on this host: {}", source,
                    address.error().message),
        "start the cluster, give its configuration with -c, log in with tsh, or use -i FILE --auth-server HOST:PORT");
  }
  while (address->ends_with('\n')) address->pop_back();
  ASSIGN_OR_RETURN(HostPort parsed, ParseHostPort(*address, kAuthPort));
  if (parsed.host == "0.0.0.0" || parsed.host == "::") parsed.host = "localhost";
  auto connection = ConnectWithFile(data_dir + "/admin_identity", FormatHostPort(parsed), asked.network);
  return connection ? std::move(connection) : InSource(source, connection.error());
}

// Each source returns nullptr when neither the command line nor this host has it.

Connection FromIdentity(const AskedSession& asked) {
  const std::string& path = asked.given.identity;
  const std::string& address = asked.given.auth_server;
  if (path.empty()) return nullptr;
  if (address.empty()) {
    return FailWithHint(ErrorKind::kUsage, "--identity needs --auth-server",
                        "tctl -i FILE --auth-server HOST:PORT ...; the port of the auth service, or of the proxy");
  }
  auto connection = ConnectWithFile(path, address, asked.network);
  return connection ? std::move(connection) : InSource("the identity file " + path, connection.error());
}

Connection FromDataDir(const AskedSession& asked) {
  if (asked.given.data_dir.empty()) return nullptr;
  return ConnectLocally(asked, asked.given.data_dir, "--data-dir");
}

Connection FromConfig(const AskedSession& asked) {
  // A given address belongs to another auth service.
  const bool named = !asked.given.config.empty();
  if (!named && (!asked.given.auth_server.empty() || !FileExists(kDefaultConfig))) return nullptr;
  const std::string path = named ? asked.given.config : kDefaultConfig;
  ASSIGN_OR_RETURN(const HostConfig config, ReadHostConfig(path));
  return config.has_auth ? ConnectLocally(asked, config.data_dir, path) : nullptr;
}

Connection FromLogin(const AskedSession& asked) {
  const auto directory = ProfilesFromEnvironment(asked.invocation.Environment());
  if (!directory) return nullptr;
  std::string name;
  if (!asked.given.auth_server.empty()) {
    ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(asked.given.auth_server, kAuthPort));
    name = address.host;
  } else if (!directory->CurrentName()) {
    return nullptr;
  }
  const auto session = OpenSession(*directory, name, Now());
  if (!session) return std::unexpected(session.error());
  auto connection = ConnectAuth(*session, asked.network, "tctl", session->root_cluster);
  return connection ? std::move(connection)
                    : InSource(fmt::format("the login of tsh at {}", session->profile.Name()), connection.error());
}

Connection FromDefault(const AskedSession& asked) { return ConnectLocally(asked, kDefaultDataDir, "the default"); }

using Source = Connection (*)(const AskedSession&);
constexpr Source kSources[] = {FromIdentity, FromDataDir, FromConfig, FromLogin, FromDefault};

}  // namespace

Connection ConnectToAuth(const Invocation& invocation) {
  const AskedSession asked{invocation};
  for (const Source source : kSources) {
    auto connection = source(asked);
    if (!connection || *connection != nullptr) return connection;
  }
  return Fail(ErrorKind::kInternal, "there is no way to connect to the auth service");
}

}  // namespace sallyport
