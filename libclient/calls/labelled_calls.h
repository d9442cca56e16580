// The calls of kinds that roles reach by labels: applications, databases, Kubernetes clusters. They differ only in
// names; `Kind` names the messages and methods of a kind.
#pragma once

#include <google/protobuf/empty.pb.h>

#include "libclient/calls/calls.h"
#include "libclient/pages.h"

namespace sallyport::labelled {

using google::protobuf::Empty;

template <typename Kind>
std::string Path(std::string_view verb, std::string_view end = "") {
  return fmt::format("/proto.AuthService/{}{}{}", verb, Kind::kMethod, end);
}

template <typename Kind>
Status List(RpcClient& rpc, bool, const MessageSink& sink) {
  using Page = typename Kind::ListResponse;
  const auto show = [&](const Page& page) { return SinkAll(Kind::Items(page), sink); };
  return EachPage<Page>(rpc, Path<Kind>("List", "s"), typename Kind::ListRequest(), show);
}

template <typename Kind>
Status Get(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto resource, rpc.Call<typename Kind::Message>(Path<Kind>("Get"), ByName(name)));
  return sink(resource);
}

template <typename Kind>
Status Put(RpcClient& rpc, const Resource& resource, const google::protobuf::Message* stored) {
  auto written = resource.as<typename Kind::Message>();
  written.mutable_metadata()->clear_revision();  // whatever is there is replaced
  RETURN_IF_ERROR(rpc.Call<Empty>(Path<Kind>(stored == nullptr ? "Create" : "Update"), written));
  return {};
}

// The cluster checks the revision of an update.
template <typename Kind>
Status Update(RpcClient& rpc, const Resource& resource) {
  RETURN_IF_ERROR(rpc.Call<Empty>(Path<Kind>("Update"), resource.as<typename Kind::Message>()));
  return {};
}

template <typename Kind>
Status Remove(RpcClient& rpc, const std::string& name) {
  RETURN_IF_ERROR(rpc.Call<Empty>(Path<Kind>("Delete"), ByName(name)));
  return {};
}

template <typename Kind>
constexpr KindCalls Row(std::string_view kind) {
  return {.kind = kind,
          .list = List<Kind>,
          .get = Get<Kind>,
          .put = Put<Kind>,
          .update = Update<Kind>,
          .remove = Remove<Kind>,
          .refuses_existing = true};
}

}  // namespace sallyport::labelled
