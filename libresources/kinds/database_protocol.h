// Checks the protocol and the address of a database.
#pragma once

#include "libbase/error.h"

namespace types {
class DatabaseV3;
}  // namespace types

namespace sallyport {

// Fails with kBadParameter when spec.protocol is not one of Teleport's, or spec.uri is not an address for the protocol.
Status CheckDatabaseProtocol(const types::DatabaseV3& database);

}  // namespace sallyport
