#include <unistd.h>

#include <csignal>

#include "libbase/whole_number.h"
#include "libclient/environment.h"
#include "libclient/identity_session.h"
#include "libclient/transport.h"
#include "libclient/web_client.h"
#include "tools/tbot/commands.h"

namespace sallyport {
namespace {

struct SshProxy {
  std::string destination_dir;
  std::string proxy_server;
  std::string cluster;
  std::string user;
  std::string host;
  std::string port;
  bool tls_routing = false;
  bool connection_upgrade = false;
};

Status CheckGiven(const SshProxy& given) {
  for (const auto& [name, value] : {std::pair("destination-dir", &given.destination_dir),
                                    std::pair("proxy-server", &given.proxy_server), std::pair("host", &given.host)}) {
    if (value->empty()) return Fail(ErrorKind::kUsage, "--{} is missing", name);
  }
  if (!given.tls_routing) {
    return FailWithHint(ErrorKind::kNotImplemented, "connections to a proxy without TLS routing are not implemented",
                        "set proxy_listener_mode: multiplex on the cluster");
  }
  return {};
}

// The host may end in the name of its cluster, as in the configuration that tbot writes.
NodeAddress AddressOf(const SshProxy& given, int port, const std::string& cluster) {
  std::string_view host = given.host;
  if (const std::string suffix = "." + cluster; host.ends_with(suffix)) host.remove_suffix(suffix.size());
  return {std::string(host), port, cluster};
}

Result<Output> Relay(const Invocation& invocation, const SshProxy& given) {
  RETURN_IF_ERROR(CheckGiven(given));
  const auto port = given.port.empty() ? std::optional(0) : ReadWholeNumber<int>(given.port);
  if (!port || *port < 0 || *port > 65535) return Fail(ErrorKind::kUsage, "--port must be a number up to 65535");
  ASSIGN_OR_RETURN(const HostPort proxy, ParseHostPort(given.proxy_server, kDefaultWebPort));
  ASSIGN_OR_RETURN(Session session, OpenIdentitySession(given.destination_dir + "/identity", proxy, Now()));
  session.profile.tls_routing_enabled = given.tls_routing;
  session.profile.tls_routing_conn_upgrade_required = given.connection_upgrade;

  const bool insecure = GivenToProgram<TbotOptions>(invocation).insecure;
  const auto network = NetworkFromEnvironment(invocation.Environment(), insecure);
  const std::string cluster = given.cluster.empty() ? session.root_cluster : given.cluster;
  ASSIGN_OR_RETURN(const auto connection,
                   NodeConnection::Dial(session, network, invocation.program->name, AddressOf(given, *port, cluster)));
  // Ctrl-C on ssh's terminal is for ssh, which ends this process by closing its side.
  if (::isatty(STDIN_FILENO) == 0) std::signal(SIGINT, SIG_IGN);
  RETURN_IF_ERROR(connection->Relay(STDIN_FILENO, STDOUT_FILENO));
  return Output::Nothing();
}

}  // namespace

Command SshProxyCommand() {
  return {.path = "ssh-proxy-command",
          .summary = "Connect stdin and stdout with a node, as ProxyCommand of OpenSSH",
          .options = {{.name = "destination-dir",
                       .value_name = "DIR",
                       .help = "Destination of an identity output",
                       .into = Into<&SshProxy::destination_dir>},
                      {.name = "proxy-server",
                       .value_name = "HOST:PORT",
                       .help = "Proxy of the cluster",
                       .into = Into<&SshProxy::proxy_server>},
                      {.name = "cluster",
                       .value_name = "NAME",
                       .help = "Cluster of the node (default the cluster of the identity)",
                       .into = Into<&SshProxy::cluster>},
                      {.name = "user",
                       .value_name = "LOGIN",
                       .help = "Login on the node, which OpenSSH itself uses",
                       .into = Into<&SshProxy::user>},
                      {.name = "host", .value_name = "NAME", .help = "Node", .into = Into<&SshProxy::host>},
                      {.name = "port",
                       .value_name = "PORT",
                       .help = "Port of the node; any port when it is not given",
                       .into = Into<&SshProxy::port>},

                      {.name = "tls-routing",
                       .help = "The proxy has one port for everything",
                       .into = Into<&SshProxy::tls_routing>},
                      {.name = "connection-upgrade",
                       .help = "A load balancer before the proxy ends TLS",
                       .into = Into<&SshProxy::connection_upgrade>}},
          .formats = "",
          .hidden = true,
          .run = RunWith<Relay>};
}

}  // namespace sallyport
