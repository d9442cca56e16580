#include "libresources/kinds/user.h"

#include <fmt/ranges.h>

#include "libbase/path_part.h"
#include "libbase/text.h"
#include "libresources/kinds/metadata.h"
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

// Fills in defaults and validates a user. Whether its roles exist is the cluster's to check. Fails with kBadParameter.
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

}  // namespace

KindRow UserKind() {
  return {
      .kind = "user",
      .aliases = "users",
      .versions = "v2",
      .prototype = &Prototype<types::UserV2>,
      .check = &CheckUser,
      .columns = kUserColumns,
  };
}

void KeepHistory(const types::UserV2& stored, types::UserV2& user) {
  *user.mutable_spec()->mutable_createdby() = stored.spec().createdby();
  *user.mutable_spec()->mutable_status() = stored.spec().status();
  *user.mutable_status() = stored.status();
}

}  // namespace sallyport
