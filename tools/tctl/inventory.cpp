// The commands tctl inventory: list the hosts and services of the cluster, and remove a host.
#include <algorithm>

#include "libbase/text.h"
#include "libbase/time.h"
#include "libbase/value_fields.h"
#include "libresources/codec/codec.h"
#include "sallyport/v1/discovery.pb.h"
#include "sallyport/v1/host_service.pb.h"
#include "teleport/legacy/client/proto/inventory.pb.h"
#include "teleport/legacy/types/instance.pb.h"
#include "tools/listing/list_options.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct InventoryLs {
  std::vector<std::string> services;
  std::string exact_version;
  std::string older_than;
  std::string newer_than;
  std::string upgrader;
  std::string update_group;
};

struct InventoryStatus {
  bool connected = false;
};

struct InventoryRm {
  std::string server_id;
};

struct InventoryPing {
  std::string server_id;
};

constexpr std::string_view kMethods = "/proto.AuthService/";

// The names of services, as users write them.
struct ServiceName {
  std::string_view written;
  std::string_view role;
};
constexpr ServiceName kServices[] = {{"app", "App"},   {"auth", "Auth"}, {"db", "Db"},       {"discovery", "Discovery"},
                                     {"kube", "Kube"}, {"node", "Node"}, {"proxy", "Proxy"}, {"ssh", "Node"}};

std::string JoinedTexts(const Value* list) {
  std::string text;
  if (list == nullptr) return text;
  for (const Value& item : list->as_list()) text += (text.empty() ? "" : ",") + item.as_string();
  return text;
}

std::string CountsText(std::string_view title, const google::protobuf::Map<std::string, std::uint32_t>& counts) {
  std::string text = fmt::format("{}:\n", title);
  std::vector<std::pair<std::string, std::uint32_t>> sorted(counts.begin(), counts.end());
  std::ranges::sort(sorted);
  std::size_t width = 0;
  for (const auto& [name, count] : sorted) width = std::max(width, name.size());
  for (const auto& [name, count] : sorted) {
    text += fmt::format("  {}: {}{}\n", StripControl(name), std::string(width - name.size(), ' '), count);
  }
  return text;
}

// Returns the discovery services of the cluster; none of a cluster that does not know the call (Teleport).
Result<v1::ListDiscoveryServicesResponse> DiscoveryServicesOf(RpcClient& rpc) {
  auto answer = rpc.Call<v1::ListDiscoveryServicesResponse>("/sallyport.v1.DiscoveryService/ListServices",
                                                            v1::ListDiscoveryServicesRequest());
  if (!answer && answer.error().kind == ErrorKind::kNotImplemented) return v1::ListDiscoveryServicesResponse();
  return answer;
}

Value DiscoveryValue(const v1::ListDiscoveryServicesResponse& listed) {
  Value::List services;
  for (const auto& service : listed.services()) {
    const auto& state = service.state();
    Value value(
        Value::Map{{"server_id", service.host_id()},
                   {"hostname", service.hostname()},
                   {"discovery_group", state.group()},
                   {"matchers_hash", state.matchers_hash()},
                   {"other_matchers", service.other_matchers()},
                   {"clusters", static_cast<std::int64_t>(state.clusters())},
                   {"problems", Value::Strings({state.problems().begin(), state.problems().end()})},
                   {"missing_rights", Value::Strings({state.missing_rights().begin(), state.missing_rights().end()})}});

    if (state.has_last_pass()) {
      value.Set("last_pass", FormatTimestamp({state.last_pass().seconds(), state.last_pass().nanos()}));
    }
    services.push_back(std::move(value));
  }
  return Value(std::move(services));
}

// A line for each service, one more for each of its problems, and one for a group with different matchers.
std::string DiscoveryText(const v1::ListDiscoveryServicesResponse& listed) {
  std::string text;
  std::string warned;
  for (const auto& service : listed.services()) {
    const auto& state = service.state();
    if (text.empty()) text = "Discovery:\n";
    const std::string group = state.group().empty() ? "no group" : fmt::format("group {}", StripControl(state.group()));
    const std::string pass =
        state.has_last_pass() ? FormatTimestamp({state.last_pass().seconds(), 0}) : std::string("none");

    text += fmt::format("  {}: {}, {} clusters, last whole pass: {}\n", StripControl(service.hostname()), group,
                        state.clusters(), pass);
    for (const auto& problem : state.problems()) text += fmt::format("    problem: {}\n", StripControl(problem));
    if (!service.other_matchers() || warned == group) continue;
    warned = group;
    text += fmt::format("  WARNING: the services of {} have different matchers: give each set of matchers a group\n",
                        group);
  }
  return text;
}

Result<Output> RunStatus(const Invocation& invocation, const InventoryStatus& given) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  proto::InventoryStatusRequest request;
  request.set_connected(given.connected);
  ASSIGN_OR_RETURN(const auto summary,
                   rpc->Call<proto::InventoryStatusSummary>(std::string(kMethods) + "GetInventoryStatus", request));
  ASSIGN_OR_RETURN(const auto discovery, DiscoveryServicesOf(*rpc));
  Value value = EncodeMessage(summary);
  if (discovery.services_size() > 0) value.Set("discovery_services", DiscoveryValue(discovery));

  if (!request.connected()) {
    return Output::Of(std::move(value), [summary, discovery](const Value&) {
      return CountsText("Services", summary.servicecounts()) + CountsText("Versions", summary.versioncounts()) +
             CountsText("Upgraders", summary.upgradercounts()) +
             fmt::format("Total Instances: {}\n", summary.instancecount()) + DiscoveryText(discovery);
    });
  }

  return Output::Of(std::move(value), [summary, discovery](const Value&) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& hello : summary.connected()) {
      rows.push_back({hello.serverid(), hello.hostname(), fmt::format("{}", fmt::join(hello.services(), ",")),
                      hello.version(), hello.externalupgrader().empty() ? "none" : hello.externalupgrader()});
    }
    return RenderTable({"Server ID", "Hostname", "Services", "Version", "Upgrader"}, rows) + DiscoveryText(discovery);
  });
}

Result<types::InstanceFilter> InstancesWanted(const InventoryLs& given) {
  types::InstanceFilter filter;
  filter.set_version(given.exact_version);
  filter.set_olderthanversion(given.older_than);
  filter.set_newerthanversion(given.newer_than);
  filter.set_updategroup(given.update_group);
  const std::string& upgrader = given.upgrader;
  filter.set_noextupgrader(upgrader == "none");
  if (upgrader != "none") filter.set_externalupgrader(upgrader);

  for (const auto& name : given.services) {
    const auto* const service = std::ranges::find(kServices, name, &ServiceName::written);
    if (service == std::end(kServices)) {
      return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is not a service", StripControl(name)),
                          "use some of: app, auth, db, discovery, kube, node, proxy");
    }
    filter.add_services(std::string(service->role));
  }
  return filter;
}

std::vector<std::string> InventoryRow(const Value& instance) {
  const Value empty = Value::EmptyMap();
  const Value* metadata = instance.Find("metadata");
  const Value* spec = instance.Find("spec");
  if (metadata == nullptr) metadata = &empty;
  if (spec == nullptr) spec = &empty;
  const auto or_none = [&](std::string_view key) {
    std::string text = TextAt(*spec, key);
    return text.empty() ? std::string("none") : text;
  };
  return {TextAt(*metadata, "name"), TextAt(*spec, "hostname"), JoinedTexts(spec->Find("services")),
          TextAt(*spec, "version"),  or_none("ext_upgrader"),   or_none("ext_upgrader_version")};
}

Result<Output> RunList(const Invocation& invocation, const InventoryLs& given) {
  ASSIGN_OR_RETURN(const types::InstanceFilter filter, InstancesWanted(given));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto instances,
                   rpc->CallForAll<types::InstanceV1>(std::string(kMethods) + "GetInstances", filter));
  Value::List items;
  for (const auto& instance : instances) items.push_back(EncodeMessage(instance));
  return Output::List(std::move(items),
                      {"Server ID", "Hostname", "Services", "Agent Version", "Upgrader", "Upgrader Version"},
                      InventoryRow);
}

Result<Output> RunPing(const Invocation& invocation, const InventoryPing& given) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  proto::InventoryPingRequest request;
  request.set_serverid(given.server_id);
  ASSIGN_OR_RETURN(const auto answer,
                   rpc->Call<proto::InventoryPingResponse>(std::string(kMethods) + "PingInventory", request));
  Value value(
      Value::Map{{"server_id", request.serverid()}, {"duration", FormatDuration(Nanoseconds(answer.duration()))}});
  return Output::Of(std::move(value), [](const Value& shown) {
    return fmt::format("Successfully pinged server \"{}\" (~{}).\n", StripControl(TextAt(shown, "server_id")),
                       TextAt(shown, "duration"));
  });
}

Result<Output> RunRemove(const Invocation& invocation, const InventoryRm& given) {
  v1::RemoveHostRequest request;
  request.set_host_id(given.server_id);
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  auto answer = rpc->Call<v1::RemoveHostResponse>("/sallyport.v1.HostService/RemoveHost", request);
  if (!answer && answer.error().kind == ErrorKind::kNotImplemented) {
    return FailWithHint(ErrorKind::kNotImplemented, "this cluster cannot remove a host",
                        fmt::format("lock the host: tctl lock --server-id={}", ShellQuoted(request.host_id())));
  }
  if (!answer) return std::unexpected(std::move(answer).error());

  Value value(Value::Map{{"server_id", request.host_id()}, {"known", answer->known()}});
  return Output::Of(std::move(value), [](const Value& shown) {
    return fmt::format("Host {} has been removed permanently: its certificates are no longer accepted.{}\n",
                       StripControl(TextAt(shown, "server_id")),
                       shown.Find("known")->as_bool() ? "" : " The cluster had no resources of the host.");
  });
}

Command InventoryListCommand(std::string_view path, bool hidden) {
  return {.path = path,
          .summary = "List the services of the cluster and their hosts",
          .options = {{.name = "services",
                       .value_name = "SERVICES",
                       .help = "Only hosts with one of these services: node, kube, proxy, auth, ...",
                       .repeated = true,
                       .into = Into<&InventoryLs::services>},
                      {.name = "exact-version",
                       .value_name = "VERSION",
                       .help = "Only hosts of this version",
                       .into = Into<&InventoryLs::exact_version>},
                      {.name = "older-than",
                       .value_name = "VERSION",
                       .help = "Only hosts of an older version",
                       .into = Into<&InventoryLs::older_than>},
                      {.name = "newer-than",
                       .value_name = "VERSION",
                       .help = "Only hosts of a newer version",
                       .into = Into<&InventoryLs::newer_than>},
                      {.name = "upgrader",
                       .value_name = "NAME",
                       .help = "Only hosts with this upgrader: kube, unit, none",
                       .into = Into<&InventoryLs::upgrader>},
                      {.name = "update-group",
                       .value_name = "NAME",
                       .help = "Only hosts of this update group",
                       .into = Into<&InventoryLs::update_group>}},

          .example = "tctl inventory ls --services=node,kube",
          .hidden = hidden,
          .run = RunWith<RunList>};
}

}  // namespace

std::vector<Command> InventoryCommands() {
  return {{.path = "inventory status",
           .summary = "Count the versions, services and upgraders of the cluster",
           .options = {{.name = "connected",
                        .help = "List the hosts that are connected now",
                        .into = Into<&InventoryStatus::connected>}},
           .example = "tctl inventory status --connected",
           .run = RunWith<RunStatus>},
          InventoryListCommand("inventory ls", false),
          InventoryListCommand("inventory list", true),
          {.path = "inventory rm",
           .summary = "Remove a host permanently: its resources are removed, its id and certificates are refused",
           .arguments = {{.name = "server-id",
                          .help = "ID of the host, from tctl inventory ls",
                          .into = Into<&InventoryRm::server_id>}},

           .example = "tctl inventory rm 8a3d198c-b159-4557-aa0b-899b805a73d5",
           .run = RunWith<RunRemove>},
          {.path = "inventory ping",
           .summary = "Measure how fast an agent answers",
           .arguments = {{.name = "server-id",
                          .help = "ID of the host, from tctl inventory status --connected",
                          .into = Into<&InventoryPing::server_id>}},
           .example = "tctl inventory ping 8a3d198c-b159-4557-aa0b-899b805a73d5",
           .run = RunWith<RunPing>}};
}

}  // namespace sallyport
