#include "libcluster/auth/users/password.h"

#include <crypt.h>

#include <memory>

#include "libbase/secret.h"

namespace sallyport {
namespace {

constexpr int kCost = 10;
constexpr std::size_t kSaltBytes = 16;
// Compared with an unknown user's password: any well-formed hash of this cost.
constexpr const char* kNobodysHash = "$2a$10$abcdefghijklmnopqrstuuMLpgDpMmmaWJrHGqZVbHvcE1Wfs8aWe";

Result<std::string> Crypt(std::string_view password, const std::string& setting) {
  Secret copy{std::string(password)};
  const auto data = std::make_unique<crypt_data>();
  const char* hash = ::crypt_r(copy.Reveal().c_str(), setting.c_str(), data.get());
  std::string result = hash == nullptr ? "" : hash;
  ::explicit_bzero(data.get(), sizeof *data);
  if (!result.starts_with("$2")) return Fail(ErrorKind::kInternal, "cannot hash a password");
  return result;
}

}  // namespace

Status CheckPasswordLength(std::string_view password) {
  if (password.size() < kMinPasswordBytes) {
    return Fail(ErrorKind::kBadParameter, "password is too short, min length is {}", kMinPasswordBytes);
  }
  if (password.size() > kMaxPasswordBytes) {
    return Fail(ErrorKind::kBadParameter, "password is too long, max length is {} bytes", kMaxPasswordBytes);
  }
  if (password.contains('\0')) return Fail(ErrorKind::kBadParameter, "password must not contain a null byte");
  return {};
}

Result<std::string> HashPassword(std::string_view password) {
  RETURN_IF_ERROR(CheckPasswordLength(password));
  const std::string salt = RandomBytes(kSaltBytes);
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  if (::crypt_gensalt_rn("$2a$", kCost, salt.data(), static_cast<int>(salt.size()), setting, sizeof setting) ==
      nullptr) {
    return Fail(ErrorKind::kInternal, "cannot make a salt for a password");
  }
  return Crypt(password, setting);
}

bool PasswordFits(std::string_view password, std::string_view hash) {
  const bool known = !hash.empty();
  const bool usable = password.size() <= kMaxPasswordBytes && !password.contains('\0');
  const auto computed = Crypt(usable ? password : "", known ? std::string(hash) : kNobodysHash);
  return known && usable && computed && EqualInConstantTime(*computed, hash);
}

}  // namespace sallyport
