#include "libkube/lease_record.h"

#include <algorithm>
#include <chrono>

#include "libbase/value_fields.h"

namespace sallyport {
namespace {

std::int64_t NumberAt(const Value* map, std::string_view key) {
  const Value* number = map == nullptr ? nullptr : map->Find(key);
  return number == nullptr ? 0 : std::max<std::int64_t>(number->as_int(), 0);
}

}  // namespace

std::string FormatMicroTime(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto micros = std::chrono::floor<std::chrono::microseconds>(time - seconds).count();
  std::string text = FormatTime(seconds);
  text.insert(text.size() - 1, fmt::format(".{:06}", micros));  // before the Z
  return text;
}

LeaseRecord ReadLease(const Value& lease) {
  const Value* spec = lease.Find("spec");
  return {TextAt(spec, "holderIdentity"), NumberAt(spec, "leaseDurationSeconds"), TextAt(spec, "acquireTime"),
          TextAt(spec, "renewTime"), NumberAt(spec, "leaseTransitions")};
}

void WriteLease(const LeaseRecord& record, Value& lease) {
  Value* spec = lease.Find("spec");
  if (spec == nullptr || !spec->is_map()) spec = &lease.Set("spec", Value::EmptyMap());
  spec->Set("holderIdentity", record.holder);
  spec->Set("leaseDurationSeconds", record.duration_seconds);
  spec->Set("acquireTime", record.acquired);
  spec->Set("renewTime", record.renewed);
  spec->Set("leaseTransitions", record.transitions);
}

}  // namespace sallyport
