// The target of a Kubernetes request in canonical form, so that the authorized target is the forwarded one. Ambiguous
// spellings of paths and parameters are refused.
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
  // Parses a query as Go's url.ParseQuery does. Fails with kBadParameter for parts that Go drops: a semicolon, an
  // invalid escape.
  static Result<KubeQuery> Parse(std::string_view text);

  // Returns the first value of a parameter (Kubernetes uses the first), or "".
  std::string_view First(std::string_view name) const;
  std::vector<std::string_view> All(std::string_view name) const;
  bool Has(std::string_view name) const;
  // Returns a parameter that is true or false as Kubernetes reads it (apimachinery, Convert_Slice_string_To_bool): a
  // parameter without a value is true, and so is everything but "0" and "false".
  bool Flag(std::string_view name) const;
  // Replaces all values of a parameter by one.
  void Set(std::string_view name, std::string_view value);
  void Remove(std::string_view name);

  // Returns the query as text: NAME=VALUE joined by "&", everything escaped but letters, digits and "-._~".
  std::string ToString() const;
  const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

// A path as segments: "/api/v1" is {"api", "v1"}; a trailing slash is a separate flag.
struct KubeTarget {
  std::vector<std::string> segments;  // decoded
  bool trailing_slash = false;
  std::string query;  // as sent, without the "?"

  // Returns the path in the form to forward; "/" without segments.
  std::string Path() const;
};

// Parses a request target in origin form (RFC 9112 section 3.2.1). Fails with kBadParameter for another form, and for a
// path with an invalid escape, an escaped slash, a backslash, a control character, or a segment that is empty, "." or
// "..".
Result<KubeTarget> ParseKubeTarget(std::string_view target);

// Returns text with every character that a path segment cannot have as %XX.
std::string EncodedSegment(std::string_view text);

}  // namespace sallyport
