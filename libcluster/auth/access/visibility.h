// Decides which resources of a kind a caller sees in lists: by labels; a missing second factor hides nothing; a caller
// with an access request for resources sees those alone.
#pragma once

#include <optional>
#include <string_view>

#include "libresources/access/access.h"

namespace sallyport {

struct Caller;

class Visibility {
 public:
  // The caller and the names must outlive the object. The built-in Admin sees all resources, other services see none.
  Visibility(const Caller& caller, std::string_view cluster, std::string_view kind);

  bool operator()(std::string_view name, const Labels& labels) const;

 private:
  const Caller& caller_;
  std::string_view cluster_;
  std::string_view kind_;
  bool all_;
  std::optional<ResourceAccess> access_;
};

}  // namespace sallyport
