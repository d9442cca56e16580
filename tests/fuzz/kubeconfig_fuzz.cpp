// Feeds arbitrary text to the reader of kubeconfig files, and adds and removes an entry of ours.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libclient/kubeconfig.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  auto config = Kubeconfig::Parse(input, "fuzz");
  if (!config) return 0;
  KubeEntry entry;
  entry.teleport_cluster = "fuzz.example.com";
  entry.kube_cluster = "dev";
  entry.server = "https://fuzz.example.com:443";
  entry.command = "tsh";
  config->Add(entry);
  const std::string context = KubeContextName(entry.teleport_cluster, entry.kube_cluster);
  config->Select(context, entry.teleport_cluster);
  if (config->SelectedCluster(entry.teleport_cluster) != "dev") std::abort();
  const auto again = Kubeconfig::Parse(config->Format(), "again");
  if (!again || !again->HasContext(context)) std::abort();
  config->RemoveServer(entry.server);
  if (config->HasContext(context)) std::abort();
  return 0;
}
