// Feeds arbitrary answers of Azure to their readers. What comes of an AKS cluster has only labels and a name that a
// discovery service may write.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libbase/json.h"
#include "libcluster/agents/azure/azure_credential.h"
#include "libcluster/agents/discovery/aks_resource.h"
#include "libcluster/auth/discovery/discovered_clusters.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto token = ReadAzureToken(text, Now());
  if (token && (token->text.empty() || token->expires <= Now() - std::chrono::minutes(1))) __builtin_trap();
  (void)ParseAksId(text);

  const HttpCallAnswer answer{403, {}, Secret(std::string(text))};
  if (AzureRefusal(answer, "ask").message.size() > 20'000) __builtin_trap();

  const auto json = ParseJson(text, {.max_bytes = 1 << 20, .max_depth = 64});
  if (!json) return 0;
  const auto cluster = ParseAksCluster(*json);
  if (!cluster) return 0;
  const auto resource = ResourceOfAks(*cluster);
  if (resource && !AdmitDiscovered(*resource, "")) __builtin_trap();
  return 0;
}
