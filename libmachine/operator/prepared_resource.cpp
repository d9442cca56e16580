#include "libmachine/operator/prepared_resource.h"

#include "libmachine/operator/secret_reference.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/connector.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

template <typename Connector>
Status FillClientSecret(Connector& connector, const SecretLookUp& look_up) {
  if (!IsSecretReference(connector.spec().clientsecret())) return {};
  ASSIGN_OR_RETURN(const Secret value, look_up(connector.spec().clientsecret()));
  connector.mutable_spec()->set_clientsecret(value.Reveal());
  return {};
}

void KeepOfUser(types::UserV2& user, const types::UserV2& stored) {
  *user.mutable_spec()->mutable_createdby() = stored.spec().createdby();
  *user.mutable_spec()->mutable_status() = stored.spec().status();
  if (!user.has_status() && stored.has_status()) *user.mutable_status() = stored.status();
}

}  // namespace

Status FillSecrets(Resource& resource, const SecretLookUp& look_up) {
  if (auto* const github = dynamic_cast<types::GithubConnectorV3*>(resource.message.get())) {
    return FillClientSecret(*github, look_up);
  }
  if (auto* const oidc = dynamic_cast<types::OIDCConnectorV3*>(resource.message.get())) {
    return FillClientSecret(*oidc, look_up);
  }
  return {};
}

void KeepOfStored(Resource& resource, const google::protobuf::Message& stored) {
  SetRevision(*resource.message, RevisionOf(stored));
  if (auto* const user = dynamic_cast<types::UserV2*>(resource.message.get())) {
    KeepOfUser(*user, static_cast<const types::UserV2&>(stored));
  }

  auto* const saml = dynamic_cast<types::SAMLConnectorV2*>(resource.message.get());
  const auto* const had = dynamic_cast<const types::SAMLConnectorV2*>(&stored);
  if (saml == nullptr || had == nullptr || saml->spec().has_signingkeypair()) return;
  if (had->spec().has_signingkeypair()) *saml->mutable_spec()->mutable_signingkeypair() = had->spec().signingkeypair();
}

}  // namespace sallyport
