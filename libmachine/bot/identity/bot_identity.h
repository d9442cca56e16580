// Keeps the bot's own identity: loads it, joins the cluster, and renews the certificates with a new key each time
// (docs/protocol/tbot.md#the-bots-own-identity).
#pragma once

#include <future>
#include <memory>
#include <string>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/time.h"
#include "libmachine/bot/destination/destination.h"
#include "libmachine/bot/identity/bot_cluster.h"
#include "libmachine/bot/identity/credentials.h"
#include "libmachine/join_settings.h"

namespace sallyport {

class BotIdentity {
 public:
  struct Options {
    JoinSettings join;  // role "Bot"
    Nanoseconds ttl{};  // of the certificates to ask for
  };
  // `storage` is initialised; `cluster` and `storage` outlive the object.
  BotIdentity(Options options, BotDestination& storage, BotCluster& cluster);

  // Gets an identity: the stored one renewed, or by joining. A stored identity that is valid and cannot be renewed now
  // is used as it is; then `renewed` is false. A new identity may still be on its way to the storage afterwards: Kept
  // waits for it.
  //
  // Fails with kBadParameter when there is neither a usable identity nor a token, else as the cluster does, and as
  // reading the storage does.
  struct Started {
    bool renewed = true;
    Error reason;  // of an identity that was not renewed
  };
  Result<Started> Start() EXCLUDES(mutex_);

  // Waits until the identity is stored. Fails as the storage does; the identity is used nevertheless, because the
  // cluster accepts the old one no more. For the thread that calls Start and Renew.
  Status Kept();

  // Renews the identity and stores the new one. Renewable identities are renewed by the auth service, others by joining
  // again. Fails as the cluster and the storage do; the present identity stays in use.
  Status Renew() EXCLUDES(mutex_);

  // Returns the present identity; null before Start. Safe from several threads.
  std::shared_ptr<const BotCredentials> current() const EXCLUDES(mutex_);

 private:
  Result<std::shared_ptr<const BotCredentials>> Stored();
  Result<BotCredentials> Joined(const BotCredentials* as);
  Result<BotCredentials> Renewed(const BotCredentials& old);
  Result<PrivateKey> KeyForRenewal(const BotCredentials& old);
  void Keep(BotCredentials fresh) EXCLUDES(mutex_);
  std::string TokenHash() const;
  void Set(std::shared_ptr<const BotCredentials> credentials) EXCLUDES(mutex_);

  const Options options_;
  BotDestination& storage_;
  BotCluster& cluster_;
  mutable Mutex mutex_;
  std::shared_ptr<const BotCredentials> current_ GUARDED_BY(mutex_);
  std::future<Status> keeping_;  // the last one; uses what stands above
};

}  // namespace sallyport
