#include "libmachine/bot/diagnostics.h"

#include "libbase/json.h"
#include "libbase/text.h"

namespace sallyport {
namespace {

constexpr std::string_view kReadyPage = "/readyz";
constexpr JsonStyle kReadyStyle{.indent = 2};

struct HttpAnswer {
  int status = 200;
  std::string_view reason = "OK";
  std::string_view type = "text/plain; charset=utf-8";
  std::string body;
};

std::string TextOf(const HttpAnswer& answer, bool with_body) {
  return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                     answer.status, answer.reason, answer.type, answer.body.size(), with_body ? answer.body : "");
}

HttpAnswer JsonAnswer(bool is_ready, const Value& value) {
  HttpAnswer answer;
  if (!is_ready) answer = {503, "Service Unavailable"};
  answer.type = "application/json";
  answer.body = ToJson(value, kReadyStyle);
  return answer;
}

HttpAnswer NoSuchService(std::string_view name) {
  HttpAnswer answer{404, "Not Found", "application/json"};
  answer.body = ToJson(Value(Value::Map{{"error", fmt::format("Service named \"{}\" not found.", StripControl(name))}}),
                       kReadyStyle);
  return answer;
}

HttpAnswer Page(std::string_view path, const ServiceStates& states, const BotMetrics& metrics) {
  if (path == "/livez") return {.body = "OK"};
  if (path == "/metrics") return {.type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics.Format()};
  if (path == kReadyPage) {
    const auto all = states.All();
    return JsonAnswer(AllHealthy(all), ReadinessValue(all));
  }
  if (path.starts_with(kReadyPage) && path.substr(kReadyPage.size()).starts_with('/')) {
    const std::string_view name = path.substr(kReadyPage.size() + 1);
    const auto state = states.Find(name);
    return state ? JsonAnswer(state->health == Health::kHealthy, ReadinessValue(*state)) : NoSuchService(name);
  }
  return {404, "Not Found", "text/plain; charset=utf-8", "there is no such page: use /livez, /readyz or /metrics\n"};
}

}  // namespace

std::string AnswerDiagnostics(std::string_view request, const ServiceStates& states, const BotMetrics& metrics) {
  const std::string_view line = request.substr(0, request.find("\r\n"));
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || last <= first || !line.substr(last + 1).starts_with("HTTP/1.")) {
    return TextOf({400, "Bad Request", "text/plain; charset=utf-8", "this is no request\n"}, true);
  }

  const std::string_view method = line.substr(0, first);
  if (method != "GET" && method != "HEAD") {
    return TextOf({405, "Method Not Allowed", "text/plain; charset=utf-8", "use GET\n"}, true);
  }
  std::string_view path = line.substr(first + 1, last - first - 1);
  path = path.substr(0, path.find('?'));
  return TextOf(Page(path, states, metrics), method == "GET");
}

}  // namespace sallyport
