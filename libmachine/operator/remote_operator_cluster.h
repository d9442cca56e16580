// The operator's cluster on other hosts, asked as the operator's bot.
#pragma once

#include <functional>
#include <memory>

#include "libclient/rpc.h"
#include "libmachine/bot/identity/credentials.h"
#include "libmachine/bot/identity/remote_cluster.h"
#include "libmachine/operator/operator_cluster.h"

namespace sallyport {

class RemoteOperatorCluster : public OperatorCluster {
 public:
  // Returns the present credentials of the bot; never null.
  using Credentials = std::function<std::shared_ptr<const BotCredentials>()>;
  // `cluster` outlives the object.
  RemoteOperatorCluster(RemoteCluster& cluster, Credentials credentials)
      : cluster_(cluster), credentials_(std::move(credentials)) {}

  Result<std::optional<StoredResource>> Find(const KindRow& kind, const std::string& name,
                                             std::string_view sub_kind) override;
  Status Create(const Resource& resource) override;
  Status Update(const Resource& resource) override;
  Status Remove(const KindRow& kind, const std::string& name) override;

 private:
  Status With(const std::function<Status(RpcClient& rpc)>& call);

  RemoteCluster& cluster_;
  const Credentials credentials_;
};

}  // namespace sallyport
