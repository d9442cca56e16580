// Files as keys of a Secret of Kubernetes, which server-side apply writes as field manager "tbot"; keys, labels and
// annotations of others stay (docs/protocol/tbot.md#kubernetes_secret).
#pragma once

#include <memory>
#include <string>

#include "libkube/api.h"
#include "libmachine/bot/destination/destination.h"

namespace sallyport {

class SecretDestination : public BotDestination {
 public:
  // `config` has a namespace.
  SecretDestination(DestinationConfig config, std::unique_ptr<KubeApi> api, const StopSignal* stop);

  // Tries to write the Secret, without storing it.
  Status Init() override;
  Result<Secret> Read(const std::string& name) override;
  // Writes all files in one apply.
  Status Write(std::span<const BotFile> files) override;

 private:
  KubeObjectName Name() const;
  Result<Value> Present();
  Value Applied(const Value& present, std::span<const BotFile> files) const;
  Status Apply(std::span<const BotFile> files, bool dry_run);

  const DestinationConfig config_;
  const std::unique_ptr<KubeApi> api_;
  const CallLimits limits_;
};

// Makes the destination, with the API server of KUBECONFIG or of the pod. Fails with kBadParameter, and as
// LoadKubeconfig and InClusterEndpoint do.
Result<std::unique_ptr<BotDestination>> MakeSecretDestination(const DestinationConfig& config,
                                                              const DestinationContext& context);

}  // namespace sallyport
