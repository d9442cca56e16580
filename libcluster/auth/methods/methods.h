// The gRPC methods of the auth service: a table of what the files of this folder add (cmake/Rows.cmake). A file of
// methods defines `void AddXMethods(RpcTable& table, AuthServer& auth)`.
#pragma once

#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

class AuthServer;

// Returns the rows of all methods, which run over an auth service that must outlive the table.
RpcTable AuthMethods(AuthServer& auth);

}  // namespace sallyport
