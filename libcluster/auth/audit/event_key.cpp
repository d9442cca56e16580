#include "libcluster/auth/audit/event_key.h"

#include "libbase/whole_number.h"

namespace sallyport {

Result<std::int64_t> RecordOfKey(const std::string& key) {
  if (key.empty()) return 0;
  const auto number = ReadWholeNumber<std::int64_t>(key);
  if (number && *number > 0) return *number;
  return FailWithHint(ErrorKind::kBadParameter, "the start key does not belong to this audit log",
                      "start without a start key");
}

}  // namespace sallyport
