#include "libcluster/tunnel/inventory.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>

#include "libbase/text.h"
#include "libbase/version.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/joining/host_removal.h"
#include "libcluster/rpc/rpc_stream.h"
#include "sallyport/v1/host_service.pb.h"
#include "teleport/legacy/client/proto/inventory.pb.h"
#include "teleport/legacy/types/instance.pb.h"

namespace sallyport {
namespace {

using google::protobuf::util::TimeUtil;
using InstanceMessages = RpcMessages<types::InstanceFilter, types::InstanceV1>;

constexpr std::string_view kKind = "instance";
constexpr std::string_view kNoUpgrader = "none";

std::vector<AgentFacts> Running(const TunnelParts& parts, const AgentFacts& own) {
  std::vector<AgentFacts> running = parts.agents.All();
  running.push_back(own);
  std::ranges::sort(running, {}, &AgentFacts::host_id);
  return running;
}

Status Summarize(const std::vector<AgentFacts>& running, const proto::InventoryStatusRequest& request,
                 proto::InventoryStatusSummary& answer) {
  for (const AgentFacts& instance : running) {
    if (request.connected()) {
      auto& hello = *answer.add_connected();
      hello.set_version(instance.version);
      hello.set_serverid(instance.host_id);
      hello.set_hostname(instance.hostname);
      for (const auto& service : instance.services) hello.add_services(service);
      continue;
    }
    ++(*answer.mutable_versioncounts())["v" + instance.version];
    ++(*answer.mutable_upgradercounts())[std::string(kNoUpgrader)];
    for (const auto& service : instance.services) ++(*answer.mutable_servicecounts())[service];
  }
  if (!request.connected()) answer.set_instancecount(static_cast<std::uint32_t>(running.size()));
  return {};
}

types::InstanceV1 InstanceOf(const AgentFacts& facts, const std::string& auth_id) {
  types::InstanceV1 instance;
  instance.mutable_header()->set_kind(std::string(kKind));
  instance.mutable_header()->set_version("v1");
  instance.mutable_header()->mutable_metadata()->set_name(facts.host_id);
  auto& spec = *instance.mutable_spec();
  spec.set_version("v" + facts.version);
  for (const auto& service : facts.services) spec.add_services(service);
  spec.set_hostname(facts.hostname);
  spec.set_authid(auth_id);
  *spec.mutable_lastseen() = TimeUtil::NanosecondsToTimestamp(Now().time_since_epoch().count());
  return instance;
}

// "18.3.0" as comparable numbers. Returns the numbers of a version. Versions are untrusted input: numbers saturate.
std::vector<int> VersionNumbers(std::string_view text) {
  constexpr int kMaxNumber = 99'999'999;
  if (text.starts_with('v')) text.remove_prefix(1);
  std::vector<int> numbers(1);
  for (const char c : text) {
    if (c == '.') {
      numbers.push_back(0);
    } else if (IsDigit(c)) {
      numbers.back() = std::min(numbers.back() * 10 + (c - '0'), kMaxNumber);
    } else {
      break;  // the rest belongs to a prerelease
    }
  }
  return numbers;
}

bool Matches(const AgentFacts& facts, const types::InstanceFilter& filter) {
  const auto version = VersionNumbers(facts.version);
  const auto differs = [](const std::string& wanted, const std::string& is) { return !wanted.empty() && wanted != is; };
  if (differs(filter.serverid(), facts.host_id)) return false;
  if (!filter.version().empty() && VersionNumbers(filter.version()) != version) return false;
  if (!filter.olderthanversion().empty() && version >= VersionNumbers(filter.olderthanversion())) return false;
  if (!filter.newerthanversion().empty() && version <= VersionNumbers(filter.newerthanversion())) return false;
  if (!filter.externalupgrader().empty() || !filter.updategroup().empty()) return false;
  return filter.services().empty() || std::ranges::any_of(filter.services(), [&](const std::string& service) {
           return std::ranges::find(facts.services, service) != facts.services.end();
         });
}

Status Ping(const TunnelParts& parts, const AgentFacts& own, const std::string& host_id, std::int64_t& nanoseconds) {
  const auto begin = std::chrono::steady_clock::now();
  if (host_id != own.host_id) {
    const auto agent = parts.agents.Find(host_id);
    if (!agent) {
      return FailWithHint(ErrorKind::kNotFound, fmt::format("no instance \"{}\" is connected", host_id),
                          "list the connected instances: tctl inventory status --connected");
    }
    RETURN_IF_ERROR(agent->Ping());
  }
  nanoseconds = std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin).count();
  return {};
}

// The host's open connections end at their next periodic check; its control call ends now.
Status Remove(const TunnelParts& parts, const Caller& by, const v1::RemoveHostRequest& request,
              v1::RemoveHostResponse& answer) {
  const auto agent = parts.agents.Find(request.host_id());
  ASSIGN_OR_RETURN(const bool known, RemoveHost(parts.auth, by, request.host_id()));
  if (agent) agent->EndCall();
  answer.set_known(known || agent);
  return {};
}

}  // namespace

void AddInventoryMethods(RpcTable& table, const TunnelParts& parts, AgentFacts own) {
  const RpcAccess access = RpcAccess::Rule(kKind, {"list", "read"});

  table.Add(
      {"/proto.AuthService/GetInventoryStatus", access},
      [parts, own](const RpcCall&, const proto::InventoryStatusRequest& request,
                   proto::InventoryStatusSummary& answer) { return Summarize(Running(parts, own), request, answer); });
  table.Add({"/proto.AuthService/PingInventory", access},
            [parts, own](const RpcCall&, const proto::InventoryPingRequest& request,
                         proto::InventoryPingResponse& answer) -> Status {
              std::int64_t nanoseconds = 0;
              RETURN_IF_ERROR(Ping(parts, own, request.serverid(), nanoseconds));
              answer.set_duration(nanoseconds);
              return {};
            });

  table.Add({"/sallyport.v1.HostService/RemoveHost", RpcAccess::Rule(kKind, {"delete"})},
            [parts](const RpcCall& call, const v1::RemoveHostRequest& request, v1::RemoveHostResponse& answer) {
              return Remove(parts, call.caller, request, answer);
            });
  const auto list = [parts, own](std::shared_ptr<const RpcStreamCall>,
                                 InstanceMessages messages) -> asio::awaitable<Status> {
    const auto filter = co_await messages.Read();
    if (!filter) co_return std::unexpected(filter.error());
    if (!*filter) co_return Status();
    for (const AgentFacts& facts : Running(parts, own)) {
      if (!Matches(facts, **filter)) continue;
      const types::InstanceV1 instance = InstanceOf(facts, own.host_id);
      if (!co_await messages.Write(instance)) break;
    }
    co_return Status();
  };
  table.AddStream("/proto.AuthService/GetInstances", access,
                  StreamHandler<types::InstanceFilter, types::InstanceV1>(parts.loop, list));
}

}  // namespace sallyport
