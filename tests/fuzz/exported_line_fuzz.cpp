// Feeds arbitrary text to the reader of exported lines: an accepted chain has whole hashes and a number.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libmachine/export/exported_line.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto line = sallyport::ReadExportedLine({reinterpret_cast<const char*>(data), size});
  if (!line || !line->has_chain) return 0;
  if (line->link.number < 1 || line->link.hash.size() != sallyport::kChainHashBytes) std::abort();
  if (line->link.previous.size() != sallyport::kChainHashBytes) std::abort();
  if (line->digest.size() != sallyport::kChainHashBytes) std::abort();
  sallyport::FitsItsChain(*line);
  return 0;
}
