// Reads the join tokens of the configuration file: "role,role:token", or a path to a file of tokens after the colon.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"

namespace types {
class StaticTokensV2;
}

namespace sallyport {

// Fails with kBadParameter (no colon, unknown role) or as reading the file does. No message contains a token.
Result<std::shared_ptr<const types::StaticTokensV2>> ParseStaticTokens(const std::vector<std::string>& entries);

}  // namespace sallyport
