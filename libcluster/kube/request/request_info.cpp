#include "libcluster/kube/request/request_info.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "libcluster/kube/request/api_scopes.h"

namespace sallyport {
namespace {

constexpr std::string_view kAuthorization = "authorization.k8s.io";
constexpr std::string_view kWatch = "watch";

// Paths of an API server about itself.
constexpr std::array<std::string_view, 9> kOwnPaths{"version", "healthz", "livez", "readyz",     "openapi",
                                                    "openid",  "api",     "apis",  ".well-known"};
constexpr std::array<std::string_view, 3> kProxied{"pods", "services", "nodes"};

struct MethodVerb {
  std::string_view method;
  std::string_view verb;             // for an object
  std::string_view collection_verb;  // empty for a method without one
};
constexpr std::array kMethods{
    MethodVerb{"GET", "get", "list"},
    MethodVerb{"POST", "create", "create"},
    MethodVerb{"PUT", "update", {}},
    MethodVerb{"PATCH", "patch", {}},
    MethodVerb{"DELETE", "delete", "deletecollection"},
};
// HTTP servers of pods and services may have further read methods.
constexpr std::array<std::string_view, 2> kReadingMethods{"HEAD", "OPTIONS"};

using Segments = std::span<const std::string>;

bool Contains(std::span<const std::string_view> list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

bool IsPlainName(std::string_view text) {
  return std::ranges::all_of(
      text, [](unsigned char c) { return c < 0x80 && (std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_'); });
}

std::string Join(Segments segments) { return fmt::format("{}", fmt::join(segments, "/")); }

// Reads group, version and the special verb "watch" from the beginning of a path. Returns the rest, or nothing when the
// path is for no resource.
Segments TakeScope(Segments segments, KubeRequestInfo& info, bool& watches) {
  const bool core = segments.size() > 2 && segments[0] == "api";
  const bool grouped = segments.size() > 3 && segments[0] == "apis";
  if (!core && !grouped) return {};
  if (grouped) info.request.api_group = segments[1];
  info.api_version = segments[core ? 1 : 2];
  Segments rest = segments.subspan(core ? 2 : 3);
  watches = rest.front() == kWatch && rest.size() > 1;
  return watches ? rest.subspan(1) : rest;
}

// Reads the object from the rest of a path.
void TakeObject(Segments rest, KubeRequestInfo& info) {
  // /namespaces/NS/KIND is something inside; /namespaces/NS and its subresources are the namespace itself.
  const bool inside = rest.size() > 2 && rest[0] == "namespaces" && rest[2] != "status" && rest[2] != "finalize";
  if (inside) {
    info.request.kube_namespace = rest[1];
    rest = rest.subspan(2);
  }

  info.is_resource = true;
  info.request.resource = rest[0];
  if (rest.size() > 1) info.request.name = rest[1];
  if (rest.size() > 2) info.subresource = Join(rest.subspan(2));
  info.is_proxied = info.request.api_group.empty() && rest.size() > 2 && rest[2] == "proxy" &&
                    Contains(kProxied, info.request.resource);
  info.request.cluster_wide =
      !inside && KnownClusterWide(info.request.api_group, info.request.resource).value_or(false);
}

// Sets the verb and is_understood.
void ChooseVerb(std::string_view method, bool watch_path, KubeRequestInfo& info) {
  KubeRequest& request = info.request;
  const auto row = std::ranges::find(kMethods, method, &MethodVerb::method);
  const bool reading = row == kMethods.end() && Contains(kReadingMethods, method);
  info.is_understood = row != kMethods.end() || (reading && info.is_proxied);
  const std::string_view object_verb = row == kMethods.end() ? (reading ? "get" : "") : row->verb;
  const std::string_view collection_verb = row == kMethods.end() ? (reading ? "list" : "") : row->collection_verb;
  request.verb = request.name.empty() ? collection_verb : object_verb;

  const bool of_pod = request.resource == "pods";
  const bool runs = of_pod && (info.subresource == "exec" || info.subresource == "attach");
  const bool forwards = of_pod && info.subresource == "portforward";
  if (runs || forwards) {
    request.verb = runs ? "exec" : "portforward";
    info.is_understood = method == "GET" || method == "POST";
    info.is_session = request.api_group.empty();
    return;
  }
  if (watch_path) {
    request.verb = kWatch;
    info.is_understood = method == "GET" && info.subresource.empty();
    return;
  }
  const bool nothing_to_do = request.verb.empty();
  const bool creates_named = method == "POST" && !request.name.empty() && info.subresource.empty();
  const bool too_deep = request.api_group.empty() && info.subresource.contains('/') && !info.is_proxied;
  if (nothing_to_do || creates_named || too_deep) info.is_understood = false;
}

bool HasPlainNames(const KubeRequestInfo& info) {
  return IsPlainName(info.request.api_group) && IsPlainName(info.api_version) && IsPlainName(info.request.resource);
}

// Gives the parameter "watch" an unambiguous form. Kubernetes reads it only in lists.
void ReadWatch(KubeRequestInfo& info) {
  if (info.request.verb != "list") return info.parameters.Remove(kWatch);
  if (!info.parameters.Has(kWatch)) return;
  const bool watches = info.parameters.Flag(kWatch);
  info.parameters.Set(kWatch, watches ? "true" : "false");
  if (watches) info.request.verb = kWatch;
}

// Returns whether an API server has such a path about itself.
bool IsOwnPath(std::string_view method, Segments segments) {
  if (method != "GET" && method != "HEAD") return false;
  return segments.empty() || Contains(kOwnPaths, segments.front());
}

}  // namespace

std::string KubeRequestInfo::ResourceKind() const {
  return subresource.empty() ? request.resource : request.resource + "/" + subresource;
}

bool KubeRequestInfo::IsCollection() const { return is_resource && request.name.empty() && request.verb != "create"; }

bool KubeRequestInfo::MayUpgrade() const { return is_understood && (is_session || is_proxied); }

bool KubeRequestInfo::IsInteractive() const { return is_session && request.verb == "exec" && parameters.Flag("tty"); }

bool KubeRequestInfo::IsAccessReview() const {
  return request.verb == "create" && request.api_group == kAuthorization &&
         request.resource == "selfsubjectaccessreviews";
}

bool KubeRequestInfo::IsRulesReview() const {
  return request.verb == "create" && request.api_group == kAuthorization &&
         request.resource == "selfsubjectrulesreviews";
}

std::string KubeRequestInfo::GroupVersion() const {
  return request.api_group.empty() ? api_version : request.api_group + "/" + api_version;
}

Result<KubeRequestInfo> ReadKubeRequest(std::string_view method, const KubeTarget& target) {
  KubeRequestInfo info;
  KubeTarget sent = target;
  const Segments segments(target.segments);
  info.is_discovery = segments.size() == 1 && (segments[0] == "api" || segments[0] == "apis");
  bool watch_path = false;
  const Segments rest = TakeScope(segments, info, watch_path);

  if (rest.empty()) {
    info.is_understood = IsOwnPath(method, segments);
  } else {
    TakeObject(rest, info);
    ChooseVerb(method, watch_path, info);
    // "proxy" was a verb in this place of old paths; "watch" without an object is not a verb.
    if (!HasPlainNames(info) || rest.front() == "proxy" || rest.front() == kWatch) info.is_understood = false;
    if (info.request.name.contains('%') || info.request.kube_namespace.contains('%')) {
      return Fail(ErrorKind::kBadParameter, "the request's target has a percent sign in a name");
    }
    sent.trailing_slash = target.trailing_slash && info.is_proxied;
  }

  info.path = sent.Path();
  // A proxied service reads its own query, so the query stays unchanged.
  if (info.is_proxied) {
    info.query = target.query;
    return info;
  }

  ASSIGN_OR_RETURN(info.parameters, KubeQuery::Parse(target.query));
  if (info.is_resource && method == "GET" && !watch_path) ReadWatch(info);
  info.query = info.parameters.ToString();
  return info;
}

}  // namespace sallyport
