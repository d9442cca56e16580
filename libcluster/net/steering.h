// Two sockets that listen at one address, with a queue each: connections of known sources wait in the first, all others
// in the second. When strangers flood a port, the kernel drops their excess connections, and connections of known
// sources do not wait behind them. (SO_REUSEPORT, SO_ATTACH_REUSEPORT_CBPF: socket(7).)
#pragma once

#include <linux/filter.h>

#include <string>
#include <vector>

namespace sallyport {

// Returns the program that chooses the socket of a connection: 0 for the sources (SourceOf), 1 for all others. Leaves
// out sources that are no addresses, and those at the end that do not fit into a program (about 2,000 of IPv4).
std::vector<sock_filter> SteeringProgram(const std::vector<std::string>& sources);

// Attaches the program to a group of two sockets; `socket` is one of them. Returns false when the kernel refuses.
bool Steer(int socket, const std::vector<std::string>& sources);

}  // namespace sallyport
