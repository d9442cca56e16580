// Feeds arbitrary bytes to the reader of a TLS client's hello.
#include <cstddef>
#include <cstdint>

#include "libcluster/net/client_hello.h"
#include "libcluster/proxy/route.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const auto parsed = ParseClientHello({reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  if (parsed->needed_bytes > kMaxClientHelloBytes) __builtin_trap();
  if (parsed->needed_bytes != 0 && parsed->needed_bytes <= size) __builtin_trap();
  RouteOfProxy(parsed->hello, "ex.com");
  return 0;
}
