// The options that `tbot start`, `tbot configure` and their sub-commands share, and the configuration that they make.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libmachine/bot/config/bot_config.h"
#include "tools/shell/command.h"
#include "tools/tbot/commands.h"

namespace sallyport {

struct StartFlags {
  std::string auth_server;
  std::string proxy_server;
  std::string token;
  std::vector<std::string> ca_pins;
  std::string certificate_ttl;
  std::string renewal_interval;
  std::string join_method;
  std::optional<bool> oneshot;
  std::string diag_addr;
  std::string storage;
  std::string join_uri;
  std::string registration_secret;
  std::string registration_secret_path;
  std::string static_key_path;
  std::string output;  // of configure: the file to write
};

// Where an output goes.
struct DestinationFlags {
  std::string destination;
  std::vector<std::string> reader_users;
  std::vector<std::string> reader_groups;
};

// Returns the rows; `To` is the path to the StartFlags in the command's struct.
template <auto... To>
std::vector<Option> StartFlagRows() {
  return {{.name = "auth-server",
           .short_name = 'a',
           .value_name = "HOST:PORT",
           .help = "Auth service of the cluster; --proxy-server is preferred",
           .environment = "TELEPORT_AUTH_SERVER",
           .into = Into<To..., &StartFlags::auth_server>},
          {.name = "proxy-server",
           .value_name = "HOST:PORT",
           .help = "Proxy of the cluster",
           .environment = "TELEPORT_PROXY",
           .into = Into<To..., &StartFlags::proxy_server>},
          {.name = "token",
           .value_name = "TOKEN",
           .help = "Token to join with, or the absolute path of its file",
           .environment = "TELEPORT_BOT_TOKEN",
           .into = Into<To..., &StartFlags::token>},
          {.name = "ca-pin",
           .value_name = "PIN",
           .help = "Pin of the cluster's authority, to trust an auth service when joining",
           .repeated = true,
           .into = Into<To..., &StartFlags::ca_pins>},

          {.name = "certificate-ttl",
           .value_name = "DURATION",
           .help = "Lifetime of certificates (default 1h)",
           .into = Into<To..., &StartFlags::certificate_ttl>},
          {.name = "renewal-interval",
           .value_name = "DURATION",
           .help = "Time between renewals (default 20m)",
           .into = Into<To..., &StartFlags::renewal_interval>},
          {.name = "join-method",
           .value_name = "METHOD",
           .help = "How to join: token or kubernetes, say",
           .into = Into<To..., &StartFlags::join_method>},
          {.name = "oneshot", .help = "Write everything once, then end", .into = Into<To..., &StartFlags::oneshot>},
          {.name = "diag-addr",
           .value_name = "HOST:PORT",
           .help = "Address for /livez, /readyz and /metrics",
           .into = Into<To..., &StartFlags::diag_addr>}};
}

// Returns the rows of the sub-commands, which have more.
template <auto... To>
std::vector<Option> SubcommandFlagRows() {
  std::vector<Option> rows = StartFlagRows<To...>();
  rows.push_back({.name = "storage",
                  .value_name = "URI",
                  .help = "Place of the bot's own identity (default /var/lib/teleport/bot)",
                  .into = Into<To..., &StartFlags::storage>});
  rows.push_back({.name = "join-uri",
                  .value_name = "URI",
                  .help = "Everything for joining in one: tbot+proxy+token://TOKEN@HOST:PORT",
                  .into = Into<To..., &StartFlags::join_uri>});

  rows.push_back({.name = "registration-secret",
                  .value_name = "SECRET",
                  .hidden = true,
                  .into = Into<To..., &StartFlags::registration_secret>});
  rows.push_back({.name = "registration-secret-path",
                  .value_name = "FILE",
                  .hidden = true,
                  .into = Into<To..., &StartFlags::registration_secret_path>});
  rows.push_back({.name = "static-key-path",
                  .value_name = "FILE",
                  .hidden = true,
                  .into = Into<To..., &StartFlags::static_key_path>});
  return rows;
}

// Returns the rows of a destination; `To` is the path to the DestinationFlags.
template <auto... To>
std::vector<Option> DestinationFlagRows() {
  return {{.name = "destination",
           .value_name = "URI",
           .help = "Where to write: a directory, or kubernetes-secret://NAMESPACE/NAME",
           .into = Into<To..., &DestinationFlags::destination>},
          {.name = "reader-user",
           .value_name = "USER",
           .help = "User who may read the directory's files",
           .repeated = true,
           .into = Into<To..., &DestinationFlags::reader_users>},
          {.name = "reader-group",
           .value_name = "GROUP",
           .help = "Group that may read the directory's files",
           .repeated = true,
           .into = Into<To..., &DestinationFlags::reader_groups>}};
}

// Returns the row of --output, for `configure`.
template <auto... To>
Option OutputFlagRow() {
  return {.name = "output",
          .short_name = 'o',
          .value_name = "FILE",
          .help = "File to write the configuration to, instead of stdout",
          .into = Into<To..., &StartFlags::output>};
}

// Reads the file or the string of the configuration that the program's options name; without them an empty one. Fails
// as ParseBotConfig and LoadBotConfig do.
Result<BotConfig> GivenConfig(const Invocation& invocation);

// Puts the options of the program and of the command into a configuration. Fails with kBadParameter or kUsage.
Status ApplyFlags(const Invocation& invocation, const StartFlags& given, BotConfig& config);

// Returns the destination of options. Fails with kBadParameter or kUsage.
Result<DestinationConfig> DestinationOf(const DestinationFlags& given);

// Checks a configuration, sends its warnings to the log, and refuses unknown keys when --strict is given. Fails as
// CheckBotConfig does.
Status CheckAndWarn(const Invocation& invocation, BotConfig& config);

// Sets the log as the options of the program and the configuration say.
void BeginBotLog(const Invocation& invocation, const BotConfig& config);

}  // namespace sallyport
