#include "libkube/caller.h"

#include "libbase/address.h"
#include "libbase/version.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxIdle = 8;
constexpr std::chrono::seconds kMaxIdleTime{60};  // servers of Kubernetes close theirs after 90 s
constexpr std::size_t kMaxRefusalBytes = 1 << 20;
constexpr int kMaxAsked = 5;  // times that one request is sent after the server asked to come again
constexpr int kHttpUnauthorized = 401;
constexpr int kHttpTooMany = 429;
constexpr int kHttpUnavailable = 503;

bool IsSuccess(int status) { return status >= 200 && status <= 299; }

std::unexpected<Error> Failed(const ApiRequest& request, Error error) {
  return std::unexpected(InContext("cannot " + request.asked, std::move(error)));
}

}  // namespace

Result<std::string> ReadWholeBody(KubeConnection& connection, std::size_t max_bytes, const CallWait& wait) {
  std::string body;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, connection.ReadBody(body, wait));
    if (!more) return body;
    if (body.size() > max_bytes) {
      Wipe(body);
      return Fail(ErrorKind::kLimitExceeded, "the answer has more than {} bytes", max_bytes);
    }
  }
}

KubeCaller::KubeCaller(KubeEndpoint endpoint, NetworkSettings settings)
    : endpoint_(std::move(endpoint)), settings_(std::move(settings)), credentials_(endpoint_) {}

std::unique_ptr<KubeConnection> KubeCaller::TakeIdle(const ApiCredential& credential) {
  const MutexLock lock(mutex_);
  const auto oldest = std::chrono::steady_clock::now() - kMaxIdleTime;
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    const bool fits = connection->certificate_pem() == credential.certificate_pem;
    if (fits && connection->idle_since() >= oldest && !connection->IsStale()) return connection;
  }
  return nullptr;
}

void KubeCaller::Return(std::unique_ptr<KubeConnection> connection) {
  if (!connection->MayServeAnother()) return;
  connection->set_idle_since(std::chrono::steady_clock::now());
  const MutexLock lock(mutex_);
  if (idle_.size() < kMaxIdle) idle_.push_back(std::move(connection));
}

Result<std::unique_ptr<KubeConnection>> KubeCaller::Connect(const ApiCredential& credential, const CallWait& wait,
                                                            bool& reused) {
  if (auto idle = TakeIdle(credential)) {
    reused = true;
    return idle;
  }
  reused = false;
  return KubeConnection::Open(endpoint_, credential, settings_, wait);
}

Secret KubeCaller::TextOf(const ApiRequest& request, const ApiCredential& credential) const {
  std::string text = fmt::format(
      "{} {}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: sallyport/{}\r\nAccept: application/json\r\n", request.method,
      endpoint_.path_prefix, request.target, FormatHostPort({endpoint_.host, endpoint_.port}), kSallyportVersion);
  constexpr std::size_t kMoreFields = 256;
  text.reserve(text.size() + credential.authorization.Reveal().size() + request.body.Reveal().size() + kMoreFields);
  if (!credential.authorization.empty()) {
    text += "Authorization: ";
    text += credential.authorization.Reveal();
    text += "\r\n";
  }
  if (!request.content_type.empty()) {
    text +=
        fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", request.content_type, request.body.Reveal().size());
  }
  text += "\r\n";
  text += request.body.Reveal();
  return Secret(std::move(text));
}

// Sends the request once, and once more over a new connection when one that was kept alive ends without an answer.
Result<ApiAnswer> KubeCaller::Ask(const ApiRequest& request, const ApiCredential& credential, const CallWait& wait,
                                  std::string& retry_after) {
  const Secret text = TextOf(request, credential);
  while (true) {
    bool reused = false;
    ASSIGN_OR_RETURN(auto connection, Connect(credential, wait, reused));
    Result<AnswerHead> head = AnswerHead{};
    if (const Status sent = connection->Send(text, wait); sent) {
      head = connection->ReadHead(wait);
    } else {
      head = std::unexpected(sent.error());
    }

    if (head) {
      retry_after = std::move(head->retry_after);
      return ApiAnswer{head->status, std::move(connection)};
    }
    const bool again = reused && request.only_reads && !connection->answered() &&
                       head.error().kind == ErrorKind::kConnectionProblem &&
                       std::chrono::steady_clock::now() < wait.deadline();
    if (!again) return std::unexpected(std::move(head).error());
  }
}

Result<KubeRefusal> KubeCaller::ReadRefused(ApiAnswer answer, const std::string& retry_after, const ApiRequest& request,
                                            const CallWait& wait) {
  auto body = ReadWholeBody(*answer.connection, kMaxRefusalBytes, wait);
  if (!body && body.error().kind != ErrorKind::kLimitExceeded) return std::unexpected(std::move(body).error());
  if (body) Return(std::move(answer.connection));
  return ReadRefusal(answer.status, body.value_or(""), retry_after, request.asked);
}

Result<ApiAnswer> KubeCaller::Open(const ApiRequest& request, const CallWait& wait, KubeRefusal* refused) {
  bool rejected = false;
  for (int asked = 1;; ++asked) {
    auto credential = credentials_.Get(wait.stop());
    if (!credential) return Failed(request, std::move(credential).error());
    std::string retry_after;
    auto answer = Ask(request, *credential, wait, retry_after);
    if (!answer) return Failed(request, std::move(answer).error());
    if (IsSuccess(answer->status)) return answer;

    const int status = answer->status;
    auto refusal = ReadRefused(std::move(*answer), retry_after, request, wait);
    if (!refusal) return Failed(request, std::move(refusal).error());
    if (status == kHttpUnauthorized && !rejected && credentials_.Reject(*credential)) {
      rejected = true;
      continue;
    }

    const bool later = (status == kHttpTooMany || status == kHttpUnavailable) && refusal->retry_after;
    if (later && request.idempotent && asked < kMaxAsked) {
      const Status waited = wait.Pause(*refusal->retry_after);
      if (waited) continue;
      if (waited.error().kind == ErrorKind::kInterrupted) return Failed(request, waited.error());
    }
    if (refused != nullptr) *refused = *refusal;
    return std::unexpected(std::move(refusal->error));
  }
}

Result<std::string> KubeCaller::Call(const ApiRequest& request, std::size_t max_bytes, const CallWait& wait,
                                     KubeRefusal* refused) {
  ASSIGN_OR_RETURN(ApiAnswer answer, Open(request, wait, refused));
  auto body = ReadWholeBody(*answer.connection, max_bytes, wait);
  if (!body) return Failed(request, std::move(body).error());
  Return(std::move(answer.connection));
  return body;
}

}  // namespace sallyport
