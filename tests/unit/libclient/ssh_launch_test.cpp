#include "libclient/ssh_launch.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>

#include "libbase/file.h"
#include "libidentity/known_hosts.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using test::TemporaryDirectory;

const SshFiles kFiles{"/home/a b/key", "/home/a b/key-cert.pub", "/home/100%/known_hosts"};

bool Has(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::string KeyLine() { return GeneratePrivateKey(KeyAlgorithm::kEd25519).value().public_key().ToAuthorizedKey(); }

TEST_CASE("ssh is told everything, and checks the node", "[ssh]") {
  const auto words = SshOptionWords(kFiles, {"root", "id-1", {"/bin/tsh", "proxy", "ssh", "id-1:0"}}).value();
  CHECK(words[0] == "-F");
  CHECK(words[1] == "none");
  CHECK(Has(words, "ProxyCommand='/bin/tsh' 'proxy' 'ssh' 'id-1:0'"));
  CHECK(Has(words, "StrictHostKeyChecking=yes"));
  CHECK(Has(words, "GlobalKnownHostsFile=none"));
  CHECK(Has(words, "VerifyHostKeyDNS=no"));
  CHECK(Has(words, "HostKeyAlias=id-1"));
  const auto login = std::ranges::find(words, "-l");
  REQUIRE(login != words.end());
  CHECK(*(login + 1) == "root");
  CHECK(Has(words, "IdentityAgent=none"));
  CHECK(Has(words, "IdentityFile=\"/home/a b/key\""));
  CHECK(Has(words, "UserKnownHostsFile=\"/home/100%%/known_hosts\""));
}

TEST_CASE("the agent is used when it is forwarded", "[ssh]") {
  const auto words = SshOptionWords(kFiles, {"root", "", {"tsh"}, true}).value();
  CHECK_FALSE(Has(words, "IdentityAgent=none"));
}

TEST_CASE("a descriptor is handed over where the proxy command does that, and nowhere else", "[ssh]") {
  SshTarget target{"root", "", {"tsh"}};
  CHECK(Has(SshOptionWords(kFiles, target).value(), "ProxyUseFdpass=no"));
  target.proxy_hands_over = true;
  CHECK(Has(SshOptionWords(kFiles, target).value(), "ProxyUseFdpass=yes"));
  CHECK(IsOwnSshOption("proxyusefdpass"));
}

TEST_CASE("what a login or path could say to ssh is refused", "[ssh]") {
  for (const std::string login : {"", "-oProxyCommand=x", "a -oProxyCommand=x", "a\nProxyCommand x", "a\"b", "it's",
                                  "$(id)", "a`id`", "a;b", "a\\"}) {
    CHECK_FALSE(SshOptionWords(kFiles, {login, "", {"tsh"}}));
  }
  for (const std::string path : {"", "/a\nb", "/a${HOME}"}) {
    CHECK_FALSE(SshPath(path));
    CHECK_FALSE(SshOptionWords({path, "/c", "/k"}, {"root", "", {"tsh"}}));
  }
}

TEST_CASE("logins and paths as directories make them reach ssh as they are", "[ssh]") {
  for (const std::string login : {"DOM\\jane", "svc$", "a%b", "with space", "\u00fcmlaut", "a#b"}) {
    CHECK(Has(SshOptionWords(kFiles, {login, "", {"tsh"}}).value(), login));
  }
  SshTarget target{"DOM\\jane", "", {"tsh"}};
  target.by_copy_program = true;
  CHECK(Has(SshOptionWords(kFiles, target).value(), "User=\"DOM\\\\jane\""));
  CHECK(SshPath("/a\"b\\c 100%").value() == "\"/a\\\"b\\\\c 100%%\"");
}

TEST_CASE("a command survives the shell and ssh's percent signs", "[ssh]") {
  CHECK(SshCommandLine({"a b", "it's", "100%h", "$(id)"}) == "'a b' 'it'\\''s' '100%%h' '$(id)'");
}

TEST_CASE("ambiguous hosts are refused", "[ssh]") {
  for (const std::string host : {"web-1", "10.0.0.1", "fd00::1", "a_b.example.com"}) CHECK(IsPlainHost(host));
  for (const std::string host : {"", "-oProxyCommand=x", "a b", "a\nb", "a%h", "a'b", "a\"b", "a;b", "a/b", "ssh://a",
                                 "\x1b[31m", "a@b", "käse", "*"}) {
    CHECK_FALSE(IsPlainHost(host));
  }
}

TEST_CASE("options that are decided here are known by any spelling", "[ssh]") {
  for (const auto* name : {"StrictHostKeyChecking", "stricthostkeychecking", "UserKnownHostsFile", "PROXYCOMMAND",
                           "HostKeyAlias", "VerifyHostKeyDNS", "KnownHostsCommand"}) {
    CHECK(IsOwnSshOption(name));
  }
  for (const auto* name : {"ControlMaster", "User", "LogLevel", ""}) CHECK_FALSE(IsOwnSshOption(name));
}

TEST_CASE("known_hosts has the authorities of one cluster for every name", "[ssh]") {
  const TemporaryDirectory directory;
  const std::string root = KeyLine();
  const std::string leaf = KeyLine();
  const std::string other = KeyLine();
  Session session;
  session.profile.web_proxy_addr = "access.example.com:443";
  session.profile.cluster = "root";
  session.paths = {directory.path(), "access.example.com", "alice"};
  session.ring.ssh_certificate = "ssh-ed25519-cert-v01@openssh.com AAAA";
  REQUIRE(WritePrivateFile(session.paths.KnownHosts(),
                           "@cert-authority access.example.com,root,*.root " + root + " type=host\n" +
                               "@cert-authority access.example.com,leaf,*.leaf " + leaf + " type=host\n" +
                               "@cert-authority other.example.com,root,*.root " + other + " type=host\n"));
  const auto no_environment = [](std::string_view) { return std::string(); };
  const auto files = PrepareSshFiles(session, "root", no_environment);
  REQUIRE(files);
  CHECK(ReadFile(files->known_hosts).value() == "@cert-authority * " + root + "\n");
  CHECK(files->key == session.paths.SshKey());
  CHECK(files->certificate == session.paths.SshCertificate("root"));
  const auto of_leaf = PrepareSshFiles(session, "leaf", no_environment);
  REQUIRE(of_leaf);
  CHECK(ReadFile(of_leaf->known_hosts).value() == "@cert-authority * " + leaf + "\n");
  CHECK(PrepareSshFiles(session, "nosuch", no_environment).error().kind == ErrorKind::kNotFound);
  CHECK(PrepareSshFiles(session, "../root", no_environment).error().kind == ErrorKind::kBadParameter);
  session.ring.ssh_certificate.clear();
  CHECK(PrepareSshFiles(session, "root", no_environment).error().kind == ErrorKind::kNotLoggedIn);
}

TEST_CASE("an identity file is its own key, and the rest of it goes into the cache", "[ssh]") {
  const TemporaryDirectory directory;
  const std::string key = KeyLine();
  Session session;
  session.profile.web_proxy_addr = "access.example.com:443";
  session.profile.cluster = "root";
  session.identity_path = directory.path() + "/identity";
  session.ssh_authorities = {"@cert-authority root,*.root " + key + " type=host"};
  session.ring.ssh_certificate = "ssh-ed25519-cert-v01@openssh.com AAAA";
  const auto files = PrepareSshFiles(session, "root", [&](std::string_view name) {
    return name == "XDG_CACHE_HOME" ? directory.path() + "/cache" : std::string();
  });
  REQUIRE(files);
  REQUIRE(WritePrivateFile(session.identity_path, "a key and more"));
  CHECK(ReadFile(files->key).value() == "a key and more");
  CHECK(ReadFile(files->key + "-cert.pub").value() == session.ring.ssh_certificate);
  CHECK(files->certificate.empty());
  CHECK(files->known_hosts.starts_with(directory.path() + "/cache/"));
  CHECK(ReadFile(files->known_hosts).value() == "@cert-authority * " + key + "\n");
  CHECK_FALSE(PrepareSshFiles(session, "root", [&](std::string_view name) {
    return name == "TMPDIR" ? directory.path() + "/none" : std::string();
  }));
}

TEST_CASE("files for ssh are written to the cache or a temporary directory", "[ssh]") {
  const TemporaryDirectory directory;
  Session session;
  session.profile.web_proxy_addr = "access.example.com:443";
  session.paths = {directory.path(), "access.example.com", "alice"};
  session.ring.ssh_certificate = "ssh-ed25519-cert-v01@openssh.com AAAA";
  REQUIRE(WritePrivateFile(session.paths.KnownHosts(),
                           "@cert-authority access.example.com,root,*.root " + KeyLine() + " type=host\n"));
  REQUIRE(WritePrivateFile(directory.path() + "/known_hosts.d", "a file, where a directory would be made"));
  std::map<std::string, std::string, std::less<>> variables{{"XDG_CACHE_HOME", directory.path() + "/cache"},
                                                            {"TMPDIR", directory.path() + "/known_hosts"}};
  const auto prepare = [&] {
    return PrepareSshFiles(session, "root", [&](std::string_view name) { return variables[std::string(name)]; });
  };
  CHECK(prepare()->known_hosts == directory.path() + "/cache/sallyport/ssh/access.example.com/root");

  variables.erase("XDG_CACHE_HOME");
  const auto refused = prepare();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.contains(directory.path() + "/known_hosts.d"));

  variables["TMPDIR"] = directory.path();
  const std::string own = fmt::format("{}/sallyport-{}", directory.path(), ::geteuid());
  CHECK(prepare()->known_hosts.starts_with(own));
  ::chmod(own.c_str(), 0777);  // other users could write there
  CHECK_FALSE(prepare());
}

}  // namespace
}  // namespace sallyport
