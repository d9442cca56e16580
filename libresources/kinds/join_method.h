// Names the join methods that a token may have, for tokens, configurations and the tables of methods, including methods
// that are not implemented.
#pragma once

#include <span>
#include <string_view>

namespace sallyport {

// The method of a token whose name is its secret; the default of tokens and configurations.
inline constexpr std::string_view kJoinByToken = "token";

// The rules for tokens of a method: the block of the spec that configures the method, the required keys of the block,
// and the fields of which each allow rule needs at least one.
struct JoinMethodRules {
  std::string_view name;
  std::string_view block;     // its key; empty: none
  std::string_view required;  // keys with spaces between
  std::string_view rule_keys;
};

// Returns all methods, in the order in which errors list them.
std::span<const JoinMethodRules> AllJoinMethods();

// Returns the rules of a method, or nullptr for an unknown method.
const JoinMethodRules* FindJoinMethodRules(std::string_view name);

}  // namespace sallyport
