// Feeds arbitrary text to the readers of tbot's configurations; what is read can be checked, written and read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libmachine/bot/config/bot_config.h"
#include "libmachine/bot/config/join_uri.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto uri = ParseJoinUri(text); !uri && uri.error().message.empty()) __builtin_trap();
  if (const auto destination = ParseDestinationUri(text); !destination && destination.error().message.empty()) {
    __builtin_trap();
  }

  auto config = ParseBotConfig(text, "fuzz");
  if (!config) {
    if (config.error().message.empty()) __builtin_trap();
    return 0;
  }
  if (!CheckBotConfig(*config)) return 0;
  if (!ParseBotConfig(FormatBotConfig(*config), "written")) __builtin_trap();
  return 0;
}
