// What a host signs, with the key of an expired certificate, to have new ones under its id.
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

// Returns the text. It names the new keys, so that whoever repeats a request gets certificates for the host's keys
// alone.
std::string HostProofText(std::string_view cluster, std::string_view host_id, std::string_view public_tls_key,
                          std::string_view public_ssh_key);

}  // namespace sallyport
