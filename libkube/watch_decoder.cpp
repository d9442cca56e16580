#include "libkube/watch_decoder.h"

#include <algorithm>
#include <array>

#include "libbase/json.h"
#include "libbase/trim.h"
#include "libbase/value_fields.h"
#include "libkube/api_json.h"
#include "libkube/refusal.h"

namespace sallyport {
namespace {

struct EventTypeRow {
  std::string_view name;
  KubeEvent::Type type;
};
constexpr std::array kEventTypes{
    EventTypeRow{"ADDED", KubeEvent::Type::kAdded},
    EventTypeRow{"MODIFIED", KubeEvent::Type::kModified},
    EventTypeRow{"DELETED", KubeEvent::Type::kDeleted},
    EventTypeRow{"BOOKMARK", KubeEvent::Type::kBookmark},
};
constexpr std::string_view kErrorType = "ERROR";

}  // namespace

Result<std::optional<KubeEvent>> WatchDecoder::Next() {
  while (true) {
    const std::size_t end = bytes_.find('\n', searched_);
    const std::size_t size = std::min(end, bytes_.size()) - taken_;
    if (size > max_event_bytes_) {
      return Fail(ErrorKind::kLimitExceeded, "cannot {}: an event has more than {} bytes", asked_, max_event_bytes_);
    }
    if (end == std::string::npos) {
      bytes_.erase(0, taken_);
      taken_ = 0;
      searched_ = bytes_.size();
      return std::nullopt;
    }

    const std::string_view line = Trimmed(std::string_view(bytes_).substr(taken_, size));
    taken_ = searched_ = end + 1;
    if (line.empty()) continue;
    ASSIGN_OR_RETURN(KubeEvent event, Read(line));
    return event;
  }
}

Result<KubeEvent> WatchDecoder::Read(std::string_view line) const {
  auto json = ParseJson(line, KubeJsonLimits(max_event_bytes_));
  Value* object = json ? json->Find("object") : nullptr;
  if (object == nullptr || !object->is_map()) {
    return Fail(ErrorKind::kConnectionProblem, "cannot {}: the API server sends what is no event", asked_);
  }

  const std::string type = TextAt(*json, "type");
  if (type == kErrorType) {
    KubeRefusal refusal = ReadRefusal(*object, asked_);
    if (refusal.gone) return KubeEvent{KubeEvent::Type::kGone, {}};
    return std::unexpected(std::move(refusal.error));
  }
  const auto row = std::ranges::find(kEventTypes, type, &EventTypeRow::name);
  if (row == kEventTypes.end()) {
    return Fail(ErrorKind::kConnectionProblem, "cannot {}: the API server sends an event of an unknown type", asked_);
  }
  return KubeEvent{row->type, std::move(*object)};
}

}  // namespace sallyport
