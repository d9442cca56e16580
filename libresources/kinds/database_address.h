// Derives settings of a database from its cloud address.
#pragma once

#include "libbase/error.h"

namespace types {
class DatabaseV3;
}  // namespace types

namespace sallyport {

// Fills in unset fields (region, names, accounts) from an address in AWS, Azure, Google Cloud or MongoDB Atlas, and an
// unset address from the region. Fails with kBadParameter when a field is missing or contradicts the address.
Status FillFromAddress(types::DatabaseV3& database);

}  // namespace sallyport
