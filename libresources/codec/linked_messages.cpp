#include "libresources/codec/linked_messages.h"

#include <google/protobuf/generated_message_reflection.h>

// A weak symbol is absent in a program that does not have the messages of the file.
#define TABLE(name) extern const google::protobuf::internal::DescriptorTable name __attribute__((weak));
#include "proto_tables.inc"
#undef TABLE

namespace sallyport {

void RegisterLinkedMessages() {
#define TABLE(name) \
  if (&name != nullptr) google::protobuf::internal::AddDescriptorsRunner{&name};
#include "proto_tables.inc"
#undef TABLE
}

}  // namespace sallyport
