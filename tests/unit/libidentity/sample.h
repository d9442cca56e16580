// Keys, authorities and identities that several tests share, because keys are slow to make.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "libidentity/identity.h"
#include "libidentity/keys.h"
#include "libidentity/x509.h"

namespace sallyport::test {

inline const Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + std::chrono::hours(1)};

inline const PrivateKey& Ed25519Key() {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
  return key;
}
inline const PrivateKey& EcdsaKey() {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  return key;
}
inline const PrivateKey& RsaKey() {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kRsa2048).value();
  return key;
}
inline std::vector<PrivateKey> AllKeys() { return {Ed25519Key(), EcdsaKey(), RsaKey()}; }

struct Authority {
  PrivateKey key;
  Certificate certificate;
};
inline Authority MakeAuthority(std::string_view cluster, const PrivateKey& key) {
  return {key, MakeCertificateAuthority(cluster, key, kNow).value()};
}
inline const Authority& SampleAuthority() {
  static const Authority authority = MakeAuthority("ref.test", GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value());
  return authority;
}

// Returns the identity in the recorded certificates of the reference.
inline Identity RecordedUser() {
  Identity user;
  user.username = "seokbin2";
  user.groups = {"member", "editor", "access"};
  user.principals = {"root", "-teleport-internal-join"};
  user.route_to_cluster = "ref.test";
  user.teleport_cluster = "ref.test";
  for (const char* name :
       {"aws_role_arns", "azure_identities", "db_names", "db_roles", "db_users", "gcp_service_accounts",
        "kubernetes_groups", "kubernetes_users", "mcp_tools", "windows_logins"}) {
    user.traits.Set(name, std::nullopt);
  }
  user.traits.Set("host_user_gid", {{""}});
  user.traits.Set("host_user_uid", {{""}});
  user.traits.Set("logins", {{"root"}});
  user.kubernetes_groups = {"dev"};
  user.login_ip = "127.0.0.1";
  user.user_type = "local";
  user.private_key_policy = "none";
  return user;
}

}  // namespace sallyport::test
