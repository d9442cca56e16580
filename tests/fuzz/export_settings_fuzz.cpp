// Feeds arbitrary text to the reader of an event handler's TOML: an error names the file, and a value fits its limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libmachine/export/export_settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  ExportSettings settings;
  const auto notes = ReadExportFile(settings, {reinterpret_cast<const char*>(data), size}, "x.toml", size % 2 == 0);
  if (!notes && !notes.error().message.starts_with("x.toml")) std::abort();
  if (settings.batch < 1 || settings.concurrency < 1 || settings.timeout < Nanoseconds(0)) std::abort();
  (void)CheckExportSettings(settings);
  return 0;
}
