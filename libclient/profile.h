// Profiles: which cluster, where its proxy is, who logged in. One YAML file a proxy, and the name of the current one
// (docs/protocol/login.md#profile-file). Files are replaced atomically; readers see the old or the new one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"

namespace sallyport {

struct Profile {
  std::string web_proxy_addr;  // host:port
  std::string ssh_proxy_addr;
  std::string kube_proxy_addr;  // empty: the cluster serves no Kubernetes
  std::string postgres_proxy_addr;
  std::string mysql_proxy_addr;
  std::string mongo_proxy_addr;
  std::string relay_addr;
  std::string default_relay_addr;
  std::string user;
  std::string cluster;
  std::vector<std::string> dynamic_forward_ports;
  bool tls_routing_enabled = false;
  bool tls_routing_conn_upgrade_required = false;
  std::string auth_connector;
  bool load_all_cas = false;
  std::string mfa_mode;
  std::string private_key_policy;
  std::string piv_slot;
  Nanoseconds piv_pin_cache_ttl{};
  bool missing_cluster_details = false;
  bool saml_slo_enabled = false;
  Nanoseconds ssh_dial_timeout{std::chrono::seconds(30)};
  std::string sso_host;

  // The host of web_proxy_addr: the name of the profile's file and of its key directory.
  std::string Name() const;

  bool operator==(const Profile&) const = default;
};

// Reads a profile. Unknown keys are ignored; an absent cluster is the profile's name, an absent dial timeout 30 s.
// Fails with kBadParameter ("SOURCE:LINE: reason"): no YAML map, no proxy address, a value of another type.
Result<Profile> ParseProfile(std::string_view yaml, std::string_view source);

// Writes a profile: keys in Teleport's order, empty ones left out where it leaves them out.
std::string FormatProfile(const Profile& profile);

// The profile directory (~/.tsh, or TELEPORT_HOME). Holds only its path; safe from several threads and processes.
class ProfileDirectory {
 public:
  explicit ProfileDirectory(std::string home) : home_(std::move(home)) {}
  const std::string& home() const { return home_; }

  // The name of the current profile. kNotFound when none is set.
  Result<std::string> CurrentName() const;
  Status SetCurrent(std::string_view name) const;
  // The names of all profiles, sorted. No directory is no profile.
  Result<std::vector<std::string>> Names() const;
  // Reads a profile; an empty name means the current one. kNotFound, kBadParameter.
  Result<Profile> Load(std::string_view name) const;
  Status Save(const Profile& profile, bool make_current) const;

 private:
  std::string PathOf(std::string_view name) const { return home_ + "/" + std::string(name) + ".yaml"; }
  std::string home_;
};

// A mode with the process's umask taken off: what open(2) would give a new file.
unsigned ModeUnderUmask(unsigned mode);

}  // namespace sallyport
