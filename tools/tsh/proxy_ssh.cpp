#include <unistd.h>

#include <csignal>

#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/login_certificate.h"
#include "tools/tsh/node_choice.h"
#include "tools/tsh/node_dial.h"

namespace sallyport {
namespace {

struct ProxySsh {
  std::string node;
};

// Parses OpenSSH's %r@%h:%p, where the host may end in the name of the cluster or proxy, as `tsh config` writes it.
Result<NodeAddress> DialAddressOf(std::string_view target, const Session& session, const std::string& cluster) {
  if (const auto at = target.rfind('@'); at != std::string_view::npos) target.remove_prefix(at + 1);
  ASSIGN_OR_RETURN(const HostPort given, ParseHostPort(target, 0));
  std::string_view host = given.host;
  for (const std::string& suffix : {"." + session.profile.Name(), "." + cluster}) {
    if (host.ends_with(suffix)) host.remove_suffix(suffix.size());
  }
  ASSIGN_OR_RETURN(const NodeWish wish, ParseNodeWish(host));
  if (wish.host.empty()) return Fail(ErrorKind::kUsage, "tsh proxy ssh needs the name of a node, not labels");
  return NodeAddress{wish.host, given.port, cluster};
}

Result<Output> RunProxySsh(const Invocation& invocation, const ProxySsh& given) {
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const NodeAddress address,
                   DialAddressOf(given.node, session, ClusterOf(invocation, session.profile)));
  // The configuration of `tsh config` names the login; `tsh ssh` does not, and supplies a certificate for the login.
  if (given.node.contains('@') && HasTooManyLogins(session)) {
    ReportError(*invocation.program,
                {ErrorKind::kLimitExceeded, "your certificate has more than 255 logins, which ssh cannot read",
                 "use tsh ssh, or roles with fewer logins"});
  }
  ASSIGN_OR_RETURN(const auto connection, DialNode(invocation, session, address));
  // Ctrl-C on ssh's terminal is for ssh, which ends this process by closing its side.
  if (::isatty(STDIN_FILENO) == 0) std::signal(SIGINT, SIG_IGN);
  RETURN_IF_ERROR(connection->Relay(STDIN_FILENO, STDOUT_FILENO));
  return Output::Nothing();
}

}  // namespace

Command ProxySshCommand() {
  return {.path = "proxy ssh",
          .summary = "Connect stdin and stdout with a node, as ProxyCommand of OpenSSH",
          .arguments = {{.name = "node",
                         .help = "[LOGIN@]HOST[:PORT]; any port when it is not given",
                         .names = "node",
                         .into = Into<&ProxySsh::node>}},
          .example = "ssh -o ProxyCommand='tsh proxy ssh %h:%p' web-1.access.example.com",
          .formats = "",
          .run = RunWith<RunProxySsh>};
}

}  // namespace sallyport
