#include "libclient/listing.h"

#include <future>

#include "libbase/time.h"
#include "libclient/pages.h"
#include "libresources/codec/codec.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/ssh_targets.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/presence/v1/service.pb.h"

namespace sallyport {
namespace {

constexpr int kPage = 1000;

Value TimeOf(const google::protobuf::Timestamp& time) { return FormatTimestamp({time.seconds(), time.nanos()}); }
// A time that is not there is Go's zero time.
Value TimeOrZero(bool present, const google::protobuf::Timestamp& time) {
  return present ? TimeOf(time) : Value(FormatTimestamp({kGoZeroSeconds, 0}));
}

Value SortedMap(const google::protobuf::Map<std::string, std::string>& map) {
  Value value = Value::EmptyMap();
  for (const auto& [key, text] : std::map<std::string, std::string>(map.begin(), map.end())) value.Set(key, text);
  return value;
}

Value MetadataOf(const types::Metadata& metadata) {
  Value value = Value::EmptyMap();
  value.Set("name", metadata.name());
  if (!metadata.description().empty()) value.Set("description", metadata.description());
  if (!metadata.labels().empty()) value.Set("labels", SortedMap(metadata.labels()));
  if (metadata.has_expires()) value.Set("expires", TimeOf(metadata.expires()));
  if (!metadata.revision().empty()) value.Set("revision", metadata.revision());
  return value;
}

Value RotationOf(const types::Rotation& rotation) {
  Value value = Value::EmptyMap();
  if (!rotation.state().empty()) value.Set("state", rotation.state());
  if (!rotation.phase().empty()) value.Set("phase", rotation.phase());
  if (!rotation.mode().empty()) value.Set("mode", rotation.mode());
  value.Set("current_id", rotation.currentid());
  value.Set("started", TimeOrZero(rotation.has_started(), rotation.started()));
  if (rotation.graceperiod() != 0) value.Set("grace_period", FormatDuration(Nanoseconds(rotation.graceperiod())));
  value.Set("last_rotated", TimeOrZero(rotation.has_lastrotated(), rotation.lastrotated()));

  const auto& times = rotation.schedule();
  Value& schedule = value.Set("schedule", Value::EmptyMap());
  schedule.Set("update_clients", TimeOrZero(times.has_updateclients(), times.updateclients()));
  schedule.Set("update_servers", TimeOrZero(times.has_updateservers(), times.updateservers()));
  schedule.Set("standby", TimeOrZero(times.has_standby(), times.standby()));
  return value;
}

Value CommandsOf(const google::protobuf::Map<std::string, types::CommandLabelV2>& commands) {
  std::map<std::string, const types::CommandLabelV2*> sorted;
  for (const auto& [name, label] : commands) sorted[name] = &label;
  Value value = Value::EmptyMap();
  for (const auto& [name, label] : sorted) {
    Value& one = value.Set(name, Value::EmptyMap());
    one.Set("period", FormatDuration(Nanoseconds(label->period())));
    one.Set("command", Value::Strings({label->command().begin(), label->command().end()}));
    one.Set("result", label->result());
  }
  return value;
}

Value NodeOf(const types::ServerV2& node) {
  Value value = Value::EmptyMap();
  value.Set("kind", node.kind());
  if (!node.subkind().empty()) value.Set("sub_kind", node.subkind());
  value.Set("version", node.version());
  value.Set("metadata", MetadataOf(node.metadata()));

  const auto& from = node.spec();
  Value& spec = value.Set("spec", Value::EmptyMap());
  spec.Set("addr", from.addr());
  spec.Set("hostname", from.hostname());
  if (!from.cmdlabels().empty()) spec.Set("cmd_labels", CommandsOf(from.cmdlabels()));
  static const Value kNoRotation = RotationOf({});  // the value of almost every node
  spec.Set("rotation", from.has_rotation() ? RotationOf(from.rotation()) : kNoRotation);
  if (from.usetunnel()) spec.Set("use_tunnel", true);
  spec.Set("version", from.version());
  if (!from.peeraddr().empty()) spec.Set("peer_addr", from.peeraddr());
  if (from.proxyids_size() > 0) {
    spec.Set("proxy_ids", Value::Strings({from.proxyids().begin(), from.proxyids().end()}));
  }
  if (from.public_addrs_size() > 0) {
    spec.Set("public_addrs", Value::Strings({from.public_addrs().begin(), from.public_addrs().end()}));
  }
  return value;
}

template <typename Request>
void SetFilter(Request& request, const ListFilter& filter) {
  request.mutable_labels()->insert(filter.labels.begin(), filter.labels.end());
  for (const auto& word : filter.search) request.add_searchkeywords(word);
  request.set_predicateexpression(filter.predicate);
  request.set_usesearchasroles(filter.use_search_as_roles);
}

// Fetches all pages, and requests the next page while the caller uses the current page. When an answer is too large for
// the connection, requests the page again with half the size.
template <typename Response, typename Request>
Status ForEachPage(RpcClient& rpc, std::string_view method, Request& request,
                   const std::function<Status(const Response&)>& use) {
  const auto call = [&rpc, method, &request] { return rpc.Call<Response>(method, request); };
  std::future<Result<Response>> next;
  while (true) {
    const Result<Response> page = next.valid() ? next.get() : call();
    if (!page) {
      if (page.error().kind != ErrorKind::kLimitExceeded || request.limit() <= 1) {
        return std::unexpected(page.error());
      }
      request.set_limit(request.limit() / 2);
      continue;
    }
    if (page->nextkey().empty()) return use(*page);
    request.set_startkey(page->nextkey());
    next = std::async(std::launch::async, call);
    RETURN_IF_ERROR(use(*page));
  }
}

template <typename Use>
Status ForEachKubeServer(RpcClient& rpc, const ListFilter& filter, Use use) {
  proto::ListResourcesRequest request;
  request.set_resourcetype("kube_server");
  request.set_namespace_("default");
  request.set_limit(kPage);
  SetFilter(request, filter);

  return ForEachPage<proto::ListResourcesResponse>(rpc, "/proto.AuthService/ListResources", request,
                                                   [&](const proto::ListResourcesResponse& page) -> Status {
                                                     for (const auto& resource : page.resources()) {
                                                       if (resource.has_kubernetesserver())
                                                         RETURN_IF_ERROR(use(resource.kubernetesserver()));
                                                     }
                                                     return {};
                                                   });
}

}  // namespace

Result<std::map<std::string, std::string>> ParseLabels(std::string_view text) {
  std::map<std::string, std::string> labels;
  std::string key;
  std::string part;
  bool quoted = false;
  bool has_key = false;

  const auto finish = [&]() -> Status {
    if (!has_key && part.empty() && labels.empty()) return {};
    if (!has_key || key.empty())
      return Fail(ErrorKind::kBadParameter, "labels must have the form key=value, not \"{}\"", part);
    labels[key] = part;
    key.clear();
    part.clear();
    has_key = false;
    return {};
  };

  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted) {
      part += c;
    } else if (c == '=' && !has_key) {
      key = std::exchange(part, {});
      has_key = true;
    } else if (c == ',') {
      RETURN_IF_ERROR(finish());
    } else {
      part += c;
    }
  }

  if (quoted) return Fail(ErrorKind::kBadParameter, "a quote in the labels is not closed");
  RETURN_IF_ERROR(finish());
  return labels;
}

Status ListNodes(RpcClient& rpc, const ListFilter& filter, const ValueSink& sink) {
  proto::ListUnifiedResourcesRequest request;
  request.add_kinds("node");
  request.set_limit(kPage);
  request.mutable_sortby()->set_field("kind");
  SetFilter(request, filter);

  return ForEachPage<proto::ListUnifiedResourcesResponse>(
      rpc, "/proto.AuthService/ListUnifiedResources", request,
      [&](const proto::ListUnifiedResourcesResponse& page) -> Status {
        for (const auto& resource : page.resources()) {
          if (resource.has_node()) RETURN_IF_ERROR(sink(NodeOf(resource.node())));
        }
        return {};
      });
}

Result<std::vector<Value>> NodesCalled(RpcClient& rpc, const std::string& host, int port) {
  proto::GetSSHTargetsRequest request;
  request.set_host(host);
  request.set_port(std::to_string(port));
  ASSIGN_OR_RETURN(const auto answer,
                   rpc.Call<proto::GetSSHTargetsResponse>("/proto.AuthService/GetSSHTargets", request));
  std::vector<Value> nodes;
  for (const auto& node : answer.servers()) nodes.push_back(NodeOf(node));
  return nodes;
}

Result<std::vector<KubeClusterItem>> ListKubeClusters(RpcClient& rpc, const ListFilter& filter) {
  std::map<std::string, KubeClusterItem> clusters;
  RETURN_IF_ERROR(ForEachKubeServer(rpc, filter, [&](const types::KubernetesServerV3& server) -> Status {
    const auto& metadata = server.spec().cluster().metadata();
    KubeClusterItem item{metadata.name(), {metadata.labels().begin(), metadata.labels().end()}};
    for (const auto& [name, label] : server.spec().cluster().spec().dynamiclabels()) item.labels[name] = label.result();
    clusters.emplace(metadata.name(), std::move(item));
    return {};
  }));
  std::vector<KubeClusterItem> list;
  for (auto& [name, item] : clusters) list.push_back(std::move(item));
  return list;
}

Status ListKubeServers(RpcClient& rpc, const ListFilter& filter, const ValueSink& sink) {
  return ForEachKubeServer(rpc, filter,
                           [&](const types::KubernetesServerV3& server) { return sink(EncodeMessage(server)); });
}

Result<std::vector<RemoteClusterItem>> ListRemoteClusters(RpcClient& rpc) {
  namespace presencev1 = teleport::presence::v1;
  std::vector<RemoteClusterItem> list;
  const auto add = [&](const presencev1::ListRemoteClustersResponse& page) -> Status {
    for (const auto& cluster : page.remote_clusters()) {
      const auto& labels = cluster.metadata().labels();
      list.push_back({cluster.metadata().name(), cluster.status().connection(), {labels.begin(), labels.end()}});
    }
    return {};
  };

  RETURN_IF_ERROR(EachPage<presencev1::ListRemoteClustersResponse>(
      rpc, "/teleport.presence.v1.PresenceService/ListRemoteClusters", presencev1::ListRemoteClustersRequest(), add));
  return list;
}

}  // namespace sallyport
