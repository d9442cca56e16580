// Labels of a node whose values are what commands print (docs/protocol/services.md#labels-of-nodes).
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "libbase/error.h"
#include "libbase/process.h"
#include "libcluster/config/command_label.h"

namespace sallyport {

// Runs each command at once and then again after its period, each on a thread of its own, so that a slow one holds up
// nothing. A value is what the command printed, or the error that kept it from printing.
class CommandLabels {
 public:
  explicit CommandLabels(std::vector<CommandLabel> labels);
  // Kills what runs.
  ~CommandLabels();
  CommandLabels(const CommandLabels&) = delete;
  CommandLabels& operator=(const CommandLabels&) = delete;

  const std::vector<CommandLabel>& labels() const { return labels_; }
  // Returns the values by name; a command that has not ended yet has none.
  std::map<std::string, std::string> Values() const;
  // Waits until each command has ended once, at most so long.
  void WaitForFirst(std::chrono::milliseconds limit);

 private:
  void Run(const CommandLabel& label);

  const std::vector<CommandLabel> labels_;
  StopSignal stop_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::map<std::string, std::string> values_;
  std::vector<std::thread> threads_;
};

// Returns what a label says of a command that ended like this.
std::string ValueOfCommand(const Result<ProgramResult>& result);

}  // namespace sallyport
