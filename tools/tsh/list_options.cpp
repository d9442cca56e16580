#include "tools/tsh/list_options.h"

namespace sallyport {

Argument LabelsArgument() { return {"labels", "Only what has these labels: key=value,...", false}; }

std::vector<Option> ListOptions() {
  return {{"search", '\0', "WORDS", "Only what has all of these words, commas between", "", "", true},
          {"query", '\0', "EXPRESSION", "Only what this predicate holds for"},
          {"verbose", 'v', "", "Show more columns"}};
}

Result<ListFilter> FilterOf(const Invocation& invocation) {
  ListFilter filter;
  ASSIGN_OR_RETURN(filter.labels, ParseLabels(invocation.Arg("labels")));
  filter.search = invocation.GetList("search");
  filter.predicate = invocation.Get("query");
  return filter;
}

}  // namespace sallyport
