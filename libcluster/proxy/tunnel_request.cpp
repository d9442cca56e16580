#include "libcluster/proxy/tunnel_request.h"

#include "libbase/json.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxTunnelRequestBytes = 8 * 1024;
constexpr int kMaxTunnelRequestDepth = 4;

}  // namespace

std::string AddressOfTunnelRequest(std::string_view data) {
  if (data.size() > kMaxTunnelRequestBytes) return {};
  const auto value = ParseJson(data, {.max_bytes = kMaxTunnelRequestBytes, .max_depth = kMaxTunnelRequestDepth});
  if (!value || !value->is_map()) return std::string(data);
  const Value* address = value->FindIgnoringCase("address");
  return address == nullptr ? std::string() : address->as_string();
}

}  // namespace sallyport
