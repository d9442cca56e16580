#include "libcluster/kube/request_info.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "libcluster/kube/api_scopes.h"

namespace sallyport {
namespace {

constexpr std::string_view kAuthorization = "authorization.k8s.io";

std::vector<std::string> SplitPath(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    if (path.front() == '/') {
      path.remove_prefix(1);
      continue;
    }
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(PercentDecode(path.substr(0, end)));
    path.remove_prefix(end);
  }
  return segments;
}

bool Watches(std::string_view query) {
  if (!HasQueryParameter(query, "watch")) return false;
  const std::string value = QueryParameter(query, "watch");
  return value != "false" && value != "0";
}

std::string VerbOf(std::string_view method, const KubeRequestInfo& info, bool watch) {
  const bool pods = info.request.resource == "pods";
  if (pods && (info.subresource == "exec" || info.subresource == "attach")) return "exec";
  if (pods && info.subresource == "portforward") return "portforward";
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return info.request.name.empty() ? "deletecollection" : "delete";
  if (watch) return "watch";
  return info.request.name.empty() ? "list" : "get";
}

int HexDigit(char c) {
  int value = -1;
  const auto [end, error] = std::from_chars(&c, &c + 1, value, 16);
  return error == std::errc() ? value : -1;
}

// Calls `visit(name, value)` for each parameter until it returns true.
template <typename Visit>
void EachParameter(std::string_view query, Visit visit) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(query.size(), end + 1));
    const auto equals = std::min(pair.find('='), pair.size());
    if (visit(PercentDecode(pair.substr(0, equals)), pair.substr(std::min(pair.size(), equals + 1)))) return;
  }
}

}  // namespace

std::string KubeRequestInfo::ResourceKind() const {
  return subresource.empty() ? request.resource : request.resource + "/" + subresource;
}

bool KubeRequestInfo::IsCollection() const { return is_resource && request.name.empty() && request.verb != "create"; }

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

std::string PercentDecode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0;
    if (escape) {
      decoded += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

bool HasQueryParameter(std::string_view query, std::string_view name) {
  bool found = false;
  EachParameter(query, [&](const std::string& key, std::string_view) { return found = key == name; });
  return found;
}

std::string QueryParameter(std::string_view query, std::string_view name) {
  std::string result;
  EachParameter(query, [&](const std::string& key, std::string_view value) {
    if (key != name) return false;
    result = PercentDecode(value);
    return true;
  });
  return result;
}

KubeRequestInfo ParseKubeRequest(std::string_view method, std::string_view path, std::string_view query) {
  KubeRequestInfo info;
  const auto segments = SplitPath(path);
  info.is_discovery = segments.size() == 1 && (segments[0] == "api" || segments[0] == "apis");
  auto rest = segments.begin();
  if (segments.size() > 2 && segments[0] == "api") {
    info.api_version = segments[1];
    rest += 2;
  } else if (segments.size() > 3 && segments[0] == "apis") {
    info.request.api_group = segments[1];
    info.api_version = segments[2];
    rest += 3;
  } else {
    return info;
  }
  bool watch = Watches(query);
  if (*rest == "watch" && rest + 1 != segments.end()) {
    watch = true;
    ++rest;
  }
  // /namespaces/NS/KIND is something inside; /namespaces/NS and its subresources are the namespace itself.
  const auto left = segments.end() - rest;
  const bool inside = left > 2 && *rest == "namespaces" && rest[2] != "status" && rest[2] != "finalize";
  if (inside) {
    info.request.kube_namespace = rest[1];
    rest += 2;
  }
  info.is_resource = true;
  info.request.resource = *rest++;
  if (rest != segments.end()) info.request.name = *rest++;
  for (; rest != segments.end(); ++rest) info.subresource += (info.subresource.empty() ? "" : "/") + *rest;
  info.request.cluster_wide =
      !inside && KnownClusterWide(info.request.api_group, info.request.resource).value_or(false);
  info.request.verb = VerbOf(method, info, watch);
  info.is_session = info.request.verb == "exec" || info.request.verb == "portforward";
  return info;
}

}  // namespace sallyport
