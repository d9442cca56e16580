#include "libresources/user.h"

#include <fmt/ranges.h>

#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

constexpr TextColumn kColumns[] = {{"User", &NameOf}};

}  // namespace

Status CheckUser(google::protobuf::Message& resource) {
  auto& user = static_cast<types::UserV2&>(resource);
  const std::pair<std::string_view, const google::protobuf::RepeatedPtrField<types::ExternalIdentity>*> lists[] = {
      {"oidc_identities", &user.spec().oidcidentities()},
      {"saml_identities", &user.spec().samlidentities()},
      {"github_identities", &user.spec().githubidentities()},
  };
  for (const auto& [name, list] : lists) {
    int index = 0;
    for (const types::ExternalIdentity& identity : *list) {
      const std::string path = fmt::format("spec.{}[{}]", name, index++);
      if (identity.connectorid().empty()) {
        return Fail(ErrorKind::kBadParameter, "{}.connector_id is missing", path);
      }
      if (identity.username().empty()) return Fail(ErrorKind::kBadParameter, "{}.username is missing", path);
    }
  }
  return {};
}

std::span<const TextColumn> UserColumns() { return kColumns; }

}  // namespace sallyport
