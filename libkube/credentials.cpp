#include "libkube/credentials.h"

#include <algorithm>

#include "libbase/encoding.h"
#include "libbase/file.h"
#include "libbase/trim.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxTokenBytes = 64 << 10;

Result<Secret> BearerOf(std::string_view token, std::string_view source) {
  if (token.empty()) return Fail(ErrorKind::kBadParameter, "{} is empty", source);
  if (std::ranges::any_of(token, [](unsigned char c) { return c <= ' ' || c == 0x7f; })) {
    return Fail(ErrorKind::kBadParameter, "{} has characters that no header can carry", source);
  }
  std::string header = "Bearer ";
  header.reserve(header.size() + token.size());
  header += token;
  return Secret(std::move(header));
}

}  // namespace

Result<Secret> StaticAuthorization(const KubeEndpoint& endpoint) {
  if (!endpoint.bearer_token_file.empty()) {
    ASSIGN_OR_RETURN(std::string text, ReadFile(endpoint.bearer_token_file, kMaxTokenBytes));
    const Secret kept(std::move(text));
    return BearerOf(Trimmed(kept.Reveal()), fmt::format("the token file {}", endpoint.bearer_token_file));
  }
  if (!endpoint.bearer_token.empty()) return BearerOf(Trimmed(endpoint.bearer_token.Reveal()), "the token");
  if (endpoint.basic_authorization.empty()) return Secret();
  return Secret("Basic " + ToBase64(endpoint.basic_authorization.Reveal()));
}

Result<ExecCache::Pointer> ApiCredentials::RunPlugin(const StopSignal* stop) {
  // Another thread may have run the plugin meanwhile.
  if (auto current = cache_.Current()) return current;
  static const StopSignal never;
  ASSIGN_OR_RETURN(ExecCredential made, RunExecPlugin(*endpoint_.exec, stop == nullptr ? never : *stop));
  return cache_.Keep(std::move(made));
}

Result<ApiCredential> ApiCredentials::FromPlugin(const StopSignal* stop) {
  ApiCredential credential;
  credential.plugin = cache_.Current();
  if (!credential.plugin) {
    const MutexLock lock(running_);
    ASSIGN_OR_RETURN(credential.plugin, RunPlugin(stop));
  }

  const ExecCredential& made = *credential.plugin;
  if (!made.token.empty()) {
    ASSIGN_OR_RETURN(credential.authorization, BearerOf(made.token.Reveal(), "the token of the credential plugin"));
  }
  credential.certificate_pem = made.client_certificate_pem;
  credential.key_pem = made.client_key_pem.Clone();
  return credential;
}

Result<ApiCredential> ApiCredentials::Get(const StopSignal* stop) {
  if (endpoint_.exec) return FromPlugin(stop);
  ApiCredential credential;
  ASSIGN_OR_RETURN(credential.authorization, StaticAuthorization(endpoint_));
  credential.certificate_pem = endpoint_.client_certificate_pem;
  credential.key_pem = endpoint_.client_key_pem.Clone();
  return credential;
}

bool ApiCredentials::Reject(const ApiCredential& refused) {
  if (refused.plugin) return cache_.Reject(refused.plugin);
  if (endpoint_.bearer_token_file.empty()) return false;
  const auto current = StaticAuthorization(endpoint_);
  return current && current->Reveal() != refused.authorization.Reveal();
}

}  // namespace sallyport
