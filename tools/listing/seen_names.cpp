#include "tools/listing/seen_names.h"

namespace sallyport {
namespace {

struct Unit {
  std::chrono::seconds size;
  std::string_view name;
};
constexpr Unit kUnits[] = {
    {std::chrono::days(1), "day"}, {std::chrono::hours(1), "hour"}, {std::chrono::minutes(1), "minute"}};

// Returns "seen 2 hours ago".
std::string Age(Time seen) {
  const Nanoseconds age = Now() - seen;
  for (const auto& [size, name] : kUnits) {
    const auto count = age / size;
    if (count > 0) return fmt::format("seen {} {}{} ago", count, name, count == 1 ? "" : "s");
  }
  return "seen just now";
}

}  // namespace

void AddSeenNames(const SeenNames& found, std::string_view head, std::string_view what, std::vector<KnownName>& names) {
  const std::string about = fmt::format("{}{}{}", what, what.empty() ? "" : ", ", Age(found.seen));
  for (const auto& name : found.names) names.push_back({fmt::format("{}{}", head, name), about});
}

}  // namespace sallyport
