// Dials as they pass through a tunnel.
#pragma once

#include "libbase/error.h"
#include "libcluster/ssh/ssh_agent.h"

namespace sallyport::v1 {
class Dial;
}

namespace sallyport {

void ToMessage(const SshDial& dial, v1::Dial& message);
// kBadParameter when something is said that this side does not know.
Result<SshDial> FromMessage(const v1::Dial& message);

}  // namespace sallyport
