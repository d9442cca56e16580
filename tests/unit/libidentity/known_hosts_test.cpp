#include "libidentity/known_hosts.h"

#include <catch2/catch.hpp>

#include "libidentity/ssh_identity.h"
#include "sample.h"
#include "tool.h"

namespace sallyport {
namespace {

using namespace test;

std::string KeyText() { return EcdsaKey().public_key().ToAuthorizedKey(); }

HostAuthority KnownAuthority() { return {"px.example.com", "ref.test", EcdsaKey().public_key()}; }

TEST_CASE("a host authority is one line with the proxy first", "[known-hosts]") {
  CHECK(FormatHostAuthority(KnownAuthority()).value() ==
        "@cert-authority px.example.com,ref.test,*.ref.test " + KeyText() + " type=host");
  CHECK(FormatHostAuthority({"", "ref.test", EcdsaKey().public_key()}).value() ==
        "@cert-authority ref.test,*.ref.test " + KeyText() + " type=host");
}

TEST_CASE("a line is read back", "[known-hosts]") {
  for (const std::string_view proxy : {"", "px.example.com"}) {
    for (const PrivateKey& key : AllKeys()) {
      const HostAuthority authority{std::string(proxy), "ref.test", key.public_key()};
      CHECK(ParseHostAuthority(FormatHostAuthority(authority).value() + "\r\n").value() == authority);
    }
  }
  CHECK(ParseHostAuthority("@cert-authority ref.test " + KeyText()).value() ==
        HostAuthority{"", "ref.test", EcdsaKey().public_key()});
}

TEST_CASE("names that would break the line are refused", "[known-hosts]") {
  for (const std::string_view name : {"a b", "a,b", "a\nb", "*", "!a", "a\tb", "|1|x"}) {
    CAPTURE(name);
    CHECK(FormatHostAuthority({"", std::string(name), EcdsaKey().public_key()}).error().kind ==
          ErrorKind::kBadParameter);
    CHECK(FormatHostAuthority({std::string(name), "ref.test", EcdsaKey().public_key()}).error().kind ==
          ErrorKind::kBadParameter);
  }
  CHECK_FALSE(FormatHostAuthority({"", "", EcdsaKey().public_key()}).has_value());
  CHECK_FALSE(FormatHostAuthority({"", "ref.test", {}}).has_value());
}

TEST_CASE("a file is read, with what is not an authority skipped", "[known-hosts]") {
  const std::string text = "# a comment\n\nhost.example.com " + KeyText() + "\n" +
                           FormatHostAuthority(KnownAuthority()).value() + "\n@revoked * " + KeyText() + "\n";
  CHECK(ParseKnownHosts(text).value() == std::vector<HostAuthority>{KnownAuthority()});
  CHECK(ParseKnownHosts("").value().empty());
  const auto broken = ParseKnownHosts(text + "@cert-authority ref.test ssh-ed25519 AAAA\n");
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().kind == ErrorKind::kBadParameter);
  CHECK(broken.error().message.starts_with("known_hosts line 6: "));
  for (const std::string& bad : {std::string(), std::string("@cert-authority"), std::string("@cert-authority a"),
                                 "ref.test " + KeyText(), "@cert-authority , " + KeyText()}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseHostAuthority(bad).has_value());
  }
}

TEST_CASE("a line is added once and replaces its older form", "[known-hosts]") {
  const std::string line = FormatHostAuthority(KnownAuthority()).value();
  const std::string old_line = FormatHostAuthority({"", "ref.test", EcdsaKey().public_key()}).value();
  const std::string other = FormatHostAuthority({"", "ref.test", Ed25519Key().public_key()}).value();
  CHECK(AddToKnownHosts("", line) == line + "\n");
  CHECK(AddToKnownHosts(line + "\n", line + "\n") == line + "\n");
  CHECK(AddToKnownHosts("# mine", line) == "# mine\n" + line + "\n");
  CHECK(AddToKnownHosts(old_line + "\n" + other + "\n", line) == other + "\n" + line + "\n");
  CHECK(AddToKnownHosts(line + "\n", old_line) == line + "\n" + old_line + "\n");
}

// ssh-keygen -F finds the line for a host of the cluster only when the line is well-formed.
TEST_CASE("ssh-keygen finds hosts of the cluster in our line", "[known-hosts][tools]") {
  const TemporaryDirectory directory;
  const std::string path = directory.Write("known_hosts", FormatHostAuthority(KnownAuthority()).value() + "\n");
  for (const std::string_view host : {"px.example.com", "ref.test", "node.ref.test"}) {
    CAPTURE(host);
    const auto found = RunTool(fmt::format("ssh-keygen -F {} -f {}", host, path));
    CHECK(found.output.find("CA") != std::string::npos);
    CHECK(found.exit_code == 0);
  }
  CHECK(RunTool("ssh-keygen -F other.example.com -f " + path).exit_code != 0);
}

}  // namespace
}  // namespace sallyport
