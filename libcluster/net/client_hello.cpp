#include "libcluster/net/client_hello.h"

#include <cstdint>

#include "libbase/text.h"

namespace sallyport {
namespace {

constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHelloMessage = 1;
constexpr std::uint16_t kServerNameExtension = 0;
constexpr std::uint16_t kAlpnExtension = 16;
constexpr std::size_t kRecordHeaderBytes = 5;
constexpr std::size_t kRandomBytes = 32;

// Reads big-endian numbers and length-prefixed bytes; once it runs out it stays failed and gives zeros.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint32_t Number(std::size_t size) {
    std::uint32_t number = 0;
    for (const char c : Take(size)) number = number << 8 | static_cast<std::uint8_t>(c);
    return number;
  }
  std::string_view Take(std::size_t size) {
    if (size > bytes_.size()) {
      failed_ = true;
      bytes_ = {};
      return {};
    }
    const auto taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::string_view TakePrefixed(std::size_t prefix_size) { return Take(Number(prefix_size)); }
  bool done() const { return bytes_.empty(); }
  bool failed() const { return failed_; }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

std::string ParseServerName(std::string_view body) {
  Reader list(Reader(body).TakePrefixed(2));
  while (!list.done()) {
    const auto type = list.Number(1);
    const auto name = list.TakePrefixed(2);
    if (type != 0) continue;
    return LowerCase(name);
  }
  return {};
}

std::vector<std::string> ParseProtocols(std::string_view body) {
  std::vector<std::string> protocols;
  Reader list(Reader(body).TakePrefixed(2));
  while (!list.done()) {
    const auto name = list.TakePrefixed(1);
    if (!name.empty()) protocols.emplace_back(name);
  }
  return protocols;
}

Result<ClientHello> ParseBody(std::string_view body) {
  Reader reader(body);
  reader.Number(2);           // legacy version
  reader.Take(kRandomBytes);  // the client's random
  reader.TakePrefixed(1);     // session id
  reader.TakePrefixed(2);     // cipher suites
  reader.TakePrefixed(1);     // compression methods

  ClientHello hello;
  if (reader.failed()) return Fail(ErrorKind::kBadParameter, "malformed TLS client hello");
  if (reader.done()) return hello;  // no extensions

  Reader extensions(reader.TakePrefixed(2));
  while (!extensions.done()) {
    const auto type = extensions.Number(2);
    const auto content = extensions.TakePrefixed(2);
    if (type == kServerNameExtension) hello.server_name = ParseServerName(content);
    if (type == kAlpnExtension) hello.protocols = ParseProtocols(content);
  }
  if (reader.failed() || extensions.failed()) return Fail(ErrorKind::kBadParameter, "malformed TLS client hello");
  return hello;
}

}  // namespace

Result<ClientHelloResult> ParseClientHello(std::string_view bytes) {
  if (!bytes.empty() && static_cast<std::uint8_t>(bytes[0]) != kHandshakeRecord) {
    return Fail(ErrorKind::kBadParameter, "not a TLS connection");
  }
  if (bytes.size() < kRecordHeaderBytes) return ClientHelloResult{kRecordHeaderBytes, {}};

  Reader header(bytes.substr(3, 2));
  const std::size_t record_bytes = header.Number(2);
  if (record_bytes + kRecordHeaderBytes > kMaxClientHelloBytes) {
    return Fail(ErrorKind::kBadParameter, "TLS record of {} bytes is too long", record_bytes);
  }
  if (bytes.size() < kRecordHeaderBytes + record_bytes) {
    return ClientHelloResult{kRecordHeaderBytes + record_bytes, {}};
  }

  Reader message(bytes.substr(kRecordHeaderBytes, record_bytes));
  if (message.Number(1) != kClientHelloMessage) return Fail(ErrorKind::kBadParameter, "no TLS client hello");
  const auto body = message.TakePrefixed(3);
  if (message.failed()) return Fail(ErrorKind::kBadParameter, "TLS client hello spans several records");
  ASSIGN_OR_RETURN(ClientHello hello, ParseBody(body));
  return ClientHelloResult{0, std::move(hello)};
}

}  // namespace sallyport
