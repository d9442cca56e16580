// The options of tctl that set traits of users: --kubernetes-groups sets kubernetes_groups.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "tools/shell/command.h"

namespace types {
class UserV2;
}

namespace sallyport {

// Returns the options, each with a prefix: "" for users add, "set-" for users update. Static storage backs the names.
std::vector<Option> TraitOptions(std::string_view prefix);

// Sets the traits whose options are given; one given without a value is removed. Returns the names of the traits that
// were set with their values, for people. Fails with kBadParameter: a value that such a trait cannot have.
Result<std::vector<std::string>> SetTraits(const Invocation& invocation, std::string_view prefix, types::UserV2& user);

}  // namespace sallyport
