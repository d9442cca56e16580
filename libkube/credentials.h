// Finds what requests to an API server authenticate with: tokens and certificates of the endpoint, token files, which
// service accounts replace, and credential plugins.
#pragma once

#include <memory>
#include <string>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/secret.h"
#include "libkube/endpoint.h"
#include "libkube/exec_cache.h"

namespace sallyport {

// The header, certificate and key with which one request authenticates.
struct ApiCredential {
  Secret authorization;         // the header; empty when the connection itself authenticates
  std::string certificate_pem;  // of the client, with its chain; empty: none
  Secret key_pem;
  ExecCache::Pointer plugin;  // the plugin's credential, if any
};

// Returns the Authorization header that the endpoint's token file, token, or name and password make, in this order;
// empty when the endpoint has none. Fails with kNotFound, kAccessDenied or kLimitExceeded (the token file), and with
// kBadParameter (a token that no header can carry). Safe from several threads.
Result<Secret> StaticAuthorization(const KubeEndpoint& endpoint);

// Safe from several threads.
class ApiCredentials {
 public:
  // `endpoint` outlives the object.
  explicit ApiCredentials(const KubeEndpoint& endpoint) : endpoint_(endpoint) {}

  // Returns the current credential: reads the token file, or runs the plugin when its last credential has expired; a
  // run takes at most half a minute, and callers from other threads wait for it. `stop` ends the run; it may be null.
  //
  // Fails as StaticAuthorization and RunExecPlugin do.
  Result<ApiCredential> Get(const StopSignal* stop);

  // Reports that the server refused a credential (401). Returns whether Get may return a better one: the token file has
  // another token, or the plugin runs again.
  bool Reject(const ApiCredential& refused);

 private:
  Result<ApiCredential> FromPlugin(const StopSignal* stop);
  Result<ExecCache::Pointer> RunPlugin(const StopSignal* stop) REQUIRES(running_);

  const KubeEndpoint& endpoint_;
  ExecCache cache_;
  Mutex running_;  // held while the plugin runs
};

}  // namespace sallyport
