// Lists the kinds that share one list method of the cluster.
#pragma once

#include <functional>
#include <string>

#include "libclient/calls/calls.h"
#include "libclient/pages.h"
#include "teleport/legacy/client/proto/authservice.pb.h"

namespace sallyport {

// Gives every resource of a kind to the sink. `item` is the member of proto::PaginatedResource for the kind.
template <typename Item>
Status SinkListed(RpcClient& rpc, std::string_view kind, Item item, const MessageSink& sink) {
  proto::ListResourcesRequest request;
  request.set_resourcetype(std::string(kind));
  request.set_namespace_("default");
  const auto show = [&](const proto::ListResourcesResponse& page) -> Status {
    for (const auto& resource : page.resources()) RETURN_IF_ERROR(sink(std::invoke(item, resource)));
    return {};
  };
  return EachPage<proto::ListResourcesResponse>(rpc, "/proto.AuthService/ListResources", request, show);
}

}  // namespace sallyport
