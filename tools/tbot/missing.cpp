// The commands and options of Teleport's tbot that are not implemented, and Teleport's other names for existing ones.
#include "tools/tbot/commands.h"

namespace sallyport {
namespace {

constexpr std::string_view kCommands[] = {
    "configure application-proxy",
    "configure application-tunnel",
    "configure database",
    "configure database-tunnel",
    "configure spiffe-svid",
    "configure ssh-multiplexer",
    "configure workload-identity-api",
    "configure workload-identity-aws-roles-anywhere",
    "configure workload-identity-jwt",
    "configure workload-identity-x509",
    "db",
    "keypair create",
    "proxy",
    "spiffe-inspect",
    "ssh-multiplexer-proxy-command",
    "start application-proxy",
    "start application-tunnel",
    "start database",
    "start database-tunnel",
    "start spiffe-svid",
    "start ssh-multiplexer",
    "start workload-identity-api",
    "start workload-identity-aws-roles-anywhere",
    "start workload-identity-jwt",
    "start workload-identity-x509",
    "tpm identify",
};

constexpr OptionRow kOptions[] = {
    {"", Missing("fips")},
    {"", Missing("trace")},
    {"", Missing("trace-exporter", "URL")},
    {"", Missing("mem-profile", "FILE")},
    {"", Missing("cpu-profile", "FILE")},
    {"", Missing("trace-profile", "FILE")},
    {"init", Accepted("auth-server", "HOST:PORT", 'a')},
    {"init", Accepted("proxy-server", "HOST:PORT")},
    {"install systemd", Accepted("anonymous-telemetry")},
    {"copy-binaries", Missing("include-fdpass")},
    {"ssh-proxy-command", Missing("proxy-templates", "FILE")},
    // ssh reconnects by itself; a configuration that Teleport's tbot wrote has the option.
    {"ssh-proxy-command", Accepted("resume")},
};

constexpr Alias kAliases[] = {
    {"start legacy", "start"},
    {"configure legacy", "configure"},
    {"start ssh", "start identity"},
    {"start id", "start identity"},
    {"start k8s", "start kubernetes"},
    {"start k8s/v2", "start kubernetes/v2"},
    {"start app", "start application"},
    {"start app-proxy", "start application-proxy"},
    {"start app-tunnel", "start application-tunnel"},
    {"start db", "start database"},
    {"start db-tunnel", "start database-tunnel"},
    {"configure ssh", "configure identity"},
    {"configure id", "configure identity"},
    {"configure k8s", "configure kubernetes"},
    {"configure k8s/v2", "configure kubernetes/v2"},
    {"configure app", "configure application"},
    {"configure app-proxy", "configure application-proxy"},
    {"configure app-tunnel", "configure application-tunnel"},
    {"configure db", "configure database"},
    {"configure db-tunnel", "configure database-tunnel"},
};

}  // namespace

void AddWhatIsMissing(Program& program) {
  program.missing_commands = kCommands;
  program.further_options = kOptions;
  program.aliases = kAliases;
}

}  // namespace sallyport
