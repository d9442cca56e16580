#include "libcluster/tunnel/announcements.h"

#include <algorithm>

#include "libbase/text.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxHostName = 255;
constexpr std::size_t kMaxVersion = 64;
constexpr std::size_t kMaxLabels = 256;
constexpr std::size_t kMaxAddresses = 32;

template <typename Message>
void SetHeader(Message& message, std::string_view kind, std::string_view version, const std::string& name) {
  message.set_kind(std::string(kind));
  message.set_version(std::string(version));
  message.mutable_metadata()->set_name(name);
  message.mutable_metadata()->set_namespace_("default");
}

// Sets the fields of both kinds.
Status CheckSpec(std::string_view hostname, std::string_view version, std::size_t labels, std::size_t bytes) {
  if (!IsHostName(hostname)) {
    return Fail(ErrorKind::kBadParameter, "spec.hostname: \"{}\" is not the name of a host",
                StripControl(hostname.substr(0, kMaxHostName)));
  }
  if (version.size() > kMaxVersion) return Fail(ErrorKind::kBadParameter, "spec.version is too long");
  if (labels > kMaxLabels)
    return Fail(ErrorKind::kBadParameter, "the resource has {} labels, and at most {} are allowed", labels, kMaxLabels);
  if (bytes > kMaxAnnouncedBytes) {
    return Fail(ErrorKind::kBadParameter, "the resource has {} bytes, and at most {} are allowed", bytes,
                kMaxAnnouncedBytes);
  }
  return {};
}

}  // namespace

bool IsHostName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxHostName && StripControl(name) == name;
}

Result<types::ServerV2> AdmitNode(const types::ServerV2& said, const std::string& host_id, Time expires) {
  types::ServerV2 node;
  SetHeader(node, "node", "v2", host_id);
  *node.mutable_metadata()->mutable_labels() = said.metadata().labels();
  SetExpires(node, expires);

  auto& spec = *node.mutable_spec();
  spec.set_usetunnel(true);
  spec.set_hostname(said.spec().hostname());
  spec.set_version(said.spec().version());
  *spec.mutable_public_addrs() = said.spec().public_addrs();
  *spec.mutable_cmdlabels() = said.spec().cmdlabels();

  RETURN_IF_ERROR(CheckSpec(spec.hostname(), spec.version(), node.metadata().labels().size() + spec.cmdlabels().size(),
                            node.ByteSizeLong()));
  const bool plain = std::ranges::all_of(spec.public_addrs(), IsHostName);
  if (!plain || spec.public_addrs_size() > static_cast<int>(kMaxAddresses)) {
    return Fail(ErrorKind::kBadParameter, "spec.public_addrs must be at most {} names of hosts", kMaxAddresses);
  }
  RETURN_IF_ERROR(CheckResource(node));
  return node;
}

Result<types::KubernetesServerV3> AdmitKubeServer(const types::KubernetesServerV3& said, const std::string& host_id,
                                                  Time expires) {
  const std::string& name = said.metadata().name();
  if (!IsHostName(name)) return Fail(ErrorKind::kBadParameter, "metadata.name is not the name of a Kubernetes cluster");
  types::KubernetesServerV3 server;
  SetHeader(server, "kube_server", "v3", name);
  SetExpires(server, expires);
  auto& spec = *server.mutable_spec();
  spec.set_hostid(host_id);
  spec.set_hostname(said.spec().hostname());
  spec.set_version(said.spec().version());
  SetHeader(*spec.mutable_cluster(), "kube_cluster", "v3", name);
  *spec.mutable_cluster()->mutable_metadata()->mutable_labels() = said.spec().cluster().metadata().labels();
  RETURN_IF_ERROR(
      CheckSpec(spec.hostname(), spec.version(), spec.cluster().metadata().labels().size(), server.ByteSizeLong()));
  RETURN_IF_ERROR(CheckResource(server));
  return server;
}

}  // namespace sallyport
