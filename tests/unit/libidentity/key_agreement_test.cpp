#include "libidentity/key_agreement.h"

#include <catch2/catch.hpp>

#include "libidentity/keys.h"

namespace sallyport {
namespace {

TEST_CASE("both sides of an agreement get the same secret, and others get another", "[key_agreement]") {
  const AgreementCurve curve = GENERATE(AgreementCurve::kX25519, AgreementCurve::kP256);
  const KeyAgreement one = KeyAgreement::Make(curve).value();
  const KeyAgreement other = KeyAgreement::Make(curve).value();
  const KeyAgreement third = KeyAgreement::Make(curve).value();
  const Secret secret = one.Agree(other.public_value()).value();
  CHECK(secret.Reveal().size() == 32);
  CHECK(secret.Reveal() == other.Agree(one.public_value())->Reveal());
  CHECK(secret.Reveal() != third.Agree(one.public_value())->Reveal());
}

TEST_CASE("public values have the length of their curve", "[key_agreement]") {
  CHECK(KeyAgreement::Make(AgreementCurve::kX25519)->public_value().size() == 32);
  const std::string point = KeyAgreement::Make(AgreementCurve::kP256)->public_value();
  CHECK(point.size() == 65);
  CHECK(point.front() == 4);
}

TEST_CASE("values of X25519 that are no points or that give a known secret are refused", "[key_agreement]") {
  const KeyAgreement agreement = KeyAgreement::Make(AgreementCurve::kX25519).value();
  std::string one(32, '\0');
  one[0] = 1;
  for (const std::string& value :
       {std::string(), std::string(31, 'x'), std::string(33, 'x'), std::string(32, '\0'), one}) {
    CAPTURE(value.size());
    const auto secret = agreement.Agree(value);
    REQUIRE_FALSE(secret);
    CHECK(secret.error().kind == ErrorKind::kBadParameter);
  }
}

TEST_CASE("values of P-256 that are no points of the curve are refused", "[key_agreement]") {
  const KeyAgreement agreement = KeyAgreement::Make(AgreementCurve::kP256).value();
  std::string off_curve = agreement.public_value();
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  for (const std::string& value : {std::string(), std::string("\0", 1), std::string(65, 'x'), off_curve,
                                   agreement.public_value().substr(0, 64), agreement.public_value() + "x"}) {
    CAPTURE(value.size());
    const auto secret = agreement.Agree(value);
    REQUIRE_FALSE(secret);
    CHECK(secret.error().kind == ErrorKind::kBadParameter);
  }
}

}  // namespace
}  // namespace sallyport
