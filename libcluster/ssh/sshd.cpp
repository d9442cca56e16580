#include "libcluster/ssh/sshd.h"

#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): pidfd_send_signal's
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

// glibc 2.36 declares these without saying that they are C.
extern "C" {
#include <sys/pidfd.h>
}

#include "libbase/socket.h"

namespace sallyport {
namespace {

// The environment that a client may set. A wider list would let it choose what the forced command loads.
constexpr std::string_view kAcceptedEnvironment = "LANG LANGUAGE LC_* COLORTERM NO_COLOR TELEPORT_* SSH_SESSION_*";
constexpr std::int64_t kManySessions = 1000;
// sshd starts the forced command by the user's shell, and what that runs starts it again. Only the second reads the
// user's start files: bash reads its own for ssh at the first level, zsh below this directory.
constexpr std::string_view kFirstShell = "SHLVL=1 ZDOTDIR=/nonexistent";

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

// The options of a login's line in its principals file: less than the certificate allows, never more.
std::string PrincipalLine(const SshPermit& permit, const SshPermit::Login& login) {
  std::string options = "restrict,pty";
  if (permit.port_forwarding != PortForwarding::kOff) options += ",port-forwarding";
  if (login.forward_agent) options += ",agent-forwarding";
  if (permit.forward_x11) options += ",X11-forwarding";
  return fmt::format("{} {}\n", options, login.name);
}

// A login that can be the name of a file, and cannot be anything else to sshd.
bool IsPlainLogin(std::string_view login) {
  return !login.empty() && login != "." && login != ".." &&
         login.find_first_of("/ \t\r\n\"#") == std::string_view::npos;
}

Status WriteFiles(const SshdOptions& options, const SshPermit& permit) {
  const std::string principals = options.directory + "/principals";
  RETURN_IF_ERROR(MakeDirectories(principals, 0755));
  for (const auto& login : permit.logins) {
    if (!IsPlainLogin(login.name)) continue;
    RETURN_IF_ERROR(WriteFile(principals + "/" + login.name, PrincipalLine(permit, login), 0644));
  }
  return WritePrivateFile(options.directory + "/sshd_config", SshdConfig(options, permit));
}

struct SpawnSetup {
  SpawnSetup() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
};

// Starts the program in a session of its own, its input and output the socket, its errors the pipe.
Result<pid_t> Spawn(const std::string& program, const std::string& config, int socket, int log) {
  SpawnSetup setup;
  posix_spawn_file_actions_adddup2(&setup.files, socket, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&setup.files, socket, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&setup.files, log, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&setup.attributes, &none);
  posix_spawnattr_setflags(&setup.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  std::array<std::string, 5> arguments{program, "-i", "-e", "-f", config};
  std::array<char*, 6> argv{};
  for (std::size_t i = 0; i < arguments.size(); ++i) argv[i] = arguments[i].data();
  std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  std::array<char*, 2> environment{path.data(), nullptr};
  pid_t pid = -1;
  const int error =
      ::posix_spawn(&pid, program.c_str(), &setup.files, &setup.attributes, argv.data(), environment.data());
  if (error == 0) return pid;
  return Fail(error == ENOENT ? ErrorKind::kNotFound : ErrorKind::kInternal, "cannot start {}: {}", program,
              std::strerror(error));
}

bool IsProgram(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

}  // namespace

std::string SshdConfig(const SshdOptions& options, const SshPermit& permit) {
  const auto& settings = options.settings;
  std::string text = fmt::format(
      "HostKey {0}\nHostCertificate {0}-cert.pub\nTrustedUserCAKeys {1}\n"
      "AuthorizedPrincipalsFile {2}/principals/%u\nForceCommand {3}\n",
      options.host_key_file, options.user_authority_file, options.directory, options.forced_command);
  // Certificates only. What is in the users' own files does not count; ours are in a directory of ours.
  text +=
      "AuthorizedKeysFile none\nPubkeyAuthentication yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
      "HostbasedAuthentication no\nPermitRootLogin yes\nStrictModes no\nUsePAM no\n"
      "PermitUserEnvironment no\nPermitUserRC no\nPermitTunnel no\nGatewayPorts no\nPrintMotd no\nPrintLastLog no\n"
      "UseDNS no\nPidFile none\nLoginGraceTime 60\n"
      "LogLevel VERBOSE\nLogVerbose serverloop.c:server_request_direct_tcpip():*\n";
  text += fmt::format("AcceptEnv {}\nSetEnv {}\n", kAcceptedEnvironment, kFirstShell);
  const std::string_view tcp = TcpForwarding(permit.port_forwarding);
  text += fmt::format("AllowTcpForwarding {0}\nAllowStreamLocalForwarding {0}\nX11Forwarding {1}\n", tcp,
                      YesOrNo(permit.forward_x11));
  // Each login's line says whether it may; here it is only not forbidden.
  text += "AllowAgentForwarding yes\n";
  text += fmt::format("MaxSessions {}\n", permit.max_sessions > 0 ? permit.max_sessions : kManySessions);
  if (settings.keep_alive_interval > Nanoseconds::zero()) {
    text += fmt::format("ClientAliveInterval {}\nClientAliveCountMax {}\n", Seconds(settings.keep_alive_interval),
                        settings.keep_alive_count_max);
  }
  if (!options.sftp_server.empty()) text += fmt::format("Subsystem sftp {}\n", options.sftp_server);
  return text;
}

Result<Sshd> Sshd::Start(const std::string& program, const SshdOptions& options, const SshPermit& permit) {
  RETURN_IF_ERROR(WriteFiles(options, permit));
  ASSIGN_OR_RETURN(SocketPair pair, MakeSocketPair(0));
  int log[2];
  if (::pipe2(log, O_CLOEXEC) != 0) return Fail(ErrorKind::kInternal, "cannot make a pipe: {}", std::strerror(errno));
  Sshd sshd;
  sshd.log_ = UniqueFd(log[0]);
  const UniqueFd log_end(log[1]);
  ASSIGN_OR_RETURN(const pid_t pid,
                   Spawn(program, options.directory + "/sshd_config", pair.second.get(), log_end.get()));
  sshd.process_ = UniqueFd(::pidfd_open(pid, 0));
  sshd.socket_ = std::move(pair.first);
  for (const int fd : {sshd.socket_.get(), sshd.log_.get()}) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  if (!sshd.process_.valid()) return Fail(ErrorKind::kInternal, "cannot watch sshd: {}", std::strerror(errno));
  return sshd;
}

Sshd::~Sshd() {
  if (!process_.valid()) return;
  Kill();
  siginfo_t info{};
  ::waitid(P_PIDFD, static_cast<id_t>(process_.get()), &info, WEXITED);
}

void Sshd::Kill() {
  // SIGTERM would let its child go on; what serves the user notices by the connection's end.
  if (process_.valid()) ::pidfd_send_signal(process_.get(), SIGKILL, nullptr, 0);
}

Result<std::string> FindSshd() {
  for (const char* path : {"/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd", "/usr/bin/sshd"}) {
    if (IsProgram(path)) return path;
  }
  return FailWithHint(ErrorKind::kNotFound, "ssh_service needs OpenSSH's sshd, which is not installed",
                      "install it (apt-get install openssh-server); its own service need not run");
}

std::string FindSftpServer() {
  for (const char* path : {"/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server",
                           "/usr/lib/ssh/sftp-server", "/usr/libexec/sftp-server"}) {
    if (IsProgram(path)) return path;
  }
  return {};
}

}  // namespace sallyport
