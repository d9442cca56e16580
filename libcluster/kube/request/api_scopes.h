// Tells which resources of an API server have namespaces. Kubernetes' own resources are built in; for custom resources
// fetches the server's discovery document once per group version, and again after a while.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/time.h"
#include "libcluster/kube/request/single_flight.h"

namespace sallyport {

// Returns whether one of Kubernetes' own resources is cluster-wide; nothing for other resources.
std::optional<bool> KnownClusterWide(std::string_view api_group, std::string_view resource);

// Safe from several threads.
class ApiScopes : public std::enable_shared_from_this<ApiScopes> {
 public:
  using Answer = std::optional<bool>;
  using Callback = std::function<void(const Answer&)>;
  // Fetches a document from the server and calls back with its body.
  using Fetch = std::function<void(const std::string& path, std::function<void(const Result<std::string>&)>)>;

  explicit ApiScopes(Fetch fetch) : fetch_(std::move(fetch)) {}

  // Calls back with whether a resource is cluster-wide, nothing when that is unknown: at once, or after the server's
  // answer. An empty version (or "*") means the server's preferred one.
  void IsClusterWide(const std::string& api_group, const std::string& version, const std::string& resource,
                     Callback callback);

 private:
  // A parsed discovery document.
  struct Document {
    std::map<std::string, bool> cluster_wide;  // by resource
    std::string preferred_version;
    bool failed = false;
    Time read{};
  };
  using Pointer = std::shared_ptr<const Document>;
  using Flight = SingleFlight<Pointer>;

  static Pointer Parse(const Result<std::string>& body);
  void LookUp(const std::string& path, const std::string& resource, const Callback& callback);
  // Calls back with a document of at most this age.
  void Load(const std::string& path, Nanoseconds max_age, std::function<void(const Pointer&)> callback);
  void Keep(const std::string& path, const Pointer& document);

  const Fetch fetch_;
  Mutex mutex_;
  std::map<std::string, Pointer> documents_ GUARDED_BY(mutex_);                // by path
  std::map<std::string, std::shared_ptr<Flight>> flights_ GUARDED_BY(mutex_);  // by path
};

}  // namespace sallyport
