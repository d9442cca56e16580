#include "libbase/config_secret.h"

#include "libbase/file.h"
#include "libbase/trim.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxSecretBytes = 64 << 10;

}  // namespace

Result<std::string> ConfigSecret(const std::string& text) {
  if (!text.starts_with('/')) return text;
  ASSIGN_OR_RETURN(const std::string secret, ReadFile(text, kMaxSecretBytes));
  return std::string(Trimmed(secret));
}

}  // namespace sallyport
