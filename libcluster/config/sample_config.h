// Writes the file of `teleport configure` and `teleport node configure`: a teleport.yaml that starts without edits.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libresources/kinds/join_method.h"

namespace sallyport {

struct SampleOptions {
  std::string version = "v3";
  std::string cluster_name;
  std::string public_addr;  // of the proxy; without a proxy, of the node
  std::string data_dir = "/var/lib/teleport";
  std::string node_name;
  std::vector<std::string> roles;  // of: proxy, node, auth; none: all of them, the node where sshd is installed
  std::map<std::string, std::string> node_labels;
  std::string auth_server;
  std::string proxy;
  std::string join_method{kJoinByToken};
  std::string token;
  std::vector<std::string> ca_pins;
  std::string cert_file;
  std::string key_file;
};

// Returns the text. Fails with kBadParameter (an unknown role, an invalid address, both a proxy and an auth address, a
// certificate without its key) or kNotImplemented (unimplemented roles).
Result<std::string> SampleConfig(const SampleOptions& options);

}  // namespace sallyport
