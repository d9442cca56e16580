// The algorithms of an SSH connection (RFC 4253 section 7.1): few, all of them of Teleport's clients and OpenSSH.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libidentity/key_agreement.h"

namespace sallyport {

// The message by which a client proposes algorithms, as far as a server reads it.
struct SshProposal {
  std::vector<std::string> key_exchanges;
  std::vector<std::string> host_keys;
  std::vector<std::string> ciphers_to_server;
  std::vector<std::string> ciphers_to_client;
  std::vector<std::string> compressions_to_server;
  std::vector<std::string> compressions_to_client;
  bool guesses = false;  // the client's first packet of the exchange follows already
};

struct SshAlgorithms {
  AgreementCurve curve{};
  std::size_t key_bytes_to_server = 0;  // of AES-GCM
  std::size_t key_bytes_to_client = 0;
  bool guessed_wrong = false;     // the next packet of the client is to be ignored
  bool strict = false;            // both number packets from zero after each exchange (kex-strict of OpenSSH)
  bool wants_extensions = false;  // RFC 8308
};

// Writes the payload of the server's proposal, with a random cookie. `host_key` is the type of its key or certificate.
std::string WriteSshProposal(std::string_view host_key);
// Reads the payload of a client's proposal. Fails with kBadParameter.
Result<SshProposal> ParseSshProposal(std::string_view payload);

// Chooses the client's first of each kind that the server has. Fails with kBadParameter, naming the kind and what the
// server has.
Result<SshAlgorithms> ChooseSshAlgorithms(const SshProposal& client, std::string_view host_key);

// The algorithms of signatures of users' keys that a server accepts, as RFC 8308 announces them.
std::string_view SshSignatureAlgorithms();
// Returns the algorithm of the signature for a certificate of a type ("rsa-sha2-512-cert-v01@openssh.com"), or "" for a
// type that is not accepted, such as one with SHA-1.
std::string_view SignatureOfCertificateType(std::string_view type);

}  // namespace sallyport
