#include "libmachine/bot/bot_metrics.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using namespace std::chrono_literals;

TEST_CASE("metrics have the names, labels and bounds of Teleport's tbot") {
  BotMetrics metrics;
  for (int i = 0; i < 2; ++i) {
    metrics.Begun("identity-1", "output-renewal");
    metrics.Ended("identity-1", "output-renewal", true, i, 500ms);
  }
  metrics.Begun("identity", "bot-identity-renewal");
  metrics.Ended("identity", "bot-identity-renewal", false, 6, 2s);
  CHECK(metrics.Format() == R"(# TYPE tbot_task_iteration_duration_seconds histogram
tbot_task_iteration_duration_seconds_bucket{name="bot-identity-renewal",service="identity",le="0.1"} 0
tbot_task_iteration_duration_seconds_bucket{name="bot-identity-renewal",service="identity",le="0.17500000000000002"} 0
tbot_task_iteration_duration_seconds_bucket{name="bot-identity-renewal",service="identity",le="0.30625"} 0
tbot_task_iteration_duration_seconds_bucket{name="bot-identity-renewal",service="identity",le="0.5359375000000001"} 0
tbot_task_iteration_duration_seconds_bucket{name="bot-identity-renewal",service="identity",le="0.9378906250000001"} 0
tbot_task_iteration_duration_seconds_bucket{name="bot-identity-renewal",service="identity",le="1.6413085937500003"} 0
tbot_task_iteration_duration_seconds_bucket{name="bot-identity-renewal",service="identity",le="+Inf"} 1
tbot_task_iteration_duration_seconds_sum{name="bot-identity-renewal",service="identity"} 2
tbot_task_iteration_duration_seconds_count{name="bot-identity-renewal",service="identity"} 1
tbot_task_iteration_duration_seconds_bucket{name="output-renewal",service="identity-1",le="0.1"} 0
tbot_task_iteration_duration_seconds_bucket{name="output-renewal",service="identity-1",le="0.17500000000000002"} 0
tbot_task_iteration_duration_seconds_bucket{name="output-renewal",service="identity-1",le="0.30625"} 0
tbot_task_iteration_duration_seconds_bucket{name="output-renewal",service="identity-1",le="0.5359375000000001"} 2
tbot_task_iteration_duration_seconds_bucket{name="output-renewal",service="identity-1",le="0.9378906250000001"} 2
tbot_task_iteration_duration_seconds_bucket{name="output-renewal",service="identity-1",le="1.6413085937500003"} 2
tbot_task_iteration_duration_seconds_bucket{name="output-renewal",service="identity-1",le="+Inf"} 2
tbot_task_iteration_duration_seconds_sum{name="output-renewal",service="identity-1"} 1
tbot_task_iteration_duration_seconds_count{name="output-renewal",service="identity-1"} 2
# TYPE tbot_task_iterations_failed counter
tbot_task_iterations_failed{name="bot-identity-renewal",service="identity"} 1
# TYPE tbot_task_iterations_successful histogram
tbot_task_iterations_successful_bucket{name="output-renewal",service="identity-1",le="0"} 1
tbot_task_iterations_successful_bucket{name="output-renewal",service="identity-1",le="1"} 2
tbot_task_iterations_successful_bucket{name="output-renewal",service="identity-1",le="2"} 2
tbot_task_iterations_successful_bucket{name="output-renewal",service="identity-1",le="3"} 2
tbot_task_iterations_successful_bucket{name="output-renewal",service="identity-1",le="4"} 2
tbot_task_iterations_successful_bucket{name="output-renewal",service="identity-1",le="5"} 2
tbot_task_iterations_successful_bucket{name="output-renewal",service="identity-1",le="+Inf"} 2
tbot_task_iterations_successful_sum{name="output-renewal",service="identity-1"} 1
tbot_task_iterations_successful_count{name="output-renewal",service="identity-1"} 2
# TYPE tbot_task_iterations_total counter
tbot_task_iterations_total{name="bot-identity-renewal",service="identity"} 1
tbot_task_iterations_total{name="output-renewal",service="identity-1"} 2
)");
}

}  // namespace
}  // namespace sallyport
