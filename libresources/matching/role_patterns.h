// Which roles a role's conditions of requests and reviews mean: names, globs, ^regular expressions$, the expressions
// {{regexp.match("...")}} and {{regexp.not_match("...")}}, and what claims_to_roles makes of a user's traits.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libresources/matching/pattern.h"
#include "libresources/matching/templates.h"

namespace google::protobuf {
template <typename Element>
class RepeatedPtrField;
}  // namespace google::protobuf

namespace types {
class ClaimMapping;
}  // namespace types

namespace sallyport {

class RolePatterns {
 public:
  using Texts = google::protobuf::RepeatedPtrField<std::string>;
  using Claims = google::protobuf::RepeatedPtrField<types::ClaimMapping>;

  // Adds patterns, and those that the claims give to somebody with these traits. Fails with kBadParameter.
  Status Add(const Texts& roles, const Claims& claims, const TraitMap& traits);
  // Adds a name that means nothing but itself.
  void AddName(std::string name);

  bool Matches(std::string_view role) const;
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    std::string name;  // of one role, when there is no pattern
    std::vector<Pattern> pattern;
    std::string prefix;
    std::string suffix;
    bool negated = false;
  };
  Status AddPattern(const std::string& text);
  Status AddClaim(const types::ClaimMapping& claim, const TraitMap& traits);

  std::vector<Entry> entries_;
};

}  // namespace sallyport
