// Makes the OpenAPI schemas of custom resources from the messages of the resources that they describe.
//
// A schema accepts what the codec reads (libresources/codec/codec.h), within what an API server can check: durations
// and times are texts with a format, enums are texts or numbers, label values are a text or a list.
#pragma once

#include "libbase/value.h"
#include "libmachine/operator/custom_kind.h"

namespace sallyport {

// Returns the schema of a custom resource: apiVersion, kind, metadata, spec and status. Fields that only the cluster
// writes are left out. The kind must be a row of CustomKinds().
Value CustomSchema(const CustomKind& kind);

}  // namespace sallyport
