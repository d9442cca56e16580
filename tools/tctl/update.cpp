#include "libbase/time.h"
#include "libclient/listing.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/presence/v1/service.pb.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

namespace presencev1 = teleport::presence::v1;

// Leaf clusters are the one kind whose labels and expiry are changed in place.
Result<std::string> LeafNamed(const std::string& text) {
  const auto slash = text.find('/');
  const std::string kind = text.substr(0, slash);
  if (kind != "rc" && kind != "rcs" && kind != "remote_cluster" && kind != "remote_clusters") {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("tctl update does not change a \"{}\"", kind),
                        "it changes leaf clusters (rc/NAME); for others: tctl edit, or tctl create -f");
  }
  if (slash != std::string::npos && slash + 1 < text.size()) return text.substr(slash + 1);
  return Fail(ErrorKind::kUsage, "\"{}\" names no cluster: tctl update rc/NAME --set-labels=env=prod", text);
}

Result<Output> Run(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::string name, LeafNamed(invocation.Arg("resource")));
  if (!invocation.Has("set-labels") && !invocation.Has("set-ttl")) {
    return Fail(ErrorKind::kUsage, "nothing to change: give --set-labels or --set-ttl");
  }

  ASSIGN_OR_RETURN(const auto labels, ParseLabels(invocation.Get("set-labels")));
  Nanoseconds ttl{};
  if (invocation.Has("set-ttl")) {
    ASSIGN_OR_RETURN(ttl, ParseDuration(invocation.Get("set-ttl")));
    if (ttl <= Nanoseconds(0)) return Fail(ErrorKind::kBadParameter, "--set-ttl must be longer than 0");
  }

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  presencev1::GetRemoteClusterRequest get;
  get.set_name(name);
  presencev1::UpdateRemoteClusterRequest update;
  ASSIGN_OR_RETURN(*update.mutable_remote_cluster(),
                   rpc->Call<types::RemoteClusterV3>("/teleport.presence.v1.PresenceService/GetRemoteCluster", get));
  if (invocation.Has("set-labels")) {
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
          .arguments = {{"resource", "rc/NAME"}},
          .options = {{"set-labels", '\0', "KEY=VALUE,...", "Labels, instead of those it has"},
                      {"set-ttl", '\0', "DURATION", "When the leaf cluster is forgotten"}},
          .example = "tctl update rc/leaf.example.com --set-labels=env=prod",
          .formats = "",
          .run = Run};
}

}  // namespace sallyport
