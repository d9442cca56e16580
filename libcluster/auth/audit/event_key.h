// Where a page of the audit log ends, as clients give it back to go on.
#pragma once

#include <cstdint>
#include <string>

#include "libbase/error.h"

namespace sallyport {

// Returns the number of the last record that was given, 0 for "". kBadParameter for a key that this log has not given.
Result<std::int64_t> RecordOfKey(const std::string& key);

}  // namespace sallyport
