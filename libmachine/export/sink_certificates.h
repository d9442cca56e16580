// Makes the certificates by which Fluentd and an event handler know each other: an authority, a server's and a client's
// (docs/protocol/audit.md#event-handler).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/time.h"
#include "libidentity/keys.h"

namespace sallyport {

struct SinkCertificateRequest {
  std::vector<std::string> names;  // host names and addresses of the server
  std::string client_name = "Client";
  KeyAlgorithm algorithm = KeyAlgorithm::kRsa4096;
  Nanoseconds ttl = std::chrono::hours(87600);
  Time now{};
};

struct KeyPairText {
  std::string certificate;  // PEM
  Secret key;               // PEM
};

struct SinkCertificates {
  KeyPairText authority;
  KeyPairText server;  // the key is encrypted
  KeyPairText client;
};

// Makes three keys, which takes seconds with 4096 bits, and their certificates. The passphrase encrypts the server's
// key. Fails with kBadParameter (names, lifetime) or kInternal.
Result<SinkCertificates> MakeSinkCertificates(const SinkCertificateRequest& request, const Secret& passphrase);

}  // namespace sallyport
