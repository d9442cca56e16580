#include "libcluster/auth/session_access.h"

#include "libresources/access.h"

namespace sallyport {

Status CheckSession(const Caller& caller, std::string_view verb, const Value& end) {
  if (caller.kind == Caller::Kind::kAdmin) return {};
  if (caller.kind != Caller::Kind::kUser) {
    return Fail(ErrorKind::kAccessDenied, "access denied to perform action \"{}\" on \"session\"", verb);
  }
  RuleContext context;
  context.session = end;
  return caller.access->CheckRule("session", verb, context);
}

}  // namespace sallyport
