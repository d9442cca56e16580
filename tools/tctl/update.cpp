#include "libbase/time.h"
#include "libclient/listing.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/presence/v1/service.pb.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct UpdateOptions {
  std::string resource;
  std::string set_labels;
  std::string set_ttl;
};

namespace presencev1 = teleport::presence::v1;

// Leaf clusters are the only kind whose labels and expiry are changed in place.
Result<std::string> LeafNamed(const std::string& text) {
  const auto slash = text.find('/');
  const std::string kind = text.substr(0, slash);
  if (kind != "rc" && kind != "rcs" && kind != "remote_cluster" && kind != "remote_clusters") {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("tctl update does not change a \"{}\"", kind),
                        "use tctl update for leaf clusters (rc/NAME), tctl edit or tctl create -f for other resources");
  }
  if (slash != std::string::npos && slash + 1 < text.size()) return text.substr(slash + 1);
  return Fail(ErrorKind::kUsage, "\"{}\" does not name a cluster: tctl update rc/NAME --set-labels=env=prod", text);
}

Result<Output> RunUpdate(const Invocation& invocation, const UpdateOptions& given) {
  ASSIGN_OR_RETURN(const std::string name, LeafNamed(given.resource));
  if (given.set_labels.empty() && given.set_ttl.empty()) {
    return Fail(ErrorKind::kUsage, "nothing to change: give --set-labels or --set-ttl");
  }

  ASSIGN_OR_RETURN(const auto labels, ParseLabels(given.set_labels));
  Nanoseconds ttl{};
  if (!given.set_ttl.empty()) {
    ASSIGN_OR_RETURN(ttl, ParseDuration(given.set_ttl));
    if (ttl <= Nanoseconds(0)) return Fail(ErrorKind::kBadParameter, "--set-ttl must be longer than 0");
  }

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  presencev1::GetRemoteClusterRequest get;
  get.set_name(name);
  presencev1::UpdateRemoteClusterRequest update;
  ASSIGN_OR_RETURN(*update.mutable_remote_cluster(),
                   rpc->Call<types::RemoteClusterV3>("/teleport.presence.v1.PresenceService/GetRemoteCluster", get));
  if (!given.set_labels.empty()) {
    auto& metadata = *update.mutable_remote_cluster()->mutable_metadata();
    metadata.clear_labels();
    for (const auto& [key, value] : labels) (*metadata.mutable_labels())[key] = value;
  }
  if (ttl != Nanoseconds(0)) SetExpires(*update.mutable_remote_cluster(), Now() + ttl);

  RETURN_IF_ERROR(
      rpc->Call<types::RemoteClusterV3>("/teleport.presence.v1.PresenceService/UpdateRemoteCluster", update));
  return Output::Text(fmt::format("cluster {} has been updated\n", name));
}

}  // namespace

Command UpdateCommand() {
  return {.path = "update",
          .summary = "Change labels or expiry of a leaf cluster",
          .arguments = {{.name = "resource", .help = "rc/NAME", .into = Into<&UpdateOptions::resource>}},
          .options = {{.name = "set-labels",
                       .value_name = "KEY=VALUE,...",
                       .help = "Labels that replace the labels of the cluster",
                       .into = Into<&UpdateOptions::set_labels>},
                      {.name = "set-ttl",
                       .value_name = "DURATION",
                       .help = "Time after which the leaf cluster is removed",
                       .into = Into<&UpdateOptions::set_ttl>}},
          .example = "tctl update rc/leaf.example.com --set-labels=env=prod",
          .formats = "",
          .run = RunWith<RunUpdate>};
}

}  // namespace sallyport
