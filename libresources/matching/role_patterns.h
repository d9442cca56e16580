// Matches role names against the conditions of requests and reviews in a role: names, globs, ^regular expressions$, the
// expressions {{regexp.match("...")}} and {{regexp.not_match("...")}}, and the roles that claims_to_roles derives from
// a user's traits.
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

  // Adds patterns, and the patterns that the claims give to a user with these traits. Fails with kBadParameter.
  Status Add(const Texts& roles, const Claims& claims, const TraitMap& traits);
  // Adds a literal name.
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
