// The status of logins, as `tsh status` and `tsh login` show it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libclient/profile_status.h"
#include "tools/shell/command.h"

namespace sallyport {

struct Logins {
  std::optional<ProfileStatus> active;
  std::vector<ProfileStatus> others;  // those that somebody is logged in at
};
// Reads every profile, or the identity file of --identity. Files that cannot be read are left out, but for the active
// one: its error is returned. The active one is that of the name, or else of --proxy, or else the current one.
Result<Logins> ReadLogins(const Invocation& invocation, std::string active = {});

// The result of both commands. With `verbose`, or --debug, traits are shown too.
Output StatusOutput(const Invocation& invocation, const Logins& logins, bool verbose);

}  // namespace sallyport
