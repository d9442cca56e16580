// Feeds arbitrary tokens and key sets to their readers. Nobody can sign for the fixed key, so no token is verified.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libidentity/jwt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  // The key of RFC 7515 appendix A.3.
  static const auto fixed = ParseJsonWebKeys(R"({"keys":[{"kty":"EC","crv":"P-256","kid":"a",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  if (!fixed) std::abort();

  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (VerifyJwt(text, *fixed)) std::abort();
  if (const auto claims = UnverifiedClaims(text)) {
    (void)CheckJwtClaims(*claims, {"issuer", "audience", std::chrono::minutes(30)}, Time(std::chrono::seconds(1)));
  }

  // A key set and a token, with a newline between.
  const std::size_t end = text.find('\n');
  const auto keys = ParseJsonWebKeys(text.substr(0, end));
  if (keys && end != std::string_view::npos) (void)VerifyJwt(text.substr(end + 1), *keys);
  return 0;
}
