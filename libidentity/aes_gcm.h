// Encrypts and authenticates messages with AES in Galois/Counter mode (NIST SP 800-38D): 12 bytes of nonce, 16 of tag.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/secret.h"

struct evp_cipher_ctx_st;  // OpenSSL's EVP_CIPHER_CTX

namespace sallyport {

inline constexpr std::size_t kGcmNonceBytes = 12;
inline constexpr std::size_t kGcmTagBytes = 16;

// A key for one direction of a connection; it either seals or opens. Not safe from several threads.
class AesGcm {
 public:
  enum class Direction { kSeal, kOpen };
  // Takes a key of 16 or 32 bytes. Fails with kBadParameter for another length.
  static Result<AesGcm> Make(const Secret& key, Direction direction);

  // Returns the encrypted text and its tag. No nonce may be used twice with a key. `plain` text is authenticated and
  // stays outside of the result. Fails with kInternal.
  Result<std::string> Seal(std::string_view nonce, std::string_view plain, std::string_view text);
  // Returns the text of a result of Seal. Fails with kBadParameter when any byte has changed.
  Result<std::string> Open(std::string_view nonce, std::string_view plain, std::string_view sealed);

 private:
  explicit AesGcm(std::shared_ptr<evp_cipher_ctx_st> context) : context_(std::move(context)) {}
  std::shared_ptr<evp_cipher_ctx_st> context_;
};

}  // namespace sallyport
