#include "libcluster/ssh/ssh_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <limits>

#include "libbase/encoding.h"
#include "libbase/log.h"
#include "libbase/version.h"
#include "libcluster/net/await_callback.h"
#include "libcluster/rpc/caller.h"
#include "libidentity/ssh_certificate.h"

namespace sallyport {
namespace {

using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;

constexpr std::chrono::milliseconds kLastWordsTime{300};  // time for the last message to the user
constexpr std::chrono::milliseconds kLastLines{100};
constexpr std::size_t kMaxLineBytes = 16 << 10;
constexpr std::int64_t kTrafficIndex = std::numeric_limits<std::int32_t>::max() - 1;  // after a session's other events

}  // namespace

SshConnection::SshConnection(AgentAuth& auth, const SshNodeOptions& node, Parts parts, UniqueFd line)
    : auth_(auth), node_(node), parts_(std::move(parts)), line_(std::move(line)) {}

SshConnection::~SshConnection() {
  std::error_code ignored;
  std::filesystem::remove_all(parts_.directory, ignored);
}

std::string SshConnection::Login() const {
  const MutexLock lock(mutex_);
  return accepted_ ? asked_->login : "";
}

std::string SshConnection::Shell() const {
  const MutexLock lock(mutex_);
  return asked_ ? asked_->shell : "";
}

std::string SshConnection::PrincipalsOf(const LoginQuestion& question) {
  {
    const MutexLock lock(mutex_);
    if (accepted_ || (asked_ && asked_->login != question.login)) return "";
    asked_ = question;
  }

  const auto blob = FromBase64(question.certificate);
  const auto certificate =
      blob ? ParseSshCertificateBlob(*blob) : Result<SshCertificate>(std::unexpected(blob.error()));
  if (!certificate) return Refuse(question, "the SSH certificate cannot be read");
  if (certificate->key_id != dial().user) {
    Log(LogLevel::kWarning, "an SSH certificate of another user was refused",
        {{"user", dial().user}, {"certificate", certificate->key_id}});
    return Refuse(question, "the SSH certificate belongs to another user than the connection");
  }

  const auto& logins = dial().permit.logins;
  const auto login = std::ranges::find(logins, question.login, &SshPermit::Login::name);
  if (login == logins.end() || !IsPlainLogin(login->name)) {
    return Refuse(question, "the roles do not allow this login");
  }

  const MutexLock lock(mutex_);
  permitted_ = true;
  return PrincipalLine(dial().permit, *login);
}

std::string SshConnection::Refuse(const LoginQuestion& question, const std::string& reason) {
  Emit(Event(audit::kAuthFailure).Add("login", question.login).Success(false, reason));
  const MutexLock lock(mutex_);
  ++told_refusals_;
  return "";
}

bool SshConnection::Accept(uid_t uid) {
  const MutexLock lock(mutex_);
  if (!permitted_ || asked_->uid != uid) return false;
  accepted_ = true;
  return true;
}

std::string SshConnection::EndReason() const {
  const MutexLock lock(mutex_);
  return end_reason_;
}

void SshConnection::Listen(const Listener& listener) {
  MutexLock lock(mutex_);
  if (end_reason_.empty()) {
    std::erase_if(listeners_, [](const auto& other) { return other.expired(); });
    listeners_.push_back(listener);
    return;
  }
  const std::string reason = end_reason_;
  lock.Unlock();
  (*listener)(reason);
}

void SshConnection::End(const std::string& reason) {
  MutexLock lock(mutex_);
  if (!end_reason_.empty()) return;
  end_reason_ = reason;
  const auto listeners = std::exchange(listeners_, {});
  lock.Unlock();
  for (const auto& weak : listeners) {
    if (const auto listener = weak.lock()) (*listener)(reason);
  }
}

AuditEvent SshConnection::Event(const AuditType& type) const {
  AuditEvent event(type, auth_.cluster_name());
  const SshDial& dial = parts_.dial;
  Caller who;
  who.kind = Caller::Kind::kUser;
  who.identity.username = dial.user;
  who.identity.bot_name = dial.bot_name;
  who.identity.impersonator = dial.impersonator;
  who.identity.active_requests = dial.access_requests;
  who.remote_address = dial.remote_address;
  event.By(who);

  if (const std::string login = Login(); !login.empty()) event.Add("login", login);
  event.Add("namespace", "default").Add("server_id", node_.host_id).Add("server_hostname", node_.hostname);
  Value labels = Value::EmptyMap();
  for (const auto& [key, value] : node_.labels) labels.Set(key, value);
  event.Add("server_labels", std::move(labels)).Add("server_version", kWireVersion).Add("proto", "ssh");
  return event;
}

void SshConnection::Emit(const AuditEvent& event) const {
  if (const Status status = auth_.Emit(event); !status) {
    Log(LogLevel::kError, "an audit event was lost", {{"reason", status.error().message}});
  }
}

void SshConnection::Began(const std::string& session_id) {
  const MutexLock lock(mutex_);
  if (session_id_.empty()) session_id_ = session_id;
}

void SshConnection::EmitTraffic(const SshTraffic& traffic) const {
  if (Login().empty() || parts_.dial.settings.recording_mode == "off") return;
  auto event = Event(audit::kSessionData);
  {
    const MutexLock lock(mutex_);
    event.Add("sid", session_id_);
  }
  Emit(event.Add("ei", kTrafficIndex)
           .Add("tx", static_cast<std::int64_t>(traffic.sent))
           .Add("rx", static_cast<std::int64_t>(traffic.received)));
}

void SshConnection::HandleLogEvent(const SshdEvent& event) {
  if (std::holds_alternative<SshdAccepted>(event)) {
    const MutexLock lock(mutex_);
    accepted_ = permitted_;
  } else if (const auto* refused = std::get_if<SshdRefused>(&event)) {
    MutexLock lock(mutex_);
    if (told_refusals_ > 0) return (void)--told_refusals_;
    const std::string login = asked_ ? asked_->login : refused->login;
    lock.Unlock();
    Emit(Event(audit::kAuthFailure).Add("login", login).Success(false, refused->reason));
  } else if (const auto* forward = std::get_if<SshdForward>(&event)) {
    Emit(Event(audit::kPortForward).Add("addr", forward->address).Success(true));
  }
}

asio::awaitable<void> SshConnection::ReadLog() {
  asio::posix::stream_descriptor log(co_await asio::this_coro::executor, parts_.sshd.log().Release());
  std::string text;
  std::array<char, 4096> buffer;
  error_code error;
  while (true) {
    const std::size_t count =
        co_await log.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
    text.append(buffer.data(), count);

    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      const std::string line = text.substr(0, end);
      text.erase(0, end + 1);
      Log(LogLevel::kDebug, "sshd", {{"connection", id()}, {"line", line}});
      if (const auto event = ParseSshdLine(line)) HandleLogEvent(*event);
    }
    if (text.size() > kMaxLineBytes) text.clear();
  }
}

asio::awaitable<void> SshConnection::UntilProcessEnds() {
  const auto executor = co_await asio::this_coro::executor;
  asio::posix::stream_descriptor process(executor, ::dup(parts_.sshd.process().handle().get()));
  error_code error;
  co_await process.async_wait(asio::posix::stream_descriptor::wait_read,
                              asio::redirect_error(asio::use_awaitable, error));
  // Waits for sshd's last log lines.
  asio::steady_timer timer(executor, kLastLines);
  if (!error) co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<void> SshConnection::UntilEnded() {
  Listener listener;  // the connection only refers to the listener
  const auto start = [self = shared_from_this(), &listener](auto done) {
    listener = std::make_shared<std::function<void(const std::string&)>>([done](const std::string&) { done(true); });
    self->Listen(listener);
  };
  if (!co_await AwaitCallbackOr<bool>(false, start)) co_return;
  // sshd needs time to send the reason to the user.
  asio::steady_timer timer(co_await asio::this_coro::executor, kLastWordsTime);
  error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<void> SshConnection::Watch() {
  const auto self = shared_from_this();
  co_await (ReadLog() || UntilProcessEnds() || UntilEnded());
  parts_.sshd.Kill();
  const MutexLock lock(mutex_);
  ::shutdown(line_.get(), SHUT_RDWR);
  line_.Reset();
}

}  // namespace sallyport
