// The keys of app_service (docs/protocol/services.md#app_service), whose names alone are known: applications are not
// implemented.
#include <array>

#include "libcluster/config/config_key.h"

namespace sallyport {
namespace {

constexpr std::array kApplication{
    KeyFact{"name"},
    KeyFact{"description"},
    KeyFact{"uri"},
    KeyFact{"public_addr"},
    KeyFact{"labels", ConfigType::kMap},
    KeyFact{"insecure_skip_verify", ConfigType::kSwitch},
    KeyFact{"rewrite.redirect", ConfigType::kTexts},
    KeyFact{"rewrite.headers", ConfigType::kTexts},
    KeyFact{"rewrite.jwt_claims"},
    KeyFact{"aws.external_id"},
    KeyFact{"cloud"},
    KeyFact{"required_apps", ConfigType::kTexts},
    KeyFact{"use_any_proxy_public_addr", ConfigType::kSwitch},
    KeyFact{"cors.allowed_origins", ConfigType::kTexts},
    KeyFact{"cors.allowed_methods", ConfigType::kTexts},
    KeyFact{"cors.allowed_headers", ConfigType::kTexts},
    KeyFact{"cors.exposed_headers", ConfigType::kTexts},
    KeyFact{"cors.allow_credentials", ConfigType::kSwitch},
    KeyFact{"cors.max_age", ConfigType::kNumber},
    KeyFact{"tcp_ports[].port", ConfigType::kNumber},
    KeyFact{"tcp_ports[].end_port", ConfigType::kNumber},
    KeyFact{"mcp.command"},
    KeyFact{"mcp.args", ConfigType::kTexts},
    KeyFact{"mcp.run_as_host_user"},
};

}  // namespace

std::vector<ConfigKey> ApplicationKeys() {
  std::vector<ConfigKey> keys;
  constexpr std::array kService{KeyFact{"listen_addr"}, KeyFact{"debug_app", ConfigType::kSwitch},
                                KeyFact{"mcp_demo_server", ConfigType::kSwitch}};
  AddFacts(keys, "app_service.", kService);
  AddFacts(keys, "app_service.apps[].", kApplication);
  AddCommandLabelFacts(keys, "app_service.apps[].commands");
  AddResourceMatcherFacts(keys, "app_service.resources");
  return keys;
}

}  // namespace sallyport
