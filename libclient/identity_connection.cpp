#include "libclient/identity_connection.h"

#include "libclient/connection_upgrade.h"

namespace sallyport {
namespace {

constexpr int kAuthServicePort = 3025;

}  // namespace

Result<IdentityConnection> ConnectWithIdentity(const IdentityFile& identity, const std::string& address,
                                               std::string_view program, const NetworkSettings& network) {
  const auto options = std::make_shared<RpcOptions>();
  ASSIGN_OR_RETURN(options->certificate, Certificate::FromPem(identity.tls_certificate));
  ASSIGN_OR_RETURN(options->address, ParseHostPort(address, kAuthServicePort));
  options->through_proxy = false;
  options->cluster = options->certificate.issuer_common_name();
  for (const auto& authority : identity.tls_authorities) options->authorities_pem += authority;
  options->key_pem = identity.private_key.Clone();
  options->program = program;
  options->network = network;

  auto direct = RpcClient::Connect(*options);
  if (direct) return IdentityConnection{options, std::move(*direct)};
  if (direct.error().detail == ErrorDetail::kNone) return std::unexpected(direct.error());

  options->through_proxy = true;
  options->connection_upgrade = NeedsConnectionUpgrade(options->address, network);
  auto through = RpcClient::Connect(*options);
  if (through) return IdentityConnection{options, std::move(*through)};
  // When both attempts fail, the first error is about the address as given.
  return std::unexpected(through.error().detail == ErrorDetail::kNotTrusted ? direct.error() : through.error());
}

}  // namespace sallyport
