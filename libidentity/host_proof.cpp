#include "libidentity/host_proof.h"

#include "libbase/json.h"

namespace sallyport {

std::string HostProofText(std::string_view cluster, std::string_view host_id, std::string_view public_tls_key,
                          std::string_view public_ssh_key) {
  const std::string parts[] = {"sallyport host rejoins", std::string(cluster), std::string(host_id),
                               std::string(public_tls_key), std::string(public_ssh_key)};
  return ToJson(Value::Strings({std::begin(parts), std::end(parts)}));
}

}  // namespace sallyport
