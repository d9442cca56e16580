#include "libcluster/config/static_tokens.h"

#include "libbase/file.h"
#include "libbase/text.h"
#include "libbase/trim.h"
#include "libresources/kinds/token.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {

Result<std::shared_ptr<const types::StaticTokensV2>> ParseStaticTokens(const std::vector<std::string>& entries) {
  auto tokens = std::make_shared<types::StaticTokensV2>();
  for (const auto& entry : entries) {
    const auto colon = entry.find(':');
    if (colon == std::string::npos) {
      return Fail(ErrorKind::kBadParameter,
                  "auth_service.tokens: an entry has no colon, and must have the form \"role,role:token\"");
    }

    std::vector<std::string> names{entry.substr(colon + 1)};
    if (names.front().starts_with('/')) {
      ASSIGN_OR_RETURN(const std::string content, ReadFile(names.front()));
      names = SplitNonEmpty(content, '\n');
    }

    for (const auto& line : names) {
      const std::string_view name = Trimmed(line);
      if (name.empty()) continue;
      auto& token = *tokens->mutable_spec()->add_statictokens();
      token.set_token(std::string(name));
      for (const auto& role : SplitNonEmpty(entry.substr(0, colon), ',')) {
        const auto known = SystemRoleNamed(role);
        if (!known) return Fail(ErrorKind::kBadParameter, "auth_service.tokens: role \"{}\" is not known", role);
        if (!IsServiceRole(*known)) {
          return Fail(ErrorKind::kBadParameter, "auth_service.tokens: a token cannot give the role {}", *known);
        }
        token.add_roles(std::string(*known));
      }
    }
  }
  return tokens;
}

}  // namespace sallyport
