#include "libresources/codec/timestamps.h"

#include <algorithm>

namespace sallyport {

std::optional<Time> ToTime(const google::protobuf::Timestamp& stamp) {
  if (stamp.seconds() == kGoZeroSeconds || (stamp.seconds() == 0 && stamp.nanos() == 0)) return std::nullopt;
  constexpr auto kLast = std::chrono::floor<std::chrono::seconds>(Time::max()).time_since_epoch().count() - 1;
  const auto seconds = std::clamp<std::int64_t>(stamp.seconds(), -kLast, kLast);
  return Time(std::chrono::seconds(seconds) + Nanoseconds(std::clamp(stamp.nanos(), 0, 999'999'999)));
}

google::protobuf::Timestamp ToStamp(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  google::protobuf::Timestamp stamp;
  stamp.set_seconds(seconds.time_since_epoch().count());
  stamp.set_nanos(static_cast<std::int32_t>((time - seconds).count()));
  return stamp;
}

}  // namespace sallyport
