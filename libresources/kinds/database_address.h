// Addresses of databases: what those of clouds say about the database, and which ones a protocol takes.
#pragma once

#include "libbase/error.h"

namespace types {
class DatabaseV3;
}  // namespace types

namespace sallyport {

// Fills in what an address in AWS, Azure, Google Cloud or MongoDB Atlas says (region, names, accounts) where it is not
// given, and the address where the region gives it. Fails with kBadParameter when something is missing or contradicts.
Status FillFromAddress(types::DatabaseV3& database);

}  // namespace sallyport
