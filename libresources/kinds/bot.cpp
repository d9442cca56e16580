#include "libresources/kinds/bot.h"

#include <algorithm>

#include "libresources/kinds/metadata.h"
#include "teleport/machineid/v1/bot.pb.h"
#include "teleport/machineid/v1/bot_instance.pb.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;
using google::protobuf::Message;

const machineidv1::BotInstance& AsInstance(const Message& resource) {
  return static_cast<const machineidv1::BotInstance&>(resource);
}

std::string BotRoles(const Message& resource) {
  return fmt::format("{}", fmt::join(static_cast<const machineidv1::Bot&>(resource).spec().roles(), ", "));
}
std::string BotOfInstance(const Message& resource) { return AsInstance(resource).spec().bot_name(); }
std::string IdOfInstance(const Message& resource) { return AsInstance(resource).spec().instance_id(); }

constexpr TextColumn kBotColumns[] = {{"Name", &NameOf}, {"Roles", &BotRoles}};
constexpr TextColumn kInstanceColumns[] = {{"Bot Name", &BotOfInstance}, {"Instance ID", &IdOfInstance}};

// A bot needs a name, and no role of it may be empty; kBadParameter.
Status CheckBot(Message& resource) {
  const auto& spec = static_cast<const machineidv1::Bot&>(resource).spec();
  if (std::ranges::any_of(spec.roles(), [](const std::string& role) { return role.empty(); })) {
    return Fail(ErrorKind::kBadParameter, "spec.roles has an empty name");
  }
  const auto ttl = std::chrono::seconds(spec.max_session_ttl().seconds());
  if (!spec.has_max_session_ttl() || (ttl > std::chrono::seconds(0) && ttl <= kMaxBotSessionTtl)) return {};
  return Fail(ErrorKind::kBadParameter, "spec.max_session_ttl must be more than 0 and at most {}",
              FormatDuration(kMaxBotSessionTtl));
}

// An instance belongs to a bot; kBadParameter.
Status CheckBotInstance(Message& resource) {
  const auto& spec = AsInstance(resource).spec();
  if (spec.bot_name().empty()) return Fail(ErrorKind::kBadParameter, "spec.bot_name is missing");
  if (spec.instance_id().empty()) return Fail(ErrorKind::kBadParameter, "spec.instance_id is missing");
  return {};
}

}  // namespace

KindRow BotKind() {
  return {
      .kind = "bot",
      .aliases = "bots",
      .versions = "v1",
      .prototype = &Prototype<teleport::machineid::v1::Bot>,
      .check = &CheckBot,
      .columns = kBotColumns,
  };
}

KindRow BotInstanceKind() {
  return {
      .kind = "bot_instance",
      .aliases = "bot_instances",
      .versions = "v1",
      .prototype = &Prototype<teleport::machineid::v1::BotInstance>,
      .check = &CheckBotInstance,
      .columns = kInstanceColumns,
  };
}

std::string BotResourceName(std::string_view bot) {
  std::string name = fmt::format("bot-{}", bot);
  std::ranges::replace(name, ' ', '-');
  return name;
}

}  // namespace sallyport
