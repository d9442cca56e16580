// Describes where the forwarder sends the requests for a cluster: to an API server, or to the agent that serves the
// cluster.
#pragma once

#include <functional>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libkube/endpoint.h"

namespace sallyport {

struct KubeUpstream {
  KubeEndpoint endpoint;
  // For a cluster that an agent serves: connects through the agent instead of to the host, and calls back once.
  std::function<void(std::function<void(Result<UniqueFd>)> done)> dial = {};
};

}  // namespace sallyport
