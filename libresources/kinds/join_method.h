// The join methods that a token may name, whether a cluster or a machine implements them or not: what tokens,
// configurations and the tables of methods call them.
#pragma once

#include <span>
#include <string_view>

namespace sallyport {

// The method of a token whose name is its secret; that of tokens and configurations that name none.
inline constexpr std::string_view kJoinByToken = "token";

// What a token of a method says: the block of its spec that configures the method, what that block must say, and the
// fields of which each of its allow rules needs at least one.
struct JoinMethodRules {
  std::string_view name;
  std::string_view block;     // its key; empty: none
  std::string_view required;  // keys with spaces between
  std::string_view rule_keys;
};

// Returns all, in the order in which errors list them.
std::span<const JoinMethodRules> AllJoinMethods();

// Returns that of a name, or nullptr when there is none.
const JoinMethodRules* FindJoinMethodRules(std::string_view name);

}  // namespace sallyport
