// Expands templates in roles: "{{internal.logins}}", "dev-{{email.local(external.email)}}". A template reads a trait of
// the user and returns one value for each value of the trait.
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

  // Returns the values for a user: the text itself when it has no expression. Omits empty values. Fails with kNotFound
  // when the user lacks the trait, kBadParameter when a function fails on a value.
  Result<std::vector<std::string>> Apply(const TraitMap& traits) const;

  bool is_literal() const { return expression_ == nullptr; }

 private:
  std::string prefix_;  // the whole text when it is literal
  std::string suffix_;
  std::shared_ptr<const Predicate> expression_;
};

// Applies each text as a template; omits invalid templates, missing traits and repeated values.
std::vector<std::string> ApplyTemplates(const std::vector<std::string>& texts, const TraitMap& traits);

}  // namespace sallyport
