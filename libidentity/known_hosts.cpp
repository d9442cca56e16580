#include "libidentity/known_hosts.h"

#include <algorithm>

#include "libbase/text.h"
#include "libbase/trim.h"

namespace sallyport {
namespace {

constexpr std::string_view kMarker = "@cert-authority";
constexpr std::string_view kComment = "type=host";
constexpr std::string_view kFieldSpaces = " \t\r\n";
constexpr std::size_t kNamesWithProxy = 3;

std::string_view TakeWord(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(kFieldSpaces));
  text = Trimmed(text.substr(word.size()));
  return word;
}

std::vector<std::string_view> SplitNames(std::string_view names) {
  std::vector<std::string_view> all;
  for (;;) {
    const std::size_t comma = names.find(',');
    all.push_back(names.substr(0, comma));
    if (comma == std::string_view::npos) return all;
    names.remove_prefix(comma + 1);
  }
}

// A name must not end the list of names or the line it stands in, nor match other hosts.
bool IsPlainName(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f &&
           std::string_view(",*?!|").find(c) == std::string_view::npos;
  });
}

bool IsMarked(std::string_view line) { return line.starts_with(kMarker) && line.size() > kMarker.size(); }

// Returns whether a line lacks the proxy that a new line of the same cluster and key has.
bool IsOlderForm(std::string_view line, const HostAuthority& added) {
  if (added.proxy_host.empty() || !IsMarked(Trimmed(line))) return false;
  const auto old = ParseHostAuthority(line);
  return old && old->proxy_host.empty() && old->cluster == added.cluster && old->key == added.key;
}

}  // namespace

Result<std::string> FormatHostAuthority(const HostAuthority& authority) {
  if (authority.cluster.empty() || authority.key.empty()) {
    return Fail(ErrorKind::kBadParameter, "host authority has no cluster or no key");
  }
  if (!IsPlainName(authority.cluster) || !IsPlainName(authority.proxy_host)) {
    return Fail(ErrorKind::kBadParameter, "host authority has a name that known_hosts cannot hold");
  }
  return fmt::format("{} {}{}{},*.{} {} {}", kMarker, authority.proxy_host, authority.proxy_host.empty() ? "" : ",",
                     authority.cluster, authority.cluster, authority.key.ToAuthorizedKey(), kComment);
}

Result<HostAuthority> ParseHostAuthority(std::string_view line) {
  line = Trimmed(line);
  if (TakeWord(line) != kMarker) return Fail(ErrorKind::kBadParameter, "known_hosts line has no {}", kMarker);
  const std::vector<std::string_view> names = SplitNames(TakeWord(line));
  ASSIGN_OR_RETURN(AuthorizedKey key, ParseAuthorizedKey(line));
  HostAuthority authority{.proxy_host = {}, .cluster = std::string(names[0]), .key = std::move(key.key)};
  if (names.size() == kNamesWithProxy) {
    authority.proxy_host = names[0];
    authority.cluster = names[1];
  }
  if (authority.cluster.empty()) return Fail(ErrorKind::kBadParameter, "known_hosts line names no cluster");
  return authority;
}

Result<std::vector<HostAuthority>> ParseKnownHosts(std::string_view text) {
  std::vector<HostAuthority> authorities;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = Trimmed(TakeLine(text));
    if (!IsMarked(line)) continue;
    auto authority = ParseHostAuthority(line);
    if (!authority) {
      return std::unexpected(InContext(fmt::format("known_hosts line {}", number), std::move(authority).error()));
    }
    authorities.push_back(std::move(*authority));
  }
  return authorities;
}

std::string AddToKnownHosts(std::string_view text, std::string_view line) {
  line = Trimmed(line);
  const HostAuthority added = ParseHostAuthority(line).value_or(HostAuthority{});
  std::string out;
  bool found = false;
  while (!text.empty()) {
    const std::string_view old = TakeLine(text);
    if (IsOlderForm(old, added)) continue;
    found = found || Trimmed(old) == line;
    out.append(old).append("\n");
  }
  if (!found) out.append(line).append("\n");
  return out;
}

}  // namespace sallyport
