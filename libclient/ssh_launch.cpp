#include "libclient/ssh_launch.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "libbase/file.h"
#include "libbase/text.h"
#include "libidentity/known_hosts.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxKnownHosts = 4 << 20;
constexpr mode_t kDirectoryMode = 0700;

// What is decided here and nowhere else, beside the options that have a value of their own in SshOptionWords.
constexpr std::pair<std::string_view, std::string_view> kFixed[] = {
    {"StrictHostKeyChecking", "yes"},
    {"GlobalKnownHostsFile", "none"},
    {"KnownHostsCommand", "none"},
    {"VerifyHostKeyDNS", "no"},  // DNS would stand in for the authorities
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

// The lines of every authority of a cluster that the login knows. A proxy's own lines go before those that name none.
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
    // Any name: which one it must be is ssh's to check, by the certificate.
    (of_proxy ? own : any) += fmt::format("@cert-authority * {}\n", authority.key.ToAuthorizedKey());
  }
  if (!own.empty()) return own;
  if (!any.empty()) return any;
  return FailWithHint(ErrorKind::kNotFound, fmt::format("the host authorities of {} are not known here", cluster),
                      "see the clusters: tsh clusters; then log in again: tsh login");
}

// Where what ssh reads, and no profile has, is written.
Result<std::string> DirectoryOf(const Session& session, const EnvironmentReader& environment) {
  const std::string proxy = session.profile.Name();
  if (!IsSafePathPart(proxy)) return Fail(ErrorKind::kBadParameter, "the proxy's name is not usable");
  if (session.identity_path.empty()) return fmt::format("{}/known_hosts.d/{}", session.paths.home, proxy);
  std::string base = environment("XDG_CACHE_HOME");
  if (base.empty() && !environment("HOME").empty()) base = environment("HOME") + "/.cache";
  if (!base.empty()) return fmt::format("{}/sallyport/ssh/{}", base, proxy);
  return FailWithHint(ErrorKind::kBadParameter, "there is no directory for the files that ssh reads",
                      "set HOME or XDG_CACHE_HOME");
}

// Written only when it changes: many may start at once.
Status Keep(const std::string& path, const std::string& text) {
  if (const auto there = ReadFile(path, kMaxKnownHosts); there && *there == text) return {};
  RETURN_IF_ERROR(MakeDirectories(path.substr(0, path.rfind('/')), kDirectoryMode));
  return WritePrivateFile(path, text);
}

}  // namespace

Result<SshFiles> PrepareSshFiles(const Session& session, std::string_view cluster,
                                 const EnvironmentReader& environment) {
  if (session.ring.ssh_certificate.empty()) {
    return FailWithHint(ErrorKind::kNotLoggedIn, "the login has no certificate for SSH", "log in again: tsh login");
  }
  if (!IsSafePathPart(cluster)) return Fail(ErrorKind::kBadParameter, "no file can have the name of that cluster");
  ASSIGN_OR_RETURN(const std::string known_hosts, KnownHostsOf(session, cluster));
  ASSIGN_OR_RETURN(const std::string directory, DirectoryOf(session, environment));
  SshFiles files;
  files.known_hosts = fmt::format("{}/{}", directory, cluster);
  RETURN_IF_ERROR(Keep(files.known_hosts, known_hosts));
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

Result<std::vector<std::string>> SshOptionWords(const SshFiles& files, const SshTarget& target) {
  if (target.login.empty() || target.login.front() == '-' || HasControl(target.login) ||
      target.login.find_first_of(" \"'\\%$`;&|<>(){}") != std::string::npos) {
    return Fail(ErrorKind::kBadParameter, "\"{}\" cannot be a login of a node", target.login);
  }
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
  add("User", target.login);
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

Result<std::string> SshPath(std::string_view path) {
  if (path.empty() || HasControl(path) || path.contains('"') || path.contains('\\') || path.contains("${")) {
    return FailWithHint(ErrorKind::kBadParameter, "a path has characters that ssh's configuration cannot hold",
                        "use a directory without quotes, backslashes and ${ in its name (TELEPORT_HOME)");
  }
  std::string quoted = "\"";
  for (const char c : path) quoted += c == '%' ? "%%" : std::string(1, c);
  return quoted + "\"";
}

bool IsPlainHost(std::string_view host) {
  return !host.empty() && host.front() != '-' && std::ranges::all_of(host, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("._:-").contains(static_cast<char>(c));
  });
}

}  // namespace sallyport
