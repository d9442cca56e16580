// The computations of an SSH key exchange by elliptic curve Diffie-Hellman with SHA-256 (RFC 5656 section 4, RFC 8731).
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libcluster/ssh_server/ssh_packets.h"
#include "libidentity/key_agreement.h"
#include "libidentity/keys.h"

namespace sallyport {

// The messages of both sides before the exchange.
struct SshExchangeContext {
  std::string client_version;  // without the end of the line
  std::string server_version;
  std::string client_proposal;  // payloads
  std::string server_proposal;
  std::string host_key;  // the blob of the server's key or certificate
};

// The hash and the secret that both sides have after the exchange.
struct SshExchangeResult {
  std::string hash;  // 32 bytes; of a connection's first exchange also the session's ID
  Secret shared;     // as an mpint
};

// Returns the result for the public values of both sides and the secret of KeyAgreement::Agree.
SshExchangeResult FinishSshExchange(const SshExchangeContext& context, std::string_view client_value,
                                    std::string_view server_value, const Secret& agreed);

// The server's answer to a client's value: the payload of its reply, and the result.
struct SshExchangeAnswer {
  std::string reply;
  SshExchangeResult result;
};
// Fails with kBadParameter for a bad value of the client, kInternal when the host key cannot sign.
Result<SshExchangeAnswer> AnswerSshExchange(const SshExchangeContext& context, AgreementCurve curve,
                                            std::string_view client_value, const PrivateKey& host_key);

// The direction that a key is for.
enum class SshDirection { kToServer, kToClient };

// Derives the key and the first nonce of a direction (RFC 4253 section 7.2). Fails with kInternal.
Result<SshPacketKey> DeriveSshKey(const SshExchangeResult& result, std::string_view session_id, SshDirection direction,
                                  std::size_t key_bytes, AesGcm::Direction use);

}  // namespace sallyport
