// Methods about bots and their instances. A bot is a user and a role, written and removed as one.
#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <functional>
#include <map>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/joining/bot_instances.h"
#include "libcluster/auth/listing/bot_instance_match.h"
#include "libcluster/auth/users/bots.h"
#include "libresources/kinds.h"
#include "libresources/kinds/bot.h"
#include "libresources/kinds/metadata.h"
#include "teleport/machineid/v1/bot.pb.h"
#include "teleport/machineid/v1/bot_instance.pb.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;
using google::protobuf::Empty;
using machineidv1::Bot;
using machineidv1::BotInstance;
using types::RoleV6;
using types::UserV2;

constexpr std::size_t kInstancesAtOnce = 1000;

std::size_t PageSizeOf(const machineidv1::ListBotInstancesRequest& request) {
  const auto size = static_cast<std::size_t>(std::max(request.page_size(), 0));
  return size == 0 ? kInstancesAtOnce : std::min(size, kInstancesAtOnce);
}

std::string Path(std::string_view method) { return fmt::format("/teleport.machineid.v1.BotService/{}", method); }
std::string InstancePath(std::string_view method) {
  return fmt::format("/teleport.machineid.v1.BotInstanceService/{}", method);
}

std::unexpected<Error> NotFound(std::string_view name) {
  return Fail(ErrorKind::kNotFound, "bot \"{}\" is not found", name);
}

Result<BotParts> ReadParts(AuthServer& auth, const std::string& name) {
  if (name.empty()) return Fail(ErrorKind::kBadParameter, "the name of the bot is missing");
  auto user = GetResource<UserV2>(auth.backend(), BotResourceName(name));
  auto role = GetResource<RoleV6>(auth.backend(), BotResourceName(name));
  if (!user || !role) return NotFound(name);
  return BotParts{.user = *std::move(user), .role = *std::move(role)};
}

Status GetBot(AuthServer& auth, const std::string& name, Bot& answer) {
  ASSIGN_OR_RETURN(const BotParts parts, ReadParts(auth, name));
  const auto bot = BotOfParts(parts);
  // The user of that name is not a bot's.
  if (!bot) return NotFound(name);
  answer = *bot;
  return {};
}

// As in the reference, a page covers a page of users, few of which are bots.
Status ListBots(AuthServer& auth, const machineidv1::ListBotsRequest& request, machineidv1::ListBotsResponse& answer) {
  ASSIGN_OR_RETURN(auto page, ListPage<UserV2>(auth.backend(), request.page_token(), request.page_size()));
  for (auto& user : page.first) {
    if (!LabelsOf(user).contains(std::string(kBotLabel))) continue;
    auto role = GetResource<RoleV6>(auth.backend(), user.metadata().name());
    if (!role) continue;
    const auto bot = BotOfParts({.user = std::move(user), .role = *std::move(role)});
    if (bot) *answer.add_bots() = *bot;
  }
  answer.set_next_page_token(page.second);
  return {};
}

Status Commit(AuthServer& auth, const RpcCall& call, const AuditType& type, BotParts& parts, WriteMode mode,
              const std::string& name) {
  BackendTransaction transaction;
  WriteResource(transaction, parts.user, mode);
  WriteResource(transaction, parts.role, mode);
  transaction.Append(auth.EventOf(call.caller, type, name));
  const Status status = auth.Commit(std::move(transaction));
  if (status) return status;
  if (status.error().kind == ErrorKind::kAlreadyExists) {
    return Fail(ErrorKind::kAlreadyExists, "bot \"{}\" already exists, or its user or role {} already exists", name,
                BotResourceName(name));
  }
  if (status.error().kind == ErrorKind::kCompareFailed) {
    return Fail(ErrorKind::kCompareFailed, "bot \"{}\" was changed since it was read", name);
  }
  return status;
}

// An upsert keeps the generation of the certificates, so that a bot with an older certificate is refused.
Status KeepGeneration(AuthServer& auth, const std::string& name, BotParts& parts) {
  const auto stored = GetResource<UserV2>(auth.backend(), BotResourceName(name));
  if (!stored) return {};
  const auto labels = LabelsOf(*stored);
  const auto generation = labels.find(std::string(kBotGenerationLabel));
  if (generation == labels.end()) {
    return Fail(ErrorKind::kBadParameter, "user \"{}\" is not the user of a bot", stored->metadata().name());
  }
  SetLabel(parts.user, generation->first, generation->second);
  return {};
}

Status WriteBot(AuthServer& auth, const RpcCall& call, Bot bot, WriteMode mode, Bot& answer) {
  RETURN_IF_ERROR(CheckResource(bot));
  const std::string& name = bot.metadata().name();
  ASSIGN_OR_RETURN(BotParts parts, PartsOfBot(bot, call.caller.identity.username, Now()));
  if (mode == WriteMode::kUpsert) RETURN_IF_ERROR(KeepGeneration(auth, name, parts));
  RETURN_IF_ERROR(Commit(auth, call, audit::kBotCreate, parts, mode, name));
  ASSIGN_OR_RETURN(answer, BotOfParts(parts));
  return {};
}

Status UpdateBot(AuthServer& auth, const RpcCall& call, const machineidv1::UpdateBotRequest& request, Bot& answer) {
  const std::string& name = request.bot().metadata().name();
  ASSIGN_OR_RETURN(BotParts parts, ReadParts(auth, name));
  RETURN_IF_ERROR(UpdateBotParts(request.bot(), request.update_mask().paths(), parts));
  ASSIGN_OR_RETURN(answer, BotOfParts(parts));
  RETURN_IF_ERROR(CheckResource(answer));
  return Commit(auth, call, audit::kBotUpdate, parts, WriteMode::kUpdate, name);
}

// Adds the removal of the user or the role, unless a resource merely has the name of a bot's.
template <typename M>
Result<bool> RemovePart(AuthServer& auth, const std::string& bot, BackendTransaction& transaction) {
  const std::string_view kind = KindOf<M>().kind;
  const auto part = GetResource<M>(auth.backend(), BotResourceName(bot));
  if (!part && part.error().kind == ErrorKind::kNotFound) return false;
  RETURN_IF_ERROR(part);
  const auto labels = LabelsOf(*part);
  const auto label = labels.find(std::string(kBotLabel));
  if (label == labels.end() || label->second != bot) {
    return FailWithHint(
        ErrorKind::kBadParameter,
        fmt::format("{} \"{}\" does not belong to bot \"{}\"", kind, part->metadata().name(), bot),
        fmt::format("remove the resource if it is no longer needed: tctl rm {}/{}", kind, part->metadata().name()));
  }
  transaction.Remove(ResourceKey(kind, part->metadata().name()), false);
  return true;
}

Status DeleteBot(AuthServer& auth, const RpcCall& call, const std::string& name) {
  if (name.empty()) return Fail(ErrorKind::kBadParameter, "the name of the bot is missing");
  BackendTransaction transaction;
  ASSIGN_OR_RETURN(const bool user, RemovePart<UserV2>(auth, name, transaction));
  ASSIGN_OR_RETURN(const bool role, RemovePart<RoleV6>(auth, name, transaction));
  if (!user && !role) return NotFound(name);
  if (user) {
    RETURN_IF_ERROR(auth.local_users().RemoveCredentials(BotResourceName(name), transaction));
    auth.local_users().EndRenewals(BotResourceName(name), transaction);
  }
  transaction.Append(auth.EventOf(call.caller, audit::kBotDelete, name));
  return auth.Commit(std::move(transaction));
}

// Calls `take` with every instance that a request wants.
Status EachWantedInstance(AuthServer& auth, const machineidv1::ListBotInstancesRequest& request,
                          const std::function<void(BotInstance instance)>& take) {
  const std::string& bot = request.filter_bot_name();
  const std::string kind = bot.empty() ? "bot_instance" : fmt::format("bot_instance/{}", bot);
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(auto instances, ListResources<BotInstance>(auth.backend(), kind, after, kInstancesAtOnce));
    for (auto& instance : instances) {
      const std::string name = BotInstanceName(instance.spec().bot_name(), instance.spec().instance_id());
      after = bot.empty() ? name : name.substr(bot.size() + 1);
      if (IsWantedInstance(request, instance)) take(std::move(instance));
    }
    if (instances.size() < kInstancesAtOnce) return {};
  }
}

// A page in an order that the backend does not have: reads all instances and keeps the page. Its token is the key of
// the next page's first instance.
Status ListSortedInstances(AuthServer& auth, const machineidv1::ListBotInstancesRequest& request,
                           machineidv1::ListBotInstancesResponse& answer) {
  ASSIGN_OR_RETURN(const BotInstanceOrder order, OrderOfInstances(request));
  const bool descending = request.sort().isdesc();
  const std::string& token = request.page_token();
  const std::size_t size = PageSizeOf(request);
  std::map<std::string, BotInstance> page;
  const auto take = [&](BotInstance instance) {
    std::string key = SortKeyOf(instance, order);
    if (!token.empty() && (descending ? key > token : key < token)) return;
    page.emplace(std::move(key), std::move(instance));
    // One more than a page says where the next one begins.
    if (page.size() > size + 1) page.erase(descending ? page.begin() : std::prev(page.end()));
  };
  RETURN_IF_ERROR(EachWantedInstance(auth, request, take));

  std::size_t bytes = 0;
  while (!page.empty()) {
    const auto next = descending ? std::prev(page.end()) : page.begin();
    bytes += next->second.ByteSizeLong();
    const auto seen = static_cast<std::size_t>(answer.bot_instances_size());
    if (seen == size || (seen > 0 && bytes > kMaxPageBytes)) {
      answer.set_next_page_token(next->first);
      return {};
    }
    *answer.add_bot_instances() = std::move(next->second);
    page.erase(next);
  }
  return {};
}

Status ListInstances(AuthServer& auth, const machineidv1::ListBotInstancesRequest& request,
                     machineidv1::ListBotInstancesResponse& answer) {
  if (request.has_sort()) return ListSortedInstances(auth, request, answer);
  const std::string& bot = request.filter_bot_name();
  const std::string kind = bot.empty() ? "bot_instance" : fmt::format("bot_instance/{}", bot);
  const std::size_t size = PageSizeOf(request);
  ASSIGN_OR_RETURN(auto instances, ListResources<BotInstance>(auth.backend(), kind, request.page_token(), size + 1));

  std::string last;
  std::size_t bytes = 0;
  std::size_t seen = 0;
  for (auto& instance : instances) {
    bytes += instance.ByteSizeLong();
    if (seen == size || (seen > 0 && bytes > kMaxPageBytes)) {
      answer.set_next_page_token(last);
      break;
    }
    ++seen;
    const std::string name = BotInstanceName(instance.spec().bot_name(), instance.spec().instance_id());
    last = bot.empty() ? name : name.substr(bot.size() + 1);
    if (IsWantedInstance(request, instance)) *answer.add_bot_instances() = std::move(instance);
  }
  return {};
}

// Heartbeats come from the instance itself.
Status SubmitHeartbeat(AuthServer& auth, const RpcCall& call, const machineidv1::SubmitHeartbeatRequest& request) {
  const Identity& identity = call.caller.identity;
  if (call.caller.kind != Caller::Kind::kUser || identity.bot_name.empty() || identity.bot_instance_id.empty()) {
    return Fail(ErrorKind::kAccessDenied, "access denied: heartbeats are for the instances of bots");
  }
  return StoreHeartbeat(auth.backend(), identity.bot_name, identity.bot_instance_id, request);
}

void AddInstanceRows(RpcTable& table, AuthServer& auth) {
  table.Add({InstancePath("ListBotInstances"), RpcAccess::Rule("bot_instance", {"list", "read"}), kRehearsable},
            [&auth](const RpcCall&, const machineidv1::ListBotInstancesRequest& request,
                    machineidv1::ListBotInstancesResponse& answer) { return ListInstances(auth, request, answer); });

  table.Add({InstancePath("GetBotInstance"), RpcAccess::Rule("bot_instance", {"read"}), kRehearsable},
            [&auth](const RpcCall&, const machineidv1::GetBotInstanceRequest& request, BotInstance& answer) -> Status {
              const std::string name = BotInstanceName(request.bot_name(), request.instance_id());
              ASSIGN_OR_RETURN(answer, GetResource<BotInstance>(auth.backend(), name));
              return {};
            });

  table.Add({InstancePath("SubmitHeartbeat"), RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const machineidv1::SubmitHeartbeatRequest& request,
                    machineidv1::SubmitHeartbeatResponse&) { return SubmitHeartbeat(auth, call, request); });

  table.Add({InstancePath("DeleteBotInstance"), RpcAccess::Rule("bot_instance", {"delete"}), kRehearsable},
            [&auth](const RpcCall& call, const machineidv1::DeleteBotInstanceRequest& request, Empty&) -> Status {
              const std::string name = BotInstanceName(request.bot_name(), request.instance_id());
              RETURN_IF_ERROR(GetResource<BotInstance>(auth.backend(), name));
              BackendTransaction transaction;
              transaction.Remove(ResourceKey("bot_instance", name), true);
              transaction.Append(auth.EventOf(call.caller, audit::kBotInstanceDelete, name));
              return auth.Commit(std::move(transaction));
            });
}

}  // namespace

void AddBotMethods(RpcTable& table, AuthServer& auth) {
  table.Add({Path("GetBot"), RpcAccess::Rule("bot", {"read"}), kRehearsable},
            [&auth](const RpcCall&, const machineidv1::GetBotRequest& request, Bot& answer) {
              return GetBot(auth, request.bot_name(), answer);
            });

  table.Add({Path("ListBots"), RpcAccess::Rule("bot", {"list"}), kRehearsable},
            [&auth](const RpcCall&, const machineidv1::ListBotsRequest& request,
                    machineidv1::ListBotsResponse& answer) { return ListBots(auth, request, answer); });

  table.Add({Path("CreateBot"), RpcAccess::Rule("bot", {"create"}), kRehearsable},
            [&auth](const RpcCall& call, const machineidv1::CreateBotRequest& request, Bot& answer) {
              return WriteBot(auth, call, request.bot(), WriteMode::kCreate, answer);
            });

  table.Add({Path("UpsertBot"), RpcAccess::Rule("bot", {"create", "update"}), kRehearsable},
            [&auth](const RpcCall& call, const machineidv1::UpsertBotRequest& request, Bot& answer) {
              return WriteBot(auth, call, request.bot(), WriteMode::kUpsert, answer);
            });

  table.Add({Path("UpdateBot"), RpcAccess::Rule("bot", {"update"}), kRehearsable},
            [&auth](const RpcCall& call, const machineidv1::UpdateBotRequest& request, Bot& answer) {
              return UpdateBot(auth, call, request, answer);
            });

  table.Add({Path("DeleteBot"), RpcAccess::Rule("bot", {"delete"}), kRehearsable},
            [&auth](const RpcCall& call, const machineidv1::DeleteBotRequest& request, Empty&) {
              return DeleteBot(auth, call, request.bot_name());
            });
  AddInstanceRows(table, auth);
}

}  // namespace sallyport
