// Methods about discovery configs.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "teleport/discoveryconfig/v1/discoveryconfig.pb.h"

namespace sallyport {
namespace {

namespace discoveryv1 = teleport::discoveryconfig::v1;
using discoveryv1::DiscoveryConfig;
using google::protobuf::Empty;

constexpr std::string_view kDiscoveryConfigKind = "discovery_config";

std::string Method(std::string_view name) {
  return fmt::format("/teleport.discoveryconfig.v1.DiscoveryConfigService/{}", name);
}

Result<DiscoveryConfig> Get(AuthServer& auth, const std::string& name) {
  auto config = GetResource<DiscoveryConfig>(auth.backend(), name);
  if (config) return config;
  return Fail(ErrorKind::kNotFound, "discovery_config \"{}\" doesn't exist", name);
}

// Only discovery services write the status: a new config has none, and an update keeps it.
Status Write(AuthServer& auth, const RpcCall& call, const DiscoveryConfig& written, WriteMode mode,
             DiscoveryConfig& answer) {
  answer = written;
  answer.mutable_status()->Clear();
  RETURN_IF_ERROR(CheckResource(answer));
  if (mode == WriteMode::kUpdate) {
    ASSIGN_OR_RETURN(const DiscoveryConfig stored, Get(auth, NameOf(answer)));
    *answer.mutable_status() = stored.status();
    if (RevisionOf(answer).empty()) SetRevision(answer, RevisionOf(stored));
  }
  const auto& type = mode == WriteMode::kUpdate ? audit::kDiscoveryConfigUpdate : audit::kDiscoveryConfigCreate;
  return auth.Write(call.caller, type, answer, mode);
}

}  // namespace

void AddDiscoveryConfigMethods(RpcTable& table, AuthServer& auth) {
  table.Add({Method("ListDiscoveryConfigs"), RpcAccess::Rule(kDiscoveryConfigKind, {"list", "read"}), kRehearsable},
            [&auth](const RpcCall&, const discoveryv1::ListDiscoveryConfigsRequest& request,
                    discoveryv1::ListDiscoveryConfigsResponse& answer) -> Status {
              ASSIGN_OR_RETURN(auto page,
                               ListPage<DiscoveryConfig>(auth.backend(), request.next_token(), request.page_size()));
              for (auto& config : page.first) *answer.add_discovery_configs() = std::move(config);
              answer.set_next_key(page.second);
              return {};
            });

  table.Add({Method("GetDiscoveryConfig"), RpcAccess::Rule(kDiscoveryConfigKind, {"read"}), kRehearsable},
            [&auth](const RpcCall&, const discoveryv1::GetDiscoveryConfigRequest& request,
                    DiscoveryConfig& answer) -> Status {
              ASSIGN_OR_RETURN(answer, Get(auth, request.name()));
              return {};
            });

  table.Add(
      {Method("CreateDiscoveryConfig"), RpcAccess::Rule(kDiscoveryConfigKind, {"create"}), kRehearsable},
      [&auth](const RpcCall& call, const discoveryv1::CreateDiscoveryConfigRequest& request, DiscoveryConfig& answer) {
        return Write(auth, call, request.discovery_config(), WriteMode::kCreate, answer);
      });

  table.Add(
      {Method("UpdateDiscoveryConfig"), RpcAccess::Rule(kDiscoveryConfigKind, {"update"}), kRehearsable},
      [&auth](const RpcCall& call, const discoveryv1::UpdateDiscoveryConfigRequest& request, DiscoveryConfig& answer) {
        return Write(auth, call, request.discovery_config(), WriteMode::kUpdate, answer);
      });

  table.Add(
      {Method("UpsertDiscoveryConfig"), RpcAccess::Rule(kDiscoveryConfigKind, {"create", "update"}), kRehearsable},
      [&auth](const RpcCall& call, const discoveryv1::UpsertDiscoveryConfigRequest& request, DiscoveryConfig& answer) {
        return Write(auth, call, request.discovery_config(), WriteMode::kUpsert, answer);
      });

  table.Add({Method("DeleteDiscoveryConfig"), RpcAccess::Rule(kDiscoveryConfigKind, {"delete"}), kRehearsable},
            [&auth](const RpcCall& call, const discoveryv1::DeleteDiscoveryConfigRequest& request, Empty&) {
              return auth.Remove(call.caller, audit::kDiscoveryConfigDelete, kDiscoveryConfigKind, request.name());
            });
}

WatchedKind DiscoveryConfigWatch() {
  return {.kind = "discovery_config", .put = &PutWatched<&proto::Event::mutable_discoveryconfig>};
}

}  // namespace sallyport
