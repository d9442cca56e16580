// The commands and options of Teleport's teleport that are not implemented.
#include "tools/teleport/commands.h"

namespace sallyport {
namespace {

constexpr std::string_view kCommands[] = {
    "app start",
    "backend clone",
    "backend edit",
    "backend get",
    "backend ls",
    "backend rm",
    "checkhomedir",
    "db configure aws create-iam",
    "db configure aws print-iam",
    "db configure bootstrap",
    "db configure create",
    "db start",
    "debug get-log-level",
    "debug profile",
    "debug set-log-level",
    "discovery bootstrap",
    "exec",
    "install autodiscover-node",
    "install systemd",
    "integration configure access-graph aws-iam",
    "integration configure access-graph azure",
    "integration configure aws-app-access-iam",
    "integration configure awsoidc-idp",
    "integration configure awsra-trust-anchor",
    "integration configure azure-oidc",
    "integration configure deployservice-iam",
    "integration configure ec2-ssm-iam",
    "integration configure eks-iam",
    "integration configure externalauditstorage",
    "integration configure listdatabases-iam",
    "integration configure samlidp gcp-workforce",
    "join openssh",
    "kube-state delete",
    "networking",
    "park",
    "scp",
    "selinux-ssh dirs",
    "selinux-ssh file-contexts",
    "selinux-ssh module-source",
    "sftp",
    "tpm identify",
    "wait duration",
    "wait no-resolve",
};

constexpr OptionRow kOptions[] = {
    {"start", Accepted("skip-version-check")},     {"start", Accepted("no-debug-service")},
    {"start", Missing("insecure-no-tls")},         {"start", Missing("advertise-ip", "IP")},
    {"start", Missing("listen-ip", "IP", 'l')},    {"start", Missing("diag-addr", "ADDR")},
    {"start", Missing("permit-user-env")},         {"start", Missing("fips")},
    {"start", Missing("app-name", "NAME")},        {"start", Missing("app-uri", "URI")},
    {"start", Missing("app-public-addr", "ADDR")}, {"start", Missing("db-name", "NAME")},
    {"start", Missing("db-protocol", "PROTOCOL")}, {"start", Missing("db-uri", "URI")},
    {"start", Missing("db-ca-cert", "FILE")},      {"start", Missing("db-aws-region", "REGION")},
    {"start", Missing("enable-selinux")},          {"start", Missing("ensure-selinux-enforcing")},
};

}  // namespace

void AddWhatIsMissing(Program& program) {
  program.missing_commands = kCommands;
  program.further_options = kOptions;
}

}  // namespace sallyport
