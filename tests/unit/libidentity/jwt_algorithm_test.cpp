// Tests of the algorithms of tokens: each with the keys that take it, and with all others.
#include "libidentity/jwt_algorithm.h"

#include <map>

#include "tests/unit/libidentity/jwt_sample.h"

namespace sallyport {
namespace {

const std::map<std::string, KeyAlgorithm> kKeysOfAlgorithms{
    {"RS256", KeyAlgorithm::kRsa2048},   {"RS384", KeyAlgorithm::kRsa2048},   {"RS512", KeyAlgorithm::kRsa2048},
    {"PS256", KeyAlgorithm::kRsa2048},   {"PS384", KeyAlgorithm::kRsa2048},   {"PS512", KeyAlgorithm::kRsa2048},
    {"ES256", KeyAlgorithm::kEcdsaP256}, {"ES384", KeyAlgorithm::kEcdsaP384}, {"EdDSA", KeyAlgorithm::kEd25519},
};

const PrivateKey& KeyFor(KeyAlgorithm algorithm) {
  static std::map<KeyAlgorithm, PrivateKey> keys;
  if (!keys.contains(algorithm)) keys[algorithm] = GeneratePrivateKey(algorithm).value();
  return keys[algorithm];
}

TEST_CASE("a signature is verified by the key and the algorithm that made it, and by no other") {
  for (const auto& [name, of] : kKeysOfAlgorithms) {
    const PrivateKey& key = KeyFor(of);
    const std::string signature = test::JwtSignature(key, name, "text");
    for (const auto& [other, type] : kKeysOfAlgorithms) {
      CAPTURE(name, other);
      const JwtAlgorithm* const algorithm = FindJwtAlgorithm(other);
      REQUIRE(algorithm != nullptr);
      const JsonWebKey jwk{"id", "", key.public_key()};
      CHECK(Takes(jwk, *algorithm) == (type == of));
      if (!Takes(jwk, *algorithm)) continue;
      CHECK(VerifyJwtSignature(jwk.key, *algorithm, "text", signature).has_value() == (other == name));
    }
    const JwtAlgorithm& algorithm = *FindJwtAlgorithm(name);
    CHECK_FALSE(VerifyJwtSignature(key.public_key(), algorithm, "texts", signature));
    CHECK_FALSE(VerifyJwtSignature(key.public_key(), algorithm, "text", signature.substr(1)));
    CHECK_FALSE(VerifyJwtSignature(key.public_key(), algorithm, "text", signature + "x"));
    CHECK_FALSE(VerifyJwtSignature(key.public_key(), algorithm, "text", ""));
    CHECK_FALSE(VerifyJwtSignature(key.public_key(), algorithm, "text", std::string(signature.size(), '\0')));
  }
}

TEST_CASE("the key may name its only algorithm") {
  const JsonWebKey named{"id", "PS256", KeyFor(KeyAlgorithm::kRsa2048).public_key()};
  CHECK(Takes(named, *FindJwtAlgorithm("PS256")));
  CHECK_FALSE(Takes(named, *FindJwtAlgorithm("RS256")));
  const JsonWebKey wrong{"id", "RS256", KeyFor(KeyAlgorithm::kEd25519).public_key()};
  CHECK_FALSE(Takes(wrong, *FindJwtAlgorithm("RS256")));
  CHECK_FALSE(Takes(JsonWebKey{"id", "", PublicKey()}, *FindJwtAlgorithm("RS256")));
}

TEST_CASE("none and symmetric algorithms do not exist") {
  for (const char* name : {"none", "None", "NONE", "", "HS256", "HS384", "HS512", "rs256", "ES256K", "RSA-OAEP"}) {
    CHECK(FindJwtAlgorithm(name) == nullptr);
  }
}

TEST_CASE("the signature of RFC 7515 appendix A.3 is verified") {
  const auto keys = ParseJsonWebKeys(R"({"keys":[{"kty":"EC","crv":"P-256","kid":"a",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  const std::string signature =
      FromBase64Url("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q").value();
  CHECK(
      VerifyJwtSignature(keys->front().key, *FindJwtAlgorithm("ES256"),
                         "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv"
                         "bS9pc19yb290Ijp0cnVlfQ",
                         signature));
}

}  // namespace
}  // namespace sallyport
