#include "libcluster/tunnel/ssh_dial_message.h"

#include <algorithm>
#include <array>

#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {
namespace {

// Ordered by the number on the wire.
constexpr std::array kForwarding{PortForwarding::kOff, PortForwarding::kLocal, PortForwarding::kRemote,
                                 PortForwarding::kOn};

template <typename Messages>
void AddValues(const std::map<std::string, std::vector<std::string>>& values, Messages& messages) {
  for (const auto& [key, all] : values) {
    auto& added = *messages.Add();
    added.set_key(key);
    for (const auto& value : all) added.add_values(value);
  }
}

template <typename Messages>
std::map<std::string, std::vector<std::string>> ValuesOf(const Messages& messages) {
  std::map<std::string, std::vector<std::string>> values;
  for (const auto& one : messages) values[one.key()] = {one.values().begin(), one.values().end()};
  return values;
}

void ToMessage(const LabelDecision& decision, v1::SshDial& ssh) {
  ssh.mutable_labels()->insert(decision.labels.begin(), decision.labels.end());
  for (const auto& rule : decision.rules) {
    auto& added = *ssh.add_label_rules();
    added.set_deny(rule.condition == RoleCondition::kDeny);
    AddValues(rule.matchers.selector, *added.mutable_selector());
    added.set_expression(rule.matchers.expression);
  }
  AddValues(decision.traits, *ssh.mutable_traits());
}

LabelDecision DecisionOf(const v1::SshDial& ssh) {
  LabelDecision decision{{ssh.labels().begin(), ssh.labels().end()}, {}, ValuesOf(ssh.traits())};
  for (const auto& rule : ssh.label_rules()) {
    decision.rules.push_back(
        {rule.deny() ? RoleCondition::kDeny : RoleCondition::kAllow, {ValuesOf(rule.selector()), rule.expression()}});
  }
  return decision;
}

}  // namespace

void ToMessage(const SshDial& dial, v1::Dial& message) {
  message.set_id(dial.id);
  auto& ssh = *message.mutable_ssh();
  ssh.set_user(dial.user);
  ssh.set_bot_name(dial.bot_name);
  ssh.set_impersonator(dial.impersonator);
  for (const auto& request : dial.access_requests) ssh.add_access_requests(request);
  ssh.set_remote_address(dial.remote_address);

  for (const auto& login : dial.permit.logins) {
    auto& added = *ssh.add_logins();
    added.set_name(login.name);
    added.set_forward_agent(login.forward_agent);
  }

  ssh.set_port_forwarding(
      static_cast<int>(std::ranges::find(kForwarding, dial.permit.port_forwarding) - kForwarding.begin()));
  ssh.set_forward_x11(dial.permit.forward_x11);
  ssh.set_copy_files(dial.permit.copy_files);
  ssh.set_max_sessions(dial.permit.max_sessions);
  ssh.set_recording(dial.permit.recording);

  ssh.set_keep_alive_interval_ns(dial.settings.keep_alive_interval.count());
  ssh.set_keep_alive_count_max(dial.settings.keep_alive_count_max);
  ssh.set_recording_mode(dial.settings.recording_mode);
  ToMessage(dial.labels, ssh);
}

Result<SshDial> FromMessage(const v1::Dial& message) {
  const auto& ssh = message.ssh();
  if (ssh.port_forwarding() < 0 || ssh.port_forwarding() >= static_cast<int>(kForwarding.size())) {
    return Fail(ErrorKind::kBadParameter, "the dial has an unknown mode of forwarding");
  }
  // The id becomes the name of a directory.
  const bool plain_id = std::ranges::all_of(message.id(), [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (message.id().empty() || !plain_id) return Fail(ErrorKind::kBadParameter, "the dial has no id");

  SshDial dial;
  dial.id = message.id();
  dial.user = ssh.user();
  dial.bot_name = ssh.bot_name();
  dial.impersonator = ssh.impersonator();
  dial.access_requests = {ssh.access_requests().begin(), ssh.access_requests().end()};
  dial.remote_address = ssh.remote_address();

  for (const auto& login : ssh.logins()) dial.permit.logins.push_back({login.name(), login.forward_agent()});
  dial.permit.port_forwarding = kForwarding[static_cast<std::size_t>(ssh.port_forwarding())];
  dial.permit.forward_x11 = ssh.forward_x11();
  dial.permit.copy_files = ssh.copy_files();
  dial.permit.max_sessions = ssh.max_sessions();
  dial.permit.recording = ssh.recording();

  dial.settings.keep_alive_interval = Nanoseconds(ssh.keep_alive_interval_ns());
  dial.settings.keep_alive_count_max = ssh.keep_alive_count_max();
  dial.settings.recording_mode = ssh.recording_mode();
  dial.labels = DecisionOf(ssh);
  return dial;
}

}  // namespace sallyport
