// The field for a value of the command line: a member of the command's struct, named by a path of member pointers.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace sallyport {

struct Field {
  const void* of = nullptr;  // the struct: its kTypeTag
  // Assigns the given values, in the order of the command line. It is not called when no value is given.
  void (*put)(void* target, const std::vector<std::string>& values) = nullptr;
  bool is_list = false;  // an option's values may hold several each, with commas between
};

// The address of this variable identifies a type.
template <typename T>
inline constexpr char kTypeTag = 0;

namespace field_path {

// The class in which a path begins.
template <auto...>
struct Beginning;
template <typename C, typename Member, Member C::* first, auto... Rest>
struct Beginning<first, Rest...> {
  using Class = C;
};

// A number in a path is an index of an array.
template <auto Step, auto... Rest, typename T>
auto& Walk(T& from) {
  if constexpr (sizeof...(Rest) > 0) {
    return Walk<Rest...>(Walk<Step>(from));
  } else if constexpr (std::is_integral_v<decltype(Step)>) {
    return from[Step];
  } else {
    return from.*Step;
  }
}

using Values = std::vector<std::string>;

inline void Assign(std::string& to, const Values& values) { to = values.empty() ? "" : values.back(); }
inline void Assign(bool& to, const Values& values) { to = !values.empty() && values.back() == "true"; }
inline void Assign(int& to, const Values& values) { to = static_cast<int>(values.size()); }
inline void Assign(Values& to, const Values& values) { to = values; }
template <typename T>
void Assign(std::optional<T>& to, const Values& values) {
  Assign(to.emplace(), values);
}

template <auto... Path>
void Put(void* target, const Values& values) {
  Assign(Walk<Path...>(*static_cast<typename Beginning<Path...>::Class*>(target)), values);
}

template <auto... Path>
using MemberAt = std::remove_cvref_t<decltype(Walk<Path...>(std::declval<typename Beginning<Path...>::Class&>()))>;

}  // namespace field_path

// The field for a member: Into<&TokensAdd::ttl>, or Into<&Ls::list, &ListOptions::verbose> for a member of a member.
// The assigned value depends on the member's type:
//   std::string               the value, or the last of several values
//   bool                      whether a flag was given and not unset by its opposite
//   int                       how often a flag was given
//   std::vector<std::string>  all values; an option's values are split at commas unless its row sets whole_values
//   std::optional<T>          the same as for T, and nothing when no value is given
// A member without a given value keeps the default of its struct.
template <auto... Path>
inline constexpr Field Into{
    .of = &kTypeTag<typename field_path::Beginning<Path...>::Class>,
    .put = field_path::Put<Path...>,
    .is_list = std::is_same_v<field_path::MemberAt<Path...>, field_path::Values> ||
               std::is_same_v<field_path::MemberAt<Path...>, std::optional<field_path::Values>>,
};

}  // namespace sallyport
