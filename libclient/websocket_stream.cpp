// Reads and writes WebSocket frames of a client (RFC 6455 section 5): sent frames are masked, received frames are not.
#include <algorithm>
#include <cstdint>

#include "libbase/secret.h"
#include "libclient/connection_upgrade.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxSent = 32 << 10;
constexpr std::size_t kReadChunk = 32 << 10;
constexpr std::uint64_t kMaxControl = 125;

enum Opcode : unsigned char { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

std::string Frame(Opcode opcode, std::string_view payload) {
  std::string frame;
  frame += static_cast<char>(0x80 | opcode);
  if (payload.size() <= kMaxControl) {
    frame += static_cast<char>(0x80 | payload.size());
  } else {
    frame += static_cast<char>(0x80 | 126);  // never more than 65535 bytes here
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 0xff);
  }

  const std::string mask = RandomBytes(4);
  frame += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
  return frame;
}

class WebSocketStream : public Stream {
 public:
  explicit WebSocketStream(std::unique_ptr<Stream> below) : below_(std::move(below)) {}

  IoStep TryRead(char* buffer, std::size_t size) override {
    while (true) {
      if (payload_left_ > 0 && !received_.empty() && !control_) {
        const std::size_t count = std::min({size, received_.size(), static_cast<std::size_t>(payload_left_)});
        std::copy_n(received_.data(), count, buffer);
        received_.erase(0, count);
        payload_left_ -= count;
        return {IoState::kDone, count};
      }

      const IoState parsed = ParseNext();
      if (parsed == IoState::kDone) continue;
      if (parsed != IoState::kWantRead) return {parsed};

      const auto before = received_.size();
      received_.resize(before + kReadChunk);
      const IoStep step = below_->TryRead(received_.data() + before, kReadChunk);
      received_.resize(before + (step.state == IoState::kDone ? step.bytes : 0));
      if (step.state != IoState::kDone) return step;
    }
  }

  IoStep TryWrite(std::string_view bytes) override {
    IoStep step = Flush();
    if (step.state != IoState::kDone) return step;
    if (framed_ == 0) {
      framed_ = std::min(bytes.size(), kMaxSent);
      pending_ = Frame(kBinary, bytes.substr(0, framed_));
      step = Flush();
      if (step.state != IoState::kDone) return step;
    }
    return {IoState::kDone, std::exchange(framed_, 0)};
  }

  void Close() override {
    if (Flush().state == IoState::kDone) {
      pending_ = Frame(kClose, std::string_view("\x03\xe8", 2));
      Flush();
    }
    below_->Close();
  }
  int fd() const override { return below_->fd(); }
  std::optional<Error> failure() const override { return below_->failure(); }

 private:
  IoStep Flush() {
    while (!pending_.empty()) {
      const IoStep step = below_->TryWrite(pending_);
      if (step.state != IoState::kDone) return step;
      pending_.erase(0, step.bytes);
    }
    return {IoState::kDone};
  }

  // Parses the next header or control frame of the received bytes. kDone: more may follow; kWantRead: too few bytes.
  IoState ParseNext() {
    if (payload_left_ > 0 && !control_) return IoState::kWantRead;
    if (!control_ && !ParseHeader()) return failed_ ? IoState::kFailed : IoState::kWantRead;
    if (!control_) return IoState::kDone;
    if (received_.size() < payload_left_) return IoState::kWantRead;

    const std::string payload = received_.substr(0, payload_left_);
    received_.erase(0, payload_left_);
    payload_left_ = 0;
    control_ = false;

    if (opcode_ == kClose) return IoState::kClosed;
    if (opcode_ == kPing && pending_.empty()) {
      pending_ = Frame(kPong, payload);
      Flush();
    }
    return IoState::kDone;
  }

  bool ParseHeader() {
    if (received_.size() < 2) return false;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(received_[i]); };
    std::size_t header = 2;
    std::uint64_t length = byte(1) & 0x7f;
    const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (received_.size() < header + extra) return false;
    if (extra > 0) length = 0;
    for (std::size_t i = 0; i < extra; ++i) length = length << 8 | byte(header + i);
    header += extra;

    opcode_ = static_cast<Opcode>(byte(0) & 0x0f);
    control_ = (opcode_ & 0x08) != 0;
    if ((byte(1) & 0x80) != 0 || (byte(0) & 0x70) != 0 || (control_ && length > kMaxControl)) {
      failed_ = true;  // a server must not mask frames, nor use extensions
      return false;
    }

    received_.erase(0, header);
    payload_left_ = length;
    return true;
  }

  std::unique_ptr<Stream> below_;
  std::string received_;
  std::uint64_t payload_left_ = 0;
  Opcode opcode_ = kBinary;
  bool control_ = false;
  bool failed_ = false;
  std::string pending_;
  std::size_t framed_ = 0;  // how many of the caller's bytes are in `pending_`
};

}  // namespace

std::unique_ptr<Stream> MakeWebSocketStream(std::unique_ptr<Stream> below) {
  return std::make_unique<WebSocketStream>(std::move(below));
}

}  // namespace sallyport
