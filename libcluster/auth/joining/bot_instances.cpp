#include "libcluster/auth/joining/bot_instances.h"

#include "libbase/text.h"
#include "libresources/kinds.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;
using machineidv1::BotInstance;

constexpr std::string_view kInstances = "bot_instance";
constexpr std::size_t kMaxServiceNameBytes = 64;
constexpr std::size_t kMaxReasonBytes = 256;
constexpr std::size_t kMaxHeartbeatBytes = 8U << 10;
constexpr int kMaxServices = 256;
// Renewals and heartbeats of one instance may come at the same time.
constexpr int kHeartbeatAttempts = 8;

std::string KindOfBot(std::string_view bot) { return fmt::format("{}/{}", kInstances, bot); }

// Makes room for one more at the end.
template <typename Records>
void DropOldest(Records& records) {
  if (records.size() >= kKeptBotRecords) records.DeleteSubrange(0, records.size() - kKeptBotRecords + 1);
}

Status CheckHeartbeat(const machineidv1::SubmitHeartbeatRequest& request) {
  if (!request.has_heartbeat()) return Fail(ErrorKind::kBadParameter, "heartbeat is missing");
  if (request.heartbeat().ByteSizeLong() > kMaxHeartbeatBytes) {
    return Fail(ErrorKind::kLimitExceeded, "heartbeat is larger than {} bytes", kMaxHeartbeatBytes);
  }
  if (request.service_health_size() > kMaxServices) {
    return Fail(ErrorKind::kLimitExceeded, "service_health has more than {} services", kMaxServices);
  }

  for (const auto& health : request.service_health()) {
    const std::string& name = health.service().name();
    if (std::max(name.size(), health.service().type().size()) > kMaxServiceNameBytes) {
      return Fail(ErrorKind::kBadParameter, "service_health: a name or type is longer than {} bytes",
                  kMaxServiceNameBytes);
    }
    if (health.reason().size() > kMaxReasonBytes) {
      return Fail(ErrorKind::kBadParameter, "service_health: the reason of \"{}\" is longer than {} bytes",
                  StripControl(name), kMaxReasonBytes);
    }
  }
  return {};
}

}  // namespace

std::string BotInstanceName(std::string_view bot, std::string_view id) { return fmt::format("{}/{}", bot, id); }
std::string BotInstanceKey(std::string_view bot, std::string_view id) { return ResourceKey(KindOfBot(bot), id); }

Result<BotInstance> ReadBotInstance(Backend& backend, std::string_view bot, std::string_view id) {
  return GetResource<BotInstance>(backend, BotInstanceName(bot, id));
}

void WriteBotInstance(BackendTransaction& transaction, BotInstance& instance, WriteMode mode) {
  WriteResource(transaction, KindOfBot(instance.spec().bot_name()), instance, mode);
}

BotInstance NewBotInstance(std::string_view bot, std::string_view id) {
  BotInstance instance = NewResource<BotInstance>();
  instance.mutable_metadata()->set_name(std::string(id));
  instance.mutable_spec()->set_bot_name(std::string(bot));
  instance.mutable_spec()->set_instance_id(std::string(id));
  return instance;
}

std::int32_t GenerationOf(const BotInstance& instance) {
  const auto& all = instance.status().latest_authentications();
  return all.empty() ? 0 : all.rbegin()->generation();
}

void AddAuthentication(BotInstance& instance, machineidv1::BotInstanceStatusAuthentication authentication,
                       Time expires) {
  auto& status = *instance.mutable_status();
  if (!status.has_initial_authentication()) *status.mutable_initial_authentication() = authentication;
  DropOldest(*status.mutable_latest_authentications());
  *status.add_latest_authentications() = std::move(authentication);
  SetExpires(instance, expires + kBotInstanceMargin);
}

Status StoreHeartbeat(Backend& backend, std::string_view bot, std::string_view id,
                      const machineidv1::SubmitHeartbeatRequest& request) {
  RETURN_IF_ERROR(CheckHeartbeat(request));
  Status stored;
  for (int attempt = 0; attempt < kHeartbeatAttempts; ++attempt) {
    ASSIGN_OR_RETURN(BotInstance instance, ReadBotInstance(backend, bot, id));
    auto& status = *instance.mutable_status();
    if (!status.has_initial_heartbeat()) *status.mutable_initial_heartbeat() = request.heartbeat();
    DropOldest(*status.mutable_latest_heartbeats());
    *status.add_latest_heartbeats() = request.heartbeat();
    *status.mutable_service_health() = request.service_health();

    BackendTransaction transaction;
    WriteBotInstance(transaction, instance, WriteMode::kUpdate);
    stored = backend.Commit(std::move(transaction));
    if (stored || stored.error().kind != ErrorKind::kCompareFailed) return stored;
  }
  return stored;
}

}  // namespace sallyport
