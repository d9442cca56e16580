#include "libidentity/aes_gcm.h"

#include "libidentity/openssl.h"

namespace sallyport {
namespace {

constexpr std::size_t kAes128Bytes = 16;
constexpr std::size_t kAes256Bytes = 32;

unsigned char* MutableBytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

Result<AesGcm> AesGcm::Make(const Secret& key, Direction direction) {
  const std::size_t size = key.Reveal().size();
  if (size != kAes128Bytes && size != kAes256Bytes) {
    return Fail(ErrorKind::kBadParameter, "AES-GCM key has {} bytes, not 16 or 32", size);
  }
  std::shared_ptr<evp_cipher_ctx_st> context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const EVP_CIPHER* cipher = size == kAes128Bytes ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
  const int seal = direction == Direction::kSeal ? 1 : 0;
  if (context == nullptr ||
      EVP_CipherInit_ex(context.get(), cipher, nullptr, AsBytes(key.Reveal()), nullptr, seal) != 1) {
    return FailOpenSsl(ErrorKind::kInternal, "cannot set up AES-GCM");
  }
  return AesGcm(std::move(context));
}

Result<std::string> AesGcm::Seal(std::string_view nonce, std::string_view plain, std::string_view text) {
  const ErrorQueueScope scope;
  std::string sealed(text.size() + kGcmTagBytes, '\0');
  int count = 0;
  int last = 0;
  const bool done =
      nonce.size() == kGcmNonceBytes &&
      EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, AsBytes(nonce), 1) == 1 &&
      EVP_CipherUpdate(context_.get(), nullptr, &count, AsBytes(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_CipherUpdate(context_.get(), MutableBytes(sealed), &count, AsBytes(text), static_cast<int>(text.size())) ==
          1 &&
      EVP_CipherFinal_ex(context_.get(), MutableBytes(sealed) + count, &last) == 1 &&
      EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kGcmTagBytes),
                          MutableBytes(sealed) + text.size()) == 1;
  if (!done) return FailOpenSsl(ErrorKind::kInternal, "cannot encrypt with AES-GCM");
  return sealed;
}

Result<std::string> AesGcm::Open(std::string_view nonce, std::string_view plain, std::string_view sealed) {
  const ErrorQueueScope scope;
  if (sealed.size() < kGcmTagBytes) return Fail(ErrorKind::kBadParameter, "AES-GCM text has no tag");
  const std::string_view body = sealed.substr(0, sealed.size() - kGcmTagBytes);
  std::string tag(sealed.substr(body.size()));
  std::string text(body.size(), '\0');

  int count = 0;
  int last = 0;
  const bool done =
      nonce.size() == kGcmNonceBytes &&
      EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, AsBytes(nonce), 0) == 1 &&
      EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kGcmTagBytes), tag.data()) == 1 &&
      EVP_CipherUpdate(context_.get(), nullptr, &count, AsBytes(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_CipherUpdate(context_.get(), MutableBytes(text), &count, AsBytes(body), static_cast<int>(body.size())) == 1 &&
      EVP_CipherFinal_ex(context_.get(), MutableBytes(text) + count, &last) == 1;
  if (!done) return Fail(ErrorKind::kBadParameter, "AES-GCM text is not authentic");
  return text;
}

}  // namespace sallyport
