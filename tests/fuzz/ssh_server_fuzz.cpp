// Feeds a client's bytes to the server's side of SSH: versions and packets before the keys, and, after a login, the
// messages of channels.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "libcluster/proxy/tunnel_request.h"
#include "libcluster/ssh_server/ssh_channels.h"
#include "libcluster/ssh_server/ssh_login.h"
#include "libcluster/ssh_server/ssh_server_connection.h"
#include "libidentity/ssh_identity.h"
#include "libidentity/ssh_wire.h"

namespace {

using namespace sallyport;

constexpr std::size_t kMostQueued = 1 << 20;

// Opens every other type of channel, and uses what arrives.
struct Events : SshChannelEvents {
  Status OnOpen(std::uint32_t, std::string_view type) override {
    if (type.size() % 2 == 0) return {};
    return Fail(ErrorKind::kNotFound, "unknown");
  }
  void OnRequest(std::uint32_t channel, std::string_view, std::string_view data) override {
    channels->SendError(channel, AddressOfTunnelRequest(data));
    channels->Answer(channel, data.size() % 2 == 0);
  }
  void OnData(std::uint32_t channel, std::string_view bytes) override {
    channels->Consume(channel, bytes.size());
    channels->Send(channel, bytes);
  }
  void OnEnd(std::uint32_t channel) override { channels->Close(channel); }
  void OnClose(std::uint32_t) override {}
  void OnWindow(std::uint32_t channel) override { channels->Send(channel, "more"); }
  SshChannels* channels = nullptr;
};

const SshServerOptions& Options() {
  static const SshServerOptions options = [] {
    SshServerOptions made;
    made.host_key = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
    HostSshRequest host;
    host.host_id = "host";
    host.cluster = "ex.com";
    host.system_role = "Proxy";
    host.public_key = made.host_key.public_key();
    made.host_certificate = IssueHostSshCertificate(host, made.host_key).value();
    made.channels = {.channels = 3, .window_bytes = 1000, .packet_bytes = 400};
    made.logins = 3;
    made.key_bytes = 1 << 20;
    return made;
  }();
  return options;
}

void FeedConnection(std::string_view bytes) {
  Events events;
  SshServerConnection server(Options(), events);
  events.channels = &server.channels();
  const std::size_t cut = bytes.empty() ? 0 : static_cast<unsigned char>(bytes.front()) % bytes.size();
  for (const std::string_view part : {std::string_view("SSH-2.0-x\r\n"), bytes.substr(0, cut), bytes.substr(cut)}) {
    if (!server.Receive(part)) break;
  }
  if (server.admitted() || server.kept() > kMostQueued) __builtin_trap();
}

// Takes messages out of the bytes, each with a length in front.
void FeedChannels(std::string_view bytes) {
  Events events;
  std::size_t sent = 0;
  SshChannels channels(Options().channels, events, [&sent](const std::string& payload) { sent += payload.size(); });
  events.channels = &channels;
  SshReader reader(bytes);
  while (const auto message = reader.String()) {
    if (message->empty() || !channels.Receive(*message)) return;
    if (channels.open() > Options().channels.channels) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  FeedConnection(bytes);
  FeedChannels(bytes);
  if (const auto request = ParseSshLoginRequest(bytes)) (void)VerifySshLogin(*request, "session");
  return 0;
}
