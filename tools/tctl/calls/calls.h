// The rows of all kinds, each in the file of its kind (calls_role.cpp, ...), and what these files share.
#pragma once

#include <string>

#include "libclient/rpc.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tools/tctl/calls/kind_calls.h"

namespace sallyport {

extern const KindCalls kAccessRequestCalls;
extern const KindCalls kAppCalls;
extern const KindCalls kAppServerCalls;
extern const KindCalls kAuthPreferenceCalls;
extern const KindCalls kBotCalls;
extern const KindCalls kBotInstanceCalls;
extern const KindCalls kCertAuthorityCalls;
extern const KindCalls kClusterAlertCalls;
extern const KindCalls kDatabaseCalls;
extern const KindCalls kDiscoveryConfigCalls;
extern const KindCalls kGithubCalls;
extern const KindCalls kKubeClusterCalls;
extern const KindCalls kKubeServerCalls;
extern const KindCalls kLockCalls;
extern const KindCalls kNamespaceCalls;
extern const KindCalls kNetworkingConfigCalls;
extern const KindCalls kNodeCalls;
extern const KindCalls kOidcCalls;
extern const KindCalls kRecordingConfigCalls;
extern const KindCalls kRoleCalls;
extern const KindCalls kSamlCalls;
extern const KindCalls kServerInfoCalls;
extern const KindCalls kTokenCalls;
extern const KindCalls kTrustedClusterCalls;
extern const KindCalls kUserCalls;

// Gives each item to the sink, until it fails.
template <typename Items>
Status SinkAll(const Items& items, const MessageSink& sink) {
  for (const auto& item : items) RETURN_IF_ERROR(sink(item));
  return {};
}

// Returns the request of the many methods that want a name only.
inline types::ResourceRequest ByName(const std::string& name) {
  types::ResourceRequest request;
  request.set_name(name);
  return request;
}

}  // namespace sallyport
