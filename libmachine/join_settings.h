// Which cluster a machine joins, as what, and what it shows for it.
#pragma once

#include <string>
#include <vector>

#include "libbase/address.h"
#include "libclient/network.h"
#include "libresources/kinds/join_method.h"

namespace sallyport {

struct JoinSettings {
  std::string data_dir;
  std::string node_name;
  std::vector<std::string> principals;  // names of the host beside its own
  std::string role = "Instance";        // of the token's, or "Instance" for all of them
  std::string method{kJoinByToken};     // a row of join_methods.h
  std::string token;                    // the token's name; where that is a secret, it may be the path of its file
  std::vector<std::string> ca_pins;     // "sha256:...": of the cluster's host authority
  HostPort address;                     // of the proxy, or of the auth service
  bool through_proxy = true;
  NetworkSettings network;
  std::string program = "teleport";  // which asks
};

}  // namespace sallyport
