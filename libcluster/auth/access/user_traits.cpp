#include "libcluster/auth/access/user_traits.h"

#include "teleport/legacy/types/user.pb.h"

namespace sallyport {

Traits TraitsOf(const types::UserV2& user) {
  Traits traits;
  for (const auto& [name, values] : user.spec().traits().values()) {
    if (values.values().empty()) {
      traits.Set(name, std::nullopt);
    } else {
      traits.Set(name, std::vector<std::string>(values.values().begin(), values.values().end()));
    }
  }
  return traits;
}

TraitMap ToTraitMap(const Traits& traits) {
  TraitMap map;
  for (const auto& [name, values] : traits.entries()) map[name] = values.value_or(std::vector<std::string>{});
  return map;
}

}  // namespace sallyport
