// The keys of services that are not implemented: they are known by name, and may be there when their service is off.
#include <array>

#include "libcluster/config/config_key.h"

namespace sallyport {
namespace {

constexpr std::array kKeys{
    KeyFact{"relay_service.relay_group"},
    KeyFact{"relay_service.target_connection_count", ConfigType::kNumber},
    KeyFact{"relay_service.public_hostnames", ConfigType::kTexts},
    KeyFact{"relay_service.transport_listen_addr"},
    KeyFact{"relay_service.transport_proxy_protocol", ConfigType::kSwitch},
    KeyFact{"relay_service.peer_listen_addr"},
    KeyFact{"relay_service.peer_public_addr"},
    KeyFact{"relay_service.tunnel_listen_addr"},
    KeyFact{"relay_service.tunnel_proxy_protocol", ConfigType::kSwitch},
    KeyFact{"metrics_service.listen_addr"},
    KeyFact{"metrics_service.keypairs[].key_file"},
    KeyFact{"metrics_service.keypairs[].cert_file"},
    KeyFact{"metrics_service.ca_certs", ConfigType::kTexts},
    KeyFact{"metrics_service.grpc_server_latency", ConfigType::kSwitch},
    KeyFact{"metrics_service.grpc_client_latency", ConfigType::kSwitch},
    KeyFact{"windows_desktop_service.listen_addr"},
    KeyFact{"windows_desktop_service.labels", ConfigType::kMap},
    KeyFact{"windows_desktop_service.public_addr", ConfigType::kTexts},
    KeyFact{"windows_desktop_service.show_desktop_wallpaper", ConfigType::kSwitch},
    KeyFact{"windows_desktop_service.ldap.addr"},
    KeyFact{"windows_desktop_service.ldap.domain"},
    KeyFact{"windows_desktop_service.ldap.username"},
    KeyFact{"windows_desktop_service.ldap.sid"},
    KeyFact{"windows_desktop_service.ldap.insecure_skip_verify", ConfigType::kSwitch},
    KeyFact{"windows_desktop_service.ldap.server_name"},
    KeyFact{"windows_desktop_service.ldap.der_ca_file"},
    KeyFact{"windows_desktop_service.ldap.ldap_ca_cert"},
    KeyFact{"windows_desktop_service.ldap.locate_server.enabled", ConfigType::kSwitch},
    KeyFact{"windows_desktop_service.ldap.locate_server.site"},
    KeyFact{"windows_desktop_service.pki_domain"},
    KeyFact{"windows_desktop_service.kdc_address"},
    KeyFact{"windows_desktop_service.discovery.base_dn"},
    KeyFact{"windows_desktop_service.discovery.filters", ConfigType::kTexts},
    KeyFact{"windows_desktop_service.discovery.label_attributes", ConfigType::kTexts},
    KeyFact{"windows_desktop_service.discovery.rdp_port", ConfigType::kNumber},
    KeyFact{"windows_desktop_service.discovery_configs[].base_dn"},
    KeyFact{"windows_desktop_service.discovery_configs[].filters", ConfigType::kTexts},
    KeyFact{"windows_desktop_service.discovery_configs[].label_attributes", ConfigType::kTexts},
    KeyFact{"windows_desktop_service.discovery_configs[].rdp_port", ConfigType::kNumber},
    KeyFact{"windows_desktop_service.discovery_interval", ConfigType::kDuration},
    KeyFact{"windows_desktop_service.publish_crl_interval", ConfigType::kDuration},
    KeyFact{"windows_desktop_service.hosts", ConfigType::kTexts},
    KeyFact{"windows_desktop_service.non_ad_hosts", ConfigType::kTexts},
    KeyFact{"windows_desktop_service.static_hosts[].name"},
    KeyFact{"windows_desktop_service.static_hosts[].addr"},
    KeyFact{"windows_desktop_service.static_hosts[].labels", ConfigType::kMap},
    KeyFact{"windows_desktop_service.static_hosts[].ad", ConfigType::kSwitch},
    KeyFact{"windows_desktop_service.host_labels[].match"},
    KeyFact{"windows_desktop_service.host_labels[].labels", ConfigType::kMap},
    KeyFact{"tracing_service.exporter_url"},
    KeyFact{"tracing_service.keypairs[].key_file"},
    KeyFact{"tracing_service.keypairs[].cert_file"},
    KeyFact{"tracing_service.ca_certs", ConfigType::kTexts},
    KeyFact{"tracing_service.sampling_rate_per_million", ConfigType::kNumber},
    KeyFact{"okta_service.listen_addr"},
    KeyFact{"okta_service.api_endpoint"},
    KeyFact{"okta_service.api_token_path"},
    KeyFact{"okta_service.sync_period", ConfigType::kDuration},
    KeyFact{"okta_service.sync.app_group_sync_period", ConfigType::kDuration},
    KeyFact{"okta_service.sync.sync_access_lists", ConfigType::kSwitch},
    KeyFact{"okta_service.sync.default_owners", ConfigType::kTexts},
    KeyFact{"okta_service.sync.group_filters", ConfigType::kTexts},
    KeyFact{"okta_service.sync.app_filters", ConfigType::kTexts},
    KeyFact{"jamf_service.listen_addr"},
    KeyFact{"jamf_service.name"},
    KeyFact{"jamf_service.sync_delay", ConfigType::kDuration},
    KeyFact{"jamf_service.exit_on_sync", ConfigType::kSwitch},
    KeyFact{"jamf_service.api_endpoint"},
    KeyFact{"jamf_service.username"},
    KeyFact{"jamf_service.password_file"},
    KeyFact{"jamf_service.client_id"},
    KeyFact{"jamf_service.client_secret_file"},
    KeyFact{"jamf_service.inventory[].filter_rsql"},
    KeyFact{"jamf_service.inventory[].sync_period_partial", ConfigType::kDuration},
    KeyFact{"jamf_service.inventory[].sync_period_full", ConfigType::kDuration},
    KeyFact{"jamf_service.inventory[].on_missing"},
    KeyFact{"jamf_service.inventory[].page_size", ConfigType::kNumber},
    KeyFact{"plugin_service.plugins", ConfigType::kMap},
    KeyFact{"access_graph.endpoint"},
    KeyFact{"access_graph.ca"},
    KeyFact{"access_graph.insecure", ConfigType::kSwitch},
    KeyFact{"access_graph.audit_log.enabled", ConfigType::kSwitch},
    KeyFact{"access_graph.audit_log.start_date"},
};

}  // namespace

std::vector<ConfigKey> OtherServiceKeys() {
  std::vector<ConfigKey> keys;
  for (const char* service : {"app_service", "db_service", "windows_desktop_service", "metrics_service", "okta_service",
                              "jamf_service", "tracing_service", "relay_service", "plugin_service", "access_graph"}) {
    keys.push_back({fmt::format("{}.enabled", service), ConfigType::kSwitch, ConfigKey::State::kRefused, nullptr, "",
                    "set the key to no, or leave the section out"});
  }
  // The service is on by default, so files may name it without a request for anything.
  keys.push_back({"debug_service.enabled", ConfigType::kSwitch, ConfigKey::State::kNoEffect, nullptr, "",
                  "the debug service is not implemented"});
  keys.push_back({"debug_service.listen_addr", ConfigType::kText, ConfigKey::State::kNoEffect});
  AddFacts(keys, "", kKeys);
  AddResourceMatcherFacts(keys, "windows_desktop_service.resources");
  return keys;
}

}  // namespace sallyport
