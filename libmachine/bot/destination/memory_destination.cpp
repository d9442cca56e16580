#include "libmachine/bot/destination/memory_destination.h"

namespace sallyport {

Result<Secret> MemoryDestination::Read(const std::string& name) {
  const auto found = files_.find(name);
  if (found == files_.end()) return Fail(ErrorKind::kNotFound, "memory has no file {}", name);
  return found->second.Clone();
}

Status MemoryDestination::Write(std::span<const BotFile> files) {
  for (const auto& file : files) files_[file.name] = file.content.Clone();
  return {};
}

}  // namespace sallyport
