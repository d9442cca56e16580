// Writes the texts that an event handler, its Fluentd and its cluster begin with
// (docs/protocol/audit.md#event-handler). Pure functions.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libbase/secret.h"

namespace sallyport {

struct HandlerFilesRequest {
  std::string folder;                   // absolute, where the certificates are
  std::string address;                  // of the cluster, HOST:PORT
  std::string sink_host = "localhost";  // where Fluentd listens, a name or an address
  // Names of the files of certificates and keys, without .crt and .key.
  std::string ca_name = "ca";
  std::string server_name = "server";
  std::string client_name = "client";
};

// Returns fluent.conf, which has the passphrase of the server's key: Fluentd finds certificates and key in /keys.
Secret FluentdConfig(const HandlerFilesRequest& request, const Secret& passphrase);

// Returns teleport-event-handler.toml.
std::string HandlerConfig(const HandlerFilesRequest& request);

// Returns teleport-event-handler-role.yaml: a role that may read the audit log and recordings, and a user with it.
std::string HandlerRole();

// Checks that a name is good for the file of a key: letters, digits, ".", "_" and "-", at most 100 of them, the first a
// letter or digit. Fails with kBadParameter and the field.
Status CheckKeyFileName(std::string_view field, std::string_view name);

// Checks that Fluentd can read a passphrase from its configuration: 1 to 1024 bytes, UTF-8 without control characters.
// Fails with kBadParameter, without the passphrase.
Status CheckPassphrase(const Secret& passphrase);

}  // namespace sallyport
