#include "libidentity/jwk.h"

#include <algorithm>
#include <array>
#include <optional>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/value_fields.h"
#include "libidentity/key_parts.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxKeys = 100;
constexpr int kKeySetDepth = 16;

Result<std::string> NumberOf(const Value& key, std::string_view name) {
  const std::string text = TextAt(key, name);
  if (text.empty()) return Fail(ErrorKind::kBadParameter, "the key has no \"{}\"", name);
  return FromBase64Url(text);
}

Result<KeyPtr> RsaKey(const Value& key) {
  ASSIGN_OR_RETURN(const std::string n, NumberOf(key, "n"));
  ASSIGN_OR_RETURN(const std::string e, NumberOf(key, "e"));
  return MakeRsaPublicKey(n, e);
}

Result<KeyPtr> EcKey(const Value& key) {
  struct CurveName {
    std::string_view jwk;
    std::string_view ssh;
  };
  constexpr std::array kNames{CurveName{"P-256", "nistp256"}, CurveName{"P-384", "nistp384"},
                              CurveName{"P-521", "nistp521"}};
  const auto* const name = std::ranges::find(kNames, TextAt(key, "crv"), &CurveName::jwk);
  if (name == kNames.end()) return Fail(ErrorKind::kBadParameter, "the curve of the key is not supported");

  const Curve& curve = *FindCurveBySshName(name->ssh);
  ASSIGN_OR_RETURN(const std::string x, NumberOf(key, "x"));
  ASSIGN_OR_RETURN(const std::string y, NumberOf(key, "y"));
  if (x.size() != curve.field_bytes || y.size() != curve.field_bytes) {
    return Fail(ErrorKind::kBadParameter, "the coordinates of the key do not have the length of the curve");
  }
  return MakeEcPublicKey(curve, fmt::format("\x04{}{}", x, y));
}

Result<KeyPtr> OctetKey(const Value& key) {
  if (TextAt(key, "crv") != "Ed25519") {
    return Fail(ErrorKind::kBadParameter, "the curve of the key is not supported");
  }
  ASSIGN_OR_RETURN(const std::string x, NumberOf(key, "x"));
  return MakeEd25519PublicKey(x);
}

struct KeyTypeRow {
  std::string_view name;  // "kty"
  Result<KeyPtr> (*read)(const Value& key);
};
constexpr std::array kKeyTypes{KeyTypeRow{"RSA", RsaKey}, KeyTypeRow{"EC", EcKey}, KeyTypeRow{"OKP", OctetKey}};

// Returns whether a key says nothing about its use, or that it is for signatures.
bool MayVerify(const Value& key) {
  const std::string use = TextAt(key, "use");
  if (!use.empty() && use != "sig") return false;
  const Value* const operations = key.Find("key_ops");
  if (operations == nullptr) return true;
  return std::ranges::any_of(operations->as_list(), [](const Value& one) { return one.as_string() == "verify"; });
}

std::optional<JsonWebKey> UsableKey(const Value& key) {
  const auto* const type = std::ranges::find(kKeyTypes, TextAt(key, "kty"), &KeyTypeRow::name);
  if (type == kKeyTypes.end() || !MayVerify(key)) return std::nullopt;
  const ErrorQueueScope scope;
  const auto read = type->read(key);
  if (!read || !CheckKeySupported(read->get())) return std::nullopt;
  return JsonWebKey{TextAt(key, "kid"), TextAt(key, "alg"), PublicKey::FromNative(read->get())};
}

}  // namespace

Result<std::vector<JsonWebKey>> ParseJsonWebKeys(std::string_view json) {
  auto set = ParseJson(json, {.max_bytes = kMaxKeySetBytes, .max_depth = kKeySetDepth});
  if (!set) return Fail(ErrorKind::kBadParameter, "the key set is not JSON: {}", set.error().message);
  const Value* const list = set->Find("keys");
  if (list == nullptr || !list->is_list()) return Fail(ErrorKind::kBadParameter, "the key set has no list \"keys\"");
  if (list->as_list().size() > kMaxKeys) {
    return Fail(ErrorKind::kBadParameter, "the key set has more than {} keys", kMaxKeys);
  }

  std::vector<JsonWebKey> keys;
  for (const Value& key : list->as_list()) {
    if (auto usable = UsableKey(key)) keys.push_back(*std::move(usable));
  }
  if (keys.empty()) return Fail(ErrorKind::kBadParameter, "the key set has no public key that verifies signatures");
  return keys;
}

}  // namespace sallyport
