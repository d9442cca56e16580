#include "libclient/ssh_launch.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "libbase/file.h"
#include "libbase/text.h"
#include "libidentity/known_hosts.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxKnownHosts = 4 << 20;
constexpr mode_t kHostsDirectoryMode = 0700;
// Variables with a private directory of the user, and the path below the directory.
constexpr std::pair<std::string_view, std::string_view> kCaches[] = {
    {"XDG_CACHE_HOME", ""}, {"HOME", "/.cache"}, {"XDG_RUNTIME_DIR", ""}};

// The options with fixed values that only this file sets; SshOptionWords sets the options with variable values.
constexpr std::pair<std::string_view, std::string_view> kFixed[] = {
    {"StrictHostKeyChecking", "yes"},
    {"GlobalKnownHostsFile", "none"},
    {"KnownHostsCommand", "none"},
    {"VerifyHostKeyDNS", "no"},  // DNS would replace the authorities
    {"UpdateHostKeys", "no"},
    {"NoHostAuthenticationForLocalhost", "no"},
    {"CanonicalizeHostname", "no"},
    {"CheckHostIP", "no"},
    {"IdentitiesOnly", "yes"},
    {"PreferredAuthentications", "publickey"},
    {"ProxyJump", "none"},
};
constexpr std::string_view kOwn[] = {"UserKnownHostsFile", "ProxyCommand", "ProxyUseFdpass",
                                     "HostKeyAlias",       "HostName",     "CertificateFile"};

bool SameWord(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool HasControl(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

// Returns the lines of all authorities of a cluster in the login. Lines with the proxy's name precede lines without a
// proxy.
Result<std::string> KnownHostsOf(const Session& session, std::string_view cluster) {
  std::string text;
  if (session.identity_path.empty()) {
    ASSIGN_OR_RETURN(text, ReadFile(session.paths.KnownHosts(), kMaxKnownHosts));
  } else {
    for (const auto& line : session.ssh_authorities) text += line + "\n";
  }
  ASSIGN_OR_RETURN(const auto authorities, ParseKnownHosts(text));

  std::string own;
  std::string any;
  for (const auto& authority : authorities) {
    if (authority.cluster != cluster) continue;
    const bool of_proxy = authority.proxy_host == session.profile.Name();
    // The line permits any name, because ssh checks the name in the certificate.
    (of_proxy ? own : any) += fmt::format("@cert-authority * {}\n", authority.key.ToAuthorizedKey());
  }

  if (!own.empty()) return own;
  if (!any.empty()) return any;
  return FailWithHint(ErrorKind::kNotFound, fmt::format("the profile has no host authorities of {}", cluster),
                      "list the clusters: tsh clusters; then log in again: tsh login");
}

// Returns directories for files that ssh reads outside of profiles, best first: a home may be read-only.
std::vector<std::string> DirectoriesOf(const Session& session, const EnvironmentReader& environment) {
  const std::string proxy = session.profile.Name();
  std::vector<std::string> directories;
  if (session.identity_path.empty()) {
    directories.push_back(fmt::format("{}/known_hosts.d/{}", session.paths.home, proxy));
  }
  for (const auto& [variable, below] : kCaches) {
    if (const std::string base = environment(variable); base.starts_with('/')) {
      directories.push_back(fmt::format("{}{}/sallyport/ssh/{}", base, below, proxy));
    }
  }
  return directories;
}

// Written only when it changes: many may start at once.
Status Keep(const std::string& path, const std::string& text) {
  if (const auto there = ReadFile(path, kMaxKnownHosts); there && *there == text) return {};
  RETURN_IF_ERROR(MakeDirectories(path.substr(0, path.rfind('/')), kHostsDirectoryMode));
  return WritePrivateFile(path, text);
}

// Returns a directory for temporary files in which nobody else can write, or "".
std::string OwnTemporaryDirectory(const EnvironmentReader& environment) {
  const std::string base = environment("TMPDIR").starts_with('/') ? environment("TMPDIR") : "/tmp";
  const std::string path = fmt::format("{}/sallyport-{}", base, ::geteuid());
  if (::mkdir(path.c_str(), kHostsDirectoryMode) != 0 && errno != EEXIST) return "";
  struct stat info{};
  const bool own = ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() &&
                   (info.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  return own ? path : "";
}

// Writes a file where it can be written, and returns the directory.
Result<std::string> KeepSomewhere(const Session& session, const EnvironmentReader& environment, std::string_view name,
                                  const std::string& text) {
  Status first;
  for (const auto& directory : DirectoriesOf(session, environment)) {
    const Status kept = Keep(fmt::format("{}/{}", directory, name), text);
    if (kept) return directory;
    if (first) first = kept;
  }

  if (const std::string temporary = OwnTemporaryDirectory(environment); !temporary.empty()) {
    const std::string directory = fmt::format("{}/ssh/{}", temporary, session.profile.Name());
    if (Keep(fmt::format("{}/{}", directory, name), text)) return directory;
  }
  return FailWithHint(first ? ErrorKind::kBadParameter : first.error().kind,
                      first ? "there is no writable directory for the files that ssh reads" : first.error().message,
                      "set HOME, XDG_CACHE_HOME or TMPDIR to a directory that you own and can write to");
}

}  // namespace

Result<SshFiles> PrepareSshFiles(const Session& session, std::string_view cluster,
                                 const EnvironmentReader& environment) {
  if (session.ring.ssh_certificate.empty()) {
    return FailWithHint(ErrorKind::kNotLoggedIn, "the login has no certificate for SSH", "log in again: tsh login");
  }
  if (!IsSafePathPart(session.profile.Name()))
    return Fail(ErrorKind::kBadParameter, "the name of the proxy cannot be the name of a file");
  if (!IsSafePathPart(cluster))
    return Fail(ErrorKind::kBadParameter, "the name of the cluster cannot be the name of a file");
  ASSIGN_OR_RETURN(const std::string known_hosts, KnownHostsOf(session, cluster));
  ASSIGN_OR_RETURN(const std::string directory, KeepSomewhere(session, environment, cluster, known_hosts));
  SshFiles files;
  files.known_hosts = fmt::format("{}/{}", directory, cluster);
  if (session.identity_path.empty()) {
    files.key = session.paths.SshKey();
    files.certificate = session.paths.SshCertificate(session.profile.cluster);
    return files;
  }
  // ssh reads the key out of an identity file, and looks for the certificate beside it under this name.
  std::error_code error;
  const std::string identity = std::filesystem::absolute(session.identity_path, error).string();
  files.key = fmt::format("{}/{:016x}", directory, std::hash<std::string>()(identity));
  RETURN_IF_ERROR(Keep(files.key + "-cert.pub", session.ring.ssh_certificate));
  if (!std::filesystem::is_symlink(files.key, error)) std::filesystem::create_symlink(identity, files.key, error);
  return files;
}

Result<std::string> KeepSshCertificate(const Session& session, std::string_view login, const std::string& certificate,
                                       const EnvironmentReader& environment) {
  if (!IsSafePathPart(session.profile.Name()))
    return Fail(ErrorKind::kBadParameter, "the name of the proxy cannot be the name of a file");
  // A login may have any characters, and several users may share a home.
  const std::string whose = fmt::format("{}\n{}\n{}", session.user(), session.profile.cluster, login);
  const std::string name = fmt::format("{:016x}-cert.pub", std::hash<std::string>()(whose));
  ASSIGN_OR_RETURN(const std::string directory, KeepSomewhere(session, environment, name, certificate));
  return fmt::format("{}/{}", directory, name);
}

Result<std::vector<std::string>> SshOptionWords(const SshFiles& files, const SshTarget& target) {
  RETURN_IF_ERROR(CheckSshLogin(target.login));

  std::vector<std::string> words{"-F", "none"};
  const auto add = [&](std::string_view name, std::string_view value) {
    words.emplace_back("-o");
    words.push_back(fmt::format("{}={}", name, value));
  };

  ASSIGN_OR_RETURN(const std::string known_hosts, SshPath(files.known_hosts));
  ASSIGN_OR_RETURN(const std::string key, SshPath(files.key));
  add("ProxyCommand", SshCommandLine(target.proxy_command));
  add("ProxyUseFdpass", target.proxy_hands_over ? "yes" : "no");
  add("UserKnownHostsFile", known_hosts);
  if (!target.host_key_name.empty()) add("HostKeyAlias", target.host_key_name);
  for (const auto& [name, value] : kFixed) add(name, value);
  add("IdentityFile", key);
  if (!files.certificate.empty()) {
    ASSIGN_OR_RETURN(const std::string certificate, SshPath(files.certificate));
    add("CertificateFile", certificate);
  }

  // OpenSSH 10 expands percent signs in an option, and not in -l.
  if (target.by_copy_program) {
    add("User", SshQuoted(target.login));
  } else {
    words.insert(words.end(), {"-l", target.login});
  }
  if (!target.forward_agent) add("IdentityAgent", "none");
  return words;
}

bool IsOwnSshOption(std::string_view name) {
  return std::ranges::any_of(kFixed, [&](const auto& row) { return SameWord(row.first, name); }) ||
         std::ranges::any_of(kOwn, [&](std::string_view own) { return SameWord(own, name); });
}

std::string SshCommandLine(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) {
    if (!line.empty()) line += ' ';
    for (const char c : ShellQuoted(word)) line += c == '%' ? "%%" : std::string(1, c);
  }
  return line;
}

std::string SshQuoted(std::string_view word) {
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

Result<std::string> SshPath(std::string_view path) {
  if (path.empty() || HasControl(path) || path.contains("${")) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("ssh's configuration cannot hold the path {}", StripControl(path)),
                        "use a directory without control characters and ${ in its name (TELEPORT_HOME)");
  }
  std::string plain;
  for (const char c : path) plain += c == '%' ? "%%" : std::string(1, c);
  return SshQuoted(plain);
}

Status CheckSshLogin(std::string_view login) {
  constexpr std::string_view kRefused = "'\"`;&<>|(){}";
  const auto dash = [&](std::size_t i) {
    return std::isspace(static_cast<unsigned char>(login[i])) && login[i + 1] == '-';
  };
  bool usable = !login.empty() && !login.starts_with('-') && !login.ends_with('\\') && !HasControl(login) &&
                login.find_first_of(kRefused) == std::string_view::npos;
  for (std::size_t i = 0; usable && i + 1 < login.size(); ++i) usable = !dash(i);
  if (usable) return {};
  return FailWithHint(
      ErrorKind::kBadParameter, fmt::format("\"{}\" cannot be a login: OpenSSH refuses it", StripControl(login)),
      fmt::format("use a login without {} and control characters that does not begin with - or end with \\", kRefused));
}

bool IsPlainHost(std::string_view host) {
  return !host.empty() && host.front() != '-' && std::ranges::all_of(host, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("._:-").contains(static_cast<char>(c));
  });
}

}  // namespace sallyport
