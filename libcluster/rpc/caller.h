// The caller of a request: Authenticator makes it from the connection's certificate, the same for gRPC and HTTP.
#pragma once

#include <memory>
#include <string>

#include "libbase/time.h"
#include "libidentity/identity.h"

namespace sallyport {

class AccessChecker;

struct Caller {
  enum class Kind {
    kNobody,  // no certificate: may ping, read the cluster's CA, join
    kUser,    // a user or bot, by the user CA
    kSystem,  // a service of the cluster, by the host CA: Auth, Proxy, Kube, ...
    kAdmin,   // the built-in Admin: tctl on the auth host
  };
  Kind kind = Kind::kNobody;
  Identity identity;
  Time issued{};                                // the time of issue of a user's certificate
  std::string remote_address;                   // "192.0.2.1:4711"
  std::shared_ptr<const AccessChecker> access;  // for kUser

  // Returns the system role of kSystem and kAdmin ("Proxy"), or "".
  std::string_view SystemRole() const {
    const bool system = kind == Kind::kSystem || kind == Kind::kAdmin;
    return system && !identity.groups.empty() ? std::string_view(identity.groups.front()) : std::string_view();
  }
};

}  // namespace sallyport
