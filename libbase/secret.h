// Handles secrets: memory that is wiped on destruction, random bytes, comparison in constant time. A Secret has no
// formatter, so a secret cannot reach a log or an error text by accident.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "libbase/error.h"

namespace sallyport {

// Overwrites the bytes of a string, which the compiler cannot optimize away, and empties the string.
void Wipe(std::string& bytes);

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { Wipe(bytes_); }

  Secret Clone() const { return Secret(bytes_); }
  // Returns the bytes for the call that needs them; do not keep a copy.
  const std::string& Reveal() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string bytes_;
};

// Returns `count` bytes from the random generator of the operating system. Aborts when the generator fails.
std::string RandomBytes(std::size_t count);
// Returns a random (version 4) UUID as 36 characters.
std::string RandomUuid();

// Compares in time that depends only on the lengths.
bool EqualInConstantTime(std::string_view a, std::string_view b);

}  // namespace sallyport
