// Makes the text that a host signs with the key of its expired certificate to get new certificates under its id.
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

// Returns the text. The text names the new keys, so that a replayed request yields certificates only for the keys of
// the host.
std::string HostProofText(std::string_view cluster, std::string_view host_id, std::string_view public_tls_key,
                          std::string_view public_ssh_key);

}  // namespace sallyport
