// What every TCP connection of ours is set to.
#pragma once

namespace sallyport {

// Sends small messages at once, and notices within a minute that the other side is gone without a word: a cable, a
// firewall, a host that was switched off.
void SetUpConnection(int socket);

}  // namespace sallyport
