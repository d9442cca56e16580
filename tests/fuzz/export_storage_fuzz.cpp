// Feeds arbitrary contents to the files of an event handler's folder: a damaged file is an error.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "libbase/file.h"
#include "libmachine/export/export_storage.h"

namespace {

constexpr const char* kFiles[] = {"start_time",
                                  "window_time",
                                  "cursor",
                                  "id",
                                  "cluster",
                                  "followed",
                                  "sessionx",
                                  "missing_recordingx",
                                  "cursor_v2/2026-11-29/completed-chunks",
                                  "cursor_v2/2026-11-29/1-2-0011223344556677.chunk"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  static const std::string directory = "/tmp/export-storage-fuzz-" + std::to_string(::getpid());
  static const auto storage = ExportStorage::Open(directory, "x:1", false);
  static const bool made = storage && (*storage)->BeginDay("2026-11-29").has_value();
  if (!made || size == 0) return 0;

  const std::string path = (*storage)->path() + "/" + kFiles[data[0] % std::size(kFiles)];
  if (!WriteFile(path, {reinterpret_cast<const char*>(data) + 1, size - 1}, 0600)) std::abort();
  (void)(*storage)->StartTime(std::nullopt, Now());
  (void)(*storage)->CheckCluster("x.test");
  (void)(*storage)->ReadPage();
  (void)(*storage)->ReadFollowed();
  (void)(*storage)->ReadDays();
  const auto sessions = (*storage)->ReadSessions();
  if (sessions && sessions->contains("x") && sessions->at("x") < 0) std::abort();
  (void)(*storage)->ReadMissing();
  std::filesystem::remove(path);
  return 0;
}
