// Locks: who and what may not use the cluster for now. Checked when a certificate is issued and when one is used.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libidentity/identity.h"

namespace types {
class LockV2;
}

namespace sallyport {

// What an identity is, as far as locks can name it.
struct LockSubject {
  std::string user;
  std::vector<std::string> roles;
  std::vector<std::string> logins;
  std::string mfa_device;
  std::vector<std::string> access_requests;
  std::string device;
  std::string server_id;
  std::string bot_instance_id;
  std::string join_token;
  static LockSubject Of(const Identity& identity);
};

// The locks of the cluster, in memory. Safe from several threads.
class Locks {
 public:
  explicit Locks(Backend& backend) : backend_(backend) {}
  // Reads all locks again; call it after every change.
  Status Reload();
  // kAccessDenied "lock targeting User:"alice" is in force[: message]" when a lock that has not expired names the
  // subject in all of its targets.
  Status Check(const LockSubject& subject) const;

 private:
  Backend& backend_;
  mutable std::mutex mutex_;
  std::shared_ptr<const std::vector<types::LockV2>> locks_;
};

}  // namespace sallyport
