#include "libcluster/proxy/web_join.h"

#include <array>

#include "libbase/encoding.h"
#include "libbase/value_fields.h"
#include "libcluster/auth/joining/joining.h"

namespace sallyport {
namespace {

std::vector<std::string> Texts(const Value& map, std::string_view key) {
  std::vector<std::string> texts;
  const Value* value = map.FindIgnoringCase(key);
  if (value == nullptr) return texts;
  for (const auto& item : value->as_list()) texts.push_back(item.as_string());
  return texts;
}

Value Encoded(const std::vector<std::string>& texts) {
  Value list = Value::EmptyList();
  for (const auto& text : texts) list.Append(ToBase64(text));
  return list;
}

Result<Value> HostCredentials(const WebParts& parts, const WebCall& call) {
  JoinRequest request;
  request.host_id = TextIgnoringCase(call.body, "hostID");
  request.node_name = TextIgnoringCase(call.body, "node_name");
  request.role = TextIgnoringCase(call.body, "role");
  request.token = TextIgnoringCase(call.body, "token");
  request.id_token = TextIgnoringCase(call.body, "id_token");
  request.additional_principals = Texts(call.body, "additional_principals");
  request.dns_names = Texts(call.body, "dns_names");
  ASSIGN_OR_RETURN(request.public_tls_key, FromBase64(TextIgnoringCase(call.body, "public_tls_key")));
  ASSIGN_OR_RETURN(request.public_ssh_key, FromBase64(TextIgnoringCase(call.body, "public_ssh_key")));
  if (const std::string expires = TextIgnoringCase(call.body, "expires"); !expires.empty()) {
    ASSIGN_OR_RETURN(request.expires, ParseTime(expires));
  }
  request.remote_address = call.request.remote_address;

  ASSIGN_OR_RETURN(const JoinResult joined, JoinCluster(parts.auth, request));
  return Value(Value::Map{{"ssh", ToBase64(joined.ssh_certificate)},
                          {"tls", ToBase64(joined.tls_certificate)},
                          {"tls_ca_certs", Encoded(joined.tls_authorities)},
                          {"ssh_ca_certs", Encoded(joined.ssh_authorities)}});
}

constexpr std::array kJoinRoutes{
    WebRoute{"POST", "/webapi/host/credentials", WebLimit::kRequests, kPublicKeysBody, &HostCredentials},
};

}  // namespace

std::span<const WebRoute> JoinRoutes() { return kJoinRoutes; }

}  // namespace sallyport
