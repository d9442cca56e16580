// References of custom resources to values of Secrets: secret://NAME/KEY (docs/protocol/operator.md#secrets).
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/value.h"

namespace sallyport {

struct SecretReference {
  std::string name;
  std::string key;
};

// Returns whether a text is a reference rather than the value itself.
bool IsSecretReference(std::string_view text);
// Reads a reference. Fails with kBadParameter.
Result<SecretReference> ParseSecretReference(std::string_view text);

// Returns the value that a reference names in a Secret, for the custom resource `reader`. The Secret must allow that
// with an annotation, "*" or a list of names with commas between.
//
// Fails with kBadParameter without the annotation, or when the key or its encoding is wrong, and with kAccessDenied
// when the annotation does not name the reader. Errors have no part of a value.
Result<Secret> ValueOfSecret(const Value& secret, const SecretReference& reference, std::string_view reader);

}  // namespace sallyport
