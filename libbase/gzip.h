// Compresses bytes as gzip (RFC 1952).
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

// Fails with kInternal when there is no memory.
Result<std::string> Gzip(std::string_view bytes);

}  // namespace sallyport
