#include "libclient/calls/join_token.h"

#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "libbase/encoding.h"
#include "libbase/secret.h"
#include "libbase/text.h"
#include "libclient/pages.h"
#include "libidentity/x509.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/token.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kTokenBytes = 16;

// The parts of a join command: services, addresses and token.
struct Joining {
  std::string roles;
  std::string token;
  std::vector<std::string> pins;
  std::string auth;   // address of the auth service
  std::string proxy;  // address of the proxy; empty when there is none
  AgentTarget target;
};

std::string Lines(const std::vector<std::string>& words) { return fmt::format("{}\n", fmt::join(words, " \\\n   ")); }

// Returns the words after the command in every agent's command line.
std::vector<std::string> Words(std::vector<std::string> words, const Joining& joining, const std::string& address) {
  words.push_back("--token=" + joining.token);
  for (const auto& pin : joining.pins) words.push_back("--ca-pin=" + pin);
  words.push_back("--auth-server=" + address);
  return words;
}

std::string JoinHost(const Joining& joining) {
  return "Run this on the host that joins:\n\n" +
         Lines(Words({"teleport start", "--roles=" + joining.roles}, joining, joining.auth)) +
         fmt::format("\nThe host must reach {}.\n", joining.auth);
}

std::string JoinKube(const Joining& joining) {
  std::string roles = joining.roles;
  for (std::size_t at = 0; (at = roles.find(',', at)) != std::string::npos; at += 2) roles.replace(at, 1, "\\,");
  return "Run this with Helm on the Kubernetes cluster that joins, under a name of your choice:\n\n" +
         Lines({"helm install teleport-agent teleport-kube-agent", "--repo=https://charts.releases.teleport.dev",
                "--create-namespace --namespace=teleport-agent", "--set kubeClusterName=cluster",
                fmt::format("--set roles='{}'", roles), "--set proxyAddr=" + joining.proxy,
                "--set authToken=" + joining.token}) +
         fmt::format("\nThe Kubernetes cluster must reach {}.\n", joining.proxy);
}

std::string JoinApp(const Joining& joining) {
  auto words = Words({"teleport app start"}, joining, joining.proxy);
  words.push_back("--name=" + joining.target.app_name);
  words.push_back("--uri=" + joining.target.app_uri);
  return "Run this on the host of the application:\n\n" + Lines(words) +
         fmt::format("\nThe host must reach {}.\n", joining.proxy);
}

std::string JoinDatabase(const Joining& joining) {
  const auto or_word = [](const std::string& value, const char* word) { return value.empty() ? word : value; };
  auto words = Words({"teleport db start"}, joining, joining.proxy);
  words.push_back("--name=" + or_word(joining.target.db_name, "NAME"));
  words.push_back("--protocol=" + or_word(joining.target.db_protocol, "PROTOCOL"));
  words.push_back("--uri=" + or_word(joining.target.db_uri, "HOST:PORT"));
  return "Run this where the database can be reached:\n\n" + Lines(words) +
         fmt::format("\nThe host must reach {}.\n", joining.proxy);
}

std::string JoinCluster(const Joining&) {
  return "Put it into the trusted_cluster resource of the cluster that joins.\n";
}

std::string JoinByConfig(const Joining& joining) {
  return "Put it into teleport.yaml of the service that joins, then run:\n\n" +
         Lines(Words({"teleport start", "--config=teleport.yaml"}, joining, joining.auth));
}

// The ways to use a token. The first row whose role a token has applies.
struct JoinRow {
  std::string_view role;
  bool at_proxy;
  std::string (*text)(const Joining&);
};
constexpr JoinRow kJoinRows[] = {
    {"Kube", true, JoinKube},
    {"App", true, JoinApp},
    {"Db", true, JoinDatabase},
    {"Trusted_cluster", false, JoinCluster},
    {"WindowsDesktop", false, JoinByConfig},
    {"Discovery", false, JoinByConfig},
    {"MDM", false, JoinByConfig},
    {"", false, JoinHost},
};

const JoinRow& RowFor(const types::ProvisionTokenV2& token) {
  for (const auto& row : kJoinRows) {
    if (row.role.empty() || std::ranges::find(token.spec().roles(), row.role) != token.spec().roles().end()) return row;
  }
  return kJoinRows[0];
}

// Returns the first address of the services that a path of the HTTP API lists.
Result<std::string> AddressOf(RpcClient& rpc, const std::string& path, std::string_view what) {
  ASSIGN_OR_RETURN(const Value servers, rpc.Get(path));
  for (const auto& server : servers.as_list()) {
    const Value* spec = server.Find("spec");
    if (spec == nullptr) continue;
    const Value* names = spec->Find("public_addrs");
    if (what == "proxy" && names != nullptr && !names->as_list().empty()) return names->as_list().front().as_string();
    if (const Value* address = spec->Find("addr"); address != nullptr && !address->as_string().empty()) {
      return address->as_string();
    }
  }
  return Fail(ErrorKind::kNotFound, "the cluster has no {}", what);
}

types::ProvisionTokenV2 TokenOf(const types::UserTokenV3& link) {
  auto token = NewResource<types::ProvisionTokenV2>();
  token.mutable_metadata()->set_name(link.metadata().name());
  *token.mutable_metadata()->mutable_expires() = link.metadata().expires();
  token.mutable_spec()->add_roles("Signup");
  token.mutable_spec()->set_joinmethod("token");
  return token;
}

}  // namespace

Result<std::vector<std::string>> ParseSystemRoles(std::string_view text) {
  std::vector<std::string> roles;
  for (const auto& name : SplitNonEmpty(text, ',')) {
    const auto role = SystemRoleNamed(name);
    if (!role) {
      return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is not a type of token", StripControl(name)),
                          "use for example node, proxy, kube, app, db or discovery");
    }
    if (std::ranges::find(roles, *role) == roles.end()) roles.emplace_back(*role);
  }
  if (roles.empty()) return Fail(ErrorKind::kUsage, "the type of the token is missing: --type=node");
  return roles;
}

Result<types::ProvisionTokenV2> MakeJoinToken(const NewJoinToken& wanted) {
  Nanoseconds ttl = kJoinTokenTtl;
  if (!wanted.ttl.empty()) {
    ASSIGN_OR_RETURN(ttl, ParseDuration(wanted.ttl));
    if (ttl <= Nanoseconds(0)) return Fail(ErrorKind::kBadParameter, "--ttl must be longer than 0");
  }

  auto token = NewResource<types::ProvisionTokenV2>();
  token.mutable_metadata()->set_name(wanted.value.empty() ? ToHex(RandomBytes(kTokenBytes)) : wanted.value);
  for (const auto& [key, value] : wanted.labels) (*token.mutable_metadata()->mutable_labels())[key] = value;
  for (const auto& role : wanted.roles) token.mutable_spec()->add_roles(role);
  token.mutable_spec()->set_botname(wanted.bot);
  SetExpires(token, Now() + ttl);
  RETURN_IF_ERROR(CheckNewResource(token));
  return token;
}

Status CreateJoinToken(RpcClient& rpc, const types::ProvisionTokenV2& token) {
  proto::CreateTokenV2Request request;
  *request.mutable_v2() = token;
  const auto created = rpc.Call<google::protobuf::Empty>("/proto.AuthService/CreateTokenV2", request);
  if (created) return {};
  if (created.error().kind != ErrorKind::kAlreadyExists) return std::unexpected(created.error());
  return FailWithHint(ErrorKind::kAlreadyExists, "a token with this value exists already", "choose another value");
}

Result<std::string> ProxyAddress(RpcClient& rpc) { return AddressOf(rpc, "/v2/proxies", "proxy"); }

Result<std::string> HowToJoin(RpcClient& rpc, const types::ProvisionTokenV2& token, const AgentTarget& target) {
  Joining joining;
  joining.target = target;
  joining.token = token.metadata().name();
  joining.roles = LowerCase(fmt::format("{}", fmt::join(token.spec().roles(), ",")));

  ASSIGN_OR_RETURN(const auto answer, rpc.Call<proto::GetClusterCACertResponse>("/proto.AuthService/GetClusterCACert",
                                                                                google::protobuf::Empty()));
  ASSIGN_OR_RETURN(const auto authorities, Certificate::ChainFromPem(answer.tlsca()));
  for (const auto& authority : authorities) joining.pins.push_back(authority.SpkiPin());

  const JoinRow& row = RowFor(token);
  if (row.at_proxy) {
    ASSIGN_OR_RETURN(joining.proxy, ProxyAddress(rpc));
  } else {
    ASSIGN_OR_RETURN(joining.auth, AddressOf(rpc, "/v2/authservers", "auth service"));
  }
  const auto life = std::chrono::round<std::chrono::seconds>(*ExpiresOf(token) - Now());
  return fmt::format("The token: {}\nThe token is valid for {}.\n\n{}", joining.token, FormatDuration(life),
                     row.text(joining));
}

Result<types::ProvisionTokenV2> ReadJoinToken(RpcClient& rpc, const std::string& name) {
  types::ResourceRequest request;
  request.set_name(name);
  return rpc.Call<types::ProvisionTokenV2>("/proto.AuthService/GetToken", request);
}

Result<std::vector<types::ProvisionTokenV2>> AllTokens(RpcClient& rpc) {
  ASSIGN_OR_RETURN(const auto fixed,
                   rpc.Call<types::StaticTokensV2>("/proto.AuthService/GetStaticTokens", google::protobuf::Empty()));

  std::vector<types::ProvisionTokenV2> tokens;
  for (const auto& one : fixed.spec().statictokens()) {
    auto& token = tokens.emplace_back(NewResource<types::ProvisionTokenV2>());
    token.mutable_metadata()->set_name(one.token());
    SetLabel(token, std::string(kOriginLabel), "config-file");
    SetExpires(token, Time{});
    *token.mutable_spec()->mutable_roles() = one.roles();
    token.mutable_spec()->set_joinmethod("token");
  }

  const auto add_tokens = [&](const proto::ListProvisionTokensResponse& page) -> Status {
    tokens.insert(tokens.end(), page.tokens().begin(), page.tokens().end());
    return {};
  };
  RETURN_IF_ERROR(EachPage<proto::ListProvisionTokensResponse>(rpc, "/proto.AuthService/ListProvisionTokens",
                                                               proto::ListProvisionTokensRequest(), add_tokens));

  const auto add_links = [&](const proto::ListResetPasswordTokenResponse& page) -> Status {
    for (const auto& link : page.user_tokens()) tokens.push_back(TokenOf(link));
    return {};
  };
  const Status links = EachPage<proto::ListResetPasswordTokenResponse>(
      rpc, "/proto.AuthService/ListResetPasswordTokens", proto::ListResetPasswordTokenRequest(), add_links);
  if (!links && links.error().kind != ErrorKind::kNotImplemented) return std::unexpected(links.error());
  return tokens;
}

}  // namespace sallyport
