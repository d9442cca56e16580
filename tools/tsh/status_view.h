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
// Reads every profile, or the identity file of --identity. Files that cannot be read are left out, except the active
// profile's, whose error is returned. The active profile is the one with the name, else of --proxy, else the current
// profile.
Result<Logins> ReadLogins(const Invocation& invocation, std::string active = {});

// Returns the result of both commands. With `verbose`, or --debug, it includes traits.
Output StatusOutput(const Invocation& invocation, const Logins& logins, bool verbose);

}  // namespace sallyport
