#include <algorithm>
#include <limits>

#include "libresources/access/access.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

using Roles = std::span<const std::shared_ptr<const types::RoleV6>>;

const types::RoleOptions& OptionsOf(const std::shared_ptr<const types::RoleV6>& role) { return role->spec().options(); }

bool AnyRole(Roles roles, bool (*holds)(const types::RoleOptions&)) {
  return std::any_of(roles.begin(), roles.end(), [holds](const auto& role) { return holds(OptionsOf(role)); });
}

// Returns the smallest number that a role sets above zero, or 0.
std::int64_t Smallest(Roles roles, std::int64_t (types::RoleOptions::*number)() const) {
  std::int64_t smallest = 0;
  for (const auto& role : roles) {
    const std::int64_t value = (OptionsOf(role).*number)();
    if (value > 0 && (smallest == 0 || value < smallest)) smallest = value;
  }
  return smallest;
}

// Policies as sets of demands, weakest first; together they demand what any of them does.
struct KeyPolicy {
  std::string_view name;
  unsigned demands;
};
constexpr KeyPolicy kKeyPolicies[] = {
    {"none", 0},
    {"web_session", 1},
    {"hardware_key", 1 | 2},
    {"hardware_key_touch", 1 | 2 | 4},
    {"hardware_key_pin", 1 | 2 | 8},
    {"hardware_key_touch_and_pin", 1 | 2 | 4 | 8},
};

unsigned DemandsOf(types::RequireMFAType type) {
  switch (type) {
    case types::SESSION_AND_HARDWARE_KEY:
      return kKeyPolicies[2].demands;
    case types::HARDWARE_KEY_TOUCH:
      return kKeyPolicies[3].demands;
    case types::HARDWARE_KEY_PIN:
      return kKeyPolicies[4].demands;
    case types::HARDWARE_KEY_TOUCH_AND_PIN:
      return kKeyPolicies[5].demands;
    default:
      return 0;
  }
}

}  // namespace

Nanoseconds AccessChecker::AdjustSessionTtl(Nanoseconds requested) const {
  for (const auto& role : roles_) {
    const Nanoseconds longest(OptionsOf(role).maxsessionttl());
    if (longest.count() != 0) requested = std::min(requested, longest);
  }
  return requested;
}

Nanoseconds AccessChecker::AdjustClientIdleTimeout(Nanoseconds cluster) const {
  const std::int64_t shortest = Smallest(roles_, &types::RoleOptions::clientidletimeout);
  const std::int64_t wanted = std::max<std::int64_t>(cluster.count(), 0);
  if (shortest == 0 || wanted == 0) return Nanoseconds(std::max(shortest, wanted));
  return Nanoseconds(std::min(shortest, wanted));
}

bool AccessChecker::AdjustDisconnectExpiredCert(bool cluster) const {
  return cluster || AnyRole(roles_, [](const auto& options) { return options.disconnectexpiredcert(); });
}

std::string AccessChecker::LockingMode(std::string_view cluster) const {
  std::string mode(cluster);
  for (const auto& role : roles_) {
    if (OptionsOf(role).lock() == "strict") return "strict";
    if (!OptionsOf(role).lock().empty()) mode = OptionsOf(role).lock();
  }
  return mode;
}

std::int64_t AccessChecker::MaxConnections() const { return Smallest(roles_, &types::RoleOptions::maxconnections); }

std::int64_t AccessChecker::MaxSessions() const { return Smallest(roles_, &types::RoleOptions::maxsessions); }

std::int64_t AccessChecker::MaxKubernetesConnections() const {
  return Smallest(roles_, &types::RoleOptions::maxkubernetesconnections);
}

bool AccessChecker::CanForwardAgent(std::string_view login) const {
  return std::any_of(roles_.begin(), roles_.end(), [login](const auto& role) {
    const auto& logins = role->spec().allow().logins();
    return OptionsOf(role).forwardagent() && std::find(logins.begin(), logins.end(), login) != logins.end();
  });
}

PortForwarding AccessChecker::PortForwardingMode() const {
  bool remote = true;
  bool local = true;
  bool legacy_denies = false;
  bool only_legacy = true;

  for (const auto& role : roles_) {
    const types::RoleOptions& options = OptionsOf(role);
    if (!options.has_sshportforwarding()) {
      if (!options.has_portforwarding()) continue;
      if (options.portforwarding().value()) return PortForwarding::kOn;
      legacy_denies = true;
      continue;
    }

    const types::SSHPortForwarding& forwarding = options.sshportforwarding();
    if (forwarding.remote().has_enabled()) {
      remote = remote && forwarding.remote().enabled().value();
      only_legacy = false;
    }
    if (forwarding.local().has_enabled()) {
      local = local && forwarding.local().enabled().value();
      only_legacy = false;
    }
  }

  if ((!remote && !local) || (legacy_denies && only_legacy)) return PortForwarding::kOff;
  if (!remote) return PortForwarding::kLocal;
  return local ? PortForwarding::kOn : PortForwarding::kRemote;
}

bool AccessChecker::PermitX11Forwarding() const {
  return AnyRole(roles_, [](const auto& options) { return options.permitx11forwarding(); });
}

bool AccessChecker::CanCopyFiles() const {
  return !AnyRole(roles_,
                  [](const auto& options) { return options.has_sshfilecopy() && !options.sshfilecopy().value(); });
}

bool AccessChecker::PinSourceIp() const {
  return AnyRole(roles_, [](const auto& options) { return options.pinsourceip(); });
}

std::string AccessChecker::CertificateFormat() const {
  const bool old = AnyRole(roles_, [](const auto& options) { return options.certificateformat() == "oldssh"; });
  return old ? "oldssh" : "standard";
}

std::vector<CertExtension> AccessChecker::CertExtensions() const {
  std::vector<CertExtension> extensions;
  for (const auto& role : roles_) {
    for (const types::CertExtension& extension : OptionsOf(role).certextensions()) {
      extensions.push_back({.name = extension.name(), .value = extension.value()});
    }
  }
  return extensions;
}

std::string AccessChecker::SessionRecordingMode() const {
  bool said = false;
  bool strict = false;
  for (const auto& role : roles_) {
    const types::RecordSession& record = OptionsOf(role).recordsession();
    if (record.ssh() == "strict") return "strict";
    said = said || record.ssh() == "best_effort";
    strict = strict || record.default_() == "strict";
  }
  return strict && !said ? "strict" : "best_effort";
}

std::string AccessChecker::RoleWithStrictRecording() const {
  const auto found = std::find_if(roles_.begin(), roles_.end(), [](const auto& role) {
    return OptionsOf(role).recordsession().default_() == "strict";
  });
  return found == roles_.end() ? "" : (*found)->metadata().name();
}

std::set<std::string> AccessChecker::EnhancedRecording() const {
  std::set<std::string> events;
  for (const auto& role : roles_) events.insert(OptionsOf(role).bpf().begin(), OptionsOf(role).bpf().end());
  return events;
}

AccessState::Mfa AccessChecker::RequiredMfa(bool cluster_requires) const {
  if (cluster_requires) return AccessState::Mfa::kAlways;
  const auto requires_it = [](const auto& role) { return OptionsOf(role).requiremfatype() != types::OFF; };
  const auto count = std::count_if(roles_.begin(), roles_.end(), requires_it);
  if (count == 0) return AccessState::Mfa::kNever;
  return count == static_cast<std::ptrdiff_t>(roles_.size()) ? AccessState::Mfa::kAlways : AccessState::Mfa::kPerRole;
}

std::string AccessChecker::PrivateKeyPolicy(std::string_view cluster) const {
  unsigned demands = 0;
  for (const KeyPolicy& row : kKeyPolicies) {
    if (row.name == cluster) demands = row.demands;
  }
  for (const auto& role : roles_) demands |= DemandsOf(OptionsOf(role).requiremfatype());
  for (const KeyPolicy& row : kKeyPolicies) {
    if (row.demands == demands) return std::string(row.name);
  }
  return "none";
}

}  // namespace sallyport
