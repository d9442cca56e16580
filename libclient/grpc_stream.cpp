#include "libclient/grpc_stream.h"

#include <poll.h>

#include "libclient/network.h"

namespace sallyport {
namespace {

constexpr std::size_t kRecordBytes = 16 << 10;  // the most that one read of TLS gives

}  // namespace

GrpcStream::GrpcStream(std::unique_ptr<Stream> connection, std::string peer)
    : peer_(std::move(peer)), connection_(std::move(connection)) {}

Result<std::unique_ptr<GrpcStream>> GrpcStream::Start(std::unique_ptr<Stream> connection, const HeaderFields& fields,
                                                      std::string peer) {
  std::unique_ptr<GrpcStream> stream(new GrpcStream(std::move(connection), std::move(peer)));
  const auto sink = [raw = stream.get()](std::string_view bytes) { raw->received_ += bytes; };
  const auto done = [raw = stream.get()](const Http2Answer& answer) { raw->ended_ = StatusOfAnswer(answer); };
  ASSIGN_OR_RETURN(stream->call_, stream->session_.Open(fields, sink, done));
  return stream;
}

GrpcStream::~GrpcStream() {
  if (!ended_) session_.Cancel(call_);
  std::ignore = WriteAll();
  connection_->Close();
}

void GrpcStream::Send(std::string_view message) { session_.Send(call_, FrameGrpcMessage(message)); }

bool GrpcStream::HasRoom() const { return session_.Unsent(call_) < kMaxUnsent; }

void GrpcStream::EndSending() { session_.EndBody(call_); }

bool GrpcStream::IsFlushed() const { return session_.Unsent(call_) == 0 && output_.empty(); }

Status GrpcStream::Step() {
  events_ = 0;
  // Reads first: the bytes may require an answer (settings, pings, windows).
  RETURN_IF_ERROR(ReadAll());
  RETURN_IF_ERROR(WriteAll());
  if (const auto reason = session_.ended(); !reason.empty() && !ended_) return std::unexpected(Broken(reason));
  return {};
}

Status GrpcStream::ReadAll() {
  char buffer[kRecordBytes];
  while (!ended_ && received_.size() - taken_ < kGrpcPrefixBytes + kMaxMessageBytes) {
    const IoStep step = connection_->TryRead(buffer, sizeof buffer);
    if (step.state == IoState::kWantRead) events_ |= POLLIN;
    if (step.state == IoState::kWantWrite) events_ |= POLLOUT;
    if (step.state == IoState::kWantRead || step.state == IoState::kWantWrite) return {};
    if (step.state == IoState::kClosed) return std::unexpected(Broken("the server closed the connection"));
    if (step.state == IoState::kFailed) return std::unexpected(Broken("the connection broke"));
    if (const Status received = session_.Receive({buffer, step.bytes}); !received) {
      return std::unexpected(Broken(received.error().message));
    }
  }
  return {};
}

Status GrpcStream::WriteAll() {
  while (true) {
    if (output_.empty()) output_ = session_.TakeOutput();
    if (output_.empty()) return {};
    const IoStep step = connection_->TryWrite(std::string_view(output_).substr(written_));
    if (step.state == IoState::kWantRead) events_ |= POLLIN;
    if (step.state == IoState::kWantWrite) events_ |= POLLOUT;
    if (step.state == IoState::kWantRead || step.state == IoState::kWantWrite) return {};
    if (step.state != IoState::kDone) {
      if (ended_) return {};
      return std::unexpected(Broken("the connection broke"));
    }
    written_ += step.bytes;
    if (written_ < output_.size()) continue;
    output_.clear();
    written_ = 0;
  }
}

Result<std::optional<std::string>> GrpcStream::Next() {
  const std::string_view left = std::string_view(received_).substr(taken_);
  if (left.size() < kGrpcPrefixBytes) return std::nullopt;
  const std::size_t size = GrpcMessageBytes(left);
  if (left[0] != 0 || size > kMaxMessageBytes) {
    return Fail(ErrorKind::kBadParameter, "{} sent data that is not a message of this call", peer_);
  }
  if (left.size() - kGrpcPrefixBytes < size) return std::nullopt;
  std::string message(left.substr(kGrpcPrefixBytes, size));
  taken_ += kGrpcPrefixBytes + size;
  session_.Consume(call_, kGrpcPrefixBytes + size);
  if (taken_ == received_.size() || taken_ > kMaxMessageBytes) {
    received_.erase(0, taken_);
    taken_ = 0;
  }
  return message;
}

Error GrpcStream::Broken(std::string_view reason) const {
  if (auto failure = connection_->failure()) return std::move(*failure);
  return CannotBeReached(peer_, reason);
}

}  // namespace sallyport
