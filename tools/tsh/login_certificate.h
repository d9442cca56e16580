// SSH certificates of users with more logins than OpenSSH reads: each connection has a certificate for its login alone.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libclient/session.h"
#include "tools/shell/command.h"

namespace sallyport {

// Returns whether OpenSSH's programs cannot read the session's SSH certificate, which has too many logins.
bool HasTooManyLogins(const Session& session);

// When the session's own certificate cannot be used, requests a certificate for one login from the cluster and returns
// its file; else returns "". Fails with kAccessDenied when the user has no such login, and with kLimitExceeded when the
// cluster makes no certificate with fewer logins.
Result<std::string> CertificateForLogin(const Invocation& invocation, const Session& session, const std::string& login);

}  // namespace sallyport
