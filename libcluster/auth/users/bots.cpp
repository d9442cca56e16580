#include "libcluster/auth/users/bots.h"

#include <google/protobuf/util/time_util.h>

#include <map>
#include <vector>

#include "libresources/kinds.h"
#include "libresources/kinds/bot.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;
using google::protobuf::util::TimeUtil;

// Traits without values are none.
void SetTraits(const machineidv1::BotSpec& spec, types::UserV2& user) {
  auto& traits = *user.mutable_spec()->mutable_traits()->mutable_values();
  traits.clear();
  for (const auto& trait : spec.traits()) {
    for (const auto& value : trait.values()) traits[trait.name()].add_values(value);
  }
}

void SetRoles(const machineidv1::BotSpec& spec, types::RoleV6& role) {
  auto& impersonate = *role.mutable_spec()->mutable_allow()->mutable_impersonate();
  impersonate.Clear();
  *impersonate.mutable_roles() = spec.roles();
}

void SetMaxSessionTtl(const machineidv1::BotSpec& spec, types::RoleV6& role) {
  role.mutable_spec()->mutable_options()->set_maxsessionttl(TimeUtil::DurationToNanoseconds(spec.max_session_ttl()));
}

Result<types::RoleV6> RoleOf(const machineidv1::Bot& bot) {
  types::RoleV6 role = NewResource<types::RoleV6>();
  const std::string& name = bot.metadata().name();
  role.mutable_metadata()->set_name(BotResourceName(name));
  role.mutable_metadata()->set_description(fmt::format("Automatically generated role for bot {}", name));
  SetLabel(role, std::string(kBotLabel), name);
  SetExpires(role, ExpiresOf(bot));

  // Bots read the authorities to notice when they are rotated.
  auto& rule = *role.mutable_spec()->mutable_allow()->add_rules();
  rule.add_resources("cert_authority");
  rule.add_verbs("readnosecrets");

  SetRoles(bot.spec(), role);
  if (bot.spec().has_max_session_ttl()) {
    SetMaxSessionTtl(bot.spec(), role);
  } else {
    role.mutable_spec()->mutable_options()->set_maxsessionttl(Nanoseconds(kDefaultBotSessionTtl).count());
  }

  RETURN_IF_ERROR(CheckResource(role));
  return role;
}

Result<types::UserV2> UserOf(const machineidv1::Bot& bot, std::string_view created_by, Time now) {
  types::UserV2 user = NewResource<types::UserV2>();
  const std::string& name = bot.metadata().name();
  user.mutable_metadata()->set_name(BotResourceName(name));
  user.mutable_metadata()->set_description(bot.metadata().description());
  for (const auto& [key, value] : bot.metadata().labels()) SetLabel(user, key, value);
  SetLabel(user, std::string(kBotLabel), name);
  SetLabel(user, std::string(kBotGenerationLabel), "0");
  SetExpires(user, ExpiresOf(bot));

  user.mutable_spec()->add_roles(BotResourceName(name));
  SetTraits(bot.spec(), user);
  auto& created = *user.mutable_spec()->mutable_createdby();
  created.mutable_user()->set_name(std::string(created_by));
  *created.mutable_time() = TimeUtil::NanosecondsToTimestamp(now.time_since_epoch().count());

  user.mutable_status()->set_password_state(types::PASSWORD_STATE_UNSET);
  user.mutable_status()->set_mfa_weakest_device(types::MFA_DEVICE_KIND_UNSET);
  RETURN_IF_ERROR(CheckResource(user));
  return user;
}

// The fields that an update can change, with their setters.
struct UpdateRow {
  std::string_view path;
  void (*apply)(const machineidv1::Bot& bot, BotParts& parts);
};
constexpr UpdateRow kUpdates[] = {
    {"spec.roles", [](const machineidv1::Bot& bot, BotParts& parts) { SetRoles(bot.spec(), parts.role); }},
    {"spec.traits", [](const machineidv1::Bot& bot, BotParts& parts) { SetTraits(bot.spec(), parts.user); }},
    {"spec.max_session_ttl",
     [](const machineidv1::Bot& bot, BotParts& parts) { SetMaxSessionTtl(bot.spec(), parts.role); }},
    {"metadata.description",
     [](const machineidv1::Bot& bot, BotParts& parts) {
       parts.user.mutable_metadata()->set_description(bot.metadata().description());
     }},
};

}  // namespace

Result<BotParts> PartsOfBot(const machineidv1::Bot& bot, std::string_view created_by, Time now) {
  BotParts parts;
  ASSIGN_OR_RETURN(parts.user, UserOf(bot, created_by, now));
  ASSIGN_OR_RETURN(parts.role, RoleOf(bot));
  return parts;
}

Result<machineidv1::Bot> BotOfParts(const BotParts& parts) {
  auto labels = LabelsOf(parts.user);
  const auto name = labels.find(std::string(kBotLabel));
  if (name == labels.end()) {
    return Fail(ErrorKind::kBadParameter, "user \"{}\" is not the user of a bot", parts.user.metadata().name());
  }

  machineidv1::Bot bot = NewResource<machineidv1::Bot>();
  bot.mutable_metadata()->set_name(name->second);
  bot.mutable_metadata()->set_description(parts.user.metadata().description());
  SetExpires(bot, ExpiresOf(parts.user));
  for (const auto& [key, value] : labels) {
    if (key != kBotLabel && key != kBotGenerationLabel) SetLabel(bot, key, value);
  }

  auto& spec = *bot.mutable_spec();
  *spec.mutable_roles() = parts.role.spec().allow().impersonate().roles();
  *spec.mutable_max_session_ttl() = TimeUtil::NanosecondsToDuration(parts.role.spec().options().maxsessionttl());
  const auto& traits = parts.user.spec().traits().values();
  for (const auto& [key, values] : std::map(traits.begin(), traits.end())) {
    if (values.values().empty()) continue;
    auto& trait = *spec.add_traits();
    trait.set_name(key);
    *trait.mutable_values() = values.values();
  }

  bot.mutable_status()->set_user_name(parts.user.metadata().name());
  bot.mutable_status()->set_role_name(parts.role.metadata().name());
  return bot;
}

Status UpdateBotParts(const machineidv1::Bot& bot, const google::protobuf::RepeatedPtrField<std::string>& paths,
                      BotParts& parts) {
  if (paths.empty()) return Fail(ErrorKind::kBadParameter, "update_mask.paths is missing: list the fields to change");
  for (const auto& path : paths) {
    const auto* const row = std::ranges::find(kUpdates, path, &UpdateRow::path);
    if (row == std::end(kUpdates))
      return Fail(ErrorKind::kBadParameter, "the field \"{}\" of a bot cannot be updated", path);
    row->apply(bot, parts);
  }
  return {};
}

}  // namespace sallyport
