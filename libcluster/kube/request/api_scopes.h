// Which resources of an API server have namespaces. Kubernetes' own are known; for custom ones the server is asked
// (its discovery documents), once a group version and again after a while.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/kube/request/single_flight.h"

namespace sallyport {

// Returns whether one of Kubernetes' own resources is outside of namespaces; nothing for other resources.
std::optional<bool> KnownClusterWide(std::string_view api_group, std::string_view resource);

// Safe from several threads.
class ApiScopes : public std::enable_shared_from_this<ApiScopes> {
 public:
  using Answer = std::optional<bool>;
  using Callback = std::function<void(const Answer&)>;
  // Asks the server for a document, and calls back with its body.
  using Fetch = std::function<void(const std::string& path, std::function<void(const Result<std::string>&)>)>;

  explicit ApiScopes(Fetch fetch) : fetch_(std::move(fetch)) {}

  // Calls back with whether a resource is outside of namespaces, nothing when it cannot be found out: at once, or when
  // the server has answered. An empty version (or "*") is the one that the server prefers.
  void IsClusterWide(const std::string& api_group, const std::string& version, const std::string& resource,
                     Callback callback);

 private:
  // What a discovery document says.
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
  // Calls back with a document that is at most so old.
  void Load(const std::string& path, Nanoseconds max_age, std::function<void(const Pointer&)> callback);
  void Keep(const std::string& path, const Pointer& document);

  const Fetch fetch_;
  std::mutex mutex_;
  std::map<std::string, Pointer> documents_;                // by path
  std::map<std::string, std::shared_ptr<Flight>> flights_;  // by path
};

}  // namespace sallyport
