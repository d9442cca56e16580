#include "libcluster/auth/methods/client_version.h"

#include <array>
#include <charconv>
#include <optional>
#include <tuple>

#include "libbase/version.h"

namespace sallyport {
namespace {

struct SemanticVersion {
  std::array<int, 3> numbers{};
  std::string_view prerelease;

  // A release is newer than its prereleases.
  bool operator<(const SemanticVersion& other) const {
    if (numbers != other.numbers) return numbers < other.numbers;
    if (prerelease.empty() != other.prerelease.empty()) return !prerelease.empty();
    return prerelease < other.prerelease;
  }
};

std::optional<SemanticVersion> Parse(std::string_view text) {
  SemanticVersion version;
  text = text.substr(0, text.find('+'));
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    version.prerelease = text.substr(dash + 1);
    if (version.prerelease.empty()) return std::nullopt;
    text = text.substr(0, dash);
  }
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < version.numbers.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, version.numbers[i]);
    const bool last = i + 1 == version.numbers.size();
    if (error != std::errc() || (last ? next != end : next == end || *next != '.')) return std::nullopt;
    at = next + 1;
  }
  return version;
}

}  // namespace

Status CheckClientVersion(const std::string& version) {
  if (version.empty()) return {};
  const auto parsed = Parse(version);
  if (parsed && !(*parsed < *Parse(kMinClientVersion))) return {};
  return Fail(ErrorKind::kAccessDenied, "client version is unsupported");
}

}  // namespace sallyport
