#include "tools/listing/list_options.h"

namespace sallyport {

Result<ListFilter> FilterOf(const ListOptions& given) {
  ListFilter filter;
  ASSIGN_OR_RETURN(filter.labels, ParseLabels(given.labels));
  filter.search = given.search;
  filter.predicate = given.query;
  return filter;
}

bool IsInternalLabel(std::string_view key) { return key.starts_with("teleport.internal/"); }

std::string LabelsText(const std::map<std::string, std::string>& labels, bool internal_too) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : labels) {
    if (!internal_too && IsInternalLabel(key)) continue;
    parts.push_back(fmt::format("{}={}", key, value));
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

const Value& At(const Value& resource, std::string_view part, std::string_view field) {
  static const Value kNull;
  const Value* found = resource.Find(part);
  if (found != nullptr) found = found->Find(field);
  return found == nullptr ? kNull : *found;
}

namespace {

std::map<std::string, std::string> LabelsWith(const Value& resource, std::string_view commands) {
  std::map<std::string, std::string> labels;
  for (const auto& [key, value] : At(resource, "metadata", "labels").as_map()) labels[key] = value.as_string();
  for (const auto& [key, value] : At(resource, "spec", commands).as_map()) {
    if (const Value* result = value.Find("result")) labels[key] = result->as_string();
  }
  return labels;
}

}  // namespace

std::map<std::string, std::string> LabelsOfNode(const Value& node) { return LabelsWith(node, "cmd_labels"); }
std::map<std::string, std::string> LabelsOfKube(const Value& cluster) { return LabelsWith(cluster, "dynamic_labels"); }

}  // namespace sallyport
