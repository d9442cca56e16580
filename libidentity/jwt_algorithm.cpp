#include "libidentity/jwt_algorithm.h"

#include <algorithm>
#include <array>

#include <openssl/rsa.h>

#include "libidentity/key_parts.h"
#include "libidentity/openssl.h"

namespace sallyport {
namespace {

constexpr std::array kJwtAlgorithms{
    JwtAlgorithm{"RS256", KeyType::kRsa, 0, Digest::kSha256},
    JwtAlgorithm{"RS384", KeyType::kRsa, 0, Digest::kSha384},
    JwtAlgorithm{"RS512", KeyType::kRsa, 0, Digest::kSha512},
    JwtAlgorithm{"PS256", KeyType::kRsa, 0, Digest::kSha256, true},
    JwtAlgorithm{"PS384", KeyType::kRsa, 0, Digest::kSha384, true},
    JwtAlgorithm{"PS512", KeyType::kRsa, 0, Digest::kSha512, true},
    JwtAlgorithm{"ES256", KeyType::kEcdsa, 256, Digest::kSha256},
    JwtAlgorithm{"ES384", KeyType::kEcdsa, 384, Digest::kSha384},
    JwtAlgorithm{"ES512", KeyType::kEcdsa, 521, Digest::kSha512},
    JwtAlgorithm{"EdDSA", KeyType::kEd25519, 0, Digest::kSha512},
};

std::unexpected<Error> WrongSignature() { return Fail(ErrorKind::kAccessDenied, "the signature does not fit the key"); }

// Tokens carry both numbers of an ECDSA signature in the length of the curve, OpenSSL reads DER.
Result<std::string> EcdsaFromJwt(std::string_view signature, int bits) {
  const std::size_t half = (static_cast<std::size_t>(bits) + 7) / 8;
  if (signature.size() != 2 * half) return WrongSignature();
  const EcdsaSignaturePtr numbers(ECDSA_SIG_new());
  BignumPtr r(BN_bin2bn(AsBytes(signature), static_cast<int>(half), nullptr));
  BignumPtr s(BN_bin2bn(AsBytes(signature.substr(half)), static_cast<int>(half), nullptr));
  if (numbers == nullptr || ECDSA_SIG_set0(numbers.get(), r.get(), s.get()) != 1) {
    return FailOpenSsl(ErrorKind::kInternal, "cannot read a signature");
  }
  (void)r.release();  // both numbers belong to the signature now
  (void)s.release();
  return ToDer(numbers.get(), i2d_ECDSA_SIG);
}

// The salt is as long as the digest (RFC 7518 section 3.5).
Status VerifyPss(const PublicKey& key, Digest digest, std::string_view message, std::string_view signature) {
  const DigestContextPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  const EVP_MD* const native = NativeDigest(digest);
  if (EVP_DigestVerifyInit(context.get(), &parameters, native, nullptr, key.native()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, native) != 1) {
    return FailOpenSsl(ErrorKind::kInternal, "cannot check a signature");
  }
  if (EVP_DigestVerify(context.get(), AsBytes(signature), signature.size(), AsBytes(message), message.size()) == 1) {
    return {};
  }
  return WrongSignature();
}

}  // namespace

const JwtAlgorithm* FindJwtAlgorithm(std::string_view name) {
  const auto* const found = std::ranges::find(kJwtAlgorithms, name, &JwtAlgorithm::name);
  return found == kJwtAlgorithms.end() ? nullptr : found;
}

bool Takes(const JsonWebKey& key, const JwtAlgorithm& algorithm) {
  if (!key.algorithm.empty() && key.algorithm != algorithm.name) return false;
  if (key.key.type() != algorithm.type) return false;
  return algorithm.bits == 0 || key.key.bits() == algorithm.bits;
}

Status VerifyJwtSignature(const PublicKey& key, const JwtAlgorithm& algorithm, std::string_view message,
                          std::string_view signature) {
  const ErrorQueueScope scope;
  if (algorithm.pss) return VerifyPss(key, algorithm.digest, message, signature);
  std::string der;
  if (algorithm.type == KeyType::kEcdsa) {
    ASSIGN_OR_RETURN(der, EcdsaFromJwt(signature, algorithm.bits));
    signature = der;
  }
  if (!key.Verify(message, signature, algorithm.digest)) return WrongSignature();
  return {};
}

}  // namespace sallyport
