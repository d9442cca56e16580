#include "libresources/kinds/cert_authority.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "libbase/text.h"
#include "libidentity/keys.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/trust.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kTypes[] = {"host",     "user",     "db",     "db_client", "openssh", "jwt",
                                       "saml_idp", "oidc_idp", "spiffe", "okta",      "awsra",   "bound_keypair"};

const types::CertAuthoritySpecV2& Spec(const google::protobuf::Message& resource) {
  return static_cast<const types::CertAuthorityV2&>(resource).spec();
}

// Every pair has its public half; the private one may have been removed.
Status CheckKeys(std::string_view part, const types::CAKeySet& keys) {
  for (const types::SSHKeyPair& pair : keys.ssh()) {
    if (pair.publickey().empty()) return Fail(ErrorKind::kBadParameter, "spec.{}.ssh: public_key is missing", part);
  }
  for (const types::TLSKeyPair& pair : keys.tls()) {
    if (pair.cert().empty()) return Fail(ErrorKind::kBadParameter, "spec.{}.tls: cert is missing", part);
  }
  for (const types::JWTKeyPair& pair : keys.jwt()) {
    if (pair.publickey().empty()) return Fail(ErrorKind::kBadParameter, "spec.{}.jwt: public_key is missing", part);
  }
  return {};
}

std::string ClusterName(const google::protobuf::Message& resource) { return NameOf(resource); }
std::string Type(const google::protobuf::Message& resource) { return Spec(resource).type(); }
std::string RoleMap(const google::protobuf::Message& resource) {
  if (Spec(resource).type() == "host") return "N/A";
  return ShownRoleMap(Spec(resource).rolemap());
}

// Of the keys that are trusted for SSH, as ssh-keygen -l shows them.
std::string Fingerprints(const google::protobuf::Message& resource) {
  std::vector<std::string> fingerprints;
  for (const auto* keys : {&Spec(resource).activekeys(), &Spec(resource).additionaltrustedkeys()}) {
    for (const auto& pair : keys->ssh()) {
      const auto key = ParseAuthorizedKey(pair.publickey());
      if (key) fingerprints.push_back(key->key.SshFingerprint());
    }
  }
  return fmt::format("{}", fmt::join(fingerprints, ","));
}

constexpr TextColumn kAuthorityColumns[] = {
    {"Cluster Name", &ClusterName}, {"CA Type", &Type}, {"Fingerprint", &Fingerprints}, {"Role Map", &RoleMap}};

// Validates an authority: type, cluster name, and the kinds of keys that its type needs. Fails with kBadParameter.
Status CheckCertAuthority(google::protobuf::Message& resource) {
  auto& authority = static_cast<types::CertAuthorityV2&>(resource);
  const std::string& type = authority.spec().type();
  if (std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes)) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("spec.type: unknown type of authority \"{}\"", StripControl(type)),
                        fmt::format("one of {}", fmt::join(kTypes, ", ")));
  }
  if (authority.subkind().empty()) authority.set_subkind(type);
  if (authority.spec().clustername().empty()) return Fail(ErrorKind::kBadParameter, "spec.cluster_name is missing");
  RETURN_IF_ERROR(CheckKeys("active_keys", authority.spec().activekeys()));
  return CheckKeys("additional_trusted_keys", authority.spec().additionaltrustedkeys());
}

}  // namespace

KindRow CertAuthorityKind() {
  return {
      .kind = "cert_authority",
      .aliases = "cert_authorities cas",
      .versions = "v2",
      .prototype = &Prototype<types::CertAuthorityV2>,
      .check = &CheckCertAuthority,
      .columns = kAuthorityColumns,
  };
}

std::string ShownRoleMap(const google::protobuf::RepeatedPtrField<types::RoleMapping>& map) {
  std::vector<std::string> mappings;
  for (const types::RoleMapping& mapping : map) {
    mappings.push_back(fmt::format("{}:{}", mapping.remote(), fmt::join(mapping.local(), ",")));
  }
  return fmt::format("[{}]", fmt::join(mappings, " "));
}

std::span<const std::string_view> CertAuthorityTypes() { return kTypes; }

}  // namespace sallyport
