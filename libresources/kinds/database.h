// Rules of databases as resources.
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

// Returns what is known of a database in AWS: what its service found out, else what was written.
const types::AWS& AwsOf(const types::DatabaseV3& database);

// Returns the row of the kind.
KindRow DatabaseKind();

}  // namespace sallyport
