// Which resources of a kind a caller may see in lists: by labels, never for lack of a second factor, and with an access
// request for resources those alone.
#pragma once

#include <optional>
#include <string_view>

#include "libresources/access/access.h"

namespace sallyport {

struct Caller;

class Visibility {
 public:
  // Refers to the caller and the names, which must live as long. The built-in Admin sees all, other services nothing.
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
