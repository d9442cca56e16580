// Password hashes: bcrypt in the form that Go's library writes and reads ($2a$10$...).
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

inline constexpr std::size_t kMinPasswordBytes = 12;
inline constexpr std::size_t kMaxPasswordBytes = 72;  // bcrypt ignores all bytes beyond

// Fails with kBadParameter, which names the limit.
Status CheckPasswordLength(std::string_view password);

// Returns a new hash, cost 10. Takes a tenth of a second of processor time; LoginGate limits how many run at once.
Result<std::string> HashPassword(std::string_view password);

// Returns whether a password fits a hash. An empty hash costs the same time and never fits, so that an unknown user
// takes as long as a known one.
bool PasswordFits(std::string_view password, std::string_view hash);

}  // namespace sallyport
