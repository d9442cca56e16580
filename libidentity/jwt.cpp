#include "libidentity/jwt.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/text.h"
#include "libbase/value_fields.h"
#include "libidentity/jwt_algorithm.h"

namespace sallyport {
namespace {

constexpr int kJwtDepth = 16;
constexpr std::int64_t kLeewaySeconds = 10;
// The last second of the year 9999.
constexpr double kMaxSeconds = 253'402'300'799;

struct JwtParts {
  Value header;
  Value claims;
  std::string_view signed_text;
  std::string signature;
};

std::unexpected<Error> NoToken(std::string_view why) {
  return Fail(ErrorKind::kBadParameter, "the ID token is no signed token: {}", why);
}

// Returns a short text of a token for messages.
std::string Quoted(std::string_view text) {
  constexpr std::size_t kShown = 100;
  return fmt::format("\"{}\"", StripControl(text.substr(0, kShown)));
}

Result<std::string> PartBytes(std::string_view part, std::string_view what) {
  if (part.empty()) return NoToken(fmt::format("its {} is empty", what));
  if (part.contains('=')) return NoToken(fmt::format("its {} has padding", what));
  auto bytes = FromBase64Url(part);
  if (!bytes) return NoToken(fmt::format("its {} is not base64url", what));
  return bytes;
}

Result<Value> JsonPart(std::string_view part, std::string_view what) {
  ASSIGN_OR_RETURN(const std::string bytes, PartBytes(part, what));
  auto json = ParseJson(bytes, {.max_bytes = kMaxJwtBytes, .max_depth = kJwtDepth});
  if (!json || !json->is_map()) return NoToken(fmt::format("its {} is no JSON object", what));
  return json;
}

Result<JwtParts> PartsOf(std::string_view token) {
  if (token.size() > kMaxJwtBytes) return NoToken(fmt::format("it has more than {} bytes", kMaxJwtBytes));
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (std::ranges::count(token, '.') != 2) return NoToken("it has not three parts with dots between");

  JwtParts parts;
  ASSIGN_OR_RETURN(parts.header, JsonPart(token.substr(0, first), "header"));
  ASSIGN_OR_RETURN(parts.claims, JsonPart(token.substr(first + 1, last - first - 1), "payload"));
  ASSIGN_OR_RETURN(parts.signature, PartBytes(token.substr(last + 1), "signature"));
  parts.signed_text = token.substr(0, last);
  return parts;
}

// Returns the seconds of a time claim, rounded down; nothing when there is none.
Result<std::optional<std::int64_t>> SecondsOf(const Value& claims, std::string_view name) {
  const Value* const claim = claims.Find(name);
  if (claim == nullptr) return std::nullopt;
  const double seconds = claim->as_double();
  const bool number = claim->is_int() || claim->is_double();
  if (number && std::isfinite(seconds) && seconds >= 0 && seconds <= kMaxSeconds) {
    return static_cast<std::int64_t>(std::floor(seconds));
  }
  return Fail(ErrorKind::kAccessDenied, "the claim {} is not a time", name);
}

Result<std::int64_t> RequiredSeconds(const Value& claims, std::string_view name) {
  ASSIGN_OR_RETURN(const auto seconds, SecondsOf(claims, name));
  if (seconds) return *seconds;
  return Fail(ErrorKind::kAccessDenied, "the claim {} is missing", name);
}

Status CheckTimes(const Value& claims, const JwtRules& rules, Time now) {
  const std::int64_t seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  ASSIGN_OR_RETURN(const std::int64_t expires, RequiredSeconds(claims, "exp"));
  ASSIGN_OR_RETURN(const std::int64_t issued, RequiredSeconds(claims, "iat"));
  ASSIGN_OR_RETURN(const auto begins, SecondsOf(claims, "nbf"));
  if (expires < seconds - kLeewaySeconds) return Fail(ErrorKind::kAccessDenied, "the claim exp is in the past");
  if (issued > seconds + kLeewaySeconds) return Fail(ErrorKind::kAccessDenied, "the claim iat is in the future");
  if (begins.value_or(0) > seconds + kLeewaySeconds) {
    return Fail(ErrorKind::kAccessDenied, "the claim nbf is in the future");
  }

  const auto limit = std::chrono::floor<std::chrono::seconds>(rules.max_lifetime).count();
  if (expires - issued <= limit) return {};
  return Fail(ErrorKind::kAccessDenied, "the claim exp is {} seconds after iat, more than the {} seconds allowed",
              expires - issued, limit);
}

Status CheckAudience(const Value& claims, const std::string& wanted) {
  const Value* const audience = claims.Find("aud");
  if (audience == nullptr) return Fail(ErrorKind::kAccessDenied, "the claim aud is missing");
  const bool found =
      audience->is_list()
          ? std::ranges::any_of(audience->as_list(), [&](const Value& one) { return one.as_string() == wanted; })
          : audience->as_string() == wanted;
  if (found) return {};
  return Fail(ErrorKind::kAccessDenied, "the claim aud does not have \"{}\"", wanted);
}

}  // namespace

Result<std::string> KeyIdOfJwt(std::string_view token) {
  ASSIGN_OR_RETURN(const JwtParts parts, PartsOf(token));
  return TextAt(parts.header, "kid");
}

Result<Value> UnverifiedClaims(std::string_view token) {
  ASSIGN_OR_RETURN(JwtParts parts, PartsOf(token));
  return std::move(parts.claims);
}

Result<Value> VerifyJwt(std::string_view token, const std::vector<JsonWebKey>& keys) {
  ASSIGN_OR_RETURN(JwtParts parts, PartsOf(token));
  const std::string name = TextAt(parts.header, "alg");
  const JwtAlgorithm* const algorithm = FindJwtAlgorithm(name);
  if (algorithm == nullptr) {
    return Fail(ErrorKind::kAccessDenied, "the header alg of the ID token is {}, which is not accepted", Quoted(name));
  }
  if (parts.header.Find("crit") != nullptr) {
    return Fail(ErrorKind::kAccessDenied, "the header crit of the ID token names extensions that are not known");
  }
  const std::string id = TextAt(parts.header, "kid");
  if (id.empty()) return Fail(ErrorKind::kAccessDenied, "the header kid of the ID token is missing");

  bool known = false;
  bool taken = false;
  for (const JsonWebKey& key : keys) {
    if (key.id != id) continue;
    known = true;
    if (!Takes(key, *algorithm)) continue;
    taken = true;
    if (VerifyJwtSignature(key.key, *algorithm, parts.signed_text, parts.signature)) return std::move(parts.claims);
  }
  if (!known) {
    return Fail(ErrorKind::kAccessDenied, "the header kid of the ID token is {}, which is no key of the issuer",
                Quoted(id));
  }
  if (!taken) {
    return Fail(ErrorKind::kAccessDenied, "the header alg of the ID token is {}, which its key {} does not take", name,
                Quoted(id));
  }
  return Fail(ErrorKind::kAccessDenied, "the signature of the ID token was not made with the key {}", Quoted(id));
}

Status CheckJwtClaims(const Value& claims, const JwtRules& rules, Time now) {
  if (!rules.issuer.empty() && TextAt(claims, "iss") != rules.issuer) {
    return Fail(ErrorKind::kAccessDenied, "the claim iss is {}, not the issuer \"{}\"", Quoted(TextAt(claims, "iss")),
                rules.issuer);
  }
  RETURN_IF_ERROR(CheckAudience(claims, rules.audience));
  return CheckTimes(claims, rules, now);
}

}  // namespace sallyport
