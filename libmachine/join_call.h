// How a cluster is asked to let a machine in: by the proxy's web port, or by gRPC with an authority that is known
// (docs/protocol/joining.md).
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libmachine/join_settings.h"

namespace proto {
class Certs;
}
namespace sallyport::v1 {
class RejoinRequest;
}
namespace types {
class RegisterUsingTokenRequest;
}

namespace sallyport {

// Checks that the settings say by what the cluster is trusted. kBadParameter: an auth service without a CA pin.
Status CheckTrust(const JoinSettings& settings);

// Asks a cluster for certificates. With pins the cluster shows its authority first, and gets the request only when that
// is one of them; without, the proxy's own certificate must be trusted. Fails as the client library does, and with
// kAccessDenied: what the cluster refuses, another authority than the pinned.
Result<proto::Certs> AskToJoin(const JoinSettings& settings, const types::RegisterUsingTokenRequest& request);

// Asks a cluster that the machine has joined before, whose authorities (PEM) it knows. Fails as the client library
// does.
Result<proto::Certs> AskToRejoin(const JoinSettings& settings, const std::string& cluster,
                                 const std::vector<std::string>& authorities, const v1::RejoinRequest& request);

}  // namespace sallyport
