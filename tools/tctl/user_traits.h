// The options of tctl that set traits of users: --kubernetes-groups sets kubernetes_groups.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "tools/shell/command.h"

namespace types {
class UserV2;
}

namespace sallyport {

// The given values of each trait.
inline constexpr std::size_t kTraitCount = 14;
using UserTraits = std::array<std::optional<std::vector<std::string>>, kTraitCount>;

// Returns the options, each with a prefix ("" for users add, "set-" for users update) and its field. Static storage
// backs the names.
std::vector<Option> TraitRowsInto(std::string_view prefix, const std::array<Field, kTraitCount>& fields);

// Returns the options for the UserTraits in the member `To` of a command's struct.
template <auto To>
std::vector<Option> TraitRows(std::string_view prefix) {
  return [prefix]<std::size_t... I>(std::index_sequence<I...>) {
    return TraitRowsInto(prefix, {Into<To, I>...});
  }(std::make_index_sequence<kTraitCount>());
}

// Sets the given traits; a trait given without a value is removed. Returns the names of the traits that were set with
// their values, for people. Fails with kBadParameter when a trait cannot have a value.
Result<std::vector<std::string>> SetTraits(const UserTraits& given, types::UserV2& user);

}  // namespace sallyport
