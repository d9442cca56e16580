#include "libresources/codec/linked_messages.h"

#include <google/protobuf/descriptor.h>
#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("messages that no code has asked for are registered") {
  RegisterLinkedMessages();
  const auto* const pool = google::protobuf::DescriptorPool::generated_pool();
  for (const char* const name : {"types.RoleV6", "types.KubernetesClusterV3", "events.OneOf"}) {
    CAPTURE(name);
    CHECK(pool->FindMessageTypeByName(name) != nullptr);
  }
  RegisterLinkedMessages();  // which changes nothing
}

}  // namespace
}  // namespace sallyport
