#include "libcluster/ssh/sshd_log.h"

#include "libbase/address.h"

namespace sallyport {
namespace {

constexpr std::string_view kAccepted = "Accepted publickey for ";
constexpr std::string_view kFailed = "Failed publickey for ";
constexpr std::string_view kForward = "debug1: serverloop.c:server_request_direct_tcpip()";
constexpr std::string_view kCertificate = "-CERT ";

// Takes the text before `end` off the start of `line`, and `end` with it.
std::optional<std::string_view> Until(std::string_view& line, std::string_view end) {
  const auto at = line.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view text = line.substr(0, at);
  line.remove_prefix(at + end.size());
  return text;
}

// "LOGIN from ADDRESS port N ssh2: ED25519-CERT SHA256:... ID KEY-ID (serial 0) CA ..."
std::optional<SshdEvent> ParseAccepted(std::string_view line) {
  if (!line.contains(kCertificate)) return std::nullopt;
  return SshdAccepted{};
}

// Clients offer keys before certificates; only lines about certificates count.
std::optional<SshdEvent> ParseRefused(std::string_view line) {
  constexpr std::string_view kInvalid = "invalid user ";
  const bool unknown = line.starts_with(kInvalid);
  if (unknown) line.remove_prefix(kInvalid.size());
  const auto login = Until(line, " from ");
  if (!login || !line.contains(kCertificate)) return std::nullopt;
  return SshdRefused{std::string(*login), unknown ? "the node has no such user" : "sshd refused the SSH certificate"};
}

// "...:453 (pid=7): originator 127.0.0.1 port 65535, target HOST port N"
std::optional<SshdEvent> ParseForward(std::string_view line) {
  if (!Until(line, ", target ")) return std::nullopt;
  const auto end = line.rfind(" port ");
  if (end == std::string_view::npos) return std::nullopt;
  constexpr std::string_view kPort = " port ";
  const std::string text = std::string(line.substr(end + kPort.size()));
  const auto address = ParseHostPort(":" + text, 0);
  if (!address) return std::nullopt;
  return SshdForward{FormatHostPort({std::string(line.substr(0, end)), address->port})};
}

}  // namespace

std::optional<SshdEvent> ParseSshdLine(std::string_view line) {
  while (line.ends_with('\r') || line.ends_with('\n')) line.remove_suffix(1);
  struct Row {
    std::string_view start;
    std::optional<SshdEvent> (*parse)(std::string_view);
  };
  constexpr Row kRows[] = {{kAccepted, ParseAccepted}, {kFailed, ParseRefused}, {kForward, ParseForward}};
  for (const auto& row : kRows) {
    if (line.starts_with(row.start)) return row.parse(line.substr(row.start.size()));
  }
  return std::nullopt;
}

}  // namespace sallyport
