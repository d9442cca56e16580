#include "libmachine/host_joining.h"

#include "libbase/file.h"
#include "libbase/log.h"
#include "libbase/text.h"
#include "libidentity/host_proof.h"
#include "libidentity/keys.h"
#include "libmachine/join_call.h"
#include "libmachine/join_methods.h"
#include "sallyport/v1/host_service.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/legacy/types/join.pb.h"

namespace sallyport {
namespace {

// The key serves both certificates.
void SetHost(types::RegisterUsingTokenRequest& request, const std::string& host_id, const PrivateKey& key) {
  request.set_hostid(host_id);
  request.set_publictlskey(key.public_key().ToPem());
  request.set_publicsshkey(key.public_key().ToAuthorizedKey());
}

// Clusters that do not assign ids use `host_id` as the id of this host.
Result<HostIdentity> Join(const JoinSettings& settings, const std::string& host_id) {
  ASSIGN_OR_RETURN(auto request, MakeJoinRequest(settings, "has not joined a cluster"));
  RETURN_IF_ERROR(CheckTrust(settings));
  ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(KeyAlgorithm::kEcdsaP256));
  SetHost(request, host_id, key);
  auto certs = AskToJoin(settings, request);
  if (!certs) return std::unexpected(InContext("cannot join", std::move(certs).error()));

  ASSIGN_OR_RETURN(HostIdentity identity, KeepIdentity(settings.data_dir, "", key, *certs));
  Log(LogLevel::kInfo, "joined the cluster", {{"host", identity.host_id}});
  return identity;
}

// Adds to a request that its host had the id of an expired certificate.
Result<v1::RejoinRequest> ProveHost(types::RegisterUsingTokenRequest join, const HostIdentity& expired) {
  ASSIGN_OR_RETURN(const PrivateKey old_key, ParsePrivateKeyPem(expired.credentials.private_key.Reveal()));
  v1::RejoinRequest request;
  request.set_certificate(expired.credentials.tls_certificate);
  ASSIGN_OR_RETURN(*request.mutable_proof(), old_key.Sign(HostProofText(expired.cluster, expired.host_id,
                                                                        join.publictlskey(), join.publicsshkey())));
  *request.mutable_join() = std::move(join);
  return request;
}

}  // namespace

Result<HostIdentity> LoadOrJoin(const JoinSettings& settings) {
  RETURN_IF_ERROR(MakeDirectories(settings.data_dir, 0700));
  ASSIGN_OR_RETURN(auto kept, LoadIdentity(settings.data_dir));
  if (!kept) return Join(settings, RandomUuid());
  ASSIGN_OR_RETURN(const bool expired, HasExpired(*kept));
  if (!expired) return std::move(*kept);
  return Rejoin(settings, *kept);
}

Result<HostIdentity> Rejoin(const JoinSettings& settings, const HostIdentity& expired) {
  ASSIGN_OR_RETURN(auto join, MakeJoinRequest(settings, "has been away for so long that its certificate has expired"));
  ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(KeyAlgorithm::kEcdsaP256));
  SetHost(join, expired.host_id, key);
  auto request = ProveHost(std::move(join), expired);
  // The identity has the cluster's authority, so no CA pin is needed.
  auto certs = request ? AskToRejoin(settings, expired.cluster, expired.credentials.tls_authorities, *request)
                       : std::unexpected(std::move(request).error());

  // An older cluster does not assign ids, and accepts this host's old id.
  if (!certs && certs.error().kind == ErrorKind::kNotImplemented) return Join(settings, expired.host_id);
  if (!certs) return std::unexpected(InContext("cannot join again", std::move(certs).error()));
  ASSIGN_OR_RETURN(HostIdentity identity, KeepIdentity(settings.data_dir, expired.host_id, key, *certs));
  Log(LogLevel::kInfo, "joined the cluster again", {{"host", identity.host_id}});
  return identity;
}

}  // namespace sallyport
