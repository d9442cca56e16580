#include "libcluster/proxy/web_route.h"

#include <algorithm>

namespace sallyport {
namespace {

bool MatchesPath(std::string_view pattern, std::string_view path, std::vector<std::string>& matched) {
  const auto wanted = PathSegments(pattern);
  const auto given = PathSegments(path);
  if (wanted.size() != given.size()) return false;
  matched.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with(':')) {
      if (given[i].empty()) return false;
      matched.emplace_back(given[i]);
    } else if (wanted[i] != given[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<std::string_view> PathSegments(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

const WebRoute* FindRoute(std::span<const WebRoute> routes, std::string_view method, std::string_view path,
                          std::vector<std::string>& segments) {
  for (const auto& route : routes) {
    const bool same_method = route.method == method || (!route.page.empty() && method == "HEAD");
    if (same_method && MatchesPath(route.path, path, segments)) return &route;
  }
  return nullptr;
}

}  // namespace sallyport
