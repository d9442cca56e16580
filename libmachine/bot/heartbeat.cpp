#include "libmachine/bot/heartbeat.h"

#include <google/protobuf/util/time_util.h>

#include "libbase/text.h"
#include "libbase/version.h"
#include "libresources/codec/timestamps.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxReason = 256;

// Go's name of this machine's architecture.
constexpr std::string_view kArchitecture =
#if defined(__x86_64__)
    "amd64";
#elif defined(__aarch64__)
    "arm64";
#else
    "unknown";
#endif

// Returns whole characters of a text, at most so many bytes.
std::string Shortened(std::string_view text, std::size_t max_bytes) {
  std::size_t size = 0;
  while (size < text.size()) {
    const std::size_t next = size + FirstCodePoint(text.substr(size)).bytes;
    if (next > max_bytes) break;
    size = next;
  }
  return std::string(text.substr(0, size));
}

machineidv1::BotInstanceHealthStatus HealthOf(Health health) {
  switch (health) {
    case Health::kInitializing:
      return machineidv1::BOT_INSTANCE_HEALTH_STATUS_INITIALIZING;
    case Health::kHealthy:
      return machineidv1::BOT_INSTANCE_HEALTH_STATUS_HEALTHY;
    case Health::kUnhealthy:
      break;
  }
  return machineidv1::BOT_INSTANCE_HEALTH_STATUS_UNHEALTHY;
}

}  // namespace

machineidv1::SubmitHeartbeatRequest MakeHeartbeat(const HeartbeatFacts& facts,
                                                  const std::vector<ServiceState>& states) {
  const Time now = Now();
  machineidv1::SubmitHeartbeatRequest request;
  auto& heartbeat = *request.mutable_heartbeat();
  *heartbeat.mutable_recorded_at() = ToStamp(now);
  heartbeat.set_is_startup(facts.is_startup);
  heartbeat.set_version(std::string(kWireVersion));
  heartbeat.set_hostname(facts.hostname);
  *heartbeat.mutable_uptime() =
      google::protobuf::util::TimeUtil::NanosecondsToDuration((now - facts.started_at).count());
  heartbeat.set_join_method(facts.join_method);
  heartbeat.set_one_shot(facts.oneshot);
  heartbeat.set_architecture(std::string(kArchitecture));
  heartbeat.set_os("linux");
  heartbeat.set_kind(machineidv1::BOT_KIND_TBOT);

  for (const auto& state : states) {
    auto& health = *request.add_service_health();
    health.mutable_service()->set_name(Shortened(state.name, kMaxName));
    health.mutable_service()->set_type(state.type);
    health.set_status(HealthOf(state.health));
    if (state.health == Health::kUnhealthy && !state.reason.empty()) {
      health.set_reason(Shortened(state.reason, kMaxReason));
    }
    if (state.updated_at) *health.mutable_updated_at() = ToStamp(*state.updated_at);
  }
  return request;
}

}  // namespace sallyport
