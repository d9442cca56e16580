// Tests of key sets (RFC 7517).
#include "libidentity/jwk.h"

#include "tests/unit/libidentity/jwt_sample.h"

namespace sallyport {
namespace {

PublicKey PublicKeyOf(KeyAlgorithm algorithm) { return GeneratePrivateKey(algorithm).value().public_key(); }

TEST_CASE("a key set gives the keys that verify signatures") {
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::kEd25519, KeyAlgorithm::kEcdsaP256, KeyAlgorithm::kEcdsaP384, KeyAlgorithm::kRsa2048}) {
    const PublicKey key = PublicKeyOf(algorithm);
    Value jwk = test::JwkOf(key, "one");
    jwk.Set("use", "sig");
    jwk.Set("alg", "named");
    const auto keys = ParseJsonWebKeys(test::KeySetOf({jwk})).value();
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].id == "one");
    CHECK(keys[0].algorithm == "named");
    CHECK(keys[0].key == key);
  }
}

TEST_CASE("the key of RFC 7515 appendix A.3 is read") {
  const auto keys = ParseJsonWebKeys(R"({"keys":[{"kty":"EC","crv":"P-256","kid":"a",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  REQUIRE(keys);
  CHECK(keys->front().key.bits() == 256);
}

TEST_CASE("keys that cannot verify are left out") {
  const Value good = test::JwkOf(PublicKeyOf(KeyAlgorithm::kEcdsaP256), "good");
  const auto changed = [&](std::string_view name, Value value) {
    Value jwk = good;
    jwk.Set(name, std::move(value));
    jwk.Set("kid", "changed");
    return jwk;
  };
  const Value others[] = {
      changed("use", "enc"),
      changed("key_ops", Value(Value::List{"sign"})),
      changed("kty", "oct"),
      changed("kty", "dsa"),
      changed("crv", "P-257"),
      changed("crv", "P-384"),
      changed("x", "AAAA"),
      changed("x", "!"),
      changed("x", ToBase64Url(std::string(32, '\0'))),
      Value(Value::Map{{"kty", "oct"}, {"k", "c2VjcmV0"}, {"kid", "changed"}}),
      Value(Value::Map{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "AAAA"}, {"kid", "changed"}}),
      Value(Value::Map{{"kty", "RSA"}, {"n", ToBase64Url(std::string(64, '\xff'))}, {"e", "AQAB"}, {"kid", "changed"}}),
      Value("text"),
      Value(),
  };
  for (const Value& other : others) {
    CAPTURE(ToJson(other));
    CHECK_FALSE(ParseJsonWebKeys(test::KeySetOf({other})));
    const auto keys = ParseJsonWebKeys(test::KeySetOf({other, good})).value();
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].id == "good");
  }
  CHECK(ParseJsonWebKeys(test::KeySetOf({changed("key_ops", Value(Value::List{"sign", "verify"}))})));
}

TEST_CASE("a text that is no key set has an error") {
  const std::string many = test::KeySetOf(Value::List(101, Value::EmptyMap()));
  const std::string large = "{\"keys\":[]}" + std::string(kMaxKeySetBytes, ' ');
  for (const std::string& text : {std::string(), std::string("[]"), std::string("{}"), std::string("{\"keys\":{}}"),
                                  std::string("{\"keys\":[]}"), std::string("{\"keys\":[]"), many, large}) {
    CAPTURE(text.substr(0, 40));
    CHECK(ParseJsonWebKeys(text).error().kind == ErrorKind::kBadParameter);
  }
}

}  // namespace
}  // namespace sallyport
