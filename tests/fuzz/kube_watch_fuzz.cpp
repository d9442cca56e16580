// Feeds arbitrary bytes of a watch to its decoder, whole and in pieces, and arbitrary refusals to their reader.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libkube/refusal.h"
#include "libkube/watch_decoder.h"

namespace {

using namespace sallyport;

constexpr std::size_t kMaxEvent = 300;

// The events that the decoder read, and the error that ended them, if any.
struct Read {
  std::vector<std::pair<KubeEvent::Type, Value>> events;
  std::string error;
  bool rest = false;

  bool operator==(const Read&) const = default;
};

Read ReadInSteps(std::string_view bytes, std::size_t step) {
  WatchDecoder decoder("watch", kMaxEvent);
  Read read;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    decoder.Put(bytes.substr(at, step));
    while (true) {
      auto event = decoder.Next();
      if (!event) {
        read.error = event.error().message;
        return read;
      }
      if (!*event) break;
      if (!(*event)->object.is_map() && (*event)->type != KubeEvent::Type::kGone) std::abort();
      read.events.emplace_back((*event)->type, std::move((*event)->object));
    }
  }
  read.rest = decoder.HasRest();
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Read whole = ReadInSteps(bytes, std::max<std::size_t>(bytes.size(), 1));
  if (whole != ReadInSteps(bytes, 1 + data[0] % 64)) std::abort();

  const KubeRefusal refusal = ReadRefusal(400 + data[1], bytes, bytes, "get x");
  if (!refusal.error.message.starts_with("cannot get x: ")) std::abort();
  if (refusal.retry_after && refusal.retry_after->count() < 0) std::abort();
  return 0;
}
