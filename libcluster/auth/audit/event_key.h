// Parses the key by which clients continue after a page of the audit log.
#pragma once

#include <cstdint>
#include <string>

#include "libbase/error.h"

namespace sallyport {

// Returns the number of the page's last record, 0 for "". Fails with kBadParameter for a key that this log has not
// issued.
Result<std::int64_t> RecordOfKey(const std::string& key);

}  // namespace sallyport
