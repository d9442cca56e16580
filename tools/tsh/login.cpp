#include "libclient/login.h"

#include "libbase/text.h"
#include "libclient/access_requests.h"
#include "libclient/prompt.h"
#include "libresources/kinds/access_request.h"
#include "libresources/kinds/cluster_alert.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tools/listing/alert_notices.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/known_names.h"
#include "tools/tsh/kube_setup.h"
#include "tools/tsh/message_of_the_day.h"
#include "tools/tsh/request_flow.h"
#include "tools/tsh/status_view.h"

namespace sallyport {
namespace {

struct TshLogin {
  std::string cluster;
  std::string ttl;
  std::string auth;
  std::string out;
  bool overwrite = false;
  std::string kube_cluster;
  std::string request_id;
  std::vector<std::string> request_roles;  // as given, with commas
  std::string request_reason;
  std::vector<std::string> request_reviewers;
  bool request_nowait = false;
  bool verbose = false;
};

constexpr std::int64_t kMaxTtlMinutes = 366LL * 24 * 60;

// The values from the command line, the environment and an earlier login.
struct Wanted {
  std::string proxy;  // as given, or from the profile
  std::string user;
  std::optional<Profile> profile;
};

Result<Wanted> WantedOf(const Invocation& invocation, const ProfileDirectory& directory) {
  const TshOptions given = GivenToProgram<TshOptions>(invocation);
  Wanted wanted{given.proxy, given.user, {}};
  if (auto profile = directory.Load(ProfileNameOf(invocation))) wanted.profile = std::move(*profile);
  if (wanted.proxy.empty() && wanted.profile) wanted.proxy = wanted.profile->web_proxy_addr;
  if (wanted.proxy.empty()) {
    return FailWithHint(ErrorKind::kUsage, "the proxy to log in at is missing",
                        "give the proxy: tsh login --proxy=HOST[:PORT] --user=USER");
  }
  return wanted;
}

// A port that an earlier login found need not be found again.
Result<HostPort> LoginAddressOf(const Wanted& wanted, const NetworkSettings& settings) {
  const auto given = ParseHostPort(wanted.proxy, 0);
  if (given && given->port == 0 && wanted.profile && wanted.profile->Name() == given->host) {
    return ParseHostPort(wanted.profile->web_proxy_addr, kDefaultWebPort);
  }
  return ResolveProxyAddress(wanted.proxy, settings);
}

std::string UserOf(const Invocation& invocation, const Wanted& wanted) {
  if (!wanted.user.empty()) return wanted.user;
  if (wanted.profile && !wanted.profile->user.empty()) return wanted.profile->user;
  return invocation.Env("USER");
}

Result<Nanoseconds> TtlOf(const std::string& text) {
  if (text.empty()) return Nanoseconds(0);
  std::int64_t minutes = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || minutes > kMaxTtlMinutes) minutes = kMaxTtlMinutes + 1;
    if (minutes <= kMaxTtlMinutes) minutes = minutes * 10 + (c - '0');
  }
  if (minutes == 0 || minutes > kMaxTtlMinutes) {
    return Fail(ErrorKind::kUsage, "--ttl takes whole minutes, not \"{}\"", text);
  }
  return std::chrono::minutes(minutes);
}

Status CheckAuthType(const std::string& asked, const PingAnswer& ping) {
  if (asked == "local" || (asked.empty() && ping.auth_type == "local")) return {};
  return FailWithHint(ErrorKind::kNotImplemented,
                      fmt::format("login by \"{}\" is not implemented", asked.empty() ? ping.auth_type : asked),
                      "if the account has a password: tsh login --auth=local");
}

// Returns whether the named proxy is the profile's proxy. The name of a profile is a host, whose ports may belong to
// several proxies; a proxy with several ports announces its public address.
Result<bool> IsSameProxy(const Invocation& invocation, const Wanted& wanted) {
  const auto given = ParseHostPort(wanted.proxy, 0);
  const auto kept = ParseHostPort(wanted.profile->web_proxy_addr, kDefaultWebPort);
  if (!given || given->port == 0 || (kept && kept->port == given->port)) return true;
  ASSIGN_OR_RETURN(const PingAnswer ping, WebClient(*given, NetworkOf(invocation)).Ping());
  ASSIGN_OR_RETURN(const Profile profile, ProfileOfPing(*given, ping));
  return profile.web_proxy_addr == wanted.profile->web_proxy_addr;
}

// Returns whether the existing login is the wanted one.
Result<bool> IsStillGood(const Invocation& invocation, const TshLogin& given, const ProfileDirectory& directory,
                         const Wanted& wanted) {
  if (!wanted.profile || GivenToProgram<TshOptions>(invocation).relogin) return false;
  const auto status = ReadProfileStatus(directory, *wanted.profile, Now());
  if (!status || !status->IsValid(Now())) return false;
  const std::string& cluster = given.cluster;
  if (!wanted.user.empty() && wanted.user != status->username) return false;
  if (!cluster.empty() && cluster != status->cluster) return false;
  return IsSameProxy(invocation, wanted);
}

// A new login: the answer of the proxy, and the credentials to log in with.
struct Prepared {
  PingAnswer ping;
  LoginOptions options;
  std::vector<std::string> notices;
};

Result<Prepared> PrepareLogin(const Invocation& invocation, const TshLogin& given, const Wanted& wanted) {
  Prepared prepared;
  LoginOptions& options = prepared.options;
  ASSIGN_OR_RETURN(options.ttl, TtlOf(given.ttl));
  options.network = NetworkOf(invocation);
  options.user = UserOf(invocation, wanted);
  if (options.user.empty()) {
    return FailWithHint(ErrorKind::kUsage, "the user to log in as is missing", "give the user: --user=USER");
  }

  ASSIGN_OR_RETURN(options.proxy, LoginAddressOf(wanted, options.network));
  const WebClient web(options.proxy, options.network);
  ASSIGN_OR_RETURN(prepared.ping, web.Ping());
  RETURN_IF_ERROR(CheckAuthType(given.auth, prepared.ping));
  ASSIGN_OR_RETURN(const std::string message, ReadMessageOfTheDay(web, prepared.ping));
  if (!message.empty()) prepared.notices.push_back(message);
  if (options.ttl == Nanoseconds(0)) options.ttl = prepared.ping.default_session_ttl;

  ASSIGN_OR_RETURN(options.password, AskSecret(fmt::format("Password of {}: ", options.user)));
  options.ask_code = [] { return AskSecret("Code of your authenticator app: "); };
  options.cluster = given.cluster;
  options.kube_cluster = given.kube_cluster;
  const std::string mfa_mode = GivenToProgram<TshOptions>(invocation).mfa_mode;
  if (!mfa_mode.empty()) options.mfa_mode = mfa_mode;
  return prepared;
}

// Runs `tsh login --out FILE`: writes the login into a file, and leaves the profile directory unchanged.
Result<Output> LogInToFile(const Invocation& invocation, const TshLogin& given) {
  // --format selects the format of the file; other values select the format of the result.
  const std::string format = invocation.format();
  const bool plain = format == "text" || format == "json" || format == "yaml";
  IdentityOutput output;
  ASSIGN_OR_RETURN(output.format, ParseIdentityFormat(plain ? "file" : format));
  output.path = given.out;
  output.overwrite = given.overwrite;
  if (!GivenToProgram<TshOptions>(invocation).identity.empty()) {
    return Fail(ErrorKind::kUsage, "an identity file is a login already");
  }

  ASSIGN_OR_RETURN(const ProfileDirectory directory, ProfilesOf(invocation));
  ASSIGN_OR_RETURN(const Wanted wanted, WantedOf(invocation, directory));
  ASSIGN_OR_RETURN(const Prepared prepared, PrepareLogin(invocation, given, wanted));
  ASSIGN_OR_RETURN(auto login, LoginToFile(prepared.ping, prepared.options, output.format));

  const Session& session = login.session;
  output.key_pem = output.format == IdentityFormat::kOpenssh ? std::move(login.session.ring.ssh_key_pem)
                                                             : std::move(login.session.ring.tls_key_pem);
  output.ssh_certificate = session.ring.ssh_certificate;
  output.tls_certificate = session.ring.tls_certificate;
  output.proxy_host = session.profile.Name();
  output.authorities = std::move(login.authorities);
  output.kube.teleport_cluster = session.profile.cluster;
  output.kube.kube_cluster = prepared.options.kube_cluster;
  if (output.format == IdentityFormat::kKubernetes) {
    RETURN_IF_ERROR(AddKubeAddress(session.profile, output.kube));
  }

  ASSIGN_OR_RETURN(const auto files, WriteIdentityOutput(output));
  Output result = Output::Of(Value(Value::Map{{"files", Value::Strings(files)}}), [files](const Value&) {
    return fmt::format("The certificate has been written to {}\n", fmt::join(files, ", "));
  });
  result.notices = prepared.notices;
  return result;
}

// Returns the alerts that the cluster shows at a login.
std::vector<std::string> LoginAlerts(RpcClient& rpc) {
  types::GetClusterAlertsRequest query;
  (*query.mutable_labels())[std::string(alert_label::kOnLogin)] = "yes";
  return AlertNotices(rpc, query);
}

// Returns whether the user wants no request, not even one that a role makes automatic.
bool WantsNoRequest(const TshLogin& given) {
  return !given.request_roles.empty() && given.request_roles.back() == "no";
}

// Returns the additional access that the command line requests; empty without one.
WantedAccess WantedAccessOf(const TshLogin& given) {
  WantedAccess wanted;
  wanted.id = given.request_id;
  if (!WantsNoRequest(given)) wanted.roles = SplitNonEmpty(fmt::format("{}", fmt::join(given.request_roles, ",")), ',');
  wanted.reason = given.request_reason;
  wanted.reviewers = given.request_reviewers;
  wanted.wait = !given.request_nowait;
  return wanted;
}

bool WantsAccess(const WantedAccess& wanted) { return !wanted.id.empty() || !wanted.roles.empty(); }

// Adds the request that the user's roles demand at every login. A login that lacks a required reason is removed.
Status AddAutomaticRequest(const TshLogin& given, const types::AccessCapabilities& capabilities, const Session& session,
                           WantedAccess& wanted) {
  if (WantsAccess(wanted) || WantsNoRequest(given)) return {};
  if (capabilities.requirereason() && wanted.reason.empty()) {
    RETURN_IF_ERROR(RemoveKeyRing(session.paths));
    const std::string& prompt = capabilities.requestprompt();
    return Fail(ErrorKind::kBadParameter, "--request-reason must be specified{}{}", prompt.empty() ? "" : ": ",
                StripControl(prompt));
  }
  if (capabilities.autorequest()) wanted.roles = {"*"};
  return {};
}

// A user who does not wait for the decision needs the request's ID.
void ShowRequest(const types::AccessRequestV3& request, Output& output) {
  output.value.Set("request_id", NameOf(request));
  output.text = [status = std::move(output.text), about = RequestText(request)](const Value& value) {
    return about + "\n" + status(value);
  };
}

Result<Output> RunLogin(const Invocation& invocation, const TshLogin& given) {
  if (!given.out.empty()) return LogInToFile(invocation, given);
  if (!GivenToProgram<TshOptions>(invocation).identity.empty()) {
    return FailWithHint(ErrorKind::kUsage, "an identity file is a login already",
                        "use the identity file: tsh --identity=FILE --proxy=HOST:PORT ls");
  }

  ASSIGN_OR_RETURN(const ProfileDirectory directory, ProfilesOf(invocation));
  ASSIGN_OR_RETURN(const Wanted wanted, WantedOf(invocation, directory));
  WantedAccess wanted_access = WantedAccessOf(given);
  std::optional<Session> session;
  std::vector<std::string> notices;
  std::vector<std::string> alerts;
  ASSIGN_OR_RETURN(const bool still_good, IsStillGood(invocation, given, directory, wanted));
  if (still_good) {
    RETURN_IF_ERROR(directory.SetCurrent(wanted.profile->Name()));
  } else {
    ASSIGN_OR_RETURN(Prepared prepared, PrepareLogin(invocation, given, wanted));
    notices = std::move(prepared.notices);
    types::AccessCapabilities capabilities;
    NodeNames nodes;
    prepared.options.while_connected = [&](RpcClient& rpc, const types::AccessCapabilities& known) {
      capabilities = known;
      alerts = LoginAlerts(rpc);
      nodes = NamesOfFewNodes(rpc);
    };
    ASSIGN_OR_RETURN(session, Login(directory, prepared.ping, prepared.options));
    if (!nodes.hosts.empty()) RememberNodes(invocation, *session, std::move(nodes));
    RETURN_IF_ERROR(AddAutomaticRequest(given, capabilities, *session, wanted_access));
  }

  const std::string& kube = given.kube_cluster;
  if (!session && (WantsAccess(wanted_access) || !kube.empty())) {
    ASSIGN_OR_RETURN(session, OpenSession(directory, wanted.profile->Name(), Now()));
  }
  std::optional<types::AccessRequestV3> request;
  if (WantsAccess(wanted_access)) {
    ASSIGN_OR_RETURN(request, ObtainAccess(invocation, *session, wanted_access));
  }
  if (!kube.empty()) RETURN_IF_ERROR(SetUpKubeCluster(invocation, *session, kube, {}));

  const Profile& profile = session ? session->profile : *wanted.profile;
  ASSIGN_OR_RETURN(const Logins logins, ReadLogins(invocation, profile.Name()));
  Output output = StatusOutput(invocation, logins, given.verbose);
  output.notices.insert(output.notices.begin(), notices.begin(), notices.end());
  if (request && !wanted_access.wait) ShowRequest(*request, output);
  output.closing_notices = std::move(alerts);
  return output;
}

std::vector<Option> LoginRows() {
  return {
      {.name = "ttl",
       .value_name = "MINUTES",
       .help = "Lifetime of the login, in minutes",
       .into = Into<&TshLogin::ttl>},
      {.name = "auth",
       .value_name = "CONNECTOR",
       .help = "Method of the login",
       .environment = "TELEPORT_AUTH",
       .into = Into<&TshLogin::auth>},
      {.name = "out",
       .short_name = 'o',
       .value_name = "FILE",
       .help = "Write the login to a file and leave the profile as it is",
       .into = Into<&TshLogin::out>},
      {.name = "overwrite", .help = "Replace the file of --out if the file exists", .into = Into<&TshLogin::overwrite>},
      {.name = "kube-cluster",
       .value_name = "NAME",
       .help = "Kubernetes cluster to set up for kubectl",
       .names = "kube_cluster",
       .into = Into<&TshLogin::kube_cluster>},

      {.name = "request-id",
       .value_name = "ID",
       .help = "Log in with this access request, when the request is approved",
       .into = Into<&TshLogin::request_id>},
      {.name = "request-roles",
       .value_name = "ROLES",
       .help = "Request these roles; no requests none",
       .repeated = true,
       .whole_values = true,
       .into = Into<&TshLogin::request_roles>},
      {.name = "request-reason",
       .value_name = "TEXT",
       .help = "Reason of the request",
       .into = Into<&TshLogin::request_reason>},
      {.name = "request-reviewers",
       .value_name = "USERS",
       .help = "Suggested reviewers of the request",
       .repeated = true,
       .into = Into<&TshLogin::request_reviewers>},
      {.name = "request-nowait", .help = "Do not wait for the decision", .into = Into<&TshLogin::request_nowait>},
      {.name = "verbose", .short_name = 'v', .help = "Show traits too", .into = Into<&TshLogin::verbose>}};
}

}  // namespace

Command LoginCommand() {
  return {.path = "login",
          .summary = "Log in to a cluster",
          .arguments =
              {{.name = "cluster", .help = "Leaf cluster to use", .required = false, .into = Into<&TshLogin::cluster>}},
          .options = LoginRows(),
          .example = "tsh login --proxy=access.example.com --user=alice",
          .formats = "text json yaml file openssh tls kubernetes",
          .run = RunWith<RunLogin>};
}

}  // namespace sallyport
