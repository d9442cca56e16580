// Counts the runs of a bot's tasks, in the metrics of Teleport's tbot (docs/protocol/tbot.md#metrics).
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libbase/mutex.h"

namespace sallyport {

// Safe from several threads.
class BotMetrics {
 public:
  void Begun(const std::string& service, const std::string& task) EXCLUDES(mutex_);
  // `retries` is the number of attempts after the first.
  void Ended(const std::string& service, const std::string& task, bool success, int retries,
             std::chrono::nanoseconds duration) EXCLUDES(mutex_);

  // Returns the text in the format of Prometheus.
  std::string Format() const EXCLUDES(mutex_);

 private:
  struct Histogram {
    std::vector<std::uint64_t> buckets;
    double sum = 0;
    std::uint64_t count = 0;
  };
  struct Task {
    std::uint64_t begun = 0;
    std::uint64_t failed = 0;
    Histogram retries;
    Histogram seconds;
  };
  using Labels = std::pair<std::string, std::string>;  // the name of the task, the service

  static void Observe(Histogram& histogram, const std::vector<double>& bounds, double value);
  static void Write(std::string& out, std::string_view metric, const Labels& labels, const Histogram& histogram,
                    const std::vector<double>& bounds);

  mutable Mutex mutex_;
  std::map<Labels, Task> tasks_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
