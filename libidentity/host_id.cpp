#include "libidentity/host_id.h"

namespace sallyport {

std::string HostIdOf(const Identity& identity) {
  const std::string suffix = "." + identity.teleport_cluster;
  const std::string& name = identity.username;
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}

}  // namespace sallyport
