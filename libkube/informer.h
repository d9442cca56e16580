// Follows a collection of objects: lists it, watches it, and lists it again when the server has forgotten where the
// watch was. Its handlers see each state that they have not seen yet, whatever happens to the connections.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libbase/backoff.h"
#include "libbase/error.h"
#include "libbase/value.h"
#include "libkube/api.h"
#include "libkube/resource.h"

namespace sallyport {

struct KubeObjectId {
  std::string kube_namespace;
  std::string name;
  std::string uid;
};

// Called by the thread of Run, one at a time.
struct KubeInformerHandlers {
  // An object that is new, or that has changed. States between two that were seen may be missing: only the newest
  // counts. Objects of a list may have no kind and no apiVersion.
  std::function<void(const Value& object)> changed;
  // An object that no longer exists, or no longer has the labels and fields of the collection. An object of the same
  // name that came after it has another uid, and is reported after it.
  std::function<void(const KubeObjectId& object)> removed;
  // After the first list: all objects of it were reported. May be empty.
  std::function<void()> synced;
};

struct KubeInformerOptions {
  std::chrono::milliseconds first_pause{
      800};  // after a failure, doubled up to the longest, and random up to twice that
  std::chrono::milliseconds longest_pause{30'000};
  std::chrono::seconds watch_time{300};  // of one watch, random up to twice that
  CallLimits limits = {};                // of each call; its `stop` has no effect
};

class KubeInformer {
 public:
  // `api` outlives the informer.
  KubeInformer(KubeApi& api, KubeCollection collection, KubeInformerHandlers handlers,
               KubeInformerOptions options = {});

  // Follows the collection until the stop. Writes failures to the log, and goes on after a pause. Call it once.
  void Run(const StopSignal& stop);

 private:
  using Key = std::pair<std::string, std::string>;  // namespace, name
  struct Seen {
    std::string uid;
    std::string resource_version;
    std::uint64_t listed = 0;  // the number of the last list that had the object
  };
  // The step after a watch.
  enum class Then { kWatch, kList };

  Status List(const CallLimits& limits);
  Result<Then> Watch(const StopSignal& stop);
  void Take(const KubeEvent& event);
  void Offer(const Value& object);
  void Remove(std::map<Key, Seen>::iterator found);
  void RemoveUnlisted();
  void Failed(const Error& error);
  void Succeeded();

  KubeApi& api_;
  const KubeCollection collection_;
  const KubeInformerHandlers handlers_;
  const KubeInformerOptions options_;
  Backoff backoff_;
  std::map<Key, Seen> seen_;
  std::uint64_t lists_ = 0;
  std::string resource_version_;  // where the next watch begins
  bool synced_ = false;
  bool failing_ = false;  // the last attempt failed
};

}  // namespace sallyport
