// Feeds arbitrary bytes to the reader of the message that tells an agent of a connection.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "libcluster/tunnel/ssh_dial_message.h"
#include "sallyport/v1/tunnel_service.pb.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sallyport::v1::Dial message;
  if (!message.ParseFromArray(data, static_cast<int>(size))) return 0;
  const auto dial = sallyport::FromMessage(message);
  if (!dial) return 0;
  // A written dial reads as the same dial.
  sallyport::v1::Dial again;
  sallyport::ToMessage(*dial, again);
  if (!sallyport::FromMessage(again)) std::abort();
  return 0;
}
