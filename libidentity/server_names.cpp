#include "libidentity/server_names.h"

#include "libbase/encoding.h"

namespace sallyport {

std::string AuthServerName(std::string_view cluster) { return ToHex(cluster) + "." + std::string(kClusterDomain); }

}  // namespace sallyport
