// Agrees on a secret with a peer by ephemeral elliptic curve Diffie-Hellman: X25519 (RFC 7748) and P-256 (SEC 1).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/secret.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace sallyport {

enum class AgreementCurve { kX25519, kP256 };

// One side of an agreement, with a new key. Safe from several threads.
class KeyAgreement {
 public:
  // Makes a key. Fails with kInternal.
  static Result<KeyAgreement> Make(AgreementCurve curve);

  // Returns the public value for the peer: 32 bytes of X25519, the uncompressed point of P-256.
  const std::string& public_value() const { return public_value_; }

  // Returns the shared secret, 32 bytes, a big-endian number for both curves as SSH reads them. Fails with
  // kBadParameter for a value that is no point of the curve, or that gives a secret anybody can compute.
  Result<Secret> Agree(std::string_view peer_value) const;

 private:
  KeyAgreement(AgreementCurve curve, std::shared_ptr<evp_pkey_st> key, std::string public_value)
      : curve_(curve), key_(std::move(key)), public_value_(std::move(public_value)) {}
  AgreementCurve curve_;
  std::shared_ptr<evp_pkey_st> key_;
  std::string public_value_;
};

}  // namespace sallyport
