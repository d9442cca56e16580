// Templates in roles: "{{internal.logins}}", "dev-{{email.local(external.email)}}". A template reads a user's traits
// and gives one value for each of the trait's.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

class Predicate;

using TraitMap = std::map<std::string, std::vector<std::string>>;

class Template {
 public:
  // Reads a text with at most one {{expression}}. Fails with kBadParameter when the braces or the expression are wrong,
  // or when the namespace or the name after `internal.` is unknown.
  static Result<Template> Parse(std::string_view text);

  // Returns the values for a user: the text itself when it has no expression. Empty values are left out. kNotFound says
  // that the user lacks the trait, kBadParameter that a function failed on a value.
  Result<std::vector<std::string>> Apply(const TraitMap& traits) const;

  bool is_literal() const { return expression_ == nullptr; }

 private:
  std::string prefix_;  // the whole text when it is literal
  std::string suffix_;
  std::shared_ptr<const Predicate> expression_;
};

// Applies each text as a template; what is wrong or lacks its trait is left out. Repeated values are kept once.
std::vector<std::string> ApplyTemplates(const std::vector<std::string>& texts, const TraitMap& traits);

}  // namespace sallyport
