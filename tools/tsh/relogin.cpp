#include "tools/tsh/relogin.h"

#include <unistd.h>

#include "libclient/prompt.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

std::optional<Profile> ProfileOf(const Invocation& invocation) {
  const auto directory = ProfilesOf(invocation);
  auto profile = directory ? directory->Load(ProfileNameOf(invocation)) : std::unexpected(directory.error());
  if (!profile) return std::nullopt;
  return std::move(*profile);
}

}  // namespace

bool MayLogInAgain(const Invocation& invocation) {
  const TshOptions given = GivenToProgram<TshOptions>(invocation);
  return HasTerminal() && ::isatty(STDERR_FILENO) == 1 && given.identity.empty() && !given.no_relogin;
}

std::optional<Invocation> LogInAgain(const Invocation& failed) {
  if (!MayLogInAgain(failed)) return std::nullopt;
  const TshOptions given = GivenToProgram<TshOptions>(failed);
  const auto profile = ProfileOf(failed);
  if (!profile && given.proxy.empty()) return std::nullopt;

  // The options that a new login takes from the command.
  std::vector<std::string> words{"login", "--relogin"};
  const auto keep = [&words](std::string_view option, const std::string& value) {
    if (!value.empty()) words.push_back(fmt::format("--{}={}", option, value));
  };
  keep("proxy", given.proxy);
  keep("user", given.user);
  keep("mfa-mode", given.mfa_mode);
  keep("ttl", given.ttl);
  keep("auth", given.auth);
  if (given.insecure) words.emplace_back("--insecure");
  if (profile && !profile->cluster.empty()) words.insert(words.end(), {"--", profile->cluster});

  auto login = ParseCommandLine(*failed.program, words);
  if (!login) return std::nullopt;
  login->executable = failed.executable;
  return std::move(*login);
}

}  // namespace sallyport
