// An entry of the lists `services` and `outputs` of tbot.yaml: what tbot writes, and where
// (docs/protocol/tbot.md#outputs).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libbase/value.h"
#include "libmachine/bot/config/destination_config.h"

namespace sallyport {

struct ConfigNode;

// How long certificates live, and how often they are renewed; zero: not set.
struct CredentialLifetime {
  Nanoseconds ttl{};
  Nanoseconds renewal_interval{};
  bool empty() const { return *this == CredentialLifetime{}; }
  bool operator==(const CredentialLifetime&) const = default;
};

// Which Kubernetes clusters an output is for: one by name, or all with these labels.
struct KubeSelector {
  std::string name;
  std::map<std::string, std::string> labels;
  std::string default_namespace;
};

struct ServiceConfig {
  std::string type;       // the name of a row of ServiceTypes
  std::string name;       // as given; empty: CheckBotConfig sets generated_name only
  std::string full_name;  // the given or the generated name, after CheckBotConfig
  std::string where;      // "tbot.yaml:12: outputs[0]", for errors
  CredentialLifetime lifetime;
  DestinationConfig destination;
  std::vector<std::string> roles;  // empty: all that the bot may have

  std::string cluster;  // of an identity: a leaf cluster
  std::string ssh_config = "on";
  bool allow_reissue = false;
  std::string kubernetes_cluster;
  bool disable_exec_plugin = false;
  std::vector<KubeSelector> selectors;
  std::string context_name_template;
  std::string app_name;
  bool specific_tls_naming = false;
  std::vector<std::string> principals;

  Value raw;  // of a type that is not implemented: the entry as it was read
};

struct ServiceType {
  std::string_view name;
  bool served = false;
  // Reads the keys of an entry of this type.
  Status (*read)(ServiceConfig& to, const ConfigNode& node) = nullptr;
  // Checks an entry of a served type; null: no more than its destination.
  Status (*check)(const ServiceConfig& service) = nullptr;
  // Adds the keys of the type to the map of tbot.yaml, where its type and name are already.
  void (*write)(const ServiceConfig& service, Value& map) = nullptr;
};

// Returns the row of a type. Fails with kBadParameter and the type that was probably meant.
Result<const ServiceType*> FindServiceType(std::string_view name);

// Reads an entry. Fails with kBadParameter.
Status ReadService(ServiceConfig& to, const ConfigNode& node);
// Checks an entry by itself. `oneshot`: the service runs once. Fails with kBadParameter.
Status CheckService(const ServiceConfig& service, bool oneshot);
// Returns the map of tbot.yaml.
Value ServiceValue(const ServiceConfig& service);

// Checks a lifetime: both or neither, positive. Fails with kBadParameter.
Status CheckLifetime(const CredentialLifetime& lifetime);
// Returns why a lifetime is unwise: shorter than the interval, or longer than a cluster issues; "": it is not.
std::string UnwiseLifetime(const CredentialLifetime& lifetime, bool oneshot);
// Adds credential_ttl and renewal_interval to a map, when they are set.
void WriteLifetime(const CredentialLifetime& lifetime, Value& map);

// Reads the keys of a type that is not implemented: only their names are checked (unserved_services.cpp).
Status ReadUnserved(ServiceConfig& to, const ConfigNode& node);
// Returns the names of the types that are not implemented.
const std::vector<std::string_view>& UnservedTypes();

}  // namespace sallyport
