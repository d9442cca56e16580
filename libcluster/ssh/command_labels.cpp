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
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  stop_.Stop();
  for (auto& thread : threads_) thread.join();
}

std::map<std::string, std::string> CommandLabels::Values() const {
  const std::lock_guard lock(mutex_);
  return values_;
}

void CommandLabels::WaitForFirst(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return values_.size() == labels_.size(); });
}

void CommandLabels::Run(const CommandLabel& label) {
  ProgramOptions program;
  program.path = label.command.front();
  program.arguments.assign(label.command.begin() + 1, label.command.end());
  program.time_limit = kCommandTimeLimit;
  program.max_output_bytes = kMaxValueBytes;
  const Nanoseconds period = std::max<Nanoseconds>(label.period, std::chrono::seconds(1));
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    std::string value = ValueOfCommand(sallyport::RunProgram(program, stop_));
    lock.lock();
    values_[label.name] = std::move(value);
    changed_.notify_all();
    changed_.wait_for(lock, period, [this] { return stopping_; });
  }
}

}  // namespace sallyport
