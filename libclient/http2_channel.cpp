#include "libclient/http2_channel.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

namespace sallyport {
namespace {

constexpr std::size_t kTlsRecordBytes = 16 << 10;  // the most that one read of TLS gives

}  // namespace

// A caller of Exchange. The channel's mutex guards it.
struct Http2Channel::Waiting {
  ConditionVariable changed;
  std::optional<Http2Answer> answer;
};

Http2Channel::Http2Channel(std::unique_ptr<Stream> stream, std::string peer)
    : peer_(std::move(peer)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), stream_(std::move(stream)) {}

Result<std::unique_ptr<Http2Channel>> Http2Channel::Start(std::unique_ptr<Stream> stream, std::string peer) {
  std::unique_ptr<Http2Channel> channel(new Http2Channel(std::move(stream), std::move(peer)));
  if (channel->wake_.get() < 0) return Fail(ErrorKind::kInternal, "cannot make an event descriptor");
  channel->thread_ = std::thread([raw = channel.get()] { raw->Run(); });
  return channel;
}

Http2Channel::~Http2Channel() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  Wake();
  if (thread_.joinable()) thread_.join();
}

Result<Http2Answer> Http2Channel::Exchange(const HeaderFields& fields, std::string body, Deadline deadline) {
  Waiting self;
  const auto done = [&self](Http2Answer answer) {
    self.answer = std::move(answer);
    self.changed.NotifyOne();
  };

  MutexLock lock(mutex_);
  if (broken_) return std::unexpected(*broken_);
  ASSIGN_OR_RETURN(const std::int32_t request, session_.Submit(fields, std::move(body), done));
  if (!WriteAll() || !output_.empty()) Wake();  // the thread writes the rest or handles the failure
  waiting_.insert(&self);
  while (!self.answer && !broken_ && !self.changed.WaitUntil(lock, deadline)) {
  }
  waiting_.erase(&self);

  if (self.answer) return std::move(*self.answer);
  if (broken_) return std::unexpected(*broken_);
  session_.Cancel(request);
  Wake();
  return std::unexpected(AnswersTooLate(peer_));
}

void Http2Channel::Run() {
  MutexLock lock(mutex_);
  // Reads first: the bytes may require an answer (settings, pings, windows).
  while (!stopping_ && ReadAll() && WriteAll()) {
    if (const auto reason = session_.ended(); !reason.empty()) {
      Break(reason);
      break;
    }

    const short events = output_.empty() ? POLLIN : POLLIN | POLLOUT;
    pollfd entries[] = {{stream_->fd(), events, 0}, {wake_.get(), POLLIN, 0}};
    lock.Unlock();
    const int ready = ::poll(entries, 2, -1);
    const bool interrupted = ready < 0 && errno == EINTR;
    std::uint64_t count = 0;
    if (entries[1].revents != 0) std::ignore = ::read(wake_.get(), &count, sizeof count);
    lock.Lock();
    if (ready < 0 && !interrupted) Break("poll fails");
  }

  stream_->Close();
}

// Both return false when the connection is broken; the reason is kept.
bool Http2Channel::ReadAll() {
  char buffer[kTlsRecordBytes];
  while (!broken_) {
    const IoStep step = stream_->TryRead(buffer, sizeof buffer);
    if (step.state == IoState::kWantRead || step.state == IoState::kWantWrite) return true;
    if (step.state == IoState::kClosed) {
      Break("the server closed the connection");
    } else if (step.state == IoState::kFailed) {
      Break("the connection broke");
    } else if (const Status received = session_.Receive({buffer, step.bytes}); !received) {
      Break(received.error().message);
    }
  }
  return false;
}

bool Http2Channel::WriteAll() {
  while (!broken_) {
    if (output_.empty()) output_ = session_.TakeOutput();
    if (output_.empty()) return true;

    const IoStep step = stream_->TryWrite(std::string_view(output_).substr(written_));
    if (step.state == IoState::kWantRead || step.state == IoState::kWantWrite) return true;
    if (step.state != IoState::kDone) Break("the connection broke");
    written_ += step.bytes;
    if (written_ == output_.size()) {
      output_.clear();
      written_ = 0;
    }
  }
  return false;
}

// Nothing more comes: every caller is told why.
void Http2Channel::Break(std::string_view reason) {
  if (broken_) return;
  broken_ = stream_->failure();
  if (!broken_) broken_ = CannotBeReached(peer_, reason);
  for (Waiting* waiting : waiting_) waiting->changed.NotifyOne();
}

void Http2Channel::Wake() {
  const std::uint64_t one = 1;
  std::ignore = ::write(wake_.get(), &one, sizeof one);
}

}  // namespace sallyport
