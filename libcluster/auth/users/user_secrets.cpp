#include "libcluster/auth/users/user_secrets.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "libbase/encoding.h"
#include "libbase/text.h"
#include "libbase/whole_number.h"

namespace sallyport {
namespace {

constexpr std::size_t kHashBytes = 60;
constexpr std::size_t kSaltAt = 7;  // "$2a$10$"
constexpr int kMinCost = 4;
constexpr int kMaxCost = 13;  // a login then takes a second of a processor
constexpr std::size_t kMinTotpBytes = 10;
constexpr int kMaxDevices = 100;

std::unexpected<Error> Bad(std::string_view field, std::string_view reason) {
  return Fail(ErrorKind::kBadParameter, "spec.local_auth.{} {}", field, reason);
}

// The form of bcrypt: $2a$COST$ and 53 characters of its base64.
Status CheckHash(std::string_view hash) {
  const bool form = hash.size() == kHashBytes && hash.starts_with("$2") && std::string_view("aby").contains(hash[2]) &&
                    hash[3] == '$' && hash[6] == '$';
  if (!form) return Bad("password_hash", "is not a bcrypt hash");
  const auto cost = ReadWholeNumber<int>(std::string_view(hash).substr(4, 2));
  if (!cost) return Bad("password_hash", "is not a bcrypt hash");
  if (*cost < kMinCost || *cost > kMaxCost) {
    return Bad("password_hash",
               fmt::format("has the cost {}, which is not between {} and {}", *cost, kMinCost, kMaxCost));
  }
  const bool plain = std::ranges::all_of(hash.substr(kSaltAt),
                                         [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '/'; });
  return plain ? Status() : Bad("password_hash", "is not a bcrypt hash");
}

Status CheckDevice(const std::string& field, const types::MFADevice& device) {
  if (!IsUuid(device.id())) return Bad(field + ".id", "is not a UUID");
  if (device.metadata().name().empty()) return Bad(field + ".metadata.Name", "is missing");
  switch (device.device_case()) {
    case types::MFADevice::kTotp: {
      const auto secret = FromBase32(device.totp().key());
      if (!secret || secret->size() < kMinTotpBytes) return Bad(field + ".totp.key", "is not a secret in base32");
      return {};
    }
    case types::MFADevice::DEVICE_NOT_SET:
      return Bad(field, "is neither totp, u2f, webauthn nor sso");
    default:
      return {};  // the device is kept, although no login can use it
  }
}

}  // namespace

Status CheckUserSecrets(const types::LocalAuthSecrets& secrets) {
  if (!secrets.passwordhash().empty()) RETURN_IF_ERROR(CheckHash(secrets.passwordhash()));
  if (secrets.mfa_size() > kMaxDevices) return Bad("mfa", fmt::format("has more than {} devices", kMaxDevices));
  std::set<std::string_view> ids;
  for (int i = 0; i < secrets.mfa_size(); ++i) {
    const std::string field = fmt::format("mfa[{}]", i);
    RETURN_IF_ERROR(CheckDevice(field, secrets.mfa(i)));
    if (!ids.insert(secrets.mfa(i).id()).second) return Bad(field + ".id", "is the id of another device");
  }
  return {};
}

types::MFADeviceKind WeakestOf(const std::vector<types::MFADevice>& devices) {
  auto weakest = types::MFA_DEVICE_KIND_UNSET;
  for (const auto& device : devices) {
    if (device.has_totp()) return types::MFA_DEVICE_KIND_TOTP;
    if (device.has_webauthn() || device.has_u2f()) weakest = types::MFA_DEVICE_KIND_WEBAUTHN;
  }
  return weakest;
}

}  // namespace sallyport
