// The server's side of SSH channels (RFC 4254 section 5) without input or output: clients open channels, and bytes go
// both ways within windows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libidentity/ssh_wire.h"

namespace sallyport {

struct SshChannelLimits {
  std::size_t channels = 0;        // open at once
  std::uint32_t window_bytes = 0;  // that a client may send on a channel before they are consumed
  std::uint32_t packet_bytes = 0;  // of data in one message
};

// Receives what the client does. The methods may call SshChannels.
class SshChannelEvents {
 public:
  virtual ~SshChannelEvents() = default;
  // Decides whether a channel of this type is opened. The message of a failure is for the client.
  virtual Status OnOpen(std::uint32_t channel, std::string_view type) = 0;
  // Receives a request on a channel, and must call Answer once.
  virtual void OnRequest(std::uint32_t channel, std::string_view type, std::string_view data) = 0;
  // Receives bytes; the client may send as many again after Consume.
  virtual void OnData(std::uint32_t channel, std::string_view bytes) = 0;
  // Reports that the client sends nothing more.
  virtual void OnEnd(std::uint32_t channel) = 0;
  // Reports that the client has closed the channel, which then is unknown.
  virtual void OnClose(std::uint32_t channel) = 0;
  // Reports that more bytes may be sent.
  virtual void OnWindow(std::uint32_t channel) = 0;
};

class SshChannels {
 public:
  // `send` takes the payloads of messages in order. The events must outlive the object.
  SshChannels(const SshChannelLimits& limits, SshChannelEvents& events, std::function<void(std::string)> send);

  // Receives the payload of a message with a number from kSshGlobalRequest on. Fails with kBadParameter when the client
  // breaks the protocol; the connection is then to be ended.
  Status Receive(std::string_view payload);

  // The functions below ignore channels that are closed.

  // Returns how many bytes may be sent now.
  std::size_t Sendable(std::uint32_t channel) const;
  // Sends bytes, at most Sendable.
  void Send(std::uint32_t channel, std::string_view bytes);
  // Sends a text as error output, as far as the window permits.
  void SendError(std::uint32_t channel, std::string_view text);
  // Answers the request that OnRequest has received.
  void Answer(std::uint32_t channel, bool granted);
  // Lets the client send so many more bytes.
  void Consume(std::uint32_t channel, std::size_t bytes);
  // Tells the client that nothing more is sent.
  void End(std::uint32_t channel);
  // Closes the channel. Its place is free when the client has closed it too.
  void Close(std::uint32_t channel);

  // Asks the client for a sign of life; any answer counts.
  void AskAlive();
  // Returns the number of such questions since the last answer.
  int unanswered() const { return unanswered_; }

  std::size_t open() const { return channels_.size(); }

 private:
  struct Channel {
    std::uint32_t peer = 0;         // the client's number of the channel
    std::uint32_t peer_window = 0;  // bytes that may be sent
    std::uint32_t peer_packet = 0;
    std::uint32_t window = 0;  // bytes that the client may send
    std::size_t consumed = 0;  // since the window was last enlarged
    bool owes_answer = false;  // to a request
    bool ended_by_us = false;
    bool ended_by_client = false;
    bool closed_by_us = false;
  };
  using Handler = Status (SshChannels::*)(SshReader& reader);
  struct Row;

  Status TakeGlobalRequest(SshReader& reader);
  Status TakeGlobalAnswer(SshReader& reader);
  Status TakeOpen(SshReader& reader);
  Status TakeWindowAdjust(SshReader& reader);
  Status TakeData(SshReader& reader);
  Status TakeExtendedData(SshReader& reader);
  Status TakeEof(SshReader& reader);
  Status TakeClose(SshReader& reader);
  Status TakeRequest(SshReader& reader);

  Result<std::uint32_t> ReadChannel(SshReader& reader) const;
  // Counts received bytes against the window.
  Status CountReceived(Channel& channel, std::size_t bytes) const;
  Channel* FindOpen(std::uint32_t number);
  void Refuse(std::uint32_t peer, const Error& error);
  // Sends a message that has only the number of a channel.
  void SendPlain(std::uint8_t message, const Channel& channel);

  const SshChannelLimits limits_;
  SshChannelEvents& events_;
  const std::function<void(std::string)> send_;
  std::map<std::uint32_t, Channel> channels_;  // by our number
  std::uint32_t next_ = 0;
  int unanswered_ = 0;
};

}  // namespace sallyport
