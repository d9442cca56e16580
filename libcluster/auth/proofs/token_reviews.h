// Asks the Kubernetes API server of the pod in which the auth service runs whether tokens of service accounts are good
// (TokenReview of authentication.k8s.io/v1).
#pragma once

#include <memory>
#include <string>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/value.h"
#include "libkube/endpoint.h"

namespace sallyport {

class KubeApi;

// Safe from several threads.
class TokenReviews {
 public:
  explicit TokenReviews(PodEnvironment pod);
  ~TokenReviews();

  // Returns the status of the review of a token, for the audiences of the API server and for `audience`. Blocks for at
  // most ten seconds. Fails with kBadParameter outside of a pod, with kAccessDenied when the answer is about other
  // audiences, and as KubeApi::Create does.
  Result<Value> Review(const std::string& token, const std::string& audience);

 private:
  struct Client;
  Result<std::shared_ptr<Client>> GetClient();

  const PodEnvironment pod_;
  Mutex mutex_;
  std::shared_ptr<Client> client_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
