// Answers HTTP requests for the pages that a program has for probes and monitoring (RFC 9112).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "libbase/value.h"

namespace sallyport {

struct LocalPage {
  int status = 200;
  std::string_view reason = "OK";
  std::string_view type = "text/plain; charset=utf-8";
  std::string body;
};

// The page that a program is alive, and that of its metrics in Prometheus' text format.
LocalPage LivePage();
LocalPage MetricsPage(std::string text);
// JSON with status 200, or 503 for a program that is not ready.
LocalPage ReadyPage(bool is_ready, const Value& value);
LocalPage NoPage();

// Returns the answer to a request, whatever its bytes are; `page` is called with the path of a GET or HEAD.
std::string AnswerPageRequest(std::string_view request, const std::function<LocalPage(std::string_view path)>& page);

}  // namespace sallyport
