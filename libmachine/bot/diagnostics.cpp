#include "libmachine/bot/diagnostics.h"

#include "libbase/json.h"
#include "libbase/text.h"
#include "libmachine/local_pages.h"

namespace sallyport {
namespace {

constexpr std::string_view kReadyPage = "/readyz";

LocalPage NoSuchService(std::string_view name) {
  LocalPage page =
      ReadyPage(true, Value(Value::Map{{"error", fmt::format("Service named \"{}\" not found.", StripControl(name))}}));
  page.status = 404;
  page.reason = "Not Found";
  return page;
}

LocalPage BotPage(std::string_view path, const ServiceStates& states, const BotMetrics& metrics) {
  if (path == "/livez") return LivePage();
  if (path == "/metrics") return MetricsPage(metrics.Format());
  if (path == kReadyPage) {
    const auto all = states.All();
    return ReadyPage(AllHealthy(all), ReadinessValue(all));
  }
  if (path.starts_with(kReadyPage) && path.substr(kReadyPage.size()).starts_with('/')) {
    const std::string_view name = path.substr(kReadyPage.size() + 1);
    const auto state = states.Find(name);
    return state ? ReadyPage(state->health == Health::kHealthy, ReadinessValue(*state)) : NoSuchService(name);
  }
  return NoPage();
}

}  // namespace

std::string AnswerDiagnostics(std::string_view request, const ServiceStates& states, const BotMetrics& metrics) {
  return AnswerPageRequest(request, [&](std::string_view path) { return BotPage(path, states, metrics); });
}

}  // namespace sallyport
