// Two sockets that listen at one address, with a queue each: connections of known sources wait in the first, all others
// in the second. When strangers flood a port, the kernel drops what their queue has no room for, and nobody else waits
// behind them. (SO_REUSEPORT, SO_ATTACH_REUSEPORT_CBPF: socket(7).)
#pragma once

#include <linux/filter.h>

#include <string>
#include <vector>

namespace sallyport {

// Returns the program that chooses the socket of a connection: 0 for the sources (SourceOf), 1 for all others. A source
// that is no address is left out, and so are those at the end that a program has no room for (about 2,000 of IPv4).
std::vector<sock_filter> SteeringProgram(const std::vector<std::string>& sources);

// Gives the program to a group of two sockets; `socket` is one of them. False: the kernel does not take it.
bool Steer(int socket, const std::vector<std::string>& sources);

}  // namespace sallyport
