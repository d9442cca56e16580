#include "libcluster/kube/upstream_header.h"

#include <string_view>

#include "libbase/address.h"
#include "libcluster/kube/request/request_header.h"

namespace sallyport {
namespace {

constexpr unsigned kHttp11 = 11;

}  // namespace

RequestHeader UpstreamHeader(const RequestHeader& request, const DecidedKubeRequest& decided,
                             const UpstreamPool& pool) {
  const KubeEndpoint& endpoint = pool.endpoint();
  const KubeRequestInfo& info = decided.asked.info;
  RequestHeader header;
  static_cast<http::fields&>(header) = ForwardedFields(request, decided.filter != nullptr);
  header.version(kHttp11);
  header.method_string(request.method_string());
  header.target(endpoint.path_prefix + info.path + (info.query.empty() ? "" : "?" + info.query));
  header.set(http::field::host, FormatHostPort({endpoint.host, endpoint.port}));

  if (decided.filter) {
    // Filtering reads JSON: no protobuf, no compression.
    header.set(http::field::accept, AcceptForFilter(request));
    header.set(http::field::accept_encoding, "identity");
  }

  if (!decided.as.user.empty()) header.set("Impersonate-User", decided.as.user);
  for (const auto& group : decided.as.groups) header.insert("Impersonate-Group", group);
  header.set("X-Forwarded-For", decided.asked.forwarded_for);
  header.set("X-Forwarded-Host", decided.asked.forwarded_host.empty() ? std::string_view(request[http::field::host])
                                                                      : std::string_view(decided.asked.forwarded_host));
  header.set("X-Forwarded-Proto", "https");
  return header;
}

}  // namespace sallyport
