// Reads a tbot.yaml of version v1 as the v2 configuration that does the same (docs/protocol/tbot.md#version-v1).
#pragma once

#include "libbase/error.h"

namespace sallyport {

struct BotConfig;
struct ConfigNode;

// Reads the file. Fails with kBadParameter: wrong types, the key outputs, a destination whose templates fit no output
// of v2.
Status ReadV1(BotConfig& to, const ConfigNode& file);

}  // namespace sallyport
