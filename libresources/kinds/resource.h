// Represents a resource of a kind and decodes it from values.
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string_view>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libresources/codec/codec.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// A resource: its row and its message, which several owners may share while no owner writes.
struct Resource {
  const KindRow* kind = nullptr;
  std::shared_ptr<google::protobuf::Message> message;

  // Returns the message as its type, which must be the row's.
  template <typename Message>
  const Message& as() const {
    return static_cast<const Message&>(*message);
  }
};

// Returns an empty resource of a kind with kind, version and, for a singleton, the name set.
Resource NewResource(const KindRow& kind);

// Fills in defaults and validates a message of a kind. Fails with kBadParameter.
Status CheckAs(const KindRow& kind, google::protobuf::Message& resource);
// Checks a resource to be written; client and server both check. Refuses some values that a stored resource may have.
Status CheckAsNew(const KindRow& kind, google::protobuf::Message& resource);

// Reads the fields of a resource of a kind, fills in defaults and validates. Fails with kBadParameter and
// "FILE:LINE: reason", where the line is that of the field with which the reason begins, else that of the resource.
Result<Resource> DecodeAs(const KindRow& kind, const Value& value, const DecodeOptions& options);

// Returns a failure that begins with the place of a value in its source.
std::unexpected<Error> FailAtValue(const Value& value, const DecodeOptions& options, std::string reason,
                                   std::string hint = "");

}  // namespace sallyport
