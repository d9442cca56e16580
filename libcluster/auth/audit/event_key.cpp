#include "libcluster/auth/audit/event_key.h"

#include <charconv>

namespace sallyport {

Result<std::int64_t> RecordOfKey(const std::string& key) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  const bool fits = error == std::errc() && end == key.data() + key.size() && number > 0;
  if (key.empty() || fits) return number;
  return FailWithHint(ErrorKind::kBadParameter, "the start key does not belong to this audit log",
                      "start without a start key");
}

}  // namespace sallyport
