// What lists of both clients have in common: their options, and how labels are shown.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libclient/listing.h"
#include "tools/shell/command.h"

namespace sallyport {

// `names`: as Argument::names.
Argument LabelsArgument(std::string_view names = {});
std::vector<Option> ListOptions();
// Reads them. Fails with kBadParameter.
Result<ListFilter> FilterOf(const Invocation& invocation);

// Whether a label is one of Teleport's own.
bool IsInternalLabel(std::string_view key);
// "a=1,b=2"; labels that are Teleport's own only when asked for.
std::string LabelsText(const std::map<std::string, std::string>& labels, bool internal_too);
// The labels of a node, those that commands make included.
std::map<std::string, std::string> LabelsOfNode(const Value& node);
// The labels of a kube_cluster, the same way.
std::map<std::string, std::string> LabelsOfKube(const Value& cluster);
// The field of a part of a resource: At(node, "spec", "addr"). Null when it is not there.
const Value& At(const Value& resource, std::string_view part, std::string_view field);

}  // namespace sallyport
