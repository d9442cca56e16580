// The rows of all kinds, each in the file of its kind (calls_role.cpp, ...), and functions that these files share.
#pragma once

#include <string>

#include "libclient/calls/kind_calls.h"
#include "libclient/rpc.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {

// The rows defined in the files of this folder (cmake/Rows.cmake).
#define ROW(name) extern const KindCalls name;
#include "kind_calls.inc"
#undef ROW

// Gives each item to the sink, until the sink fails.
template <typename Items>
Status SinkAll(const Items& items, const MessageSink& sink) {
  for (const auto& item : items) RETURN_IF_ERROR(sink(item));
  return {};
}

// Returns the request of the many methods that take only a name.
inline types::ResourceRequest ByName(const std::string& name) {
  types::ResourceRequest request;
  request.set_name(name);
  return request;
}

}  // namespace sallyport
