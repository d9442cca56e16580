#include "libcluster/auth/methods/methods.h"

namespace sallyport {
namespace {

constexpr void (*kSubjects[])(RpcTable& table, AuthServer& auth) = {
    AddClusterMethods,
    AddUserMethods,
    AddRoleMethods,
    AddTokenMethods,
    AddTrustMethods,
    AddSettingMethods,
    AddLockMethods,
    AddConnectorMethods,
    AddBotMethods,
    AddAppMethods,
    AddAppServerMethods,
    AddDatabaseMethods,
    AddDiscoveryConfigMethods,
    AddAlertMethods,
    AddAccessRequestMethods,
    AddEventMethods,
    AddSessionEventMethods,
    AddKubeMethods,
    AddNodeMethods,
    AddServerInfoMethods,
    AddListingMethods,
    AddSshTargetMethods,
    AddWatchMethods,
    AddCertMethods,
    AddJoiningMethods,
    AddRehearsalMethods,
};

}  // namespace

RpcTable AuthMethods(AuthServer& auth) {
  RpcTable table;
  for (const auto add : kSubjects) add(table, auth);
  return table;
}

}  // namespace sallyport
