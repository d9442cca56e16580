#include "libresources/events/chain_report.h"

#include <fmt/format.h>

#include "libbase/text.h"
#include "libbase/time.h"

namespace sallyport {
namespace {

std::string RangeText(const ChainProblem& problem) {
  return problem.first == problem.last ? fmt::format("event {}", problem.first)
                                       : fmt::format("events {} to {}", problem.first, problem.last);
}

std::string ProblemText(const ChainProblem& problem) {
  const std::string text = fmt::format("{}: {}", NameOf(problem.kind), RangeText(problem));
  return problem.reason.empty() ? text + "\n" : fmt::format("{}: {}\n", text, StripControl(problem.reason));
}

}  // namespace

Value ToValue(const ChainReport& report) {
  Value value = Value::EmptyMap();
  value.Set("events", report.events);
  value.Set("left_out", report.left_out);
  value.Set("first", report.first);
  value.Set("last", report.last);
  if (report.first != 0) value.Set("begins", FormatTime(report.begins));
  value.Set("by_retention", report.by_retention);
  value.Set("signed_through", report.signed_through);
  value.Set("last_signed_day", report.last_day);
  value.Set("keys", Value::Strings(report.keys));

  Value& problems = value.Set("problems", Value::EmptyList());
  for (const ChainProblem& problem : report.problems) {
    Value& item = problems.Append(Value::EmptyMap());
    item.Set("kind", NameOf(problem.kind));
    item.Set("first", problem.first);
    item.Set("last", problem.last);
    item.Set("reason", problem.reason);
  }
  value.Set("more_problems", report.more_problems);
  return value;
}

std::string ChainReportText(const ChainReport& report, std::string_view subject) {
  if (report.first == 0 && report.problems.empty()) return fmt::format("The {} is empty.\n", subject);
  std::string text = fmt::format("Checked {} events, {} to {}.\n", report.events, report.first, report.last);
  if (report.left_out > 0) text += fmt::format("{} more events were left out on purpose.\n", report.left_out);
  if (report.by_retention) text += fmt::format("The log begins at {}, by retention.\n", FormatTime(report.begins));
  if (report.signed_through != 0) {
    text +=
        fmt::format("Signed through event {}, the last of {}.\n", report.signed_through, StripControl(report.last_day));
  }

  for (const auto& key : report.keys) text += fmt::format("Key of the heads: {}\n", StripControl(key));
  for (const ChainProblem& problem : report.problems) text += ProblemText(problem);
  if (report.more_problems > 0) text += fmt::format("{} more problems.\n", report.more_problems);
  text += report.problems.empty() ? "No event is missing, changed or reordered.\n"
                                  : fmt::format("The {} is not whole.\n", subject);
  return text;
}

}  // namespace sallyport
