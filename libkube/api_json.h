// The limits of JSON from API servers. Internal to libkube.
#pragma once

#include <cstddef>

#include "libbase/json.h"

namespace sallyport {

// Returns the limits for a text of at most `max_bytes`; schemas of custom resources are deep.
constexpr JsonLimits KubeJsonLimits(std::size_t max_bytes) { return {.max_bytes = max_bytes, .max_depth = 256}; }

}  // namespace sallyport
