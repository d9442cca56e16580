// Reads and writes profiles (the cluster, the addresses of its proxy, the user): one YAML file per proxy, and the name
// of the current profile (docs/protocol/login.md#profile-file). Files are replaced atomically; readers see the old or
// the new file.
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

  // Returns the host of web_proxy_addr, which names the file of the profile and its key directory.
  std::string Name() const;

  bool operator==(const Profile&) const = default;
};

// Reads a profile. Unknown keys are ignored; an absent cluster is the profile's name, an absent dial timeout 30 s.
// Fails with kBadParameter ("SOURCE:LINE: reason"): not a YAML map, no proxy address, a value of the wrong type.
Result<Profile> ParseProfile(std::string_view yaml, std::string_view source);

// Returns the YAML of a profile, with keys in Teleport's order and without the empty keys that Teleport omits.
std::string FormatProfile(const Profile& profile);

// The profile directory (~/.tsh, or TELEPORT_HOME). Holds only its path; safe from several threads and processes.
class ProfileDirectory {
 public:
  explicit ProfileDirectory(std::string home) : home_(std::move(home)) {}
  const std::string& home() const { return home_; }

  // Returns the name of the current profile. Fails with kNotFound when none is set.
  Result<std::string> CurrentName() const;
  Status SetCurrent(std::string_view name) const;
  // Returns the names of all profiles, sorted; none without a directory.
  Result<std::vector<std::string>> Names() const;
  // Reads a profile; an empty name means the current profile. Fails with kNotFound or kBadParameter.
  Result<Profile> Load(std::string_view name) const;
  Status Save(const Profile& profile, bool make_current) const;

 private:
  std::string PathOf(std::string_view name) const { return home_ + "/" + std::string(name) + ".yaml"; }
  std::string home_;
};

// Returns a mode without the bits of the umask, as open(2) sets the mode of a new file.
unsigned ModeUnderUmask(unsigned mode);

}  // namespace sallyport
