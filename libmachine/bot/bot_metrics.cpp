#include "libmachine/bot/bot_metrics.h"

#include <fmt/format.h>

namespace sallyport {
namespace {

const std::vector<double> kRetryBounds{0, 1, 2, 3, 4, 5};

// Each bound is 1.75 times the one before.
const std::vector<double> kSecondBounds = [] {
  std::vector<double> bounds{0.1};
  while (bounds.size() < 6) bounds.push_back(bounds.back() * 1.75);
  return bounds;
}();

std::string LabelText(const std::pair<std::string, std::string>& labels) {
  return fmt::format("name=\"{}\",service=\"{}\"", labels.first, labels.second);
}

}  // namespace

void BotMetrics::Observe(Histogram& histogram, const std::vector<double>& bounds, double value) {
  histogram.buckets.resize(bounds.size());
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (value <= bounds[i]) ++histogram.buckets[i];
  }
  histogram.sum += value;
  ++histogram.count;
}

void BotMetrics::Write(std::string& out, std::string_view metric, const Labels& labels, const Histogram& histogram,
                       const std::vector<double>& bounds) {
  if (histogram.count == 0) return;
  const std::string text = LabelText(labels);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    out += fmt::format("{}_bucket{{{},le=\"{}\"}} {}\n", metric, text, bounds[i], histogram.buckets[i]);
  }
  out += fmt::format("{}_bucket{{{},le=\"+Inf\"}} {}\n", metric, text, histogram.count);
  out += fmt::format("{}_sum{{{}}} {}\n", metric, text, histogram.sum);
  out += fmt::format("{}_count{{{}}} {}\n", metric, text, histogram.count);
}

void BotMetrics::Begun(const std::string& service, const std::string& task) {
  const MutexLock lock(mutex_);
  ++tasks_[{task, service}].begun;
}

void BotMetrics::Ended(const std::string& service, const std::string& task, bool success, int retries,
                       std::chrono::nanoseconds duration) {
  const MutexLock lock(mutex_);
  Task& counted = tasks_[{task, service}];
  if (success) {
    Observe(counted.retries, kRetryBounds, retries);
  } else {
    ++counted.failed;
  }
  Observe(counted.seconds, kSecondBounds, std::chrono::duration<double>(duration).count());
}

std::string BotMetrics::Format() const {
  const MutexLock lock(mutex_);
  std::string out = "# TYPE tbot_task_iteration_duration_seconds histogram\n";
  for (const auto& [labels, task] : tasks_) {
    Write(out, "tbot_task_iteration_duration_seconds", labels, task.seconds, kSecondBounds);
  }
  out += "# TYPE tbot_task_iterations_failed counter\n";
  for (const auto& [labels, task] : tasks_) {
    if (task.failed > 0) out += fmt::format("tbot_task_iterations_failed{{{}}} {}\n", LabelText(labels), task.failed);
  }

  out += "# TYPE tbot_task_iterations_successful histogram\n";
  for (const auto& [labels, task] : tasks_) {
    Write(out, "tbot_task_iterations_successful", labels, task.retries, kRetryBounds);
  }
  out += "# TYPE tbot_task_iterations_total counter\n";
  for (const auto& [labels, task] : tasks_) {
    out += fmt::format("tbot_task_iterations_total{{{}}} {}\n", LabelText(labels), task.begun);
  }
  return out;
}

}  // namespace sallyport
