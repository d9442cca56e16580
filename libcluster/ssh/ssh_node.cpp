#include "libcluster/ssh/ssh_node.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>

#include "libbase/log.h"
#include "libbase/mutex.h"
#include "libbase/text.h"
#include "libcluster/config/teleport_config.h"
#include "libcluster/ssh/command_labels.h"
#include "libcluster/ssh/node_announcer.h"
#include "libcluster/ssh/recording_spool.h"
#include "libcluster/ssh/session_socket.h"
#include "libcluster/ssh/ssh_connection.h"
#include "libcluster/ssh/sshd.h"
#include "libcluster/ssh/sshd_hooks.h"
#include "libresources/kinds/node.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {

struct SshNode::State : std::enable_shared_from_this<State> {
  State(EventLoop& loop_in, AgentAuth& auth_in, SshNodeOptions options_in)
      : loop(loop_in), auth(auth_in), options(std::move(options_in)) {}
  ~State() {
    std::error_code ignored;
    if (!directory.empty()) std::filesystem::remove_all(directory, ignored);
  }

  EventLoop& loop;
  AgentAuth& auth;
  const SshNodeOptions options;
  std::string sshd;
  std::string sftp_command;
  std::string agent_user;
  std::string directory;  // has the keys, the session socket and the connections
  std::unique_ptr<CommandLabels> commands;
  std::unique_ptr<NodeAnnouncer> announcer;
  std::shared_ptr<RecordingSpool> recordings;
  std::unique_ptr<SessionSocket> session_socket;
  Mutex keys_mutex;
  int keys_made GUARDED_BY(keys_mutex) = 0;
  std::string keys GUARDED_BY(keys_mutex);  // the directory of the current keys
  Mutex mutex;
  std::map<std::string, std::weak_ptr<SshConnection>> connections GUARDED_BY(mutex);
  // By the pid of sshd, which stays reserved meanwhile.
  std::map<pid_t, std::weak_ptr<SshConnection>> served GUARDED_BY(mutex);
  // Connections that Carried has not reported yet.
  std::map<std::string, std::shared_ptr<SshConnection>> carried GUARDED_BY(mutex);

  Status Prepare();
  Status WriteKeys();
  Status WritePrivilegeDirectory() const;
  SshdOptions OptionsOf(const std::string& id, const SessionSettings& settings);
  Status CheckLabels(const SshDial& dial) const;
  Result<UniqueFd> Dial(const SshDial& dial);
  std::shared_ptr<SshConnection> Find(const std::string& id);
  std::shared_ptr<SshConnection> FindServed(pid_t sshd);
};

namespace {

constexpr std::chrono::seconds kFirstLabels{2};

bool RunsAsRoot() { return ::geteuid() == 0; }

// sshd starts the principals command as a named user, which must be this process's user.
Result<std::string> OwnName() {
  std::array<char, 16 << 10> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (RunsAsRoot()) return "root";
  ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
  if (found != nullptr) return std::string(found->pw_name);
  return Fail(ErrorKind::kNotFound, "ssh_service runs as the user {}, which has no name on this host", ::geteuid());
}

// Removes the directories that a killed earlier run of this host's node left.
Result<std::string> MakeRuntimeDirectory(const std::string& host_id) {
  const std::string path = fmt::format("{}/teleport-ssh-{}", RunsAsRoot() ? "/run" : "/tmp", host_id);
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
  if (::mkdir(path.c_str(), 0711) != 0) {
    return Fail(ErrorKind::kInternal, "cannot make {}: {}", path, std::strerror(errno));
  }
  // Users may traverse the directory to readable files, but not list it.
  ::chmod(path.c_str(), 0711);
  return path;
}

asio::awaitable<void> WatchConnection(std::shared_ptr<SshNode::State> state,
                                      std::shared_ptr<SshConnection> connection) {
  co_await connection->Watch();
  const MutexLock lock(state->mutex);
  state->connections.erase(connection->id());
  state->served.erase(connection->sshd());
}

}  // namespace

// Each time into a directory of its own: an sshd that starts meanwhile finds files that belong together.
Status SshNode::State::WriteKeys() {
  const MutexLock lock(keys_mutex);
  const std::string made = fmt::format("{}/keys-{}", directory, ++keys_made);
  RETURN_IF_ERROR(MakeDirectories(made, 0711));
  ASSIGN_OR_RETURN(const HostKey host, auth.HostKeyFor(options.hostname, options.public_addrs));
  RETURN_IF_ERROR(WritePrivateFile(made + "/host_key", host.key.ToSshPem().Reveal()));
  RETURN_IF_ERROR(WriteFile(made + "/host_key-cert.pub", host.certificate + "\n", 0644));

  ASSIGN_OR_RETURN(const auto authorities, auth.UserAuthorityKeys());
  std::string lines;
  for (const auto& line : authorities) lines += line + "\n";
  RETURN_IF_ERROR(WriteFile(made + "/user_ca", lines, 0644));

  keys = made;
  return {};
}

// sshd as root needs the empty directory that its package's service would create.
Status SshNode::State::WritePrivilegeDirectory() const {
  return RunsAsRoot() ? MakeDirectories("/run/sshd", 0755) : Status();
}

Status SshNode::State::Prepare() {
  ASSIGN_OR_RETURN(sshd, FindSshd());
  sftp_command = FindSftpCommand();
  ASSIGN_OR_RETURN(agent_user, OwnName());
  RETURN_IF_ERROR(WritePrivilegeDirectory());

  ASSIGN_OR_RETURN(directory, MakeRuntimeDirectory(options.host_id));
  RETURN_IF_ERROR(InstallSshdHooks(sshd, options.hooks_file, directory + "/hooks.so"));
  RETURN_IF_ERROR(WriteKeys());
  ASSIGN_OR_RETURN(recordings, RecordingSpool::Open(auth, options.recordings_dir));

  const auto find = [weak = weak_from_this()](pid_t served_by) {
    const auto self = weak.lock();
    return self ? self->FindServed(served_by) : nullptr;
  };
  ASSIGN_OR_RETURN(session_socket, SessionSocket::Open(loop, directory + "/session.sock", find, recordings));

  if (!RunsAsRoot()) {
    Log(LogLevel::kWarning, "ssh_service does not run as root: only the user of this process can log in to the node",
        {{"uid", std::to_string(::geteuid())}});
  }

  // The first announcement waits a little for the values of the commands' labels.
  commands = std::make_unique<CommandLabels>(options.commands);
  commands->WaitForFirst(kFirstLabels);
  ASSIGN_OR_RETURN(announcer, NodeAnnouncer::Start(auth, options, *commands));
  return {};
}

std::shared_ptr<SshConnection> SshNode::State::Find(const std::string& id) {
  const MutexLock lock(mutex);
  const auto found = connections.find(id);
  return found == connections.end() ? nullptr : found->second.lock();
}

std::shared_ptr<SshConnection> SshNode::State::FindServed(pid_t sshd_process) {
  const MutexLock lock(mutex);
  const auto found = served.find(sshd_process);
  return found == served.end() ? nullptr : found->second.lock();
}

SshdOptions SshNode::State::OptionsOf(const std::string& id, const SessionSettings& settings) {
  SshdOptions sshd_options;
  sshd_options.directory = directory + "/" + id;
  {
    const MutexLock lock(keys_mutex);
    sshd_options.host_key_file = keys + "/host_key";
    sshd_options.user_authority_file = keys + "/user_ca";
  }
  sshd_options.hooks = directory + "/hooks.so";
  sshd_options.session_socket = directory + "/session.sock";
  sshd_options.agent_user = agent_user;
  sshd_options.sftp_command = sftp_command;
  sshd_options.settings = settings;
  return sshd_options;
}

// The proxy decided by the labels that it knew; the node's present labels are decisive.
Status SshNode::State::CheckLabels(const SshDial& dial) const {
  const Labels own = LabelsOfNode(NodeResource(options, *commands));
  const Status same = CheckSameDecision(dial.labels, LabelsToCheck(own, dial.labels.labels));
  if (!same) {
    Log(LogLevel::kWarning, "a connection was refused", {{"user", dial.user}, {"reason", same.error().message}});
  }
  return same;
}

Result<UniqueFd> SshNode::State::Dial(const SshDial& dial) {
  RETURN_IF_ERROR(CheckLabels(dial));

  // The node's configuration can only restrict the permit.
  SshDial narrowed = dial;
  if (!options.port_forwarding) narrowed.permit.port_forwarding = PortForwarding::kOff;
  if (!options.x11) narrowed.permit.forward_x11 = false;

  const SshdOptions sshd_options = OptionsOf(dial.id, dial.settings);
  ASSIGN_OR_RETURN(Sshd process, Sshd::Start(sshd, sshd_options, narrowed.permit));
  UniqueFd socket = std::move(process.socket());
  const auto connection = std::make_shared<SshConnection>(
      auth, options,
      SshConnection::Parts{std::move(narrowed), sshd_options.directory, sftp_command, std::move(process)},
      UniqueFd(::dup(socket.get())));

  {
    const MutexLock lock(mutex);
    connections[dial.id] = connection;
    served[connection->sshd()] = connection;
    carried[dial.id] = connection;
  }
  asio::co_spawn(asio::make_strand(ContextOf(loop)), WatchConnection(shared_from_this(), connection), asio::detached);
  return socket;
}

SshNodeOptions NodeOptionsOf(const TeleportConfig& config, const std::string& host_id, const std::string& hostname) {
  SshNodeOptions options;
  options.host_id = host_id;
  options.hostname = config.NodeName(hostname);
  options.public_addrs = config.ssh.public_addr;
  options.labels = config.ssh.labels;
  options.commands = config.ssh.commands;
  options.port_forwarding = config.ssh.port_forwarding;
  options.copy_files = config.ssh.copy_files;
  options.x11 = config.ssh.x11;
  options.recordings_dir = config.data_dir + "/log/upload/streaming/default";
  options.hooks_file = config.data_dir + "/sshd_hooks.so";
  return options;
}

SshNode::SshNode(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<SshNode>> SshNode::Start(EventLoop& loop, AgentAuth& auth, SshNodeOptions options) {
  auto state = std::make_shared<State>(loop, auth, std::move(options));
  RETURN_IF_ERROR(state->Prepare());
  return std::unique_ptr<SshNode>(new SshNode(std::move(state)));
}

SshNode::~SshNode() {
  state_->announcer.reset();
  state_->session_socket.reset();
  EndAll("the node is stopping");
  // Ending sessions hold the spool, and must not use `auth` after this object is destroyed.
  state_->recordings->Stop();
}

void SshNode::EndAll(const std::string& reason) {
  std::vector<std::shared_ptr<SshConnection>> open;
  {
    const MutexLock lock(state_->mutex);
    for (const auto& [id, weak] : state_->connections) {
      if (auto connection = weak.lock()) open.push_back(std::move(connection));
    }
  }
  for (const auto& connection : open) connection->End(reason);
}

Status SshNode::RenewKeys() { return state_->WriteKeys(); }

void SshNode::Dial(const SshDial& dial, const Dialled& done) { done(state_->Dial(dial)); }

void SshNode::Carried(const std::string& id, const SshTraffic& traffic) {
  MutexLock lock(state_->mutex);
  const auto connection = state_->carried.extract(id);
  lock.Unlock();
  if (!connection.empty()) connection.mapped()->EmitTraffic(traffic);
}

void SshNode::End(const std::string& id, const std::string& reason) {
  if (const auto connection = state_->Find(id)) connection->End(reason);
}

}  // namespace sallyport
