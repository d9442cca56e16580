// The rows of all kinds, each in the file of its kind (calls_role.cpp, ...), and what these files share.
#pragma once

#include <string>

#include "libclient/rpc.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tools/tctl/calls/kind_calls.h"

namespace sallyport {

// Each file of this folder that defines a row has it here (cmake/Rows.cmake).
#define ROW(name) extern const KindCalls name;
#include "kind_calls.inc"
#undef ROW

// Gives each item to the sink, until it fails.
template <typename Items>
Status SinkAll(const Items& items, const MessageSink& sink) {
  for (const auto& item : items) RETURN_IF_ERROR(sink(item));
  return {};
}

// Returns the request of the many methods that want a name only.
inline types::ResourceRequest ByName(const std::string& name) {
  types::ResourceRequest request;
  request.set_name(name);
  return request;
}

}  // namespace sallyport
