// ssh as scp starts it. Nodes of Teleport 18 end SFTP with exit code 1, whatever was copied, and scp takes that for a
// failure. SFTP itself says what failed, so that code is dropped.
#pragma once

namespace sallyport {

// Set in the environment of scp, whose `-S` is this program.
inline constexpr const char* kScpTransport = "SALLYPORT_SCP_TRANSPORT";

// Runs ssh with scp's arguments and returns its exit code. The whole of main in this role.
int RunScpTransport(char** arguments);

}  // namespace sallyport
