#include "libidentity/aes_gcm.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"

namespace sallyport {
namespace {

const std::string kNonce(kGcmNonceBytes, '\0');

AesGcm Cipher(AesGcm::Direction direction, std::size_t key_bytes = 16) {
  return AesGcm::Make(Secret(std::string(key_bytes, '\0')), direction).value();
}

TEST_CASE("AES-GCM gives the values of its specification", "[aes_gcm]") {
  AesGcm cipher = Cipher(AesGcm::Direction::kSeal);
  CHECK(ToHex(*cipher.Seal(kNonce, "", "")) == "58e2fccefa7e3061367f1d57a4e7455a");
  CHECK(ToHex(*cipher.Seal(kNonce, "", std::string(16, '\0'))) ==
        "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf");
  AesGcm larger = Cipher(AesGcm::Direction::kSeal, 32);
  CHECK(ToHex(*larger.Seal(kNonce, "", "")) == "530f8afbc74536b9a963b4f1c4cb738b");
}

TEST_CASE("what was sealed is opened, and no changed byte passes", "[aes_gcm]") {
  AesGcm seal = Cipher(AesGcm::Direction::kSeal);
  AesGcm open = Cipher(AesGcm::Direction::kOpen);
  const std::string sealed = seal.Seal(kNonce, "head", "a text").value();
  CHECK(open.Open(kNonce, "head", sealed).value() == "a text");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(open.Open(kNonce, "head", changed));
  }
  CHECK_FALSE(open.Open(kNonce, "heat", sealed));
  CHECK_FALSE(open.Open(std::string(kGcmNonceBytes, '\1'), "head", sealed));
  CHECK_FALSE(open.Open(kNonce, "head", sealed.substr(0, sealed.size() - 1)));
  CHECK_FALSE(open.Open(kNonce, "head", "short"));
  CHECK(open.Open(kNonce, "head", sealed).value() == "a text");
}

TEST_CASE("keys and nonces of another length are refused", "[aes_gcm]") {
  for (const std::size_t size : {0U, 15U, 24U, 33U}) {
    CHECK_FALSE(AesGcm::Make(Secret(std::string(size, 'k')), AesGcm::Direction::kSeal));
  }
  AesGcm cipher = Cipher(AesGcm::Direction::kSeal);
  CHECK_FALSE(cipher.Seal("short", "", "text"));
}

}  // namespace
}  // namespace sallyport
