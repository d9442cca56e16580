#include "libcluster/auth/listing/bot_instance_match.h"

#include <algorithm>
#include <array>

#include "libbase/text.h"
#include "libbase/time.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;

struct InstanceOrderRow {
  std::string_view field;
  BotInstanceOrder order;
};
constexpr std::array kInstanceOrders{InstanceOrderRow{"bot_name", BotInstanceOrder::kByBot},
                                     InstanceOrderRow{"active_at_latest", BotInstanceOrder::kByActivity}};

// The last heartbeat, or the first one while there is no other.
const machineidv1::BotInstanceStatusHeartbeat& LastHeartbeat(const machineidv1::BotInstance& instance) {
  const auto& status = instance.status();
  return status.latest_heartbeats().empty() ? status.initial_heartbeat() : *status.latest_heartbeats().rbegin();
}

}  // namespace

bool IsWantedInstance(const machineidv1::ListBotInstancesRequest& request, const machineidv1::BotInstance& instance) {
  const auto& spec = instance.spec();
  // A bot's name may have slashes, and begin with another bot's name.
  if (!request.filter_bot_name().empty() && spec.bot_name() != request.filter_bot_name()) return false;
  const std::string word = LowerCase(request.filter_search_term());
  if (word.empty()) return true;

  const auto& heartbeat = LastHeartbeat(instance);
  const std::string version = heartbeat.version().empty() ? "" : "v" + heartbeat.version();
  const std::string* const texts[] = {&spec.bot_name(), &spec.instance_id(), &heartbeat.hostname(),
                                      &heartbeat.join_method(), &version};
  return std::ranges::any_of(texts, [&](const std::string* text) { return LowerCase(*text).contains(word); });
}

Result<BotInstanceOrder> OrderOfInstances(const machineidv1::ListBotInstancesRequest& request) {
  const std::string& field = request.sort().field();
  if (field.empty()) return BotInstanceOrder::kByBot;
  const auto row = std::ranges::find(kInstanceOrders, std::string_view(field), &InstanceOrderRow::field);
  if (row != kInstanceOrders.end()) return row->order;
  return Fail(ErrorKind::kBadParameter, "sort: \"{}\" is not supported, only bot_name and active_at_latest are", field);
}

std::string SortKeyOf(const machineidv1::BotInstance& instance, BotInstanceOrder order) {
  const auto& spec = instance.spec();
  if (order == BotInstanceOrder::kByBot) return fmt::format("{}/{}", spec.bot_name(), spec.instance_id());
  const auto& recorded = LastHeartbeat(instance).recorded_at();
  return fmt::format("{}/{}", FormatTimestamp({recorded.seconds(), 0}), spec.instance_id());
}

}  // namespace sallyport
