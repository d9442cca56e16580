#include "libbase/error.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/status_view.h"

namespace sallyport {
namespace {

struct StatusOptions {
  bool verbose = false;
};

Result<Output> RunStatus(const Invocation& invocation, const StatusOptions& given) {
  ASSIGN_OR_RETURN(const Logins logins, ReadLogins(invocation));
  if (!logins.active || !logins.active->has_certificates) {
    return FailWithHint(ErrorKind::kNotLoggedIn, "the profile directory has no login",
                        "log in: tsh login --proxy=HOST --user=USER");
  }
  Output output = StatusOutput(invocation, logins, given.verbose);
  const ProfileStatus& active = *logins.active;
  if (!active.IsValid(Now())) {
    const Error error{ErrorKind::kNotLoggedIn, fmt::format("the login at {} has expired", active.profile.Name()), {}};
    output.notices.push_back(fmt::format("tsh: {}\n  hint: log in again: tsh login --proxy={} --user={}", ToText(error),
                                         active.profile.web_proxy_addr, active.username));
    output.exit_code = RowOf(error.kind).exit_code;
  }
  return output;
}

}  // namespace

Command StatusCommand() {
  return {.path = "status",
          .summary = "Show the logged-in users, their clusters, and how long the logins are valid",
          .options = {{.name = "verbose",
                       .short_name = 'v',
                       .help = "Show traits too",
                       .into = Into<&StatusOptions::verbose>}},
          .example = "tsh status --format=json",
          .run = RunWith<RunStatus>};
}

}  // namespace sallyport
