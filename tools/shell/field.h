// Where a value of the command line goes: a member of the struct that a command is given, named by a path of member
// pointers.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace sallyport {

struct Field {
  const void* of = nullptr;  // the struct: its kTypeTag
  // Assigns what was given, in the order of the command line. It is not called for what was not given.
  void (*put)(void* target, const std::vector<std::string>& values) = nullptr;
  bool is_list = false;  // an option's values may hold several each, with commas between
};

// Its address stands for a type.
template <typename T>
inline constexpr char kTypeTag = 0;

namespace field_path {

// The class that a path begins in.
template <auto...>
struct Beginning;
template <typename C, typename Member, Member C::* first, auto... Rest>
struct Beginning<first, Rest...> {
  using Class = C;
};

// A number is a step into an array.
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

// Into<&TokensAdd::ttl>, or Into<&Ls::list, &ListOptions::verbose> for a member of a member. What is assigned depends
// on the member's type:
//   std::string               the value, the last one when there are several
//   bool                      whether a flag was given; one that its opposite takes back was not
//   int                       how often a flag was given
//   std::vector<std::string>  all values; those of an option are split at commas unless its row says whole_values
//   std::optional<T>          the same, and nothing when it was not given
// What was not given keeps the value that the struct has of itself.
template <auto... Path>
inline constexpr Field Into{
    .of = &kTypeTag<typename field_path::Beginning<Path...>::Class>,
    .put = field_path::Put<Path...>,
    .is_list = std::is_same_v<field_path::MemberAt<Path...>, field_path::Values> ||
               std::is_same_v<field_path::MemberAt<Path...>, std::optional<field_path::Values>>,
};

}  // namespace sallyport
