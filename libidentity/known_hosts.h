// Reads and writes the @cert-authority lines of known_hosts, which name the host CAs of clusters (sshd(8),
// SSH_KNOWN_HOSTS FILE FORMAT).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libidentity/keys.h"

namespace sallyport {

struct HostAuthority {
  std::string proxy_host;  // may be empty
  std::string cluster;
  PublicKey key;
  bool operator==(const HostAuthority&) const = default;
};

// Returns "@cert-authority proxy,cluster,*.cluster ssh-ed25519 AAAA... type=host", no newline; without the proxy when
// it is empty. Fails with kBadParameter: no cluster or key, a name with a space, comma or control character.
Result<std::string> FormatHostAuthority(const HostAuthority& authority);

// Reads one such line. With three names the first is the proxy, with one or two the first is the cluster. Fails with
// kBadParameter.
Result<HostAuthority> ParseHostAuthority(std::string_view line);

// Reads a whole file: every @cert-authority line; comments, blank lines and plain host keys are skipped. Fails with
// kBadParameter and the line's number.
Result<std::vector<HostAuthority>> ParseKnownHosts(std::string_view text);

// Returns the text with the line appended unless the text has it. An older line of the same cluster and key that has no
// proxy is dropped when the new one names a proxy.
std::string AddToKnownHosts(std::string_view text, std::string_view line);

}  // namespace sallyport
