// What lists of both clients have in common: their options, and how labels are shown.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libclient/listing.h"
#include "tools/shell/command.h"

namespace sallyport {

// What says which items a list has, and how much it shows of each.
struct ListOptions {
  std::string labels;
  std::vector<std::string> search;
  std::string query;
  bool verbose = false;
};

// Returns the argument of a list. `To` is the path to the ListOptions in the command's struct; none when it is that
// struct. `names`: as Argument::names.
template <auto... To>
Argument LabelsArgument(std::string_view names = {}) {
  return {.name = "labels",
          .help = "Only what has these labels: key=value,...",
          .required = false,
          .names = names,
          .into = Into<To..., &ListOptions::labels>};
}

// Returns the options of a list, the same way.
template <auto... To>
std::vector<Option> ListOptionRows() {
  return {
      {.name = "search",
       .value_name = "WORDS",
       .help = "Only what has all of these words, commas between",
       .repeated = true,
       .into = Into<To..., &ListOptions::search>},
      {.name = "query",
       .value_name = "EXPRESSION",
       .help = "Only what this predicate holds for",
       .into = Into<To..., &ListOptions::query>},
      {.name = "verbose", .short_name = 'v', .help = "Show more columns", .into = Into<To..., &ListOptions::verbose>}};
}

// Returns the filter that they ask for. Fails with kBadParameter.
Result<ListFilter> FilterOf(const ListOptions& given);

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
