// A client of one API server of Kubernetes: reads, lists, watches and changes objects, which are values as in the
// server's JSON (docs/protocol/services.md#kubernetes-api-clients).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libclient/network.h"
#include "libkube/call_limits.h"
#include "libkube/endpoint.h"
#include "libkube/resource.h"
#include "libkube/watch.h"

namespace sallyport {

class KubeCaller;

struct KubeApiOptions {
  // HTTP proxies, and the time for a connection and its handshake; `insecure` and `answer_timeout` have no effect.
  NetworkSettings network = {};
  std::size_t max_object_bytes = 8U << 20;  // of one object, also in a watch; etcd stores at most 1.5 MiB
  std::size_t max_page_bytes = 32U << 20;   // of a page of a list
};

// Which part of a list to read. With neither field the list begins with the newest state.
struct KubePageRequest {
  int limit = 500;             // objects of a page; 0: all
  std::string continue_token;  // of the page before
};

struct KubePage {
  std::vector<Value> items;      // without kind and apiVersion, which servers leave out of lists
  std::string resource_version;  // the same for all pages of a list; a watch may begin here
  std::string continue_token;    // empty: it is the last page
};

struct KubeWatchRequest {
  std::string resource_version;        // the watch shows what came later; empty: begins with what there is
  std::chrono::seconds duration{300};  // after which the server ends the watch
};

struct KubeApplyOptions {
  std::string field_manager;  // the owner of the applied fields
  bool force = false;         // take over fields of other managers
  bool dry_run = false;       // check everything and store nothing
};

enum class KubePatchType {
  kMerge,  // RFC 7396
  kJson,   // RFC 6902
};

struct KubeDeleteOptions {
  std::string uid;                 // the object must have it; empty: any
  std::string resource_version;    // the object must have it; empty: any
  std::string propagation_policy;  // "Foreground", "Background", "Orphan"; empty: the server's choice
};

// Safe from several threads. Each call blocks at most for the time of its limits (30 s unless told otherwise).
//
// Errors of all calls, with messages that name the object and the server's reason: kNotFound; kAccessDenied;
// kNotLoggedIn (401 although the credential was read anew); kBadParameter (the server finds the request or the object
// wrong, or a name that no path can have); kLimitExceeded (429, also after the pauses that the server asked for; an
// answer above the limits); kConnectionProblem (no connection, no answer in time, a server that is not ready);
// kNotImplemented; kInterrupted after the stop of the limits; and those of ApiCredentials::Get. Reads,
// Update, Apply and Delete wait and try again a few times when the server asks for it. After kConnectionProblem, a
// change may have happened.
class KubeApi {
 public:
  // Fails with kBadParameter when host, path, certificates or keys of the endpoint cannot be used.
  static Result<std::unique_ptr<KubeApi>> Make(KubeEndpoint endpoint, KubeApiOptions options = {});
  ~KubeApi();

  Result<Value> Get(const KubeObjectName& object, const CallLimits& limits = {});

  // Returns a page; or nothing when the server no longer has the state of the continue token (410): the list must begin
  // again.
  Result<std::optional<KubePage>> ListPage(const KubeCollection& collection, const KubePageRequest& request,
                                           const CallLimits& limits = {});
  // Returns all pages as one; begins again when the state of a page is gone. `limits` are those of each page. Fails
  // also with kLimitExceeded when the list is too old again and again.
  Result<KubePage> ListAll(const KubeCollection& collection, const CallLimits& limits = {});
  // Begins a watch. The watch uses the API, which must outlive it.
  Result<std::unique_ptr<KubeWatch>> Watch(const KubeCollection& collection, const KubeWatchRequest& request,
                                           const CallLimits& limits = {});

  // Creates an object and returns it as stored; `where` has the namespace, its selectors are not used. Fails with
  // kAlreadyExists.
  Result<Value> Create(const KubeCollection& where, const Value& object, const CallLimits& limits = {});
  // Replaces an object, or its subresource, and returns it as stored. Fails with kCompareFailed when the object has
  // another resourceVersion than `value` (without one, any will do).
  Result<Value> Update(const KubeObjectName& object, const Value& value, const CallLimits& limits = {});
  // Applies fields on the server's side: creates the object, or changes these fields, and removes those of the last
  // apply of the same manager. `value` has apiVersion, kind and name. Fails with kCompareFailed, and names the other
  // manager, when another manager owns a field and force is not set.
  Result<Value> Apply(const KubeObjectName& object, const Value& value, const KubeApplyOptions& options,
                      const CallLimits& limits = {});
  // Changes an object by a patch. Fails with kCompareFailed when the patch names a resourceVersion that is not the
  // present one.
  Result<Value> Patch(const KubeObjectName& object, KubePatchType type, const Value& patch,
                      const CallLimits& limits = {});
  // Deletes an object; one with finalizers exists until they are removed. Fails with kCompareFailed when the object has
  // another uid or resourceVersion than the options.
  Status Delete(const KubeObjectName& object, const KubeDeleteOptions& options = {}, const CallLimits& limits = {});

 private:
  KubeApi(std::unique_ptr<KubeCaller> caller, KubeApiOptions options);
  Result<Value> Send(std::string_view method, std::string target, std::string asked, std::string content_type,
                     const Value& body, const CallLimits& limits);

  const KubeApiOptions options_;
  const std::unique_ptr<KubeCaller> caller_;
};

}  // namespace sallyport
