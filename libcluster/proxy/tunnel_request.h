// Reads the requests of clients on a channel of the SSH tunnel (docs/protocol/auth-tunnel.md).
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

inline constexpr std::string_view kTunnelChannel = "teleport-transport";
inline constexpr std::string_view kTunnelDial = "teleport-transport-dial";
inline constexpr std::string_view kTunnelAuthAddress = "@remote-auth-server";
inline constexpr std::string_view kAgentChannel = "teleport-heartbeat";

// Returns the address that a client wants to be connected to: the key `address` of a JSON object, else the whole text,
// as old clients write it. Longer texts than 8 KiB are no address: "".
std::string AddressOfTunnelRequest(std::string_view data);

}  // namespace sallyport
