// Runs ssh for scp. Nodes of Teleport 18 end SFTP with exit code 1 in every case, and scp takes that for a failure.
// SFTP itself reports failures, so that code is dropped.
#pragma once

namespace sallyport {

// The environment variable that marks a start by scp, whose `-S` is this program.
inline constexpr const char* kScpTransport = "SALLYPORT_SCP_TRANSPORT";

// Runs ssh with scp's arguments and returns its exit code. In this role, main calls only this.
int RunScpTransport(char** arguments);

}  // namespace sallyport
