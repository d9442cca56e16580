// Tests of passwords, one-time codes, client versions, rate limits and static tokens.
#include <zlib.h>

#include <catch2/catch.hpp>

#include "libbase/encoding.h"
#include "libbase/file.h"
#include "libcluster/auth/access/authenticator.h"
#include "libcluster/auth/methods/client_version.h"
#include "libcluster/auth/users/password.h"
#include "libcluster/auth/users/totp.h"
#include "libcluster/config/static_tokens.h"
#include "libcluster/net/rate_limiter.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

Time At(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

TEST_CASE("passwords are hashed as Go reads them, and nothing else fits") {
  const std::string hash = HashPassword("correct horse battery").value();
  CHECK(hash.starts_with("$2a$10$"));
  CHECK(hash.size() == 60);
  CHECK(PasswordFits("correct horse battery", hash));
  CHECK_FALSE(PasswordFits("correct horse batterY", hash));
  CHECK_FALSE(PasswordFits("", hash));
  CHECK_FALSE(PasswordFits("correct horse battery", ""));
  CHECK_FALSE(PasswordFits(std::string("correct horse battery\0x", 23), hash));
  CHECK_FALSE(PasswordFits("correct horse battery", "$2a$10$not.a.hash"));
}

TEST_CASE("a password's length has limits on both sides") {
  CHECK_FALSE(HashPassword("elevenchars"));
  CHECK(CheckPasswordLength("twelve chars"));
  CHECK(CheckPasswordLength(std::string(72, 'x')));
  CHECK(CheckPasswordLength(std::string(73, 'x')).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("one-time codes are those of RFC 6238 appendix B, cut to six digits") {
  const std::string secret = "12345678901234567890";
  CHECK(TotpCode(secret, At(59)).value() == "287082");
  CHECK(TotpCode(secret, At(1111111109)).value() == "081804");
  CHECK(TotpCode(secret, At(2000000000)).value() == "279037");
}

TEST_CASE("a code is good for its step and one to each side") {
  const std::string secret = "12345678901234567890";
  const std::string code = TotpCode(secret, At(3000)).value();
  CHECK(FindTotpStep(secret, code, At(3000)) == 100);
  CHECK(FindTotpStep(secret, code, At(2970)) == 100);
  CHECK(FindTotpStep(secret, code, At(3030)) == 100);
  CHECK_FALSE(FindTotpStep(secret, code, At(3060)));
  CHECK_FALSE(FindTotpStep(secret, code, At(2939)));
  CHECK_FALSE(FindTotpStep(secret, "", At(3000)));
}

TEST_CASE("the enrolment URI and its picture") {
  const std::string uri = TotpUri("12345678901234567890", "ex.com", "alice smith", "px.ex.com:443");
  CHECK(uri ==
        "otpauth://totp/ex.com:alice%20smith@px.ex.com:443?algorithm=SHA1&digits=6&issuer=ex.com&period=30&"
        "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  const std::string png = QrCodePng(uri).value();
  CHECK(png.starts_with("\x89PNG\r\n\x1a\n"));
  // The end-to-end tests read the code with zbarimg; this test checks the size in the header.
  CHECK(png.substr(16, 8) == std::string("\x00\x00\x01\xc8\x00\x00\x01\xc8", 8));
  CHECK(QrCodePng(std::string(5000, 'x')).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("clients older than the previous major release are refused") {
  for (const char* good : {"", "18.3.0", "17.0.0", "17.0.0-aa", "17.0.0-alpha.1", "19.1.2", "18.0.0-dev+build"}) {
    CAPTURE(good);
    CHECK(CheckClientVersion(good));
  }
  for (const char* bad : {"16.5.0", "17.0.0-a", "1", "18.3", "v18.3.0", "x", "18.3.0-", "-1.0.0", "18.3.0.1"}) {
    CAPTURE(bad);
    const auto checked = CheckClientVersion(bad);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().message == "client version is unsupported");
  }
}

TEST_CASE("a bucket empties by its burst and fills by the minute, per address") {
  RateLimiter limiter({20, 3});
  const Time start = At(1000);
  for (int i = 0; i < 3; ++i) CHECK(limiter.Allow("a", start));
  CHECK_FALSE(limiter.Allow("a", start));
  CHECK(limiter.Allow("b", start));
  CHECK_FALSE(limiter.Allow("a", start + std::chrono::seconds(2)));
  CHECK(limiter.Allow("a", start + std::chrono::seconds(4)));
  CHECK_FALSE(limiter.Allow("a", start - std::chrono::hours(1)));  // a clock that jumps back permits nothing
}

TEST_CASE("static tokens keep their roles, and no error shows one") {
  const auto tokens = ParseStaticTokens({"node,kube:s3cret:with:colons"}).value();
  REQUIRE(tokens->spec().statictokens_size() == 1);
  CHECK(tokens->spec().statictokens(0).token() == "s3cret:with:colons");
  CHECK(tokens->spec().statictokens(0).roles(1) == "Kube");
  CHECK(ParseStaticTokens({"s3cret"}).error().message.find("s3cret") == std::string::npos);
  CHECK(ParseStaticTokens({"nosuch:s3cret"}).error().message.find("s3cret") == std::string::npos);
}

}  // namespace
}  // namespace sallyport
