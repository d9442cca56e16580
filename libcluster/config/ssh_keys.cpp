// The keys of ssh_service (docs/protocol/services.md#ssh_service).
#include <algorithm>
#include <array>

#include "libcluster/config/config_key.h"
#include "libcluster/config/teleport_config.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

using State = ConfigKey::State;
using Type = ConfigType;

Status SetLabels(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(config.ssh.labels, ConfigLabels(value));
  return {};
}

Result<CommandLabel> ReadCommand(const Value& item) {
  CommandLabel label;
  for (const auto& [key, value] : item.as_map()) {
    if (key == "name") {
      ASSIGN_OR_RETURN(label.name, ConfigText(value));
    } else if (key == "command") {
      ASSIGN_OR_RETURN(label.command, ConfigTexts(value));
    } else if (key == "period") {
      ASSIGN_OR_RETURN(label.period, ConfigDuration(value));
    } else {
      return Fail(ErrorKind::kBadParameter, "unknown key \"{}\": a command has name, command and period", key);
    }
  }

  if (!IsLabelKey(label.name)) return Fail(ErrorKind::kBadParameter, "\"{}\" is not a label key", label.name);
  if (label.command.empty()) return Fail(ErrorKind::kBadParameter, "\"{}\" has no command", label.name);
  return label;
}

Status SetCommands(TeleportConfig& config, const Value& value) {
  if (!value.is_list()) return Fail(ErrorKind::kBadParameter, "expected a list of commands");
  for (const auto& item : value.as_list()) {
    if (!item.is_map()) return Fail(ErrorKind::kBadParameter, "a command is a map of name, command and period");
    ASSIGN_OR_RETURN(CommandLabel label, ReadCommand(item));
    if (std::ranges::find(config.ssh.commands, label.name, &CommandLabel::name) != config.ssh.commands.end()) {
      return Fail(ErrorKind::kBadParameter, "there are two commands for the label \"{}\"", label.name);
    }
    config.ssh.commands.push_back(std::move(label));
  }
  return {};
}

// A key that is a switch of ssh_service.
#define SWITCH_KEY(key, member)                                                                                   \
  ConfigKey {                                                                                                     \
    "ssh_service." key, Type::kSwitch, State::kServed, [](TeleportConfig& config, const Value& value) -> Status { \
      ASSIGN_OR_RETURN(config.ssh.member, ConfigSwitch(value));                                                   \
      return {};                                                                                                  \
    }                                                                                                             \
  }

constexpr std::string_view kBySshd = "OpenSSH's sshd, which serves the node, does not support this; set the key to no";

std::vector<ConfigKey> ServedSshKeys() {
  return {
      {"ssh_service.enabled", Type::kSwitch, State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.ssh.enabled, ConfigSwitch(value));
         config.ssh.asked_for = config.ssh.enabled;
         return {};
       }},
      {"ssh_service.labels", Type::kMap, State::kServed, SetLabels},
      {"ssh_service.commands", Type::kAny, State::kServed, SetCommands},
      {"ssh_service.public_addr", Type::kTexts, State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.ssh.public_addr, ConfigTexts(value));
         return {};
       }},

      SWITCH_KEY("port_forwarding", port_forwarding),
      SWITCH_KEY("ssh_file_copy", copy_files),
      SWITCH_KEY("x11.enabled", x11),
  };
}

#undef SWITCH_KEY

constexpr std::array kSshRefused{
    KeyFact{"permit_user_env", Type::kSwitch},
    KeyFact{"force_listen", Type::kSwitch},
    KeyFact{"enhanced_recording.enabled", Type::kSwitch},
    KeyFact{"pam.enabled", Type::kSwitch},
};

// No effect: connections come through the proxy, hosts create no users, and the rest is below disabled switches.
constexpr std::array kSshWithoutEffect{
    KeyFact{"listen_addr"},
    KeyFact{"namespace"},
    KeyFact{"disable_create_host_user", Type::kSwitch},
    KeyFact{"restricted_session.enabled", Type::kSwitch},
    KeyFact{"restricted_session.events_buffer_size", Type::kNumber},
    KeyFact{"x11.display_offset", Type::kNumber},
    KeyFact{"x11.max_display", Type::kNumber},
    KeyFact{"enhanced_recording.command_buffer_size", Type::kNumber},
    KeyFact{"enhanced_recording.disk_buffer_size", Type::kNumber},
    KeyFact{"enhanced_recording.network_buffer_size", Type::kNumber},
    KeyFact{"enhanced_recording.cgroup_path"},
    KeyFact{"enhanced_recording.root_path"},
    KeyFact{"pam.service_name"},
    KeyFact{"pam.use_pam_auth", Type::kSwitch},
    KeyFact{"pam.environment", Type::kMap},
};

}  // namespace

std::vector<ConfigKey> SshServiceKeys() {
  auto keys = ServedSshKeys();
  AddCommandLabelFacts(keys, "ssh_service.commands");
  for (const auto& fact : kSshRefused) {
    keys.push_back({fmt::format("ssh_service.{}", fact.path), fact.type, State::kRefused, nullptr, "", kBySshd});
  }
  AddFacts(keys, "ssh_service.", kSshWithoutEffect);
  return keys;
}

}  // namespace sallyport
