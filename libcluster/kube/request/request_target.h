// The target of a Kubernetes request in its one form: what is decided is what is sent. Every spelling that two readers
// could take for different paths or parameters is refused.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

// The parameters of a query, decoded, in their order.
class KubeQuery {
 public:
  // Reads a query as Go's url.ParseQuery does. kBadParameter for what Go drops: a semicolon, an escape that is none.
  static Result<KubeQuery> Parse(std::string_view text);

  // Returns the first value of a parameter, which is the one that Kubernetes takes, or "".
  std::string_view First(std::string_view name) const;
  std::vector<std::string_view> All(std::string_view name) const;
  bool Has(std::string_view name) const;
  // Returns a parameter that is true or false as Kubernetes reads it (apimachinery, Convert_Slice_string_To_bool): a
  // parameter without a value is true, and so is everything but "0" and "false".
  bool Flag(std::string_view name) const;
  // Gives a parameter one value, in place of all that it has.
  void Set(std::string_view name, std::string_view value);
  void Remove(std::string_view name);

  // Returns the query as text: NAME=VALUE joined by "&", everything escaped but letters, digits and "-._~".
  std::string ToString() const;
  const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

// A path is its segments: "/api/v1" is {"api", "v1"}, and a slash at the end is remembered beside them.
struct KubeTarget {
  std::vector<std::string> segments;  // decoded
  bool trailing_slash = false;
  std::string query;  // as it was sent, without the "?"

  // Returns the path in the form that is sent; "/" without segments.
  std::string Path() const;
};

// Parses a request target in origin form (RFC 9112 section 3.2.1). kBadParameter for another form, and for a path with
// an escape that is none, an escaped slash, a backslash, a control character, or a segment that is empty, "." or "..".
Result<KubeTarget> ParseKubeTarget(std::string_view target);

// Returns text with all that is no plain text of a path segment as %XX.
std::string EncodedSegment(std::string_view text);

}  // namespace sallyport
