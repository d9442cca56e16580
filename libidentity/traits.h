// Holds user traits: names with lists of text, as certificates carry them. On the wire, a null list differs from an
// empty list, and a null map from an empty map; this class keeps both differences.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

class Traits {
 public:
  using Values = std::optional<std::vector<std::string>>;  // nullopt is null
  using Map = std::map<std::string, Values, std::less<>>;

  Traits() = default;                                // null
  Traits(Map entries) : map_(std::move(entries)) {}  // NOLINT(google-explicit-constructor)

  bool is_null() const { return !map_.has_value(); }
  // Returns the entries; none when null.
  const Map& entries() const;
  // Returns the values of a trait; none when it is missing or null.
  const std::vector<std::string>& Get(std::string_view name) const;
  // Sets a trait; a null map becomes a map.
  void Set(std::string_view name, Values values);
  // Removes a trait; returns whether it was there.
  bool Remove(std::string_view name);

  // Writes JSON as Go does: keys sorted by byte, no spaces, < > & escaped; null as "null".
  std::string ToJson() const;
  // Reads JSON as ToJson writes it; a null inside a list becomes an empty text, as in Go. Fails with kBadParameter.
  static Result<Traits> FromJson(std::string_view json);

  bool operator==(const Traits&) const = default;

 private:
  std::optional<Map> map_;
};

}  // namespace sallyport
