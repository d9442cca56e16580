#include "tools/tsh/relogin.h"

#include <unistd.h>

#include "libclient/prompt.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

// What a login takes from the command that it is for.
constexpr std::string_view kKept[] = {"proxy", "user", "mfa-mode", "insecure", "ttl", "auth"};

std::optional<Profile> ProfileOf(const Invocation& invocation) {
  const auto directory = ProfilesOf(invocation);
  auto profile = directory ? directory->Load(ProfileNameOf(invocation)) : std::unexpected(directory.error());
  if (!profile) return std::nullopt;
  return std::move(*profile);
}

}  // namespace

bool MayLogInAgain(const Invocation& invocation) {
  return HasTerminal() && ::isatty(STDERR_FILENO) == 1 && !invocation.Has("identity") && !invocation.Flag("no-relogin");
}

std::optional<Invocation> LogInAgain(const Invocation& failed) {
  if (!MayLogInAgain(failed)) return std::nullopt;
  const auto profile = ProfileOf(failed);
  if (!profile && !failed.Has("proxy")) return std::nullopt;
  const std::vector<std::string> words{"login", "--relogin"};
  auto login = ParseCommandLine(*failed.program, words);
  if (!login) return std::nullopt;
  login->executable = failed.executable;
  for (const auto option : kKept) {
    const auto given = failed.options.find(option);
    if (given != failed.options.end()) login->options[std::string(option)] = given->second;
  }
  if (profile && !profile->cluster.empty()) login->arguments["cluster"] = {profile->cluster};
  return std::move(*login);
}

}  // namespace sallyport
