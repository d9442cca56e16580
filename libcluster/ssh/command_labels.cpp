#include "libcluster/ssh/command_labels.h"

#include "libbase/trim.h"

#include <algorithm>

namespace sallyport {
namespace {

constexpr std::chrono::seconds kCommandTimeLimit{30};
constexpr std::size_t kMaxValueBytes = 4 << 10;

}  // namespace

std::string ValueOfCommand(const Result<ProgramResult>& result) {
  if (!result) return result.error().message;
  if (result->exit_code == 0) return std::string(Trimmed(result->output));
  return fmt::format("exit status {} output: {}", result->exit_code, Trimmed(result->output + result->errors));
}

CommandLabels::CommandLabels(std::vector<CommandLabel> labels) : labels_(std::move(labels)) {
  for (const auto& label : labels_) threads_.emplace_back([this, &label] { Run(label); });
}

CommandLabels::~CommandLabels() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  stop_.Stop();
  for (auto& thread : threads_) thread.join();
}

std::map<std::string, std::string> CommandLabels::Values() const {
  const MutexLock lock(mutex_);
  return values_;
}

void CommandLabels::WaitForFirst(std::chrono::milliseconds limit) {
  MutexLock lock(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (values_.size() != labels_.size() && !changed_.WaitUntil(lock, deadline)) {
  }
}

void CommandLabels::Run(const CommandLabel& label) {
  ProgramOptions program;
  program.path = label.command.front();
  program.arguments.assign(label.command.begin() + 1, label.command.end());
  program.time_limit = kCommandTimeLimit;
  program.max_output_bytes = kMaxValueBytes;
  const Nanoseconds period = std::max<Nanoseconds>(label.period, std::chrono::seconds(1));
  MutexLock lock(mutex_);
  while (!stopping_) {
    lock.Unlock();
    std::string value = ValueOfCommand(sallyport::RunProgram(program, stop_));
    lock.Lock();
    values_[label.name] = std::move(value);
    changed_.NotifyAll();
    const auto next = std::chrono::steady_clock::now() + period;
    while (!stopping_ && !changed_.WaitUntil(lock, next)) {
    }
  }
}

}  // namespace sallyport
