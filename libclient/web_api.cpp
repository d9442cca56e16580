// Implements the calls of the web API: their requests and the parsing of their answers.
#include <optional>
#include <thread>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/mutex.h"
#include "libclient/web_client.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kRaceTimeout{5};
constexpr std::chrono::milliseconds kHeadStart{250};

// Returns the value at a path of keys, in any case as in Go; null when a key is missing.
const Value* At(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* at = &value;
  for (const auto key : path) {
    at = at->FindIgnoringCase(key);
    if (at == nullptr) return nullptr;
  }
  return at;
}
std::string TextAt(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = At(value, path);
  return found == nullptr ? "" : found->as_string();
}
bool FlagAt(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = At(value, path);
  return found != nullptr && found->as_bool();
}

// Builds JSON with secrets in it without leaving copies behind.
class SecretJson {
 public:
  SecretJson() { text_.reserve(4096); }
  ~SecretJson() { Wipe(text_); }
  SecretJson(const SecretJson&) = delete;
  SecretJson& operator=(const SecretJson&) = delete;

  void Add(std::string_view key, std::string_view text) {
    Key(key);
    text_ += '"';
    for (const char c : text) AddCharacter(c);
    text_ += '"';
  }
  void AddPlain(std::string_view key, std::string_view json) {
    Key(key);
    text_ += json;
  }
  Secret Finish() {
    text_ += '}';
    return Secret(std::move(text_));
  }

 private:
  void Key(std::string_view key) {
    text_ += text_.empty() ? '{' : ',';
    text_ += '"';
    text_ += key;
    text_ += "\":";
  }
  void AddCharacter(char c) {
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      text_ += c;
    }
  }
  std::string text_;
};

Result<std::string> Decoded(const Value& value, std::string_view what) {
  auto text = FromBase64(value.as_string());
  if (!text || text->empty()) return Fail(ErrorKind::kBadParameter, "the proxy's answer has no {}", what);
  return text;
}

Result<std::vector<std::string>> DecodedList(const Value& signer, std::string_view key) {
  std::vector<std::string> list;
  const Value* items = signer.FindIgnoringCase(key);
  if (items == nullptr) return list;
  for (const auto& item : items->as_list()) {
    ASSIGN_OR_RETURN(list.emplace_back(), Decoded(item, key));
  }
  return list;
}

// Pings two ports in parallel. The threads may outlive the waiting caller, so they share ownership.
class PortRace {
 public:
  PortRace(std::string host, NetworkSettings settings) : host_(std::move(host)), settings_(std::move(settings)) {
    settings_.timeout = settings_.answer_timeout = kRaceTimeout;
  }

  // Asks one port, unless the other has answered within its head start.
  void Ask(int port, std::chrono::milliseconds head_start) {
    MutexLock lock(mutex_);
    const auto start = std::chrono::steady_clock::now() + head_start;
    while (winner_ == 0 && !changed_.WaitUntil(lock, start)) {
    }
    const bool decided = winner_ != 0;
    lock.Unlock();
    const auto answer = decided ? Result<PingAnswer>(PingAnswer()) : WebClient({host_, port}, settings_).Ping();
    lock.Lock();
    --running_;
    if (answer && !decided && winner_ == 0) winner_ = port;
    if (!answer && !error_) error_ = answer.error();
    changed_.NotifyAll();
  }

  // Returns the port that answered first; 0 when the time is over.
  Result<int> Wait() {
    MutexLock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + kRaceTimeout;
    while (winner_ == 0 && running_ != 0 && !changed_.WaitUntil(lock, deadline)) {
    }
    if (winner_ == 0 && error_) return std::unexpected(InContext("neither port 3080 nor 443 answers", *error_));
    return winner_;
  }

 private:
  const std::string host_;
  NetworkSettings settings_;
  Mutex mutex_;
  ConditionVariable changed_;
  int winner_ GUARDED_BY(mutex_) = 0;
  int running_ GUARDED_BY(mutex_) = 2;
  std::optional<Error> error_ GUARDED_BY(mutex_);
};

}  // namespace

Result<PingAnswer> ParsePingAnswer(const Value& json) {
  PingAnswer answer;
  answer.cluster_name = TextAt(json, {"cluster_name"});
  answer.server_version = TextAt(json, {"server_version"});
  if (answer.server_version.empty() || At(json, {"proxy"}) == nullptr) {
    return FailWithHint(ErrorKind::kBadParameter,
                        "the answer has no server version or no proxy settings, so the host is not a proxy",
                        "check that the address is that of the proxy");
  }

  answer.min_client_version = TextAt(json, {"min_client_version"});
  answer.auth_type = TextAt(json, {"auth", "type"});
  answer.private_key_policy = TextAt(json, {"auth", "private_key_policy"});
  answer.key_suite = TextAt(json, {"auth", "signature_algorithm_suite"});
  answer.default_session_ttl = ParseDuration(TextAt(json, {"auth", "default_session_ttl"})).value_or(Nanoseconds{});
  answer.load_all_cas = FlagAt(json, {"auth", "load_all_cas"});
  answer.has_motd = FlagAt(json, {"auth", "has_motd"});

  answer.tls_routing_enabled = FlagAt(json, {"proxy", "tls_routing_enabled"});
  answer.kube_enabled = FlagAt(json, {"proxy", "kube", "enabled"});
  answer.kube_public_addr = TextAt(json, {"proxy", "kube", "public_addr"});
  answer.kube_listen_addr = TextAt(json, {"proxy", "kube", "listen_addr"});
  answer.ssh_public_addr = TextAt(json, {"proxy", "ssh", "public_addr"});
  answer.ssh_proxy_addr = TextAt(json, {"proxy", "ssh", "ssh_public_addr"});
  answer.ssh_listen_addr = TextAt(json, {"proxy", "ssh", "listen_addr"});
  answer.postgres_listen_addr = TextAt(json, {"proxy", "db", "postgres_listen_addr"});
  answer.postgres_public_addr = TextAt(json, {"proxy", "db", "postgres_public_addr"});
  answer.mysql_listen_addr = TextAt(json, {"proxy", "db", "mysql_listen_addr"});
  answer.mysql_public_addr = TextAt(json, {"proxy", "db", "mysql_public_addr"});
  return answer;
}

Result<LoginAnswer> ParseLoginAnswer(const Value& json) {
  LoginAnswer answer;
  answer.username = TextAt(json, {"username"});
  const Value* ssh = At(json, {"cert"});
  const Value* tls = At(json, {"tls_cert"});
  ASSIGN_OR_RETURN(answer.ssh_certificate, Decoded(ssh == nullptr ? Value() : *ssh, "SSH certificate"));
  ASSIGN_OR_RETURN(answer.tls_certificate, Decoded(tls == nullptr ? Value() : *tls, "TLS certificate"));

  if (const Value* signers = At(json, {"host_signers"})) {
    for (const auto& signer : signers->as_list()) {
      ClusterAuthorities authority;
      authority.cluster = TextAt(signer, {"domain_name"});
      ASSIGN_OR_RETURN(authority.ssh_keys, DecodedList(signer, "checking_keys"));
      ASSIGN_OR_RETURN(authority.tls_pems, DecodedList(signer, "tls_certs"));
      answer.host_authorities.push_back(std::move(authority));
    }
  }
  if (answer.host_authorities.empty())
    return Fail(ErrorKind::kBadParameter, "the proxy's answer has no host authorities");
  return answer;
}

Result<PingAnswer> WebClient::Ping() const {
  ASSIGN_OR_RETURN(const Value json, Get("/webapi/ping"));
  return ParsePingAnswer(json);
}

Result<PingAnswer> WebClient::Find() const {
  ASSIGN_OR_RETURN(const Value json, Get("/webapi/find"));
  return ParsePingAnswer(json);
}

Result<std::string> WebClient::MessageOfTheDay() const {
  ASSIGN_OR_RETURN(const Value json, Get("/webapi/motd"));
  const Value* text = json.Find("Text");
  return text == nullptr ? std::string() : text->as_string();
}

Result<LoginChallenge> WebClient::BeginLogin(const std::string& user, const Secret& password) const {
  SecretJson body;
  body.Add("user", user);
  body.Add("pass", password.Reveal());
  body.AddPlain("passwordless", "false");
  ASSIGN_OR_RETURN(const Value json, Post("/webapi/mfa/login/begin", body.Finish()));
  const Value* webauthn = At(json, {"webauthn_challenge"});
  return LoginChallenge{FlagAt(json, {"totp_challenge"}), webauthn != nullptr && !webauthn->is_null()};
}

Result<LoginAnswer> WebClient::Finish(const FinishLogin& request) const {
  SecretJson body;
  body.Add("user", request.user);
  body.Add("password", request.password.Reveal());
  body.AddPlain("webauthn_challenge_response", "null");
  body.Add("totp_code", request.totp_code.Reveal());
  body.Add("ssh_pub_key", ToBase64(request.ssh_public_key));
  body.Add("tls_pub_key", ToBase64(request.tls_public_key));
  body.AddPlain("ttl", std::to_string(request.ttl.count()));
  body.Add("RouteToCluster", request.route_to_cluster);
  body.Add("KubernetesCluster", request.kubernetes_cluster);

  ASSIGN_OR_RETURN(const Value json, Post("/webapi/mfa/login/finish", body.Finish()));
  return ParseLoginAnswer(json);
}

Result<HostPort> ResolveProxyAddress(std::string_view text, const NetworkSettings& settings) {
  if (text.starts_with("https://")) text.remove_prefix(8);
  while (text.ends_with('/')) text.remove_suffix(1);
  if (text.empty()) return Fail(ErrorKind::kBadParameter, "the address of the proxy is empty");
  ASSIGN_OR_RETURN(HostPort address, ParseHostPort(text, 0));
  if (address.port != 0) return address;

  const auto race = std::make_shared<PortRace>(address.host, settings);
  std::thread([race] { race->Ask(kDefaultWebPort, std::chrono::milliseconds(0)); }).detach();
  std::thread([race] { race->Ask(443, kHeadStart); }).detach();
  ASSIGN_OR_RETURN(address.port, race->Wait());
  if (address.port != 0) return address;
  return FailWithHint(ErrorKind::kConnectionProblem,
                      fmt::format("no proxy answers at {} on port 3080 or 443", address.host),
                      "give the port: --proxy=HOST:PORT");
}

}  // namespace sallyport
