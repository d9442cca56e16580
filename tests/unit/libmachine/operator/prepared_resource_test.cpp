#include "libmachine/operator/prepared_resource.h"

#include <catch2/catch.hpp>

#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/connector.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

template <typename Message>
std::pair<Resource, Message*> Fresh(std::string_view kind) {
  Resource resource = NewResource(*FindKind(kind));
  return {resource, dynamic_cast<Message*>(resource.message.get())};
}

TEST_CASE("a reference is replaced by the value of the Secret, another client secret stays") {
  const auto look_up = [](std::string_view reference) -> Result<Secret> {
    CHECK(reference == "secret://gh/client");
    return Secret("value");
  };
  auto [github, connector] = Fresh<types::GithubConnectorV3>("github");
  connector->mutable_spec()->set_clientsecret("secret://gh/client");
  CHECK(FillSecrets(github, look_up));
  CHECK(connector->spec().clientsecret() == "value");
  CHECK(FillSecrets(github, look_up));
  CHECK(connector->spec().clientsecret() == "value");

  auto [oidc, other] = Fresh<types::OIDCConnectorV3>("oidc");
  other->mutable_spec()->set_clientsecret("secret://gh/client");
  const auto refuses = [](std::string_view) -> Result<Secret> { return Fail(ErrorKind::kAccessDenied, "no"); };
  CHECK(FillSecrets(oidc, refuses).error().kind == ErrorKind::kAccessDenied);
  CHECK(other->spec().clientsecret() == "secret://gh/client");
}

TEST_CASE("a user keeps its creator, its lock and its revision") {
  auto [stored, was] = Fresh<types::UserV2>("user");
  SetRevision(*was, "r1");
  was->mutable_spec()->mutable_createdby()->mutable_user()->set_name("bot-operator");
  was->mutable_spec()->mutable_status()->set_islocked(true);
  auto [wanted, user] = Fresh<types::UserV2>("user");
  user->mutable_spec()->mutable_createdby()->mutable_user()->set_name("forged");
  KeepOfStored(wanted, *was);
  CHECK(RevisionOf(*user) == "r1");
  CHECK(user->spec().createdby().user().name() == "bot-operator");
  CHECK(user->spec().status().islocked());
}

TEST_CASE("a SAML connector keeps its key pair unless the custom resource has one") {
  auto [stored, was] = Fresh<types::SAMLConnectorV2>("saml");
  was->mutable_spec()->mutable_signingkeypair()->set_cert("old");
  auto [wanted, connector] = Fresh<types::SAMLConnectorV2>("saml");
  KeepOfStored(wanted, *was);
  CHECK(connector->spec().signingkeypair().cert() == "old");
  connector->mutable_spec()->mutable_signingkeypair()->set_cert("new");
  KeepOfStored(wanted, *was);
  CHECK(connector->spec().signingkeypair().cert() == "new");
}

}  // namespace
}  // namespace sallyport
