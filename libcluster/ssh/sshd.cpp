#include "libcluster/ssh/sshd.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "libbase/socket.h"
#include "libcluster/ssh/session_wire.h"

namespace sallyport {
namespace {

// The environment that a client may set. A wider list would let clients choose the libraries that a session's programs
// load.
constexpr std::string_view kAcceptedEnvironment = "LANG LANGUAGE LC_* COLORTERM NO_COLOR TELEPORT_* SSH_SESSION_*";
constexpr std::int64_t kManySessions = 1000;
constexpr int kFirstFreeDescriptor = 16;  // above the descriptors that sshd starts with

std::string_view YesOrNo(bool value) { return value ? "yes" : "no"; }

std::string_view TcpForwarding(PortForwarding mode) {
  switch (mode) {
    case PortForwarding::kLocal:
      return "local";
    case PortForwarding::kRemote:
      return "remote";
    case PortForwarding::kOn:
      return "yes";
    case PortForwarding::kOff:
      break;
  }
  return "no";
}

std::int64_t Seconds(Nanoseconds duration) { return std::chrono::ceil<std::chrono::seconds>(duration).count(); }

bool IsProgram(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

}  // namespace

bool IsPlainLogin(std::string_view login) {
  return !login.empty() && std::ranges::none_of(login, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

std::string PrincipalLine(const SshPermit& permit, const SshPermit::Login& login) {
  std::string options = "restrict,pty";
  if (permit.port_forwarding != PortForwarding::kOff) options += ",port-forwarding";
  if (login.forward_agent) options += ",agent-forwarding";
  if (permit.forward_x11) options += ",X11-forwarding";
  return fmt::format("{} {}\n", options, login.name);
}

std::string SshdConfig(const SshdOptions& options, const SshPermit& permit) {
  const auto& settings = options.settings;
  // The hooks ask the agent in place of the stand-in, which by itself refuses every login.
  std::string text = fmt::format(
      "HostKey {0}\nHostCertificate {0}-cert.pub\nTrustedUserCAKeys {1}\nAuthorizedPrincipalsFile none\n"
      "AuthorizedPrincipalsCommand {2} {3} %k %u\nAuthorizedPrincipalsCommandUser {4}\n",
      options.host_key_file, options.user_authority_file, kHooksStandIn, kHooksPrincipals, options.agent_user);

  // Certificates only. The users' own files are ignored; the agent's are in its own directory.
  text +=
      "AuthorizedKeysFile none\nPubkeyAuthentication yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
      "HostbasedAuthentication no\nPermitRootLogin yes\nStrictModes no\nUsePAM no\n"
      "PermitUserEnvironment no\nPermitUserRC no\nPermitTunnel no\nGatewayPorts no\nPrintMotd no\nPrintLastLog no\n"
      "UseDNS no\nPidFile none\nLoginGraceTime 60\n"
      "LogLevel VERBOSE\nLogVerbose serverloop.c:server_request_direct_tcpip():*\n";
  text += fmt::format("AcceptEnv {}\n", kAcceptedEnvironment);

  const std::string_view tcp = TcpForwarding(permit.port_forwarding);
  text += fmt::format("AllowTcpForwarding {0}\nAllowStreamLocalForwarding {0}\nX11Forwarding {1}\n", tcp,
                      YesOrNo(permit.forward_x11));
  // The line of each login decides, so the configuration forbids nothing.
  text += "AllowAgentForwarding yes\n";
  text += fmt::format("MaxSessions {}\n", permit.max_sessions > 0 ? permit.max_sessions : kManySessions);

  if (settings.keep_alive_interval > Nanoseconds::zero()) {
    text += fmt::format("ClientAliveInterval {}\nClientAliveCountMax {}\n", Seconds(settings.keep_alive_interval),
                        settings.keep_alive_count_max);
  }
  if (!options.sftp_command.empty()) text += fmt::format("Subsystem sftp {}\n", options.sftp_command);
  return text;
}

Result<Sshd> Sshd::Start(const std::string& program, const SshdOptions& options, const SshPermit& permit) {
  const std::string config = options.directory + "/sshd_config";
  RETURN_IF_ERROR(MakeDirectories(options.directory, 0700));
  RETURN_IF_ERROR(WritePrivateFile(config, SshdConfig(options, permit)));

  ASSIGN_OR_RETURN(SocketPair pair, MakeSocketPair(0));
  int log[2];
  if (::pipe2(log, O_CLOEXEC) != 0) return Fail(ErrorKind::kInternal, "cannot make a pipe: {}", std::strerror(errno));
  UniqueFd log_reader(log[0]);
  const UniqueFd log_end(log[1]);
  const UniqueFd socket_end(::fcntl(pair.second.get(), F_DUPFD_CLOEXEC, kFirstFreeDescriptor));
  const UniqueFd high_log_end(::fcntl(log_end.get(), F_DUPFD_CLOEXEC, kFirstFreeDescriptor));

  ChildOptions child;
  child.program = program;
  child.arguments = {program, "-i", "-e", "-f", config};
  child.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                       "LD_PRELOAD=" + options.hooks, std::string(kHooksSocketVariable) + "=" + options.session_socket};
  child.descriptors = {socket_end.get(), socket_end.get(), high_log_end.get()};
  ASSIGN_OR_RETURN(ChildProcess process, ChildProcess::Start(child));
  for (const int fd : {pair.first.get(), log_reader.get()}) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return Sshd(std::move(process), std::move(pair.first), std::move(log_reader));
}

Result<std::string> FindSshd() {
  for (const char* path : {"/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd", "/usr/bin/sshd"}) {
    if (IsProgram(path)) return path;
  }
  return FailWithHint(ErrorKind::kNotFound, "ssh_service needs OpenSSH's sshd, which is not installed",
                      "install OpenSSH (apt-get install openssh-server); the host's SSH service need not run");
}

std::string FindSftpCommand() {
  for (const char* path : {"/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server",
                           "/usr/lib/ssh/sftp-server", "/usr/libexec/sftp-server"}) {
    if (IsProgram(path)) return std::string(path) + " -e -l INFO";
  }
  return {};
}

}  // namespace sallyport
