// Files in a directory of this host: mode 0700 for the directory, 0600 for the files, and access for the readers of the
// configuration by access control lists.
#pragma once

#include <optional>
#include <string>

#include "libmachine/bot/destination/destination.h"
#include "libmachine/bot/destination/file_set.h"

namespace sallyport {

class DirectoryDestination : public BotDestination {
 public:
  explicit DirectoryDestination(DestinationConfig config);

  Status Init() override;
  Result<Secret> Read(const std::string& name) override;
  Status Write(std::span<const BotFile> files) override;
  Result<std::optional<FileLock>> Lock() override;
  std::string directory() const override;

 private:
  Status SetUpReaders(const OpenDirectory& directory);

  const DestinationConfig config_;
  std::string file_acl_;  // of each file; empty: none
  bool has_warned_ = false;
};

}  // namespace sallyport
