// Protocols of databases, and the addresses that each takes.
#pragma once

#include "libbase/error.h"

namespace types {
class DatabaseV3;
}  // namespace types

namespace sallyport {

// kBadParameter when spec.protocol is none of Teleport's, or spec.uri no address for it.
Status CheckDatabaseProtocol(const types::DatabaseV3& database);

}  // namespace sallyport
