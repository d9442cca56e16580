#include "libmachine/local_pages.h"

#include <fmt/format.h>

#include "libbase/json.h"

namespace sallyport {
namespace {

constexpr JsonStyle kReadyStyle{.indent = 2};

std::string TextOf(const LocalPage& page, bool with_body) {
  return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                     page.status, page.reason, page.type, page.body.size(), with_body ? page.body : "");
}

}  // namespace

LocalPage LivePage() { return {.body = "OK"}; }

LocalPage MetricsPage(std::string text) {
  return {.type = "text/plain; version=0.0.4; charset=utf-8", .body = std::move(text)};
}

LocalPage ReadyPage(bool is_ready, const Value& value) {
  LocalPage page;
  if (!is_ready) page = {.status = 503, .reason = "Service Unavailable", .body = {}};
  page.type = "application/json";
  page.body = ToJson(value, kReadyStyle);
  return page;
}

LocalPage NoPage() {
  return {.status = 404, .reason = "Not Found", .body = "there is no such page: use /livez, /readyz or /metrics\n"};
}

std::string AnswerPageRequest(std::string_view request, const std::function<LocalPage(std::string_view path)>& page) {
  const std::string_view line = request.substr(0, request.find("\r\n"));
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || last <= first || !line.substr(last + 1).starts_with("HTTP/1.")) {
    return TextOf({.status = 400, .reason = "Bad Request", .body = "this is no request\n"}, true);
  }

  const std::string_view method = line.substr(0, first);
  if (method != "GET" && method != "HEAD") {
    return TextOf({.status = 405, .reason = "Method Not Allowed", .body = "use GET\n"}, true);
  }
  const std::string_view path = line.substr(first + 1, last - first - 1);
  return TextOf(page(path.substr(0, path.find('?'))), method == "GET");
}

}  // namespace sallyport
