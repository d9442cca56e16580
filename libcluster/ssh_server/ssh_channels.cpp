#include "libcluster/ssh_server/ssh_channels.h"

#include <algorithm>
#include <limits>

#include "libcluster/ssh_server/ssh_message.h"

namespace sallyport {
namespace {

constexpr std::string_view kKeepAlive = "keepalive@openssh.com";
constexpr std::uint32_t kErrorOutput = 1;  // the only kind of extended data
constexpr std::string_view kOpenLanguage;

SshOpenFailure OpenFailureOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kAccessDenied:
      return SshOpenFailure::kProhibited;
    case ErrorKind::kNotFound:
    case ErrorKind::kNotImplemented:
      return SshOpenFailure::kUnknownType;
    case ErrorKind::kLimitExceeded:
      return SshOpenFailure::kResourceShortage;
    default:
      return SshOpenFailure::kConnectFailed;
  }
}

}  // namespace

struct SshChannels::Row {
  std::uint8_t message;
  Handler handler;
};

SshChannels::SshChannels(const SshChannelLimits& limits, SshChannelEvents& events,
                         std::function<void(std::string)> send)
    : limits_(limits), events_(events), send_(std::move(send)) {}

Status SshChannels::Receive(std::string_view payload) {
  static constexpr Row kRows[] = {{kSshGlobalRequest, &SshChannels::TakeGlobalRequest},
                                  {kSshRequestSuccess, &SshChannels::TakeGlobalAnswer},
                                  {kSshRequestFailure, &SshChannels::TakeGlobalAnswer},
                                  {kSshChannelOpen, &SshChannels::TakeOpen},
                                  {kSshChannelWindowAdjust, &SshChannels::TakeWindowAdjust},
                                  {kSshChannelData, &SshChannels::TakeData},
                                  {kSshChannelExtendedData, &SshChannels::TakeExtendedData},
                                  {kSshChannelEof, &SshChannels::TakeEof},
                                  {kSshChannelClose, &SshChannels::TakeClose},
                                  {kSshChannelRequest, &SshChannels::TakeRequest}};
  SshReader reader(payload);
  ASSIGN_OR_RETURN(const std::uint8_t message, reader.Byte());
  const auto row = std::ranges::find(kRows, message, &Row::message);
  if (row == std::end(kRows)) {
    return Fail(ErrorKind::kBadParameter, "SSH message {} is not expected by a server", message);
  }
  return (this->*row->handler)(reader);
}

// Requests and answers for the whole connection.

Status SshChannels::TakeGlobalRequest(SshReader& reader) {
  RETURN_IF_ERROR(reader.String());
  ASSIGN_OR_RETURN(const std::uint8_t wants_answer, reader.Byte());
  // No global request is served; for a keep-alive this answer is as good as another.
  if (wants_answer != 0) send_(SshWriter().Byte(kSshRequestFailure).Take());
  return {};
}

Status SshChannels::TakeGlobalAnswer(SshReader&) {
  if (unanswered_ == 0) return Fail(ErrorKind::kBadParameter, "SSH client answers a request that was not made");
  unanswered_ = 0;
  return {};
}

void SshChannels::AskAlive() {
  ++unanswered_;
  send_(SshWriter().Byte(kSshGlobalRequest).String(kKeepAlive).Byte(1).Take());
}

// The life of a channel.

Status SshChannels::TakeOpen(SshReader& reader) {
  ASSIGN_OR_RETURN(const std::string_view type, reader.String());
  Channel channel;
  ASSIGN_OR_RETURN(channel.peer, reader.Uint32());
  ASSIGN_OR_RETURN(channel.peer_window, reader.Uint32());
  ASSIGN_OR_RETURN(channel.peer_packet, reader.Uint32());
  if (channel.peer_packet == 0) return Fail(ErrorKind::kBadParameter, "SSH channel takes no data");
  if (channels_.size() >= limits_.channels) {
    Refuse(channel.peer, {ErrorKind::kLimitExceeded,
                          fmt::format("a connection has at most {} channels at a time", limits_.channels),
                          {}});
    return {};
  }

  const std::uint32_t number = next_++;
  const std::uint32_t peer = channel.peer;
  if (const Status opened = events_.OnOpen(number, type); !opened) {
    Refuse(peer, opened.error());
    return {};
  }
  channel.window = limits_.window_bytes;
  channels_.emplace(number, channel);
  send_(SshWriter()
            .Byte(kSshChannelOpenConfirmation)
            .Uint32(peer)
            .Uint32(number)
            .Uint32(limits_.window_bytes)
            .Uint32(limits_.packet_bytes)
            .Take());
  return {};
}

void SshChannels::Refuse(std::uint32_t peer, const Error& error) {
  send_(SshWriter()
            .Byte(kSshChannelOpenFailure)
            .Uint32(peer)
            .Uint32(static_cast<std::uint32_t>(OpenFailureOf(error.kind)))
            .String(error.message)
            .String(kOpenLanguage)
            .Take());
}

Status SshChannels::TakeEof(SshReader& reader) {
  ASSIGN_OR_RETURN(const std::uint32_t number, ReadChannel(reader));
  Channel& channel = channels_.at(number);
  if (std::exchange(channel.ended_by_client, true) || channel.closed_by_us) return {};
  events_.OnEnd(number);
  return {};
}

Status SshChannels::TakeClose(SshReader& reader) {
  ASSIGN_OR_RETURN(const std::uint32_t number, ReadChannel(reader));
  const Channel channel = channels_.at(number);
  if (!channel.closed_by_us) SendPlain(kSshChannelClose, channel);
  channels_.erase(number);
  events_.OnClose(number);
  return {};
}

void SshChannels::End(std::uint32_t number) {
  Channel* channel = FindOpen(number);
  if (channel == nullptr || std::exchange(channel->ended_by_us, true)) return;
  SendPlain(kSshChannelEof, *channel);
}

void SshChannels::Close(std::uint32_t number) {
  End(number);
  Channel* channel = FindOpen(number);
  if (channel == nullptr) return;
  channel->closed_by_us = true;
  SendPlain(kSshChannelClose, *channel);
}

// Data.

Status SshChannels::TakeWindowAdjust(SshReader& reader) {
  ASSIGN_OR_RETURN(const std::uint32_t number, ReadChannel(reader));
  ASSIGN_OR_RETURN(const std::uint32_t more, reader.Uint32());
  Channel& channel = channels_.at(number);
  if (more > std::numeric_limits<std::uint32_t>::max() - channel.peer_window) {
    return Fail(ErrorKind::kBadParameter, "SSH client makes the window of a channel too large");
  }
  channel.peer_window += more;
  if (!channel.closed_by_us) events_.OnWindow(number);
  return {};
}

Status SshChannels::CountReceived(Channel& channel, std::size_t bytes) const {
  if (channel.ended_by_client)
    return Fail(ErrorKind::kBadParameter, "SSH client sends data behind the end of a channel");
  if (bytes > limits_.packet_bytes || bytes > channel.window) {
    return Fail(ErrorKind::kBadParameter, "SSH client sends more data than the window of a channel permits");
  }
  channel.window -= static_cast<std::uint32_t>(bytes);
  return {};
}

Status SshChannels::TakeData(SshReader& reader) {
  ASSIGN_OR_RETURN(const std::uint32_t number, ReadChannel(reader));
  ASSIGN_OR_RETURN(const std::string_view bytes, reader.String());
  Channel& channel = channels_.at(number);
  RETURN_IF_ERROR(CountReceived(channel, bytes.size()));
  if (!channel.closed_by_us && !bytes.empty()) events_.OnData(number, bytes);
  return {};
}

// A server has no use for a client's error output.
Status SshChannels::TakeExtendedData(SshReader& reader) {
  ASSIGN_OR_RETURN(const std::uint32_t number, ReadChannel(reader));
  RETURN_IF_ERROR(reader.Uint32());
  ASSIGN_OR_RETURN(const std::string_view bytes, reader.String());
  RETURN_IF_ERROR(CountReceived(channels_.at(number), bytes.size()));
  Consume(number, bytes.size());
  return {};
}

std::size_t SshChannels::Sendable(std::uint32_t number) const {
  const auto found = channels_.find(number);
  if (found == channels_.end() || found->second.closed_by_us || found->second.ended_by_us) return 0;
  const Channel& channel = found->second;
  return std::min({channel.peer_window, channel.peer_packet, limits_.packet_bytes});
}

void SshChannels::Send(std::uint32_t number, std::string_view bytes) {
  bytes = bytes.substr(0, Sendable(number));
  if (bytes.empty()) return;
  Channel& channel = channels_.at(number);
  channel.peer_window -= static_cast<std::uint32_t>(bytes.size());
  send_(SshWriter().Byte(kSshChannelData).Uint32(channel.peer).String(bytes).Take());
}

void SshChannels::SendError(std::uint32_t number, std::string_view text) {
  text = text.substr(0, Sendable(number));
  if (text.empty()) return;
  Channel& channel = channels_.at(number);
  channel.peer_window -= static_cast<std::uint32_t>(text.size());
  send_(SshWriter().Byte(kSshChannelExtendedData).Uint32(channel.peer).Uint32(kErrorOutput).String(text).Take());
}

void SshChannels::Consume(std::uint32_t number, std::size_t bytes) {
  Channel* channel = FindOpen(number);
  if (channel == nullptr) return;
  channel->consumed += bytes;
  if (channel->consumed < limits_.window_bytes / 2 || channel->ended_by_client) return;
  const auto more = static_cast<std::uint32_t>(std::exchange(channel->consumed, 0));
  channel->window += more;
  send_(SshWriter().Byte(kSshChannelWindowAdjust).Uint32(channel->peer).Uint32(more).Take());
}

// Requests on a channel.

Status SshChannels::TakeRequest(SshReader& reader) {
  ASSIGN_OR_RETURN(const std::uint32_t number, ReadChannel(reader));
  ASSIGN_OR_RETURN(const std::string_view type, reader.String());
  ASSIGN_OR_RETURN(const std::uint8_t wants_answer, reader.Byte());
  Channel& channel = channels_.at(number);
  if (channel.closed_by_us) return {};
  channel.owes_answer = wants_answer != 0;
  events_.OnRequest(number, type, reader.rest());
  return {};
}

void SshChannels::Answer(std::uint32_t number, bool granted) {
  Channel* channel = FindOpen(number);
  if (channel == nullptr || !std::exchange(channel->owes_answer, false)) return;
  SendPlain(granted ? kSshChannelSuccess : kSshChannelFailure, *channel);
}

// Parts.

Result<std::uint32_t> SshChannels::ReadChannel(SshReader& reader) const {
  ASSIGN_OR_RETURN(const std::uint32_t number, reader.Uint32());
  if (!channels_.contains(number)) return Fail(ErrorKind::kBadParameter, "SSH client names a channel that is not open");
  return number;
}

SshChannels::Channel* SshChannels::FindOpen(std::uint32_t number) {
  const auto found = channels_.find(number);
  return found == channels_.end() || found->second.closed_by_us ? nullptr : &found->second;
}

void SshChannels::SendPlain(std::uint8_t message, const Channel& channel) {
  send_(SshWriter().Byte(message).Uint32(channel.peer).Take());
}

}  // namespace sallyport
