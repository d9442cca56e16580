#include "libcluster/agents/azure/client_assertion.h"

#include "libbase/digest.h"
#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libidentity/keys.h"
#include "libidentity/x509.h"

namespace sallyport {
namespace {

constexpr std::chrono::minutes kAssertionLife{10};

std::int64_t JwtSeconds(Time time) { return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count(); }

}  // namespace

Result<Secret> MakeClientAssertion(std::string_view pem, const AssertionFacts& facts, Time now) {
  if (!pem.contains("-----BEGIN ")) {
    return FailWithHint(ErrorKind::kNotImplemented, "the file is not PEM, and PKCS#12 is not implemented",
                        "convert the file: openssl pkcs12 -in FILE -out FILE.pem -nodes");
  }
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(pem));
  ASSIGN_OR_RETURN(const PrivateKey key, ParsePrivateKeyPem(pem));
  if (key.type() != KeyType::kRsa) return Fail(ErrorKind::kBadParameter, "Azure takes RSA keys only");
  if (key.public_key() != certificate.public_key()) {
    return Fail(ErrorKind::kBadParameter, "the key is not the one of the certificate");
  }

  const Value header(
      Value::Map{{"alg", "RS256"}, {"typ", "JWT"}, {"x5t#S256", ToBase64Url(Sha256(certificate.ToDer()))}});
  const Value claims(Value::Map{{"aud", facts.audience},
                                {"iss", facts.client_id},
                                {"sub", facts.client_id},
                                {"jti", RandomUuid()},
                                {"iat", JwtSeconds(now)},
                                {"nbf", JwtSeconds(now)},
                                {"exp", JwtSeconds(now + kAssertionLife)}});
  const std::string text = ToBase64Url(ToJson(header)) + "." + ToBase64Url(ToJson(claims));
  ASSIGN_OR_RETURN(const std::string signature, key.Sign(text, Digest::kSha256));
  return Secret(text + "." + ToBase64Url(signature));
}

}  // namespace sallyport
