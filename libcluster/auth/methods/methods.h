// The gRPC methods of the auth service.
#pragma once

#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

class AuthServer;

// Returns the rows of all methods, which run over an auth service that must outlive the table.
RpcTable AuthMethods(AuthServer& auth);

// The rows by subject. Each file of this folder adds its own, and has a line here and in the list of methods.cpp.
void AddClusterMethods(RpcTable& table, AuthServer& auth);
void AddUserMethods(RpcTable& table, AuthServer& auth);
void AddRoleMethods(RpcTable& table, AuthServer& auth);
void AddTokenMethods(RpcTable& table, AuthServer& auth);
void AddTrustMethods(RpcTable& table, AuthServer& auth);
void AddSettingMethods(RpcTable& table, AuthServer& auth);
void AddLockMethods(RpcTable& table, AuthServer& auth);
void AddConnectorMethods(RpcTable& table, AuthServer& auth);
void AddBotMethods(RpcTable& table, AuthServer& auth);
void AddAppMethods(RpcTable& table, AuthServer& auth);
void AddAppServerMethods(RpcTable& table, AuthServer& auth);
void AddDatabaseMethods(RpcTable& table, AuthServer& auth);
void AddDiscoveryConfigMethods(RpcTable& table, AuthServer& auth);
void AddAlertMethods(RpcTable& table, AuthServer& auth);
void AddAccessRequestMethods(RpcTable& table, AuthServer& auth);
void AddEventMethods(RpcTable& table, AuthServer& auth);
void AddSessionEventMethods(RpcTable& table, AuthServer& auth);
void AddKubeMethods(RpcTable& table, AuthServer& auth);
void AddNodeMethods(RpcTable& table, AuthServer& auth);
void AddServerInfoMethods(RpcTable& table, AuthServer& auth);
void AddListingMethods(RpcTable& table, AuthServer& auth);
void AddSshTargetMethods(RpcTable& table, AuthServer& auth);
void AddWatchMethods(RpcTable& table, AuthServer& auth);
void AddCertMethods(RpcTable& table, AuthServer& auth);
void AddJoiningMethods(RpcTable& table, AuthServer& auth);
void AddRehearsalMethods(RpcTable& table, AuthServer& auth);

}  // namespace sallyport
