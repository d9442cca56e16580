// Prepares a resource of a custom resource for the write: values of Secrets, and fields that the cluster has decided
// (docs/protocol/operator.md#custom-resources).
#pragma once

#include <functional>
#include <string_view>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

// Replaces a client secret that is a reference by what `look_up` returns. Fails as `look_up` does.
using SecretLookUp = std::function<Result<Secret>(std::string_view reference)>;
Status FillSecrets(Resource& resource, const SecretLookUp& look_up);

// Takes over what a write must not change in the stored resource of the same kind: the revision, who created a user
// and whether the user is locked, the key pair of a SAML connector.
void KeepOfStored(Resource& resource, const google::protobuf::Message& stored);

}  // namespace sallyport
