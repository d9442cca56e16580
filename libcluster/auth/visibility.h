// Which resources of a kind a caller may see in lists: by labels, and never for lack of a second factor.
#pragma once

#include <optional>
#include <string_view>

#include "libresources/access.h"

namespace sallyport {

struct Caller;

class Visibility {
 public:
  // Refers to the caller's roles. The built-in Admin sees all, other services nothing.
  Visibility(const Caller& caller, std::string_view kind);

  bool operator()(const Labels& labels) const;

 private:
  bool all_;
  std::optional<ResourceAccess> access_;
};

}  // namespace sallyport
