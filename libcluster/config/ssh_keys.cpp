// The keys of ssh_service (services section 4.5).
#include <algorithm>

#include "libcluster/config/teleport_config.h"
#include "libresources/metadata.h"

namespace sallyport {
namespace {

using State = ConfigKey::State;

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
  if (!value.is_list()) return Fail(ErrorKind::kBadParameter, "a list of commands is expected");
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

// A key whose function is not there: it may be off.
Status MustBeOff(TeleportConfig&, const Value& value) {
  if (!ParseEnabled(value)) return {};
  return Fail(ErrorKind::kNotImplemented, "OpenSSH's server, which serves the node, cannot do this");
}

}  // namespace

std::vector<ConfigKey> SshServiceKeys() {
  return {
      {"ssh_service.enabled", State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         config.ssh.enabled = ParseEnabled(value);
         config.ssh.asked_for = config.ssh.enabled;
         return {};
       }},
      {"ssh_service.labels", State::kServed, SetLabels},
      {"ssh_service.commands", State::kServed, SetCommands},
      {"ssh_service.public_addr", State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.ssh.public_addr, ConfigTexts(value));
         return {};
       }},
      {"ssh_service.port_forwarding", State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         config.ssh.port_forwarding = ParseEnabled(value);
         return {};
       }},
      {"ssh_service.ssh_file_copy", State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         config.ssh.copy_files = ParseEnabled(value);
         return {};
       }},
      {"ssh_service.listen_addr", State::kAccepted},  // connections come by the proxy
      {"ssh_service.namespace", State::kAccepted},
      {"ssh_service.disable_create_host_user", State::kAccepted},
      {"ssh_service.restricted_session.*", State::kAccepted},
      {"ssh_service.x11.*", State::kAccepted},
      {"ssh_service.permit_user_env", State::kServed, MustBeOff},
      {"ssh_service.force_listen", State::kServed, MustBeOff},
      {"ssh_service.enhanced_recording.enabled", State::kServed, MustBeOff},
      {"ssh_service.enhanced_recording.*", State::kAccepted},
      {"ssh_service.pam.enabled", State::kServed, MustBeOff},
      {"ssh_service.pam.*", State::kAccepted},
  };
}

}  // namespace sallyport
