#include "libclient/key_ring.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "tests/unit/libclient/sample_login.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using namespace test;

ProfilePaths PathsIn(const TemporaryDirectory& directory) { return {directory.path(), "px", "alice"}; }

Result<KeyRing> Loaded(const ProfilePaths& paths, std::string_view cluster) {
  ASSIGN_OR_RETURN(KeyRing certificates, LoadCertificates(paths, cluster));
  return LoadKeys(paths, std::move(certificates));
}

TEST_CASE("a key ring has Teleport's files and modes", "[key-ring]") {
  const TemporaryDirectory directory;
  const KeyRing ring = SampleKeyRing(Now() + std::chrono::hours(1));
  REQUIRE(SaveKeyRing(PathsIn(directory), "ref.test", ring));
  for (const auto* name : {"keys/px/alice", "keys/px/alice.pub", "keys/px/alice.key", "keys/px/alice.crt",
                           "keys/px/alice-ssh/ref.test-cert.pub"}) {
    CAPTURE(name);
    CHECK(ModeOf(directory / name) == 0600);
  }
  for (const auto* name : {"keys", "keys/px", "keys/px/alice-ssh"}) CHECK(ModeOf(directory / name) == 0700);
  const auto loaded = Loaded(PathsIn(directory), "ref.test").value();
  CHECK(loaded.tls_key_pem.Reveal() == ring.tls_key_pem.Reveal());
  CHECK(loaded.ssh_key_pem.Reveal() == ring.ssh_key_pem.Reveal());
  CHECK(loaded.ssh_certificate == ring.ssh_certificate);
  CHECK(loaded.tls_certificate == ring.tls_certificate);
  CHECK(loaded.ssh_public_key == ring.ssh_public_key);
}

TEST_CASE("names from outside cannot leave the directory", "[key-ring]") {
  const TemporaryDirectory directory;
  const KeyRing ring;
  for (const std::string name : {"../x", "a/b", "", "..", "a\nb"}) {
    CAPTURE(name);
    CHECK(SaveKeyRing(PathsIn(directory), name, ring).error().kind == ErrorKind::kBadParameter);
    CHECK(SaveKeyRing({directory.path(), name, "alice"}, "c", ring).error().kind == ErrorKind::kBadParameter);
    CHECK(SaveKeyRing({directory.path(), "px", name}, "c", ring).error().kind == ErrorKind::kBadParameter);
    CHECK_FALSE(SaveKubeCredential(PathsIn(directory), "c", name, {}));
    CHECK_FALSE(RemoveKeyRing({directory.path(), "px", name}));
  }
}

TEST_CASE("a locked key file is not written", "[key-ring]") {
  const TemporaryDirectory directory;
  const ProfilePaths paths = PathsIn(directory);
  REQUIRE(MakeDirectories(paths.ProxyDir(), 0700));
  const auto lock = FileLock::Acquire(paths.TlsKey(), 1000).value();
  CHECK(SaveKeyRing(paths, "c", SampleKeyRing(Now())).error().kind == ErrorKind::kLimitExceeded);
}

TEST_CASE("authorities are written for all readers there are", "[key-ring]") {
  const TemporaryDirectory directory;
  const ProfilePaths paths = PathsIn(directory);
  ClusterAuthorities leaf = SampleAuthorities();
  leaf.cluster = "../evil";
  REQUIRE(SaveAuthorities(paths, {SampleAuthorities(), leaf}));
  const std::string pem = SampleCluster().authority.ToPem();
  CHECK(ReadFile(directory / "keys/px/certs.pem").value() == pem + "\n" + pem + "\n");
  CHECK(LoadTlsAuthorities(paths, "ref.test").value() == pem);
  CHECK_FALSE(LoadTlsAuthorities(paths, "../evil"));
  const std::string hosts = ReadFile(directory / "known_hosts").value_or("");
  CHECK(hosts.starts_with("@cert-authority px,ref.test,*.ref.test ecdsa-sha2-nistp256 "));
  REQUIRE(SaveAuthorities(paths, {SampleAuthorities()}));
  CHECK(ReadFile(directory / "known_hosts").value() == hosts);
}

TEST_CASE("a Kubernetes credential is two blocks with one blank line between", "[key-ring]") {
  const TemporaryDirectory directory;
  const ProfilePaths paths = PathsIn(directory);
  REQUIRE(SaveKubeCredential(paths, "c", "dev", {Secret("KEY\n\n"), "\nCERT\n"}));
  const std::string path = paths.KubeCredential("c", "dev");
  CHECK(ReadFile(path).value() == "KEY\n\nCERT\n");
  CHECK(ModeOf(path) == 0600);
  const auto loaded = LoadKubeCredential(paths, "c", "dev").value();
  CHECK(loaded.key_pem.Reveal() == "KEY");
  CHECK(loaded.certificate_pem == "CERT\n");
  CHECK(LoadKubeCredential(paths, "c", "other").error().kind == ErrorKind::kNotFound);
  for (const auto* text : {"", "KEY\nCERT", "KEY\n\n\nCERT", "KEY\n\nCERT\n\nMORE", "\n\nCERT", "KEY\n\n"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseKubeCredential(text));
  }
}

TEST_CASE("logging one user out leaves the others and the profile", "[key-ring]") {
  const TemporaryDirectory directory;
  const ProfileDirectory profiles(directory.path());
  const ProfilePaths alice = PathsIn(directory);
  const ProfilePaths bob{directory.path(), "px", "bob"};
  const KeyRing ring = SampleKeyRing(Now());
  REQUIRE(profiles.Save(SampleProfile(), true));
  REQUIRE(SaveKeyRing(alice, "c", ring));
  REQUIRE(SaveKeyRing(bob, "c", ring));
  REQUIRE(SaveAuthorities(alice, {SampleAuthorities()}));
  REQUIRE(SaveKubeCredential(alice, "c", "dev", {Secret("K"), "C"}));
  REQUIRE(WritePrivateFile(alice.KubeLock(), ""));
  CHECK(RemoveKeyRing(alice).value());
  CHECK_FALSE(RemoveKeyRing(alice).value());
  CHECK(Loaded(alice, "c").error().kind == ErrorKind::kNotFound);
  CHECK_FALSE(FileExists(alice.KubeDir("c")));
  CHECK_FALSE(FileExists(alice.KubeLock()));
  CHECK(Loaded(bob, "c"));
  CHECK(profiles.Load("ref.test"));
  CHECK(FileExists(alice.KnownHosts()));
  CHECK(FileExists(alice.TlsAuthorities()));
}

TEST_CASE("logging everybody out keeps settings and what is not a login", "[key-ring]") {
  const TemporaryDirectory directory;
  REQUIRE(SaveKeyRing(PathsIn(directory), "c", SampleKeyRing(Now())));
  for (const auto* name : {"config", "bin", "azure", "other"}) {
    REQUIRE(MakeDirectories(directory / name, 0700));
    REQUIRE(WritePrivateFile(directory / (std::string(name) + "/file"), "x"));
  }
  for (const auto* name : {"id_vnet", "id_vnet.pub", "known_hosts", "a.yaml"}) {
    REQUIRE(WritePrivateFile(directory / name, "x"));
  }
  const TemporaryDirectory elsewhere;
  REQUIRE(WritePrivateFile(elsewhere / "precious", "x"));
  std::filesystem::create_symlink(elsewhere.path(), directory / "link");
  REQUIRE(RemoveEverything(directory.path()));
  for (const auto* name : {"config/file", "bin/file", "azure/file", "id_vnet", "id_vnet.pub"}) {
    CHECK(FileExists(directory / name));
  }
  for (const auto* name : {"keys", "other", "known_hosts", "a.yaml", "link"}) CHECK_FALSE(FileExists(directory / name));
  CHECK(ReadFile(elsewhere / "precious").value() == "x");
  CHECK(RemoveEverything(directory / "nowhere"));
}

}  // namespace
}  // namespace sallyport
