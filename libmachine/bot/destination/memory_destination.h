// Files in the memory of this process, which are lost at its end.
#pragma once

#include <map>
#include <string>

#include "libmachine/bot/destination/destination.h"

namespace sallyport {

class MemoryDestination : public BotDestination {
 public:
  MemoryDestination() : BotDestination("memory") {}

  Status Init() override { return {}; }
  Result<Secret> Read(const std::string& name) override;
  Status Write(std::span<const BotFile> files) override;
  bool persists() const override { return false; }

 private:
  std::map<std::string, Secret> files_;
};

}  // namespace sallyport
