// Tests of signed tokens: what an attacker can write into them (RFC 8725), and their claims.
#include "libidentity/jwt.h"

#include <openssl/hmac.h>

#include "tests/unit/libidentity/jwt_sample.h"

namespace sallyport {
namespace {

constexpr std::int64_t kIssued = 1'800'000'000;

const PrivateKey& RsaKey() {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kRsa2048).value();
  return key;
}

const PrivateKey& EcdsaKey() {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  return key;
}

std::vector<JsonWebKey> KnownKeys() {
  return {{"rsa", "", RsaKey().public_key()}, {"ec", "", EcdsaKey().public_key()}};
}

Value SomeClaims() {
  return Value(Value::Map{{"iss", "https://issuer"},
                          {"aud", Value(Value::List{"ex.com", "other"})},
                          {"sub", "somebody"},
                          {"iat", kIssued},
                          {"nbf", kIssued},
                          {"exp", kIssued + 600}});
}

TEST_CASE("a token is verified by the key that it names") {
  const std::string token = test::SignedJwt(EcdsaKey(), "ES256", "ec", SomeClaims());
  CHECK(VerifyJwt(token, KnownKeys()).value() == SomeClaims());
  CHECK(KeyIdOfJwt(token).value() == "ec");
  CHECK(UnverifiedClaims(token).value() == SomeClaims());
  CHECK(VerifyJwt(test::SignedJwt(RsaKey(), "PS256", "rsa", SomeClaims()), KnownKeys()));
  // Two keys with one id: the second fits.
  const std::vector<JsonWebKey> same{{"ec", "", RsaKey().public_key()}, {"ec", "", EcdsaKey().public_key()}};
  CHECK(VerifyJwt(token, same));
}

TEST_CASE("the header cannot choose what the key does not take") {
  const Value claims = SomeClaims();
  const auto refusal = [](const std::string& token) {
    const auto verified = VerifyJwt(token, KnownKeys());
    REQUIRE_FALSE(verified);
    CHECK(verified.error().kind == ErrorKind::kAccessDenied);
    return verified.error().message;
  };
  const auto header = [](std::string_view algorithm, std::string_view id) {
    return Value(Value::Map{{"alg", algorithm}, {"kid", id}});
  };

  // Without a signature, or with one that anybody can make.
  for (const char* none : {"none", "None", ""}) {
    CHECK(refusal(test::JwtText(header(none, "rsa"), claims) + ".AA").contains("header alg"));
  }
  const std::string text = test::JwtText(header("HS256", "rsa"), claims);
  const std::string pem = RsaKey().public_key().ToPem();
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), pem.data(), static_cast<int>(pem.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac, &size);
  CHECK(refusal(text + "." + ToBase64Url({reinterpret_cast<const char*>(mac), size})).contains("\"HS256\""));

  // A key of another type, of another id, a key in the header.
  CHECK(refusal(test::SignedJwt(EcdsaKey(), "ES256", "rsa", claims)).contains("does not take"));
  CHECK(refusal(test::SignedJwt(RsaKey(), "RS256", "ec", claims)).contains("does not take"));
  CHECK(refusal(test::SignedJwt(EcdsaKey(), "ES256", "../../dev/null", claims)).contains("header kid"));
  CHECK(refusal(test::SignedJwt(EcdsaKey(), "ES256", "", claims)).contains("header kid of the ID token is missing"));
  const PrivateKey own = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  Value with_key = header("ES256", "ec");
  with_key.Set("jwk", test::JwkOf(own.public_key(), "ec"));
  with_key.Set("jku", "https://attacker/keys");
  CHECK(refusal(test::SignedJwtWith(own, "ES256", with_key, claims)).contains("signature"));
  Value critical = header("ES256", "ec");
  critical.Set("crit", Value(Value::List{"exp"}));
  CHECK(refusal(test::SignedJwtWith(EcdsaKey(), "ES256", critical, claims)).contains("header crit"));

  // Other claims under the same signature.
  const std::string token = test::SignedJwt(EcdsaKey(), "ES256", "ec", claims);
  Value changed = claims;
  changed.Set("sub", "another");
  const std::string signature = token.substr(token.rfind('.'));
  CHECK(refusal(test::JwtText(header("ES256", "ec"), changed) + signature).contains("signature"));
}

TEST_CASE("a key with one algorithm refuses the others of its type") {
  const std::vector<JsonWebKey> keys{{"rsa", "PS256", RsaKey().public_key()}};
  CHECK(VerifyJwt(test::SignedJwt(RsaKey(), "PS256", "rsa", SomeClaims()), keys));
  CHECK_FALSE(VerifyJwt(test::SignedJwt(RsaKey(), "RS256", "rsa", SomeClaims()), keys));
}

TEST_CASE("a text that is no token has an error without its contents") {
  const std::string token = test::SignedJwt(EcdsaKey(), "ES256", "ec", SomeClaims());
  const std::string large =
      test::SignedJwt(EcdsaKey(), "ES256", "ec", Value(Value::Map{{"sub", std::string(kMaxJwtBytes, 'x')}}));
  const std::string wrong[] = {"",
                               "..",
                               "a.b",
                               token + ".",
                               token + ".x",
                               "." + token,
                               token.substr(0, token.rfind('.') + 1),
                               token + "=",
                               token + "\n",
                               ToBase64Url("[]") + "." + ToBase64Url("{}") + ".AA",
                               ToBase64Url("{}") + "." + ToBase64Url("[]") + ".AA",
                               ToBase64Url("{\"alg\":1,\"alg\":2}") + "." + ToBase64Url("{}") + ".AA",
                               large};
  for (const std::string& text : wrong) {
    CAPTURE(text.substr(0, 60));
    const auto verified = VerifyJwt(text, KnownKeys());
    REQUIRE_FALSE(verified);
    CHECK(verified.error().kind == ErrorKind::kBadParameter);
    CHECK(verified.error().message.size() < 200);
    CHECK_FALSE(KeyIdOfJwt(text));
    CHECK_FALSE(UnverifiedClaims(text));
  }
}

TEST_CASE("text of a token in messages is short and harmless") {
  const auto refused =
      VerifyJwt(test::SignedJwt(EcdsaKey(), "ES256", "\x1b[2J" + std::string(5000, 'k'), SomeClaims()), KnownKeys());
  CHECK(refused.error().message.size() < 300);
  CHECK_FALSE(refused.error().message.contains('\x1b'));
}

TEST_CASE("each wrong claim is refused by its name") {
  const JwtRules rules{"https://issuer", "ex.com", std::chrono::minutes(30)};
  const auto check = [&](std::string_view name, const Value& value, std::int64_t now = kIssued + 5) {
    Value claims = SomeClaims();
    claims.Set(name, value);
    return CheckJwtClaims(claims, rules, Time(std::chrono::seconds(now)));
  };
  CHECK(check("sub", "anybody"));
  CHECK(check("aud", "ex.com"));
  CHECK(check("exp", 1'800'000'600.5));

  struct WrongClaim {
    std::string_view claim;
    Value value;
    std::string_view says;
  };
  const WrongClaim wrong[] = {
      {"iss", "https://issuer/", "claim iss"},
      {"iss", Value(), "claim iss"},
      {"aud", "other", "claim aud"},
      {"aud", Value::EmptyList(), "claim aud"},
      {"aud", 7, "claim aud"},
      {"aud", "ex.com ", "claim aud"},
      {"exp", kIssued + 1801, "1801 seconds"},
      {"exp", "tomorrow", "claim exp is not a time"},
      {"exp", -1, "claim exp is not a time"},
      {"exp", 1e300, "claim exp is not a time"},
      {"exp", kIssued - 100, "claim exp is in the past"},
      {"iat", kIssued + 100, "claim iat is in the future"},
      {"nbf", kIssued + 100, "claim nbf is in the future"},
      {"nbf", Value::EmptyMap(), "claim nbf is not a time"},
  };
  for (const WrongClaim& one : wrong) {
    CAPTURE(one.claim, ToJson(one.value));
    const Status checked = check(one.claim, one.value);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().message.contains(one.says));
    CHECK(checked.error().kind == ErrorKind::kAccessDenied);
  }
  for (const char* name : {"aud", "exp", "iat"}) {
    Value claims = SomeClaims();
    claims.Remove(name);
    CHECK(CheckJwtClaims(claims, rules, Time(std::chrono::seconds(kIssued))).error().message ==
          fmt::format("the claim {} is missing", name));
  }
}

TEST_CASE("clocks may differ by ten seconds") {
  const JwtRules rules{"", "ex.com", std::chrono::minutes(30)};
  const auto at = [&](std::int64_t now) {
    return CheckJwtClaims(SomeClaims(), rules, Time(std::chrono::seconds(now))).has_value();
  };
  CHECK(at(kIssued - 10));
  CHECK_FALSE(at(kIssued - 11));
  CHECK(at(kIssued + 610));
  CHECK_FALSE(at(kIssued + 611));
}

}  // namespace
}  // namespace sallyport
