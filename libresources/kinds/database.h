// Validates databases as resources.
#pragma once

#include <string_view>

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace types {
class AWS;
class DatabaseV3;
}  // namespace types

namespace sallyport {

// Returns where a database runs, in Teleport's words: "self-hosted", "rds", "redshift", "azure", ...
std::string_view DatabaseTypeOf(const types::DatabaseV3& database);

// Returns the AWS metadata of a database: from the status that its service reported, else from the spec.
const types::AWS& AwsOf(const types::DatabaseV3& database);

// Returns the row of the kind.
KindRow DatabaseKind();

}  // namespace sallyport
