#include "libmachine/operator/secret_reference.h"

#include "libbase/encoding.h"
#include "libbase/text.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr std::string_view kSecretPrefix = "secret://";
constexpr std::string_view kLookupAnnotation = "resources.teleport.dev/allow-lookup-from-cr";

std::string_view WithoutSpaces(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool Allows(std::string_view readers, std::string_view reader) {
  if (readers == "*") return true;
  while (true) {
    const std::size_t comma = readers.find(',');
    if (WithoutSpaces(readers.substr(0, comma)) == reader) return true;
    if (comma == std::string_view::npos) return false;
    readers.remove_prefix(comma + 1);
  }
}

}  // namespace

bool IsSecretReference(std::string_view text) { return text.starts_with(kSecretPrefix); }

Result<SecretReference> ParseSecretReference(std::string_view text) {
  if (!IsSecretReference(text)) return Fail(ErrorKind::kBadParameter, "not a reference to a secret");
  text.remove_prefix(kSecretPrefix.size());
  const std::size_t slash = text.find('/');
  SecretReference reference{.name = std::string(text.substr(0, slash))};
  if (slash != std::string_view::npos) reference.key = text.substr(slash + 1);

  const std::string hint = "write secret://NAME/KEY";
  if (reference.name.empty()) return FailWithHint(ErrorKind::kBadParameter, "missing secret name", hint);
  if (reference.key.empty()) return FailWithHint(ErrorKind::kBadParameter, "missing secret key", hint);
  return reference;
}

Result<Secret> ValueOfSecret(const Value& secret, const SecretReference& reference, std::string_view reader) {
  const Value* const metadata = secret.Find("metadata");
  const Value* const annotations = metadata == nullptr ? nullptr : metadata->Find("annotations");
  const Value* const readers = annotations == nullptr ? nullptr : annotations->Find(kLookupAnnotation);
  if (readers == nullptr) {
    return Fail(ErrorKind::kBadParameter, "secret \"{}\" doesn't have the \"{}\" annotation", reference.name,
                kLookupAnnotation);
  }
  if (!Allows(readers->as_string(), reader)) {
    return Fail(ErrorKind::kAccessDenied, "secret \"{}\" have the annotation \"{}\" but it does not contain \"{}\"",
                reference.name, kLookupAnnotation, reader);
  }

  const Value* const data = secret.Find("data");
  const Value* const encoded = data == nullptr ? nullptr : data->Find(reference.key);
  if (encoded == nullptr) {
    return Fail(ErrorKind::kBadParameter, "secret \"{}\" is missing key \"{}\"", reference.name, reference.key);
  }
  auto value = FromBase64(encoded->as_string());
  if (!value) {
    return Fail(ErrorKind::kBadParameter, "key \"{}\" of secret \"{}\" is not encoded in base64", reference.key,
                reference.name);
  }
  return Secret(std::move(*value));
}

}  // namespace sallyport
