// Feeds arbitrary requests to a bot's diagnostics: each gets an answer.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libmachine/bot/diagnostics.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  ServiceStates states;
  states.Add("identity-1", "identity");
  const BotMetrics metrics;
  const auto answer = AnswerDiagnostics({reinterpret_cast<const char*>(data), size}, states, metrics);
  if (!answer.starts_with("HTTP/1.1 ")) __builtin_trap();
  return 0;
}
