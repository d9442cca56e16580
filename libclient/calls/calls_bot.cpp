// Bots and their instances.
#include <google/protobuf/empty.pb.h>

#include "libbase/text.h"
#include "libclient/calls/bot_calls.h"
#include "libclient/calls/calls.h"
#include "libclient/pages.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;
using google::protobuf::Empty;
using machineidv1::Bot;
using machineidv1::BotInstance;

Status ListBots(RpcClient& rpc, bool, const MessageSink& sink) {
  const auto show = [&](const machineidv1::ListBotsResponse& page) { return SinkAll(page.bots(), sink); };
  return EachPage<machineidv1::ListBotsResponse>(rpc, BotPath("ListBots"), machineidv1::ListBotsRequest(), show);
}

Status GetBot(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto bot, ReadBot(rpc, name));
  return sink(bot);
}

Status PutBot(RpcClient& rpc, const Resource& resource, const google::protobuf::Message* stored) {
  if (stored != nullptr) {
    machineidv1::UpsertBotRequest request;
    *request.mutable_bot() = resource.as<Bot>();
    RETURN_IF_ERROR(rpc.Call<Bot>(BotPath("UpsertBot"), request));
    return {};
  }
  machineidv1::CreateBotRequest request;
  *request.mutable_bot() = resource.as<Bot>();
  RETURN_IF_ERROR(rpc.Call<Bot>(BotPath("CreateBot"), request));
  return {};
}

Status RemoveBot(RpcClient& rpc, const std::string& name) {
  machineidv1::DeleteBotRequest request;
  request.set_bot_name(name);
  RETURN_IF_ERROR(rpc.Call<Empty>(BotPath("DeleteBot"), request));
  return {};
}

struct InstanceName {
  std::string bot;
  std::string id;
};

Result<InstanceName> ParseInstanceName(std::string_view name) {
  const auto slash = name.find('/');
  if (slash != std::string_view::npos && slash > 0 && slash + 1 < name.size()) {
    return InstanceName{.bot = std::string(name.substr(0, slash)), .id = std::string(name.substr(slash + 1))};
  }
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("\"{}\" does not name an instance of a bot", StripControl(name)),
                      "write BOT/ID; list the instances: tctl bots instances ls");
}

Status ListInstances(RpcClient& rpc, bool, const MessageSink& sink) {
  using Page = machineidv1::ListBotInstancesResponse;
  const auto show = [&](const Page& page) { return SinkAll(page.bot_instances(), sink); };
  return EachPage<Page>(rpc, BotInstancePath("ListBotInstances"), machineidv1::ListBotInstancesRequest(), show);
}

Status GetInstance(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto instance, ReadBotInstance(rpc, name));
  return sink(instance);
}

Status RemoveInstance(RpcClient& rpc, const std::string& name) {
  ASSIGN_OR_RETURN(const InstanceName instance, ParseInstanceName(name));
  machineidv1::DeleteBotInstanceRequest request;
  request.set_bot_name(instance.bot);
  request.set_instance_id(instance.id);
  RETURN_IF_ERROR(rpc.Call<Empty>(BotInstancePath("DeleteBotInstance"), request));
  return {};
}

}  // namespace

Result<Bot> ReadBot(RpcClient& rpc, const std::string& name) {
  machineidv1::GetBotRequest request;
  request.set_bot_name(name);
  return rpc.Call<Bot>(BotPath("GetBot"), request);
}

Result<BotInstance> ReadBotInstance(RpcClient& rpc, std::string_view name) {
  ASSIGN_OR_RETURN(const InstanceName instance, ParseInstanceName(name));
  machineidv1::GetBotInstanceRequest request;
  request.set_bot_name(instance.bot);
  request.set_instance_id(instance.id);
  return rpc.Call<BotInstance>(BotInstancePath("GetBotInstance"), request);
}

// A bot shows only a part of its user and its role, which a write replaces.
constinit const KindCalls kBotCalls{.kind = "bot",
                                    .list = ListBots,
                                    .get = GetBot,
                                    .put = PutBot,
                                    .update = nullptr,
                                    .remove = RemoveBot,
                                    .shows_all = false};
constinit const KindCalls kBotInstanceCalls{"bot_instance", ListInstances, GetInstance,
                                            nullptr,        nullptr,       RemoveInstance};

}  // namespace sallyport
