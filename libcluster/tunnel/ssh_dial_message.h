// Converts dials to and from the tunnel's messages.
#pragma once

#include "libbase/error.h"
#include "libcluster/ssh/ssh_agent.h"

namespace sallyport::v1 {
class Dial;
}

namespace sallyport {

void ToMessage(const SshDial& dial, v1::Dial& message);
// Fails with kBadParameter for a value that this version does not know.
Result<SshDial> FromMessage(const v1::Dial& message);

}  // namespace sallyport
