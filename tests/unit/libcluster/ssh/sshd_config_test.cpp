// Tests that sshd's configuration for a connection follows the permissions of the roles.
#include <catch2/catch.hpp>

#include "libcluster/ssh/sshd.h"

namespace sallyport {
namespace {

std::string ConfigOf(const SshPermit& permit, const SessionSettings& settings = {}) {
  SshdOptions options;
  options.directory = "/run/x/1";
  options.host_key_file = "/run/x/host_key";
  options.user_authority_file = "/run/x/user_ca";
  options.agent_user = "root";
  options.settings = settings;
  return SshdConfig(options, permit);
}

TEST_CASE("nothing is allowed that the roles do not allow") {
  const std::string config = ConfigOf({});
  for (const char* line :
       {"AllowTcpForwarding no\n", "AllowStreamLocalForwarding no\n", "X11Forwarding no\n",
        "PasswordAuthentication no\n", "KbdInteractiveAuthentication no\n", "AuthorizedKeysFile none\n",
        "PermitTunnel no\n", "GatewayPorts no\n", "PermitUserEnvironment no\n", "AuthorizedPrincipalsFile none\n",
        "AuthorizedPrincipalsCommand /bin/false principals %k %u\n", "AuthorizedPrincipalsCommandUser root\n"}) {
    CAPTURE(line);
    CHECK(config.contains(line));
  }
  CHECK_FALSE(config.contains("Subsystem"));
  CHECK_FALSE(config.contains("LD_"));
}

TEST_CASE("forwarding, sessions and keep-alives are the roles' and the cluster's") {
  SshPermit permit;
  permit.max_sessions = 3;
  permit.forward_x11 = true;
  const std::pair<PortForwarding, const char*> modes[] = {{PortForwarding::kLocal, "AllowTcpForwarding local\n"},
                                                          {PortForwarding::kRemote, "AllowTcpForwarding remote\n"},
                                                          {PortForwarding::kOn, "AllowTcpForwarding yes\n"}};
  for (const auto& [mode, line] : modes) {
    permit.port_forwarding = mode;
    CHECK(ConfigOf(permit).contains(line));
  }
  SessionSettings settings;
  settings.keep_alive_interval = std::chrono::minutes(5);
  settings.keep_alive_count_max = 3;
  const std::string config = ConfigOf(permit, settings);
  CHECK(config.contains("MaxSessions 3\n"));
  CHECK(config.contains("X11Forwarding yes\n"));
  CHECK(config.contains("ClientAliveInterval 300\nClientAliveCountMax 3\n"));
}

TEST_CASE("a login's line gives what the roles give") {
  SshPermit permit;
  CHECK(PrincipalLine(permit, {"app", false}) == "restrict,pty app\n");
  permit.port_forwarding = PortForwarding::kLocal;
  permit.forward_x11 = true;
  CHECK(PrincipalLine(permit, {"app", true}) == "restrict,pty,port-forwarding,agent-forwarding,X11-forwarding app\n");
}

TEST_CASE("a login is one word") {
  for (const char* login : {"app", "\u00fcmlaut", "DOM\\jane", "a/b", "svc$"}) CHECK(IsPlainLogin(login));
  for (const char* login : {"", "a b", "a\nb", "a\tb", "a\x01"}) CHECK_FALSE(IsPlainLogin(login));
}

}  // namespace
}  // namespace sallyport
