#include "libidentity/key_agreement.h"

#include "libidentity/key_parts.h"
#include "libidentity/openssl.h"

namespace sallyport {
namespace {

constexpr std::size_t kX25519Bytes = 32;
constexpr std::string_view kP256Type = "ecdsa-sha2-nistp256";

std::string RawX25519PublicKey(const EVP_PKEY* key) {
  std::string raw(kX25519Bytes, '\0');
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size) != 1) return {};
  raw.resize(size);
  return raw;
}

// Reads a peer's value and checks that it is a point of the curve.
Result<KeyPtr> ReadPeerValue(AgreementCurve curve, std::string_view value) {
  if (curve == AgreementCurve::kP256) return MakeEcPublicKey(*FindCurveBySshType(kP256Type), value);
  if (value.size() != kX25519Bytes) {
    return Fail(ErrorKind::kBadParameter, "key agreement: the peer's value has {} bytes, not {}", value.size(),
                kX25519Bytes);
  }
  KeyPtr key(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, AsBytes(value), value.size()));
  if (key == nullptr) return FailOpenSsl(ErrorKind::kBadParameter, "key agreement: cannot read the peer's value");
  return key;
}

}  // namespace

Result<KeyAgreement> KeyAgreement::Make(AgreementCurve curve) {
  const ErrorQueueScope scope;
  const bool is_x25519 = curve == AgreementCurve::kX25519;
  EVP_PKEY* made =
      is_x25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519") : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  if (made == nullptr) return FailOpenSsl(ErrorKind::kInternal, "cannot make a key for an agreement");
  std::shared_ptr<evp_pkey_st> key(made, EVP_PKEY_free);
  std::string value = is_x25519 ? RawX25519PublicKey(made) : EcPoint(made);
  if (value.empty()) return FailOpenSsl(ErrorKind::kInternal, "cannot write the public value of an agreement");
  return KeyAgreement(curve, std::move(key), std::move(value));
}

Result<Secret> KeyAgreement::Agree(std::string_view peer_value) const {
  const ErrorQueueScope scope;
  ASSIGN_OR_RETURN(const KeyPtr peer, ReadPeerValue(curve_, peer_value));

  const KeyContextPtr context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  std::size_t size = 0;
  if (context == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 || EVP_PKEY_derive(context.get(), nullptr, &size) != 1) {
    return FailOpenSsl(ErrorKind::kBadParameter, "key agreement: the peer's value is refused");
  }

  std::string secret(size, '\0');
  // X25519 of a point of small order is zero, which OpenSSL refuses.
  if (EVP_PKEY_derive(context.get(), reinterpret_cast<unsigned char*>(secret.data()), &size) != 1) {
    return FailOpenSsl(ErrorKind::kBadParameter, "key agreement: the peer's value is refused");
  }
  secret.resize(size);
  return Secret(std::move(secret));
}

}  // namespace sallyport
