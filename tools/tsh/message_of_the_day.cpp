#include "tools/tsh/message_of_the_day.h"

#include <algorithm>

#include "libbase/text.h"
#include "libclient/prompt.h"

namespace sallyport {
namespace {

// Returns the text without empty lines at the end; characters that could move the cursor are escaped.
std::string Printable(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    lines += StripControl(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line) + "\n";
  }
  while (lines.ends_with('\n')) lines.pop_back();
  return lines;
}

}  // namespace

Result<std::string> ReadMessageOfTheDay(const WebClient& web, const PingAnswer& ping) {
  if (!ping.has_motd) return std::string();
  ASSIGN_OR_RETURN(const std::string message, web.MessageOfTheDay());
  std::string shown = Printable(message);
  if (shown.empty() || !HasTerminal()) return shown;
  RETURN_IF_ERROR(AskSecret(fmt::format("{}\n\nPress [ENTER] to continue.", shown)));
  return std::string();
}

}  // namespace sallyport
