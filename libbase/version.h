// Defines versions. The wire version is the Teleport release whose protocol we speak; clients and servers compare it.
#pragma once

#include <string_view>

namespace sallyport {

inline constexpr std::string_view kWireVersion = "18.3.0";
// Clients older than this are refused: the previous major release.
inline constexpr std::string_view kMinClientVersion = "17.0.0-aa";
inline constexpr std::string_view kSallyportVersion = "0.1.0";

}  // namespace sallyport
