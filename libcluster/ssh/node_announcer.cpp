#include "libcluster/ssh/node_announcer.h"

#include "libbase/log.h"
#include "libbase/version.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "sallyport/v1/tunnel_service.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kLook{5};
constexpr std::chrono::minutes kNodeAnnounceInterval{5};
constexpr std::chrono::minutes kNodeLife{15};

}  // namespace

types::ServerV2 NodeResource(const SshNodeOptions& options, const CommandLabels& commands) {
  types::ServerV2 node;
  node.set_kind("node");
  node.set_version("v2");

  auto& metadata = *node.mutable_metadata();
  metadata.set_name(options.host_id);
  metadata.set_namespace_("default");
  for (const auto& [key, value] : options.labels) (*metadata.mutable_labels())[key] = value;
  SetExpires(node, Now() + kNodeLife);

  auto& spec = *node.mutable_spec();
  spec.set_hostname(options.hostname);
  spec.set_usetunnel(true);
  spec.set_version(std::string(kWireVersion));
  for (const auto& name : options.public_addrs) spec.add_public_addrs(name);

  const auto values = commands.Values();
  for (const auto& label : commands.labels()) {
    auto& written = (*spec.mutable_cmdlabels())[label.name];
    written.set_period(label.period.count());
    for (const auto& word : label.command) written.add_command(word);
    const auto value = values.find(label.name);
    if (value != values.end()) written.set_result(value->second);
  }
  return node;
}

Result<std::unique_ptr<NodeAnnouncer>> NodeAnnouncer::Start(AgentAuth& auth, const SshNodeOptions& options,
                                                            const CommandLabels& commands) {
  std::unique_ptr<NodeAnnouncer> announcer(new NodeAnnouncer(auth, options, commands));
  RETURN_IF_ERROR(announcer->Announce());
  announcer->announcing_.emplace(kLook, [raw = announcer.get()] {
    raw->AnnounceIfDue();
    return kLook;
  });
  return announcer;
}

NodeAnnouncer::~NodeAnnouncer() {
  announcing_.reset();
  if (const Status status = auth_.Withdraw(options_.host_id); !status) {
    Log(LogLevel::kWarning, "cannot withdraw the node", {{"reason", status.error().message}});
  }
}

Status NodeAnnouncer::Announce() {
  announced_values_ = commands_.Values();
  next_ = std::chrono::steady_clock::now() + kNodeAnnounceInterval;
  v1::AgentMessage announcement;
  *announcement.mutable_node() = NodeResource(options_, commands_);
  RETURN_IF_ERROR(CheckResource(*announcement.mutable_node()));
  return auth_.Announce(announcement);
}

void NodeAnnouncer::AnnounceIfDue() {
  if (std::chrono::steady_clock::now() < next_ && commands_.Values() == announced_values_) return;
  if (const Status status = Announce(); !status) {
    Log(LogLevel::kError, "cannot announce the node", {{"reason", status.error().message}});
  }
}

}  // namespace sallyport
