// Feeds arbitrary bytes to the reader of recordings, which come from files and agents.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>

#include "libresources/events/session_event.h"
#include "libresources/events/session_recording.h"
#include "teleport/legacy/types/events/events.pb.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const auto left = std::make_shared<std::string>(reinterpret_cast<const char*>(data), size);
  RecordingReader reader([left](std::size_t wanted) -> Result<std::string> {
    std::string some = left->substr(0, wanted);
    left->erase(0, some.size());
    return some;
  });
  while (true) {
    const auto event = reader.Next();
    if (!event || !*event) return 0;
    const auto back = EventFromValue(EventToValue(**event));
    std::ignore = back;
  }
}
