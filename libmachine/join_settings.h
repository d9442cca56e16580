// Holds the settings for joining: the cluster, the role of the machine, and its token.
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
  std::string role = "Instance";        // one role of the token, or "Instance" for all of them
  std::string method{kJoinByToken};     // a row of join_methods.h
  std::string token;                    // the name of the token; a secret name may be given as the path of its file
  // The file with the token of the pod's service account, for the method kubernetes.
  std::string kubernetes_token_path = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  std::vector<std::string> ca_pins;  // "sha256:...": of the cluster's host authority
  HostPort address;                  // of the proxy, or of the auth service
  bool through_proxy = true;
  NetworkSettings network;
  std::string authorities_pem;       // the cluster's host authority itself, instead of pins
  std::string program = "teleport";  // the program that joins, for the user agent
};

}  // namespace sallyport
