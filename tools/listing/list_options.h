// Options of lists, and texts of labels, for tsh and tctl.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libclient/listing.h"
#include "tools/shell/command.h"

namespace sallyport {

// The values of the options: the filter of a list, and the details of its items.
struct ListOptions {
  std::string labels;
  std::vector<std::string> search;
  std::string query;
  bool verbose = false;
};

// Returns the argument of a list. `To` is the path to the ListOptions in the command's struct; no path when the struct
// is ListOptions itself. `names` is as in Argument::names.
template <auto... To>
Argument LabelsArgument(std::string_view names = {}) {
  return {.name = "labels",
          .help = "Only resources with these labels: key=value,...",
          .required = false,
          .names = names,
          .into = Into<To..., &ListOptions::labels>};
}

// Returns the options of a list; `To` is as above.
template <auto... To>
std::vector<Option> ListOptionRows() {
  return {
      {.name = "search",
       .value_name = "WORDS",
       .help = "Only resources with all of these words, separated by commas",
       .repeated = true,
       .into = Into<To..., &ListOptions::search>},
      {.name = "query",
       .value_name = "EXPRESSION",
       .help = "Only resources for which this predicate is true",
       .into = Into<To..., &ListOptions::query>},
      {.name = "verbose", .short_name = 'v', .help = "Show more columns", .into = Into<To..., &ListOptions::verbose>}};
}

// Returns the filter for the options. Fails with kBadParameter.
Result<ListFilter> FilterOf(const ListOptions& given);

// Returns whether a label is one of Teleport's own.
bool IsInternalLabel(std::string_view key);
// Returns "a=1,b=2", with Teleport's own labels only on request.
std::string LabelsText(const std::map<std::string, std::string>& labels, bool internal_too);
// Returns the labels of a node, including those from commands.
std::map<std::string, std::string> LabelsOfNode(const Value& node);
// Returns the labels of a kube_cluster, including those from commands.
std::map<std::string, std::string> LabelsOfKube(const Value& cluster);
// Returns a field of a part of a resource: At(node, "spec", "addr"). Returns null when the field is missing.
const Value& At(const Value& resource, std::string_view part, std::string_view field);

}  // namespace sallyport
