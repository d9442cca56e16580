// Labels of a node with the output of commands as values (docs/protocol/services.md#labels-of-nodes).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/process.h"
#include "libcluster/config/command_label.h"

namespace sallyport {

// Runs each command at once and then in its period, each on its own thread, so that a slow command delays no other. A
// value is the command's output, or the error of its run.
class CommandLabels {
 public:
  explicit CommandLabels(std::vector<CommandLabel> labels);
  // Kills the running commands.
  ~CommandLabels();
  CommandLabels(const CommandLabels&) = delete;
  CommandLabels& operator=(const CommandLabels&) = delete;

  const std::vector<CommandLabel>& labels() const { return labels_; }
  // Returns the values by name; commands before their first end have none.
  std::map<std::string, std::string> Values() const;
  // Waits, at most so long, until each command has ended once.
  void WaitForFirst(std::chrono::milliseconds limit);

 private:
  void Run(const CommandLabel& label);

  const std::vector<CommandLabel> labels_;
  StopSignal stop_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::map<std::string, std::string> values_ GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

// Returns the label's value for a command that ended like this.
std::string ValueOfCommand(const Result<ProgramResult>& result);

}  // namespace sallyport
