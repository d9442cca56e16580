// Feeds arbitrary output of credential plugins to the reader, and to the code that keeps secrets out of the log.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libkube/exec_plugin.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string_view output(reinterpret_cast<const char*>(data), size);
  const auto credential = ParseExecCredential(output, "client.authentication.k8s.io/v1");
  if (credential && credential->token.empty() && credential->client_certificate_pem.empty()) std::abort();
  if (HideSecrets(output, {"secret-value"}).contains("secret-value")) std::abort();
  return 0;
}
