// Rules of databases as resources.
#pragma once

#include <span>
#include <string_view>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace types {
class AWS;
class DatabaseV3;
}  // namespace types

namespace sallyport {

// Fills in what follows from the rest (address, region, names of the cloud) and validates; kBadParameter.
Status CheckDatabase(google::protobuf::Message& resource);

std::span<const TextColumn> DatabaseColumns();

// Returns where a database runs, in Teleport's words: "self-hosted", "rds", "redshift", "azure", ...
std::string_view DatabaseTypeOf(const types::DatabaseV3& database);

// Returns what is known of a database in AWS: what its service found out, else what was written.
const types::AWS& AwsOf(const types::DatabaseV3& database);

}  // namespace sallyport
