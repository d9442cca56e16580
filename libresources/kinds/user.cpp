#include "libresources/kinds/user.h"

#include <fmt/ranges.h>

#include "libbase/path_part.h"
#include "libbase/text.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

constexpr TextColumn kUserColumns[] = {{"User", &NameOf}};

// A login writes files that have the name of its user.
Status CheckUserName(const std::string& name) {
  if (IsSafeName(name)) return {};
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" cannot be the name of a user", StripControl(name)),
                      "a name has no slash and no control characters, and is neither \".\" nor \"..\"");
}

}  // namespace

Status CheckUser(google::protobuf::Message& resource) {
  auto& user = static_cast<types::UserV2&>(resource);
  RETURN_IF_ERROR(CheckUserName(user.metadata().name()));
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

void KeepHistory(const types::UserV2& stored, types::UserV2& user) {
  *user.mutable_spec()->mutable_createdby() = stored.spec().createdby();
  *user.mutable_spec()->mutable_status() = stored.spec().status();
  *user.mutable_status() = stored.status();
}

std::span<const TextColumn> UserColumns() { return kUserColumns; }

}  // namespace sallyport
