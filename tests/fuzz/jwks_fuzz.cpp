// Feeds arbitrary key sets to their reader; a token of a foreign key is verified by none of them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libidentity/jwt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  // The header and claims of RFC 7515 appendix A.3 with the key identifier "a", and a signature of zeros.
  static constexpr std::string_view kToken =
      "eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ.eyJpc3MiOiJqb2UifQ."
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const auto keys = ParseJsonWebKeys(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!keys) {
    if (keys.error().message.empty()) __builtin_trap();
    return 0;
  }
  if (VerifyJwt(kToken, *keys)) __builtin_trap();
  return 0;
}
