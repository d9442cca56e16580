#include <algorithm>
#include <map>

#include <fmt/ranges.h>

#include "libresources/access/role.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

const types::RoleV6& AsRole(const google::protobuf::Message& resource) {
  return static_cast<const types::RoleV6&>(resource);
}

std::string Logins(const google::protobuf::Message& resource) {
  return fmt::format("{}", fmt::join(AsRole(resource).spec().allow().logins(), ","));
}

std::string NodeLabels(const google::protobuf::Message& resource) {
  const auto& labels = AsRole(resource).spec().allow().nodelabels().values();
  if (labels.contains("*")) return "<all nodes>";
  const std::map<std::string, wrappers::StringValues> sorted(labels.begin(), labels.end());
  std::string text;
  for (const auto& [key, values] : sorted) {
    text += fmt::format("{}{}=[{}]", text.empty() ? "" : ",", key, fmt::join(values.values(), " "));
  }
  return text;
}

std::string Rules(const google::protobuf::Message& resource) {
  std::string text;
  for (const types::Rule& rule : AsRole(resource).spec().allow().rules()) {
    text +=
        fmt::format("{}{}:{}", text.empty() ? "" : " ", fmt::join(rule.resources(), ","), fmt::join(rule.verbs(), ","));
  }
  return text;
}

constexpr TextColumn kRoleColumns[] = {
    {"Role", &NameOf},
    {"Allowed to login as", &Logins},
    {"Node Labels", &NodeLabels},
    {"Access to resources", &Rules},
};

}  // namespace

std::span<const TextColumn> RoleColumns() { return kRoleColumns; }

}  // namespace sallyport
