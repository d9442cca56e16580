// Sends join requests to a cluster: to the web port of the proxy, or by gRPC with a known authority
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

// Checks that the settings say how to verify the cluster. Fails with kBadParameter for an auth service without a CA
// pin and without its authority, unless the settings accept any certificate.
Status CheckTrust(const JoinSettings& settings);

// Requests certificates from a cluster. With pins, the cluster presents its authority first and receives the request
// only when the authority matches a pin; an auth service may also be verified by a known authority, or not at all.
// Otherwise the certificate of the proxy must be trusted. Fails as the client library does, and with kAccessDenied
// (refused by the cluster, or an authority that matches no pin).
Result<proto::Certs> AskToJoin(const JoinSettings& settings, const types::RegisterUsingTokenRequest& request);

// Requests certificates from a cluster that the machine has joined before; `authorities` (PEM) are those of the
// cluster. Fails as the client library does.
Result<proto::Certs> AskToRejoin(const JoinSettings& settings, const std::string& cluster,
                                 const std::vector<std::string>& authorities, const v1::RejoinRequest& request);

}  // namespace sallyport
