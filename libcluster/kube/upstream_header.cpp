#include "libcluster/kube/upstream_header.h"

#include <string_view>

#include "libbase/address.h"
#include "libcluster/kube/request/request_header.h"

namespace sallyport {
namespace {

constexpr unsigned kHttp11 = 11;

}  // namespace

RequestHeader UpstreamHeader(const RequestHeader& request, const KubePlan& plan, const UpstreamPool& pool) {
  const KubeUpstream& upstream = pool.upstream();
  const KubeRequestInfo& info = plan.info;
  RequestHeader header;
  static_cast<http::fields&>(header) = ForwardedFields(request, plan.filter != nullptr);
  header.version(kHttp11);
  header.method_string(request.method_string());
  header.target(upstream.path_prefix + info.path + (info.query.empty() ? "" : "?" + info.query));
  header.set(http::field::host, FormatHostPort({upstream.host, upstream.port}));

  if (plan.filter) {
    // Filtering reads JSON: no protobuf, no compression.
    header.set(http::field::accept, AcceptForFilter(request));
    header.set(http::field::accept_encoding, "identity");
  }

  if (!plan.as.user.empty()) header.set("Impersonate-User", plan.as.user);
  for (const auto& group : plan.as.groups) header.insert("Impersonate-Group", group);
  header.set("X-Forwarded-For", plan.forwarded_for);
  header.set("X-Forwarded-Host", plan.forwarded_host.empty() ? std::string_view(request[http::field::host])
                                                             : std::string_view(plan.forwarded_host));
  header.set("X-Forwarded-Proto", "https");
  return header;
}

}  // namespace sallyport
