// The keys of proxy_service (docs/protocol/services.md#proxy_service).
#include "libbase/address.h"
#include "libcluster/config/config_key.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {
namespace {

using State = ConfigKey::State;
using Type = ConfigType;

constexpr std::string_view kOnePort = "clients, agents and kubectl use web_listen_addr; leave the key out";
constexpr std::string_view kNoDatabases = "databases are not implemented";

Status SetAddress(std::string& target, const Value& value, int default_port) {
  ASSIGN_OR_RETURN(const std::string text, ConfigText(value));
  ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(text, default_port));
  target = FormatHostPort(address);
  return {};
}

Status SetPublicAddresses(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const auto texts, ConfigTexts(value));
  for (const auto& text : texts) {
    if (!text.empty()) RETURN_IF_ERROR(SetAddress(config.proxy.public_addr.emplace_back(), Value(text), 0));
  }
  return {};
}

Status SetKeyPairs(TeleportConfig& config, const Value& value) {
  if (value.as_list().size() > 1) {
    return FailWithHint(ErrorKind::kNotImplemented, "more than one pair of key and certificate is not implemented",
                        "use one certificate for all names of the proxy");
  }

  for (const auto& item : value.as_list()) {
    const auto text = [&](std::string_view name) {
      const Value* path = item.Find(name);
      return path == nullptr || path->is_null() ? std::string() : ConfigText(*path).value_or("");
    };
    const KeyPairPaths pair{text("key_file"), text("cert_file"), item.place().line};
    if (pair.key_file.empty() && pair.cert_file.empty()) continue;
    if (pair.key_file.empty() || pair.cert_file.empty()) {
      return Fail(ErrorKind::kBadParameter, "each pair needs key_file and cert_file");
    }
    config.proxy.https_keypairs.push_back(pair);
  }
  return {};
}

std::vector<ConfigKey> ServedProxyKeys() {
  return {
      {"proxy_service.enabled", Type::kSwitch, State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.proxy.enabled, ConfigSwitch(value));
         return {};
       }},
      {"proxy_service.web_listen_addr", Type::kText, State::kServed,
       [](TeleportConfig& config, const Value& value) {
         return SetAddress(config.proxy.web_listen_addr, value, 3080);
       }},
      {"proxy_service.public_addr", Type::kTexts, State::kServed, SetPublicAddresses},
      {"proxy_service.kube_listen_addr", Type::kText, State::kServed,
       [](TeleportConfig& config, const Value& value) {
         return SetAddress(config.proxy.kube_listen_addr, value, 3026);
       }},

      {"proxy_service.https_keypairs", Type::kAny, State::kServed, SetKeyPairs},
      {"proxy_service.https_keypairs[].key_file", Type::kText, State::kNoEffect},
      {"proxy_service.https_keypairs[].cert_file", Type::kText, State::kNoEffect},
      {"proxy_service.https_key_file", Type::kText, State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.proxy.https_keypair.key_file, ConfigText(value));
         return {};
       }},
      {"proxy_service.https_cert_file", Type::kText, State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.proxy.https_keypair.cert_file, ConfigText(value));
         config.proxy.https_keypair.line = value.place().line;
         return {};
       }},
  };
}

std::vector<ConfigKey> KeysWithoutEffect() {
  return {
      {"proxy_service.kube_public_addr", Type::kTexts, State::kNoEffect},
      {"proxy_service.ui.scrollback_lines", Type::kNumber, State::kNoEffect},
      {"proxy_service.ui.show_resources", Type::kText, State::kNoEffect},
      {"proxy_service.mysql_server_version", Type::kText, State::kNoEffect, nullptr, "", kNoDatabases},
      {"proxy_service.mysql_public_addr", Type::kTexts, State::kNoEffect, nullptr, "", kNoDatabases},
      {"proxy_service.postgres_public_addr", Type::kTexts, State::kNoEffect, nullptr, "", kNoDatabases},
      {"proxy_service.mongo_public_addr", Type::kTexts, State::kNoEffect, nullptr, "", kNoDatabases},

      // Keys of ACME, which is off.
      {"proxy_service.acme.email", Type::kText, State::kNoEffect},
      {"proxy_service.acme.uri", Type::kText, State::kNoEffect},
      {"proxy_service.kubernetes.listen_addr", Type::kText, State::kNoEffect},
      {"proxy_service.kubernetes.public_addr", Type::kTexts, State::kNoEffect},
      {"proxy_service.kubernetes.kubeconfig_file", Type::kText, State::kNoEffect},
      {"proxy_service.kubernetes.cluster_name", Type::kText, State::kNoEffect},
      {"proxy_service.idp.saml.enabled", Type::kSwitch, State::kNoEffect, nullptr, "",
       "an identity provider for SAML is not implemented"},
      {"proxy_service.idp.saml.base_url", Type::kText, State::kNoEffect},
  };
}

std::vector<ConfigKey> RefusedKeys() {
  constexpr std::string_view kLoadBalancer = "a load balancer before the proxy must forward connections unchanged";
  constexpr std::string_view kOneProxy = "a cluster has one proxy without peers; leave the key out";
  constexpr std::string_view kDatabases = "databases are not implemented; leave the key out";

  return {
      {"proxy_service.https_keypairs_reload_interval", Type::kDuration, State::kRefused, nullptr, "",
       "leave the key out, and restart the process when the certificate changes"},
      {"proxy_service.acme.enabled", Type::kSwitch, State::kRefused, nullptr, "",
       "set the certificate and its key in https_keypairs, and set enabled: no"},
      {"proxy_service.listen_addr", Type::kText, State::kRefused, nullptr, "0.0.0.0:3023", kOnePort, true},
      {"proxy_service.tunnel_listen_addr", Type::kText, State::kRefused, nullptr, "0.0.0.0:3024", kOnePort, true},
      {"proxy_service.ssh_public_addr", Type::kTexts, State::kRefused, nullptr, "", kOnePort},
      {"proxy_service.tunnel_public_addr", Type::kTexts, State::kRefused, nullptr, "", kOnePort},
      {"proxy_service.kubernetes.enabled", Type::kSwitch, State::kRefused, nullptr, "",
       "use kubernetes_service, and kube_listen_addr where kubectl needs a separate port"},
      {"proxy_service.peer_listen_addr", Type::kText, State::kRefused, nullptr, "0.0.0.0:3021", kOneProxy, true},
      {"proxy_service.peer_public_addr", Type::kText, State::kRefused, nullptr, "", kOneProxy},
      {"proxy_service.mysql_listen_addr", Type::kText, State::kRefused, nullptr, "0.0.0.0:3036", kDatabases, true},
      {"proxy_service.postgres_listen_addr", Type::kText, State::kRefused, nullptr, "0.0.0.0:5432", kDatabases, true},
      {"proxy_service.mongo_listen_addr", Type::kText, State::kRefused, nullptr, "0.0.0.0:27017", kDatabases, true},
      {"proxy_service.proxy_protocol", Type::kText, State::kRefused, nullptr, "off", kLoadBalancer},
      {"proxy_service.proxy_protocol_allow_downgrade", Type::kSwitch, State::kRefused, nullptr, "", kLoadBalancer},
      {"proxy_service.trust_x_forwarded_for", Type::kSwitch, State::kRefused, nullptr, "", kLoadBalancer},
      {"proxy_service.automatic_upgrades_channels.*.forward_url", Type::kText, State::kRefused},
      {"proxy_service.automatic_upgrades_channels.*.static_version", Type::kText, State::kRefused},
      {"proxy_service.automatic_upgrades_channels.*.critical", Type::kSwitch, State::kRefused},
  };
}

}  // namespace

std::vector<ConfigKey> ProxyServiceKeys() {
  std::vector<ConfigKey> keys;
  for (auto* part : {ServedProxyKeys, KeysWithoutEffect, RefusedKeys}) {
    for (auto& key : part()) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace sallyport
